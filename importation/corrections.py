"""What a person mends in the pages, without going back to the spreadsheet: cells, rows left out."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from importation.entetes import TableauLu, forme
from importation.lecture import Cellule, LigneLue
from importation.referentiel import cle_organisme
from importation.valeurs import en_texte


class Correction(NamedTuple):
    """A cell read as ``apres``; ``ligne`` 0: each cell of the column that is written ``avant``.

    Without ``colonne``, the whole row is left out.
    """

    feuille: str
    ligne: int
    colonne: str
    avant: str
    apres: str

    @property
    def partout(self) -> bool:
        return self.ligne == 0

    def remplace(self, autre: "Correction") -> bool:
        """Whether this one is about the same place as another."""
        place = (self.feuille, self.ligne, forme(self.colonne))
        if place != (autre.feuille, autre.ligne, forme(autre.colonne)):
            return False
        return not self.partout or _ecrit(self.avant) == _ecrit(autre.avant)


def corriger(tableau: TableauLu, corrections: Iterable[Correction]) -> TableauLu:
    """The table as it was mended. What names a heading that isn't there any more does nothing."""
    rangs = {forme(entete): rang for rang, entete in tableau.entetes.items()}
    cellules: dict[int, dict[int, str]] = {}  # by row's number, by column
    partout: dict[tuple[int, str], str] = {}
    laissees: set[int] = set()
    for correction in map(Correction._make, corrections):
        if correction.feuille != tableau.feuille:
            continue
        rang = rangs.get(forme(correction.colonne))
        if not correction.colonne:
            laissees.add(correction.ligne)
        elif rang is None:
            continue
        elif correction.partout:
            partout[rang, _ecrit(correction.avant)] = correction.apres
        else:
            cellules.setdefault(correction.ligne, {})[rang] = correction.apres
    colonnes = sorted({rang for rang, _ in partout})

    corrigees: dict[tuple[int, int], str] = {}

    def lue(ligne: LigneLue) -> LigneLue:
        lu = {
            rang: apres
            for rang in colonnes
            if rang < len(ligne.cellules)
            and (apres := partout.get((rang, _ecrit(ligne.cellules[rang])))) is not None
        } | cellules.get(ligne.numero, {})
        if not lu:
            return ligne
        mendees: list[Cellule] = [*ligne.cellules]
        mendees += [""] * (max(lu) + 1 - len(mendees))
        for rang, apres in lu.items():
            mendees[rang] = apres
            corrigees[ligne.numero, rang] = apres
        return replace(ligne, cellules=mendees)

    lignes = [lue(ligne) for ligne in tableau.lignes]
    return replace(tableau, lignes=lignes, laissees=frozenset(laissees), corrigees=corrigees)


def _ecrit(cellule: Cellule) -> str:
    """What the spellings of one value share."""
    return cle_organisme(en_texte(cellule))
