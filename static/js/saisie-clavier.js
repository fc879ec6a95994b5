// The action's page by keyboard: a letter opens a list, Enter goes to the next funding line,
// a column pasted from a spreadsheet fills the lines below, a porteur not found is created from
// what was typed. Everything works without it, with more keys.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  const formulaire = document.getElementById("action_form");
  const groupe = document.getElementById("subventions-group");
  if (!$ || !formulaire) return;

  ouvrirParUneLettre($, formulaire);
  enregistrerEtRevenir(formulaire);
  creerLePorteur($, formulaire);
  if (groupe) {
    passerALaLigneSuivante($, groupe);
    collerUneColonne(groupe);
  }
});

const COLLEES_MAX = 100; // lines: no action has as many funders
const MONTANT = "tr.form-row:not(.empty-form) input.montant";

// The lines that will be saved, those just added included.
function lignesDe(groupe) {
  return [...groupe.querySelectorAll("tr.form-row:not(.empty-form)")].filter((ligne) => {
    const supprimee = ligne.querySelector("input[name$=-DELETE]");
    return ligne.querySelector("input.montant") && !(supprimee && supprimee.checked);
  });
}

function ajouterUneLigne(groupe) {
  const avant = lignesDe(groupe).length;
  const ajout = groupe.querySelector(".add-row a");
  if (ajout) ajout.click();
  return lignesDe(groupe).length > avant;
}

function ouvrirParUneLettre($, formulaire) {
  formulaire.addEventListener(
    "keydown",
    (evenement) => {
      const choix = evenement.target.closest(".select2-selection");
      const lettre = evenement.key.length === 1 && evenement.key !== " ";
      if (!choix || !lettre || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
      const liste = choix.closest(".select2-container").previousElementSibling;
      if (!liste || !liste.matches("select")) return;
      if (!$(liste).data("select2").isOpen()) $(liste).select2("open");
      const recherche = document.querySelector(".select2-container--open .select2-search__field");
      if (!recherche) return;
      evenement.preventDefault();
      // Whoever types fast is ahead of the list, which takes the focus a little later.
      recherche.value += evenement.key;
      recherche.focus();
      $(recherche).trigger("input");
    },
    true,
  );
}

function enregistrerEtRevenir(formulaire) {
  formulaire.addEventListener("keydown", (evenement) => {
    if (evenement.key !== "Enter" || !(evenement.ctrlKey || evenement.metaKey)) return;
    const bouton = formulaire.querySelector("[name=_save]");
    if (!bouton) return;
    evenement.preventDefault();
    bouton.click();
  });
}

function passerALaLigneSuivante($, groupe) {
  groupe.addEventListener("keydown", (evenement) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = evenement;
    if (key !== "Enter" || ctrlKey || metaKey || altKey || shiftKey || isComposing) return;
    if (!evenement.target.matches(MONTANT)) return;
    evenement.preventDefault();
    const ligne = evenement.target.closest("tr");
    const remplis = ligne.querySelectorAll("select[name$=-financeur], input.montant");
    if (![...remplis].some((champ) => champ.value)) return;
    const rang = lignesDe(groupe).indexOf(ligne);
    if (rang + 1 >= lignesDe(groupe).length && !ajouterUneLigne(groupe)) return;
    const suivante = lignesDe(groupe)[rang + 1];
    const choix = suivante.querySelector(".field-financeur .select2-selection");
    (choix || suivante.querySelector("input.montant")).focus();
  });
}

// A block copied from a spreadsheet: its lines go down, its columns to the right.
function lireUnBloc(texte) {
  const lignes = texte.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  return lignes.map((ligne) => ligne.split("\t").map((cellule) => cellule.trim()));
}

