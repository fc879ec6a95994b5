// The action's page: totals as one types, amounts to check, neighbourhoods of the chosen commune,
// Ctrl+S to save. Everything works without it: totals and warnings then come with the saved page.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  const formulaire = document.getElementById("action_form");
  if (!formulaire) return;

  document.addEventListener("keydown", (evenement) => {
    if ((evenement.ctrlKey || evenement.metaKey) && evenement.key.toLowerCase() === "s") {
      const bouton =
        formulaire.querySelector("[name=_continue]") || formulaire.querySelector("[name=_save]");
      if (!bouton) return;
      evenement.preventDefault();
      bouton.click();
    }
  });

  quartiersDeLaCommune($, formulaire);
  totaux($, formulaire);
});

function quartiersDeLaCommune($, formulaire) {
  const commune = formulaire.querySelector("select[name=commune]");
  const quartier = formulaire.querySelector("select[name=quartier]");
  if (!$ || !commune || !quartier) return;
  $.ajaxPrefilter((demande) => {
    const donnees = typeof demande.data === "string" ? demande.data : "";
    if (/field_name=quartier(&|$)/.test(donnees) && commune.value) {
      demande.data = `${donnees}&commune=${encodeURIComponent(commune.value)}`;
    }
  });
  // The admin's own script announces a change of every list as the page opens: nothing has changed.
  let choisie = commune.value;
  $(commune).on("change", () => {
    if (commune.value === choisie) return;
    choisie = commune.value;
    $(quartier).val(null).trigger("change");
  });
}

function enEuros(somme) {
  const entier = String(Math.floor(somme / 100)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const cents = String(somme % 100).padStart(2, "0");
  return `${entier}${cents === "00" ? "" : `,${cents}`}\u00a0€`;
}

// A sum as the site's pages say it: nothing without a line, a dash when no amount is known.
function enMots({ lignes, inconnus, somme }) {
  if (!lignes) return "";
  if (inconnus === lignes) return "—";
  const manque = inconnus ? `, ${inconnus}\u00a0inconnu${inconnus > 1 ? "s" : ""}` : "";
  return enEuros(somme) + manque;
}

function totaux($, formulaire) {
  const groupe = document.getElementById("subventions-group");
  const alertes = document.getElementById("alertes-montants");
  if (!groupe || !alertes) return;
  const ETAPES = ["montant_demande", "montant_accorde", "montant_verse"];

  function calculer() {
    const sommes = Object.fromEntries(
      [...ETAPES, "investissement"].map((nom) => [nom, { lignes: 0, inconnus: 0, somme: 0 }]),
    );
    const ajouter = (nom, valeur) => {
      sommes[nom].lignes += 1;
      if (valeur === null) sommes[nom].inconnus += 1;
      else sommes[nom].somme += valeur;
    };
    const phrases = [];
    for (const ligne of groupe.querySelectorAll("tr.form-row:not(.empty-form)")) {
      const supprimee = ligne.querySelector("input[name$=-DELETE]");
      if (supprimee && supprimee.checked) continue;
      const champs = ETAPES.map((etape) => ligne.querySelector(`input[name$=-${etape}]`));
      const valeurs = champs.map((champ) => (champ ? Montants.centimes(champ.value) : null));
      const choisi = ligne.querySelector("select[name$=-financeur] option:checked");
      const nature = ligne.querySelector("select[name$=-nature]");
      if ((choisi && choisi.value) || valeurs.some((valeur) => valeur !== null)) {
        if (nature && nature.value === "INVESTISSEMENT") ajouter("investissement", valeurs[1]);
        else ETAPES.forEach((etape, rang) => ajouter(etape, valeurs[rang]));
      }
      const financeur = (choisi && choisi.textContent.trim()) || "Une ligne";
      [[0, 1, "l'accordé dépasse le demandé"], [1, 2, "le versé dépasse l'accordé"]].forEach(
        ([moins, plus, phrase]) => {
          const trop =
            valeurs[moins] !== null && valeurs[plus] !== null && valeurs[plus] > valeurs[moins];
          if (champs[plus]) champs[plus].classList.toggle("a-verifier", trop);
          if (trop) phrases.push(`${financeur} : ${phrase}.`);
        },
      );
    }
    // A page to read only has no fields: what the server wrote stands.
    if (!groupe.querySelector("input[name$=-montant_accorde]")) return;
    for (const [nom, somme] of Object.entries(sommes)) {
      const sortie = document.getElementById(`total-${nom}`);
      const texte = enMots(somme);
      if (sortie && sortie.textContent !== texte) sortie.textContent = texte;
    }
    document.getElementById("investissement").hidden = !sommes.investissement.lignes;
    const texte = phrases.join(" ");
    if (alertes.textContent !== texte) alertes.textContent = texte;
  }

  groupe.addEventListener("change", calculer);
  // Select2 and the inlines' script speak through jQuery events.
  if ($) $(document).on("formset:added formset:removed change", calculer);
  document.addEventListener("formset:added", calculer);
  document.addEventListener("formset:removed", calculer);
  calculer();
}
