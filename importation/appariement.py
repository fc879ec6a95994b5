"""Which field each column of a table fills, and the money that none would import.

A field is as someone chose, else guessed. Money is settled by a person, or said.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from importation.entetes import SANS_NOM, TableauLu, forme
from importation.propositions import (
    Proposition,
    dit_une_autre_etape,
    etape_dite,
    nom_du_financeur,
    proposer,
    sans_emploi,
)
from importation.referentiel import Referentiel
from importation.rubriques import ETAPES, est_d_argent
from listes.chiffres import montant
from listes.recherche import sans_accents

EXTRAIT = 200  # cells of a column that say whether it can be what its heading says
# Money of the action that isn't one funder's.
_AU_PROJET = re.compile(
    r"(?:cout|budget|depense|charge|recette|produit|autofinancement|fonds propres|valorisation"
    r"|benevolat|chiffre d'affaires|tarif|prix|ressource)s?\b"
    r"|montant (?:total )?(?:du|de l'|des) ?(?:projet|action|operation|depense|budget)s?\b"
)
_TOTAL = re.compile(r"(?:sous[- ]?)?tota(?:l|ux)\b|ensemble\b|cumul\b")


@dataclass(frozen=True, slots=True)
class ColonneAppariee:
    """A column and the field that it would fill ("": none); what to check.

    ``choisie``: by a person, "" included. ``annee``: its amounts are of another year.
    """

    rang: int
    entete: str
    cible: str
    note: str = ""
    choisie: bool = False
    annee: int | None = None


def apparier(
    tableau: TableauLu, ref: Referentiel, voulues: Mapping[str, str]
) -> list[ColonneAppariee]:
    """The field of each column of a table: as someone chose, else guessed."""
    choisies = {forme(entete): cible for entete, cible in voulues.items()}
    appariees: dict[int, ColonneAppariee] = {}
    propositions: dict[int, Proposition] = {}
    for rang, entete in tableau.entetes.items():
        if forme(entete) in choisies:
            cible = choisies[forme(entete)]
            appariees[rang] = ColonneAppariee(rang, entete, cible, choisie=True)
        elif tableau.reconnu and (
            propose := proposer(entete, list(tableau.cellules(rang, EXTRAIT)), ref)
        ):
            propositions[rang] = propose
    douteuses = _sans_etape_et_douteuses(tableau, propositions)
    prises = {a.cible: a.entete for a in appariees.values() if a.cible}
    # Sure matches first: a heading that merely looks like another doesn't take its field.
    for rang, propose in sorted(propositions.items(), key=lambda p: (p[1].rang, p[0])):
        entete, cible, note, annee = tableau.entetes[rang], propose.cible, propose.note, None
        if est_d_argent(cible) and propose.annee not in (None, ref.annee):
            cible, note, annee = "", "", propose.annee
        elif rang in douteuses:
            cible, note = "", "aucune étape n'est indiquée, et une autre colonne est de même"
        elif cible in prises:
            cible, note = "", f"« {prises[cible]} » remplit déjà cette rubrique : colonne ignorée"
        appariees[rang] = ColonneAppariee(rang, entete, cible, note, annee=annee)
        if cible:
            prises[cible] = entete
    return [
        appariees.get(rang) or ColonneAppariee(rang, entete, "")
        for rang, entete in tableau.entetes.items()
    ]


def _sans_etape_et_douteuses(
    tableau: TableauLu, propositions: Mapping[int, Proposition]
) -> set[int]:
    """The columns of money that don't say whether it was asked for or granted, where one is called
    like another, or stands before a column of money without a heading: « État » over two columns.
    """
    sans_etape = {
        rang: propose.cible
        for rang, propose in propositions.items()
        if est_d_argent(propose.cible) and propose.note
    }
    cibles = Counter(sans_etape.values())
    return {
        rang
        for rang, cible in sans_etape.items()
        if cibles[cible] > 1
        or (
            tableau.entetes.get(rang + 1, "").startswith(SANS_NOM)
            and tableau.somme(rang + 1) is not None
        )
    }


# --- Money ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Litige:
    """A column of money that isn't imported, or can't be; ``grave``: someone must settle it.

    ``financeur`` is the name of the funder that could be created, or "".
    """

    entete: str
    message: str
    somme: Decimal
    grave: bool = True
    financeur: str = ""


def trouver_litiges(
    tableau: TableauLu, appariees: Sequence[ColonneAppariee], ref: Referentiel, financeur_dit: bool
) -> list[Litige]:
    """What to say of the money of a table; ``financeur_dit``: it says whose its amounts are."""
    sommes = sommes_ecartees(tableau, appariees)
    litiges: list[Litige] = []
    for appariee in appariees:
        if appariee.cible.startswith("montant_") and not financeur_dit:
            litiges.append(
                Litige(
                    appariee.entete,
                    "Cette colonne ne dit pas de quel financeur sont ses montants : ajoutez une "
                    "colonne « Financeur », ou indiquez le financeur de tout le fichier.",
                    tableau.somme(appariee.rang) or Decimal(0),
                )
            )
        elif not appariee.choisie and (somme := sommes.get(appariee.entete)):
            litiges.append(_litige(tableau, appariee, appariees, somme, ref))
    return litiges


def sommes_ecartees(tableau: TableauLu, appariees: Sequence[ColonneAppariee]) -> dict[str, Decimal]:
    """Heading → € of the columns that hold some and aren't imported."""
    return {
        appariee.entete: somme
        for appariee in appariees
        if not appariee.cible
        and not sans_emploi(appariee.entete)
        and (somme := tableau.somme(appariee.rang))
    }


