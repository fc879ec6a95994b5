// Copies a text shown for this once. The button stays hidden where the browser forbids it.
document.addEventListener("DOMContentLoaded", () => {
  for (const bouton of document.querySelectorAll("button[data-copier]")) {
    if (!navigator.clipboard) continue;
    const texte = document.getElementById(bouton.dataset.copier);
    const dit = bouton.parentElement.querySelector("[role=status]");
    bouton.hidden = false;
    bouton.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(texte.value.trim());
        dit.textContent = "Copié.";
      } catch {
        texte.select();
        dit.textContent = "Copiez le texte choisi.";
      }
    });
  }
});
