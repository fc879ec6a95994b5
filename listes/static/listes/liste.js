// Sheets of values close as menus do (on Escape, on a click elsewhere, when another one opens) and
// say how many values are chosen.
(() => {
  "use strict";

  const fermer = (sauf) => {
    for (const feuille of document.querySelectorAll("details.deroulant[open]")) {
      if (feuille !== sauf) feuille.open = false;
    }
  };

  document.addEventListener("click", (evenement) => {
    fermer(evenement.target.closest("details.deroulant"));
  });

  document.addEventListener("keydown", (evenement) => {
    if (evenement.key !== "Escape") return;
    const feuille = evenement.target.closest("details.deroulant[open]");
    if (!feuille) return;
    feuille.open = false;
    feuille.querySelector("summary").focus();
  });

  document.addEventListener("change", (evenement) => {
    const feuille = evenement.target.closest("details.deroulant");
    const compte = feuille && feuille.querySelector("summary [data-compte]");
    if (!compte) return;
    const choisis = feuille.querySelectorAll("input:checked").length;
    compte.hidden = choisis === 0;
    compte.firstElementChild.textContent = choisis;
  });
})();
