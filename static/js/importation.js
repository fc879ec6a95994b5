// Long work under way: shows how far it is while the server answers. The page works without it.
"use strict";

const PERIODE = 1000; // ms

function suivre(formulaire) {
  const bloc = document.getElementById("suivi");
  const barre = bloc.querySelector("progress");
  const texte = bloc.querySelector("output");
  bloc.hidden = false;
  formulaire.querySelector("button").disabled = true;
  window.setInterval(async () => {
    const reponse = await fetch(formulaire.dataset.suivi).catch(() => null);
    if (!reponse || !reponse.ok) return;
    const { pourcent } = await reponse.json();
    barre.value = pourcent;
    texte.textContent = `${pourcent}\u00a0%`;
  }, PERIODE);
}

document.querySelectorAll("form[data-suivi]").forEach((formulaire) => {
  formulaire.addEventListener("submit", () => suivre(formulaire));
  if ("auto" in formulaire.dataset) formulaire.requestSubmit();
});
