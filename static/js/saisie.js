// Nothing typed is lost: leaving a changed form warns, and what was typed is kept in this browser
// until it is saved. Loaded by every page of a signed-in account: signing out forgets it all.
//
// A draft is of one account and one address, of a week at most; it never holds a file or a secret,
// and is never put back without being asked for.
"use strict";
(() => {
  const PREFIXE = "brouillon:";
  const ENVOYE = "brouillon-envoye";
  const JOURS = 7;
  const TAILLE_MAX = 300000;
  const compte = document.currentScript.dataset.compte;
  let sortie = false;
  const cle = `${PREFIXE}${compte}:${location.pathname}`;

  const lire = (nom) => {
    try {
      return JSON.parse(localStorage.getItem(nom));
    } catch {
      return null;
    }
  };

  const cles = () => {
    try {
      return Object.keys(localStorage).filter((nom) => nom.startsWith(PREFIXE));
    } catch {
      return [];
    }
  };

  function oublierLesVieux() {
    const limite = Date.now() - JOURS * 24 * 3600 * 1000;
    for (const nom of cles()) {
      const garde = lire(nom);
      if (!garde || !(garde.quand > limite)) localStorage.removeItem(nom);
    }
  }

  // --- What a form holds ---------------------------------------------------------------------
  const GARDES = "input:not([type=hidden], [type=file], [type=password]), select, textarea";
  const LIGNES = "input[name$='-TOTAL_FORMS']";

  function contenu(formulaire) {
    const champs = [];
    for (const champ of formulaire.querySelectorAll(GARDES)) {
      if (!champ.name || champ.type === "submit" || champ.type === "button") continue;
      if (champ.closest(".empty-form")) continue;
      if (champ.type === "checkbox" || champ.type === "radio") {
        champs.push([champ.name, champ.value, champ.checked]);
      } else if (champ.tagName === "SELECT") {
        const choisies = [...champ.selectedOptions].map((o) => [o.value, o.textContent.trim()]);
        champs.push([champ.name, choisies]);
      } else {
        champs.push([champ.name, champ.value]);
      }
    }
    for (const total of formulaire.querySelectorAll(LIGNES)) champs.push([total.name, total.value]);
    return champs;
  }

  const caches = (formulaire) =>
    [...formulaire.querySelectorAll("input[type=hidden][name^='_version-'], input[name=_vu]")].map(
      (champ) => [champ.name, champ.value],
    );

  function remettre(formulaire, garde) {
    const $ = window.django && window.django.jQuery;
    for (const [nom, valeur] of garde.champs) {
      if (nom.endsWith("-TOTAL_FORMS")) ajouterDesLignes(formulaire, nom, Number(valeur));
    }
    for (const [nom, valeur, coche] of garde.champs) {
      if (nom.endsWith("-TOTAL_FORMS")) continue;
      const trouves = [...formulaire.querySelectorAll(`[name="${CSS.escape(nom)}"]`)];
      const champ =
        coche === undefined ? trouves[0] : trouves.find((autre) => autre.value === valeur);
      if (!champ || champ.disabled) continue;
      if (coche !== undefined) champ.checked = coche;
      else if (Array.isArray(valeur)) choisir(champ, valeur);
      else champ.value = valeur;
      champ.dispatchEvent(new Event("change", { bubbles: true }));
      if ($ && Array.isArray(valeur)) $(champ).trigger("change");
    }
    // The version from which one typed: whoever saved since is not overwritten, but compared.
    for (const [nom, valeur] of garde.caches || []) {
      const champ = formulaire.querySelector(`[name="${CSS.escape(nom)}"]`);
      if (champ) champ.value = valeur;
    }
  }

  function choisir(champ, choisies) {
    for (const [valeur, texte] of choisies) {
      const connue = [...champ.options].some((option) => option.value === valeur);
      if (!connue) champ.add(new Option(texte, valeur));
    }
    for (const option of champ.options) {
      option.selected = choisies.some(([valeur]) => valeur === option.value);
    }
  }

  function ajouterDesLignes(formulaire, nom, combien) {
    const total = formulaire.querySelector(`[name="${CSS.escape(nom)}"]`);
    const groupe = total && total.closest(".inline-group");
    const ajout = groupe && groupe.querySelector(".add-row a");
    for (let tour = 0; ajout && Number(total.value) < combien && tour < 200; tour += 1) ajout.click();
  }

  // --- The form of this page -----------------------------------------------------------------
  function suivre(formulaire) {
    let depart = JSON.stringify(contenu(formulaire));
    let envoi = false;
    let attente = 0;
    const change = () => JSON.stringify(contenu(formulaire)) !== depart;

    const garder = () => {
      if (sortie) return;
      if (!change()) {
        localStorage.removeItem(cle);
        return;
      }
      const fichiers = [...formulaire.querySelectorAll("input[type=file]")].some((f) => f.value);
      const garde = JSON.stringify({
        quand: Date.now(),
        champs: contenu(formulaire),
        caches: caches(formulaire),
        fichiers,
      });
      try {
        if (garde.length <= TAILLE_MAX) localStorage.setItem(cle, garde);
      } catch {
        // No room, or none allowed: the form itself still holds everything.
      }
    };

    const bientot = () => {
      clearTimeout(attente);
      attente = setTimeout(garder, 300);
    };

    formulaire.addEventListener("input", () => {
      sortie = false; // one stayed after all
      bientot();
    });
    formulaire.addEventListener("change", bientot);
    document.addEventListener("formset:added", bientot);
    document.addEventListener("formset:removed", bientot);
    if (window.django && window.django.jQuery) {
      // Select2 speaks through jQuery alone.
      window.django.jQuery(formulaire).on("change", bientot);
    }
    formulaire.addEventListener("submit", () => {
      clearTimeout(attente);
      garder();
      envoi = true;
      sessionStorage.setItem(ENVOYE, cle);
    });
    window.addEventListener("beforeunload", (evenement) => {
      if (!envoi && change()) {
        garder();
        evenement.preventDefault();
      }
    });
    // A form given back with its errors holds what was typed: that is a change to keep.
    if (document.querySelector("[data-erreurs]")) {
      depart = "";
      return;
    }
    const garde = lire(cle);
    if (garde && JSON.stringify(garde.champs) !== depart) proposer(formulaire, garde, bientot);
    else localStorage.removeItem(cle);
  }

  function proposer(formulaire, garde, suite) {
    const moment = new Date(garde.quand).toLocaleString("fr-FR", {
      dateStyle: "short",
      timeStyle: "short",
    });
    const bandeau = document.createElement("div");
    bandeau.className = "alert alert-info brouillon";
    bandeau.setAttribute("role", "status");
    const phrase = document.createElement("p");
    phrase.textContent =
      `Une saisie du ${moment} n’a pas été enregistrée.` +
      (depasse(formulaire, garde)
        ? " Quelqu’un a enregistré depuis : reprise, elle sera comparée à ce qui est enregistré."
        : "") +
      (garde.fichiers ? " Les fichiers sont à choisir à nouveau." : "");
    bandeau.append(phrase, bouton("Reprendre", "btn-primary"), bouton("L’oublier", "btn-outline-secondary"));
    const [reprendre, oublier] = bandeau.querySelectorAll("button");
    reprendre.addEventListener("click", () => {
      remettre(formulaire, garde);
      bandeau.remove();
      suite();
      const premier = formulaire.querySelector("input:not([type=hidden]), select, textarea");
      if (premier) premier.focus();
    });
    oublier.addEventListener("click", () => {
      localStorage.removeItem(cle);
      bandeau.remove();
    });
    formulaire.before(bandeau);
  }

  const depasse = (formulaire, garde) =>
    (garde.caches || []).some(([nom, valeur]) => {
      const champ = nom.startsWith("_version-") && formulaire.querySelector(`[name="${CSS.escape(nom)}"]`);
      return champ && champ.value !== valeur;
    });

  function bouton(texte, classe) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `btn btn-sm ${classe}`;
    element.textContent = texte;
    return element;
  }

  // --- The page ------------------------------------------------------------------------------
  // Only what the server says is saved is forgotten: neither a refusal, a conflict, a full disk nor
  // a sign-in page.
  function oublierCeQuiEstEnregistre() {
    const envoye = sessionStorage.getItem(ENVOYE);
    if (!envoye || !document.querySelector("#messages .alert-success")) return;
    sessionStorage.removeItem(ENVOYE);
    localStorage.removeItem(envoye);
  }

  function montrerLesErreurs() {
    const resume = document.querySelector("[data-erreurs]");
    if (!resume) return;
    const lien = resume.querySelector("a[href^='#']");
    const champ = lien && document.getElementById(lien.hash.slice(1));
    const visible = champ && champ.offsetParent !== null && !champ.matches(".select2-hidden-accessible");
    const liste = champ && champ.parentElement.querySelector(".select2-selection");
    (visible ? champ : liste || resume).focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    oublierLesVieux();
    oublierCeQuiEstEnregistre();
    document.addEventListener("submit", (evenement) => {
      if (!evenement.target.matches("[data-sortie]")) return;
      sortie = true;
      for (const nom of cles()) {
        if (nom.startsWith(`${PREFIXE}${compte}:`)) localStorage.removeItem(nom);
      }
    });
  });
  // After the scripts that prepare the form: lists that search, lines to add.
  window.addEventListener("load", () => {
    const formulaire = document.querySelector("form[data-brouillon], .change-form #content-main > form");
    if (formulaire) suivre(formulaire);
    montrerLesErreurs();
  });
})();
