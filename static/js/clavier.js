// The site's keys: n, e, / and ?. Each clicks what the page itself shows for it (data-touche), so
// that a key never does what no link does. Silent while one types.
"use strict";
(() => {
  const ECRIT = "input, textarea, select, [contenteditable], .select2-container, dialog";

  const aide = () => document.getElementById("aide-clavier");

  document.addEventListener("keydown", (evenement) => {
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey || evenement.isComposing) return;
    if (evenement.target.closest && evenement.target.closest(ECRIT)) return;
    if (evenement.key === "?" && aide()) {
      evenement.preventDefault();
      ouvrirLAide();
      return;
    }
    // The page's own comes after the header's.
    const vise = [...document.querySelectorAll(`[data-touche="${CSS.escape(evenement.key)}"]`)].pop();
    if (!vise) return;
    evenement.preventDefault();
    if (vise.matches("input")) {
      montrer(vise);
      vise.focus();
      vise.select();
    } else {
      vise.click();
    }
  });

  // On a narrow screen the search stands in the folded menu.
  function montrer(champ) {
    const menu = champ.closest(".collapse");
    if (menu && menu.offsetParent === null) menu.classList.add("show");
  }

  // Only the keys that do something on this page.
  function ouvrirLAide() {
    for (const ligne of aide().querySelectorAll("[data-aide]")) {
      ligne.hidden = !document.querySelector(`[data-touche="${CSS.escape(ligne.dataset.aide)}"]`);
    }
    for (const ligne of aide().querySelectorAll("[data-dans]")) {
      ligne.hidden = !document.querySelector(ligne.dataset.dans);
    }
    aide().showModal();
  }

  document.addEventListener("click", (evenement) => {
    if (evenement.target.closest("[data-ouvre-aide]")) ouvrirLAide();
  });
})();