def sommes_du_tableau(tableau: TableauLu) -> dict[str, Decimal]:
    """Heading → € of the columns that hold some, whatever they mean."""
    colonnes = tableau.entetes.items()
    return sommes_ecartees(tableau, [ColonneAppariee(rang, nom, "") for rang, nom in colonnes])


def _litige(
    tableau: TableauLu,
    appariee: ColonneAppariee,
    appariees: Sequence[ColonneAppariee],
    somme: Decimal,
    ref: Referentiel,
) -> Litige:
    entete, euros = appariee.entete, montant(somme)
    choix = "dites ce qu'elle contient, ou choisissez « Ne pas importer »"
    if appariee.annee is not None:
        autre = any(est_d_argent(a.cible) and str(ref.annee) in a.entete for a in appariees)
        dit = f"Montants de {appariee.annee} ({euros}), alors que l'import porte sur {ref.annee}"
        if autre:
            return Litige(entete, f"{dit} : colonne non importée.", somme, grave=False)
        return Litige(entete, f"{dit} : importez-les dans leur exercice, ou {choix}.", somme)
    if appariee.note:
        return Litige(entete, f"Colonne de montants ({euros}) : {appariee.note} ; {choix}.", somme)
    if entete.startswith(SANS_NOM):
        return Litige(entete, f"Colonne de montants ({euros}) sans en-tête : {choix}.", somme)
    sans = sans_accents(entete).strip()
    if _TOTAL.match(sans):
        total = _total(tableau, appariee, appariees, somme)
        if total is not None:
            return total
    elif _AU_PROJET.match(sans):
        dit = f"Colonne de montants ({euros}) qui ne sont pas ceux d'un financeur : non importée."
        return Litige(entete, dit, somme, grave=False)
    if dit_une_autre_etape(entete) and any(est_d_argent(a.cible) for a in appariees):
        dit = f"Colonne de montants ({euros}) à une étape que l'application ne garde pas"
        return Litige(entete, f"{dit} : non importée.", somme, grave=False)
    nom = nom_du_financeur(entete)
    if not nom or _TOTAL.match(sans):
        dit = f"Colonne de montants ({euros}) dont le financeur n'est pas dit : {choix}."
        return Litige(entete, dit, somme)
    return Litige(
        entete,
        f"Colonne de montants ({euros}) d'un financeur inconnu : {nom}. Créez ce financeur ou "
        "choisissez « Ne pas importer ».",
        somme,
        financeur=nom,
    )


def _total(
    tableau: TableauLu,
    appariee: ColonneAppariee,
    appariees: Sequence[ColonneAppariee],
    somme: Decimal,
) -> Litige | None:
    """A column of totals beside those that it adds up; None where it is the only one."""
    importees: defaultdict[str, Decimal] = defaultdict(Decimal)
    for autre in appariees:
        if est_d_argent(autre.cible):
            etape = next(e for e in ETAPES if e in re.split("[:_]", autre.cible))
            importees[etape] += tableau.somme(autre.rang) or 0
    dite = etape_dite(appariee.entete)
    candidates = [importees[dite]] if dite in importees else list(importees.values())
    if not candidates or (dite and dite not in importees):
        return None
    dit = f"Colonne de total ({montant(somme)}) : non importée"
    if somme not in candidates:
        ecart = " ou ".join(montant(candidate) for candidate in candidates)
        dit += f" ; les colonnes importées font {ecart}, vérifiez qu'il n'en manque pas"
    return Litige(appariee.entete, f"{dit}.", somme, grave=False)
