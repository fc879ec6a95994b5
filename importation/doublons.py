"""Sheets that hold the same lines: by theme, then by commune; a copy; only those granted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from importation.correspondance import ColonneCorrespondue, TableauCorrespondu
from importation.lecture import LigneLue
from importation.referentiel import cle_organisme
from importation.valeurs import en_texte
from listes.chiffres import accord

_NOMMENT = ("reference", "intitule", "porteur")


@dataclass(frozen=True, slots=True)
class Doublon:
    """A sheet whose lines are also another's. ``entier``: all of them, which adds nothing."""

    source: TableauCorrespondu
    autre: TableauCorrespondu
    communes: int
    entier: bool

    @property
    def message(self) -> str:
        feuille = f"la feuille « {self.autre.tableau.feuille} »"
        lignes = accord(
            self.communes, "Une de ses lignes est", f"{self.communes} de ses lignes sont"
        )
        if self.entier:
            return f"Ses lignes sont aussi dans {feuille} : feuille non importée."
        return (
            f"{lignes} aussi dans {feuille} : l'argent y compterait deux fois. Choisissez, dans "
            "Colonnes, la feuille à lire."
        )


def trouver_doublons(tableaux: Sequence[TableauCorrespondu]) -> list[Doublon]:
    """Each table that repeats another, once; of two equal ones, the second."""
    doublons: list[Doublon] = []
    entiers: list[TableauCorrespondu] = []
    for rang, autre in enumerate(tableaux):
        for source in tableaux[rang + 1 :]:
            if source in entiers or autre in entiers:
                continue
            doublon = _comparer(source, autre)
            if doublon is not None:
                doublons.append(doublon)
                entiers += [doublon.source] if doublon.entier else []
    return doublons


def _comparer(un: TableauCorrespondu, autre: TableauCorrespondu) -> Doublon | None:
    noms = [r for r in _NOMMENT if r in un.par_rubrique and r in autre.par_rubrique]
    argent_d_un, argent_d_autre = _argent(un), _argent(autre)
    montants = [cible for cible in argent_d_un if cible in argent_d_autre]
    if not noms or (argent_d_un and argent_d_autre and not montants):
        return None
    lignes_d_un = Counter(_cles(un, noms, [argent_d_un[m] for m in montants]))
    lignes_d_autre = Counter(_cles(autre, noms, [argent_d_autre[m] for m in montants]))
    communes = (lignes_d_un & lignes_d_autre).total()
    petite = min(lignes_d_un.total(), lignes_d_autre.total())
    if not communes or communes * 2 < petite:
        return None
    for source, lignes, dans, ailleurs in (
        (un, lignes_d_un, autre, argent_d_autre),
        (autre, lignes_d_autre, un, argent_d_un),
    ):
        if communes == lignes.total() and _argent(source).keys() <= ailleurs.keys():
            return Doublon(source, dans, communes, entier=True)
    return Doublon(un, autre, communes, entier=False)


def _argent(source: TableauCorrespondu) -> dict[Any, ColonneCorrespondue]:
    return {colonne.cible: colonne for colonne in source.colonnes if colonne.etape}


def _cles(
    source: TableauCorrespondu, noms: list[str], montants: list[ColonneCorrespondue]
) -> Iterator[tuple[object, ...]]:
    """What each line of a table says of an action and of its money; lines without a name aside."""
    colonnes = [source.par_rubrique[nom] for nom in noms]
    for ligne in source.tableau.lignes:
        textes = tuple(cle_organisme(_texte(ligne, colonne)) for colonne in colonnes)
        if any(textes):
            yield (*textes, *(_euros(ligne, colonne) for colonne in montants))


def _texte(ligne: LigneLue, colonne: ColonneCorrespondue) -> str:
    return en_texte(ligne.cellules[colonne.rang]) if colonne.rang < len(ligne.cellules) else ""


def _euros(ligne: LigneLue, colonne: ColonneCorrespondue) -> object:
    if colonne.rang >= len(ligne.cellules):
        return None
    return colonne.euros(colonne.lire(ligne.cellules[colonne.rang])[0])
