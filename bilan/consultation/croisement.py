"""Granted € of each row by funder: the table where one reads a theme, a place and a funder at once.
Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bilan.consultation.figures import Figures
from bilan.consultation.perimetre import Perimetre
from bilan.consultation.tableaux import Decoupage, Rang
from bilan.consultation.ventilation import Arbre, Ventilation
from bilan.grille import Chiffre, Colonne, Unite
from financement.models import Financeur

CODE = "croisement"


@dataclass(frozen=True)
class Tranche:
    """One row before it is drawn: what it is, its page, its lines and their money."""

    libelle: str
    page: str
    perimetre: Perimetre
    ventilation: Ventilation


def croiser(
    entete: str, tranches: Iterable[Tranche], total: Tranche, arbre: Arbre
) -> Decoupage | None:
    """The rows that have money, by funder that gives some: each with the services below it.

    None where one funder gives all: the rows' own figures say as much.
    """
    donnent = set(total.ventilation.argent_par_financeur())
    racines = [
        financeur
        for financeur in arbre.en_ordre()
        if financeur.parent_id is None and not donnent.isdisjoint(arbre.sous[financeur.pk])
    ]
    if len(racines) < 2:
        return None
    rangs = [
        _rang(tranche, racines, arbre)
        for tranche in tranches
        if tranche.ventilation.argent_par_financeur()
    ]
    return Decoupage(
        CODE,
        f"Par {entete.lower()} et par financeur",
        entete,
        tuple(rangs),
        _rang(total, racines, arbre),
        None,
        "Crédits accordés. Les chiffres d'un financeur comprennent ceux des services qui en "
        "relèvent.",
        (
            *(Colonne(f.code, f.nom.partition(" (")[0], Unite.EUROS) for f in racines),
            Colonne("total", "Ensemble", Unite.EUROS),
        ),
    )


def _rang(tranche: Tranche, racines: Iterable[Financeur], arbre: Arbre) -> Rang:
    argent = tranche.ventilation.argent_par_financeur()
    reconstitue = bool(tranche.ventilation.ensemble.reconstituees)

    def chiffre(perimetre: Perimetre, cles: Iterable[int]) -> Chiffre:
        accorde = Figures.cumul(argent[cle] for cle in cles if cle in argent).accorde
        lien = "" if accorde is None else perimetre.lien
        return Chiffre(accorde, Unite.EUROS, lien, reconstitue=reconstitue)

    return Rang(
        tranche.libelle,
        tranche.page,
        (
            *(chiffre(tranche.perimetre.des_financeurs([f]), arbre.sous[f.pk]) for f in racines),
            chiffre(tranche.perimetre, argent),
        ),
    )