function collerUneColonne(groupe) {
  const message = document.getElementById("collage");
  if (!message) return;
  let avant = [];

  groupe.addEventListener("paste", (evenement) => {
    if (!evenement.target.matches(MONTANT) || !evenement.clipboardData) return;
    const bloc = lireUnBloc(evenement.clipboardData.getData("text/plain"));
    if (bloc.length === 1 && bloc[0].length === 1) return;
    evenement.preventDefault();
    coller(evenement.target, bloc);
  });

  function coller(depart, bloc) {
    const ligne = depart.closest("tr");
    const rang = lignesDe(groupe).indexOf(ligne);
    const colonne = [...ligne.querySelectorAll("input.montant")].indexOf(depart);
    if (rang < 0) return;
    avant = [];
    let colles = 0;
    let laisses = 0;
    let illisibles = 0;
    bloc.forEach((cellules, pas) => {
      const manque = rang + pas >= lignesDe(groupe).length;
      if (pas >= COLLEES_MAX || (manque && !ajouterUneLigne(groupe))) {
        laisses += cellules.filter(Boolean).length;
        return;
      }
      const champs = [...lignesDe(groupe)[rang + pas].querySelectorAll("input.montant")];
      cellules.forEach((cellule, decalage) => {
        const champ = champs[colonne + decalage];
        if (!champ) {
          if (cellule) laisses += 1;
          return;
        }
        avant.push([champ, champ.value]);
        champ.value = cellule;
        if (cellule) colles += 1;
        if (cellule && Montants.centimes(cellule) === null) illisibles += 1;
      });
    });
    depart.dispatchEvent(new Event("change", { bubbles: true }));
    dire(colles, illisibles, laisses);
  }

  function dire(colles, illisibles, laisses) {
    const pluriel = (nombre) => (nombre > 1 ? "s" : "");
    const phrases = [`${colles} montant${pluriel(colles)} collé${pluriel(colles)}.`];
    if (illisibles) {
      phrases.push(
        `${illisibles} ne se ${illisibles > 1 ? "lisent" : "lit"} pas comme un montant : à corriger.`,
      );
    }
    if (laisses) phrases.push(`${laisses} laissé${pluriel(laisses)} de côté, faute de place.`);
    const annuler = document.createElement("button");
    annuler.type = "button";
    annuler.className = "btn btn-sm btn-outline-secondary";
    annuler.textContent = "Annuler le collage";
    annuler.addEventListener("click", () => {
      const [premier] = avant[0];
      for (const [champ, valeur] of avant) champ.value = valeur;
      avant = [];
      message.textContent = "Collage annulé.";
      premier.dispatchEvent(new Event("change", { bubbles: true }));
      premier.focus();
    });
    message.replaceChildren(`${phrases.join(" ")} `, annuler);
  }
}

// The last choice under what was found, unless that very name was: the window of « + », its name
// already typed. Who may not create a porteur has no « + », hence no such choice.
function creerLePorteur($, formulaire) {
  const porteur = formulaire.querySelector("select[name=porteur]");
  const ajout = document.getElementById("add_id_porteur");
  if (!porteur || !ajout) return;
  const CREER = "__creer__";
  let nom = "";

  $(porteur).on("select2:opening", () => {
    const source = $(porteur).data("select2").dataAdapter;
    if (source.avecCreation) return;
    source.avecCreation = true;
    const lire = source.processResults || ((recus) => recus);
    source.processResults = (recus, demande) => {
      const lus = lire.call(source, recus, demande);
      nom = (demande.term || "").trim().replace(/\s+/g, " ");
      const memeNom = (lui) => lui.text.localeCompare(nom, "fr", { sensitivity: "base" }) === 0;
      const suite = lus.pagination && lus.pagination.more;
      if (nom && !suite && !lus.results.some(memeNom)) {
        lus.results.push({ id: CREER, text: `Créer « ${nom} »` });
      }
      return lus;
    };
  });

  $(porteur).on("select2:selecting", (evenement) => {
    if (evenement.params.args.data.id !== CREER) return;
    evenement.preventDefault();
    $(porteur).select2("close");
    const adresse = ajout.href;
    const voulue = new URL(adresse);
    voulue.searchParams.set("nom", nom);
    ajout.href = voulue.href;
    ajout.click();
    ajout.href = adresse;
  });
}
