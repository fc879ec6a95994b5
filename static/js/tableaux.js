// Where there is little room each row of a table becomes a card (css/cartes.css): its cells are given
// the headings that no longer stand above them, and the roles that a drawing as blocks takes away.
(() => {
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };

  const dit = (cellule) => {
    const copie = (cellule.querySelector(".text") || cellule).cloneNode(true);
    for (const muet of copie.querySelectorAll("[aria-hidden], .help, .helptext, img")) muet.remove();
    return copie.textContent.trim();
  };
  const estVide = (cellule) =>
    [...cellule.childNodes].every((noeud) =>
      noeud.nodeType === Node.ELEMENT_NODE
        ? noeud.classList.contains("visually-hidden") || noeud.matches("input[type=hidden]")
        : noeud.nodeType !== Node.TEXT_NODE || !noeud.textContent.trim(),
    );

  const etiqueter = (table) => {
    const entetes = [];
    for (const th of table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? []) {
      entetes.push(...Array(th.colSpan).fill(dit(th)));
    }
    for (const element of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
      if (element.hasAttribute("role")) continue;
      const role = ROLES[element.tagName] || (element.closest("thead") ? "columnheader" : "rowheader");
      element.setAttribute("role", role);
    }
    for (const rangee of table.querySelectorAll(":scope > :is(tbody, tfoot) > tr")) {
      let rang = 0;
      for (const cellule of rangee.cells) {
        if (cellule.tagName === "TD") {
          cellule.dataset.libelle = entetes[rang] || "";
          cellule.toggleAttribute("data-vide", estVide(cellule));
        }
        rang += cellule.colSpan;
      }
    }
  };
  const tous = () => document.querySelectorAll(".table-responsive > table, #result_list, .tabular table").forEach(etiqueter);

  tous();
  document.addEventListener("htmx:load", tous);
  document.addEventListener("formset:added", tous);
})();
