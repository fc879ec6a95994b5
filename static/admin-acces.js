// Names the fields that the admin's pages leave without one: those of a table by their column and
// row, and the drawn lists by the label of the field that they stand for.
(() => {
  "use strict";

  const texte = (element) => (element ? element.textContent.trim().replace(/\s+/g, " ") : "");

  const nomDansLaTable = (champ) => {
    const cellule = champ.closest("td");
    const table = cellule && cellule.closest("table");
    const entetes = table && table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
    const entete = entetes && entetes.cells[cellule.cellIndex];
    if (!entete) return "";
    const rang = cellule.parentElement;
    const ligne = texte(rang.querySelector("th")) || `ligne ${rang.sectionRowIndex + 1}`;
    return `${texte(entete.querySelector(".text") || entete)}, ${ligne}`;
  };

  const nommer = () => {
    for (const aide of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) {
      aide.setAttribute("role", "img");
    }
    for (const champ of document.querySelectorAll("td input, td select, td textarea")) {
      if (champ.type === "hidden" || champ.labels.length || champ.ariaLabel) continue;
      const nom = nomDansLaTable(champ);
      if (nom) champ.ariaLabel = nom;
    }
    for (const dessin of document.querySelectorAll(".select2-selection__rendered")) {
      const champ = document.getElementById(dessin.id.replace(/^select2-(.*)-container$/, "$1"));
      if (!champ) continue;
      const nom = texte(champ.labels[0]) || nomDansLaTable(champ);
      const valeur = champ.selectedOptions.length ? texte(champ.selectedOptions[0]) : "";
      dessin.ariaLabel = valeur ? `${nom} ${valeur}` : nom;
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    nommer();
    new MutationObserver(nommer).observe(document.body, { childList: true, subtree: true });
  });
})();
