"""A row of the file, read: the values that it gives, and where they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from importation.correspondance import Colonne, TableauCorrespondu
from importation.fiches import CleLigne
from importation.lecture import LigneLue
from importation.problemes import Journal
from importation.rubriques import RUBRIQUES, LigneDeFinancement
from importation.valeurs import ValeurRefuseeError, en_texte

_TOTAL = re.compile(r"(sous[- ]?)?total\b.*|totaux\b.*|ensemble", re.IGNORECASE)


@dataclass(slots=True)
class LigneVerifiee:
    """A row read: the values that it gives, and where they stand in the file."""

    source: TableauCorrespondu
    lue: LigneLue
    journal: Journal
    champs: dict[str, Any] = field(default_factory=dict)
    montants: dict[CleLigne, dict[str, Decimal]] = field(default_factory=dict)
    refus: int = 0

    @property
    def feuille(self) -> str:
        return self.source.tableau.feuille

    def texte(self, colonne: Colonne | None) -> str:
        """The cell of a column, as written."""
        if colonne is None or colonne.rang >= len(self.lue.cellules):
            return ""
        return en_texte(self.lue.cellules[colonne.rang])

    def vide(self, colonne: Colonne) -> bool:
        """Whether the cell of a column holds nothing."""
        cellules = self.lue.cellules
        return colonne.rang >= len(cellules) or cellules[colonne.rang] in ("", "-", "–", "—")

    def refusee(self) -> bool:
        return self.refus > 0

    def refuser(self, rubrique: str, message: str) -> None:
        """An error in the field's column, or in the row where the file has no such column."""
        colonne = self.colonne(rubrique)
        entete = colonne.entete if colonne else RUBRIQUES[rubrique].libelle
        self.refuser_sous(entete, self.texte(colonne), message)

    def refuser_sous(self, entete: str, valeur: str, message: str) -> None:
        """An error under a heading."""
        self.journal.refuser(self.feuille, self.lue.numero, entete, valeur, message)
        self.refus += 1

    def avertir(self, rubrique: str, message: str) -> None:
        colonne = self.colonne(rubrique)
        self.avertir_sous(colonne.entete if colonne else "", self.texte(colonne), message)

    def avertir_sous(self, entete: str, valeur: str, message: str) -> None:
        self.journal.avertir(self.feuille, self.lue.numero, entete, valeur, message)

    def colonne(self, rubrique: str) -> Colonne | None:
        return self.source.par_rubrique.get(rubrique)


def lire_ligne(source: TableauCorrespondu, lue: LigneLue, journal: Journal) -> LigneVerifiee | None:
    """The values of a row; None where it isn't one: a total, or nothing in the imported columns."""
    if _est_un_total(source, lue):
        journal.avertir(
            source.tableau.feuille,
            lue.numero,
            "",
            en_texte(next(c for c in lue.cellules if c != "")),
            "Ligne de total : non importée.",
        )
        return None
    ligne = LigneVerifiee(source, lue, journal, dict(source.constantes))
    donnees = False
    for colonne, valeur, refus in _valeurs(source, lue):
        if refus:
            ligne.refuser_sous(colonne.entete, ligne.texte(colonne), refus)
            donnees = True
        elif valeur is not None:
            donnees = True
            if isinstance(colonne.cible, LigneDeFinancement):
                cible = colonne.cible
                montants = ligne.montants.setdefault(cible.ligne, {})
                montants[cible.etape] = valeur
            else:
                ligne.champs[colonne.cible] = valeur
    if not donnees:
        if any(c != "" for c in lue.cellules):
            ligne.avertir_sous("", "", "Rien dans les colonnes importées : ligne ignorée.")
        return None
    if source.en_long:
        _ajouter_ligne_longue(ligne)
    if ligne.champs.get("commune") == "transterritorial":
        ligne.champs["commune"] = None
    return ligne


def _valeurs(source: TableauCorrespondu, lue: LigneLue) -> Iterator[tuple[Colonne, Any, str]]:
    """(column, value, why it is refused), each distinct cell of a column being read once."""
    cellules = lue.cellules
    nombre = len(cellules)
    for colonne in source.colonnes:
        if colonne.rang >= nombre:
            continue
        cellule = cellules[colonne.rang]
        if cellule == "":
            continue
        deja_lus = colonne.deja_lus
        # 1, 1.0 and True are equal, and don't read the same.
        identite = cellule if type(cellule) is str else (type(cellule), cellule)
        lu = deja_lus.get(identite) if deja_lus is not None else None
        if lu is None:
            try:
                lu = (colonne.lire(cellule), "")
            except ValeurRefuseeError as erreur:
                lu = (None, str(erreur))
            if deja_lus is not None:
                deja_lus[identite] = lu
        yield colonne, lu[0], lu[1]


def _est_un_total(source: TableauCorrespondu, lue: LigneLue) -> bool:
    """A line of totals begins with the word, and names no action beside it."""
    premiere = next((c for c in lue.cellules if c != ""), "")
    if not isinstance(premiere, str) or not _TOTAL.fullmatch(premiere.strip()):
        return False
    for rubrique in ("theme", "commune", "porteur", "reference"):
        colonne = source.par_rubrique.get(rubrique)
        if colonne is not None and colonne.rang < len(lue.cellules):
            cellule = lue.cellules[colonne.rang]
            if cellule not in ("", premiere):
                return False
    return True


def _ajouter_ligne_longue(ligne: LigneVerifiee) -> None:
    """Columns « financeur », « montant accordé »… of one row make one funding line."""
    champs = ligne.champs
    montants = {
        code.removeprefix("montant_"): champs.pop(code)
        for code in ("montant_demande", "montant_accorde", "montant_verse")
        if code in champs
    }
    financeur = champs.pop("financeur", None)
    nature = champs.pop("nature_financement", None) or "FONCTIONNEMENT"
    credit = champs.pop("credit", None) or "SPECIFIQUE"
    if financeur is None:
        if montants and not ligne.refusee():
            ligne.refuser("financeur", "Indiquez qui donne ce montant.")
        return
    if not montants and not _designe(ligne):
        return
    deja = ligne.montants.setdefault((financeur, nature, credit), {})
    for etape, valeur in montants.items():
        if etape in deja:
            ligne.refuser(
                f"montant_{etape}",
                "Ce montant est aussi donné par une autre colonne de la ligne : gardez-en un.",
            )
        deja[etape] = valeur


def _designe(ligne: LigneVerifiee) -> bool:
    """Whether the row itself names its funder, so that a line without amount is meant."""
    return bool(ligne.texte(ligne.colonne("financeur")))
