"""Money that a table holds and that nothing would import: settled by a person, or said."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from importation.appariement import ColonneAppariee
from importation.argent import somme_d_argent
from importation.entetes import SANS_NOM, TableauLu
from importation.propositions import (
    dit_une_autre_etape,
    etape_dite,
    nom_du_financeur,
    sans_emploi,
)
from importation.referentiel import Referentiel, cle
from importation.rubriques import ETAPES, est_d_argent
from listes.chiffres import brut, montant
from listes.recherche import sans_accents

# Money of the action that isn't one funder's.
_AU_PROJET = re.compile(
    r"(?:cout|budget|depense|charge|recette|produit|autofinancement|fonds propres|valorisation"
    r"|benevolat|chiffre d'affaires|tarif|prix|ressource)s?\b"
    r"|montant (?:total )?(?:du|de l'|des) ?(?:projet|action|operation|depense|budget)s?\b"
)
_TOTAL = re.compile(r"(?:sous[- ]?)?tota(?:l|ux)\b|ensemble\b|cumul\b")


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
                    _somme(tableau, appariee) or Decimal(0),
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
        and (somme := _somme(tableau, appariee))
    }


def sommes_du_tableau(tableau: TableauLu) -> dict[str, Decimal]:
    """Heading → € of the columns that hold some, whatever they mean."""
    colonnes = tableau.entetes.items()
    return sommes_ecartees(tableau, [ColonneAppariee(rang, nom, "") for rang, nom in colonnes])


def _somme(tableau: TableauLu, appariee: ColonneAppariee) -> Decimal | None:
    return somme_d_argent(appariee.entete, tableau.cellules(appariee.rang))


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
            importees[etape] += _somme(tableau, autre) or 0
    dite = etape_dite(appariee.entete)
    candidates = [importees[dite]] if dite in importees else list(importees.values())
    if not candidates or (dite and dite not in importees):
        return None
    dit = f"Colonne de total ({montant(somme)}) : non importée"
    if somme not in candidates:
        ecart = " ou ".join(montant(candidate) for candidate in candidates)
        dit += f" ; les colonnes importées font {ecart}, vérifiez qu'il n'en manque pas"
    return Litige(appariee.entete, f"{dit}.", somme, grave=False)


@dataclass(frozen=True, slots=True)
class FinanceurInconnu:
    """A funder that a file names and nobody knows: its €, where, and the code that it could get."""

    nom: str
    code: str
    somme: Decimal
    feuille: str
    colonne: str

    def en_json(self) -> dict[str, Any]:
        return asdict(self) | {"somme": brut(self.somme)}


def code_libre(nom: str, ref: Referentiel) -> str:
    """A code for a new funder: its name in capitals, that no other has."""
    base = cle(nom).upper()[:18] or "FINANCEUR"
    pris = ref.codes_financeurs
    return next(c for c in (base, *(f"{base}{n}" for n in range(2, 99))) if c not in pris)


def financeurs_inconnus(
    tableau: TableauLu, litiges: Sequence[Litige], ref: Referentiel
) -> Iterator[FinanceurInconnu]:
    for litige in litiges:
        if litige.financeur:
            nom = litige.financeur
            yield FinanceurInconnu(
                nom, code_libre(nom, ref), litige.somme, tableau.feuille, litige.entete
            )
