// Sheets of values close as menus do (on Escape, on a click elsewhere, when another one opens) and
// say how many values are chosen. What the results say of a field is tied to it, and the keyboard
// never falls back to the top of the page when what it stood on goes away.
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

  // The form stays when the results are replaced: its fields learn here which of them are wrong.
  const signaler = () => {
    for (const champ of document.querySelectorAll("#filtres .is-invalid")) {
      champ.classList.remove("is-invalid");
      champ.removeAttribute("aria-invalid");
      champ.removeAttribute("aria-describedby");
    }
    for (const erreur of document.querySelectorAll("#resultats [id^='erreur-']")) {
      const champ = document.getElementById(erreur.querySelector("a").hash.slice(1));
      champ.classList.add("is-invalid");
      champ.setAttribute("aria-describedby", erreur.id);
      if (champ.matches("input")) champ.setAttribute("aria-invalid", "true");
    }
  };

  // The chip that took the place of the one removed; the results, when it wasn't a chip.
  const reprendre = (rang) => {
    if (document.activeElement !== document.body) return;
    const puces = document.querySelectorAll("#resultats .puce");
    (puces[Math.min(rang, puces.length - 1)] ?? document.getElementById("resultats")).focus();
  };

  document.addEventListener("htmx:afterSettle", (evenement) => {
    if (evenement.target.id !== "resultats") return;
    signaler();
    reprendre(-1);
  });

  // Links that lift filters load the page, form included: the keyboard's place is kept until then.
  // A click of the mouse has a detail, and moves nothing.
  const RANG = "listes.rang";
  document.addEventListener("click", (evenement) => {
    const lien = evenement.target.closest("#resultats :is(.puces, .alert) a");
    if (!lien || lien.hash || evenement.detail) return;
    sessionStorage.setItem(RANG, [...document.querySelectorAll("#resultats .puce")].indexOf(lien));
  });

  const rang = sessionStorage.getItem(RANG);
  sessionStorage.removeItem(RANG);
  if (rang !== null) reprendre(Number(rang));
})();
