/* Security keys: hands each form marked with data-cle to the sign-in library's script.
   Its own way is a script element inside the page; ours is attributes of the form. */
document.addEventListener("DOMContentLoaded", () => {
  for (const formulaire of document.querySelectorAll("form[data-cle]")) {
    const bouton = formulaire.querySelector("button");
    bouton.id ||= "bouton-cle";
    const ids = {
      add: bouton.id,
      authenticate: bouton.id,
      login: bouton.id,
      credential: formulaire.querySelector("[name=credential]").id,
      passwordless: formulaire.querySelector("[name=passwordless]")?.id,
      data: formulaire.dataset.cleOptions,
    };
    window.allauth.webauthn.forms[formulaire.dataset.cle]({ ids });
    formulaire.addEventListener("submit", (evenement) => {
      // The Enter key asks for the key too, instead of sending the form without it.
      if (!formulaire.elements.credential.value) {
        evenement.preventDefault();
        bouton.click();
      }
    });
  }
});
document.addEventListener("allauth.error", (evenement) => {
  const erreur = document.getElementById("erreur-cle");
  if (erreur) {
    erreur.hidden = false;
  }
});
