"""A row of the file, read: the values that it gives, and where they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from importation.correspondance import Colonne, TableauCorrespondu
from importation.fiches import INCONNUS, CleLigne, Montants, completer
from importation.lecture import Cellule, LigneLue
from importation.problemes import Journal
from importation.rubriques import ETAPES, RUBRIQUES
from importation.valeurs import en_texte

_TOTAL = re.compile(r"\s*(?:(?:sous[- ]?)?total\b.*|totaux\b.*|ensemble)\s*", re.IGNORECASE)


@dataclass(slots=True)
class LigneVerifiee:
    """A row read: the values that it gives, and where they stand in the file."""

    source: TableauCorrespondu
    lue: LigneLue
    journal: Journal
    champs: dict[str, Any] = field(default_factory=dict)
    montants: dict[CleLigne, Montants] = field(default_factory=dict)
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
    cellules = lue.cellules
    if _est_un_total(source, cellules):
        journal.avertir(
            source.tableau.feuille,
            lue.numero,
            "",
            en_texte(next(c for c in cellules if c != "")),
            "Ligne de total : non importée.",
        )
        return None
    ligne = LigneVerifiee(source, lue, journal, source.constantes.copy())
    champs, montants = ligne.champs, ligne.montants
    donnees = False
    for colonne in source.colonnes:
        if colonne.rang >= len(cellules) or (cellule := cellules[colonne.rang]) == "":
            continue
        valeur, refus = colonne.lire(cellule)
        if refus:
            ligne.refuser_sous(colonne.entete, ligne.texte(colonne), refus)
            donnees = True
        elif valeur is not None:
            donnees = True
            cible = colonne.cible
            if isinstance(cible, str):
                champs[cible] = valeur
            elif cible.ligne in montants:
                montants[cible.ligne] = completer(montants[cible.ligne], valeur)
            else:
                montants[cible.ligne] = valeur
    if not donnees:
        if any(c != "" for c in cellules):
            ligne.avertir_sous("", "", "Rien dans les colonnes importées : ligne ignorée.")
        return None
    if source.en_long:
        _ajouter_ligne_longue(ligne)
    if champs.get("commune") == "transterritorial":
        champs["commune"] = None
    return ligne


def _est_un_total(source: TableauCorrespondu, cellules: Sequence[Cellule]) -> bool:
    """A line of totals begins with the word, and names no action beside it."""
    premiere = cellules[0] or next((c for c in cellules if c != ""), "") if cellules else ""
    if not isinstance(premiere, str) or not _TOTAL.fullmatch(premiere):
        return False
    for rubrique in ("theme", "commune", "porteur", "reference"):
        colonne = source.par_rubrique.get(rubrique)
        if colonne is None or colonne.rang >= len(cellules):
            continue
        if cellules[colonne.rang] not in ("", premiere):
            return False
    return True


def _ajouter_ligne_longue(ligne: LigneVerifiee) -> None:
    """Columns « financeur », « montant accordé »… of one row make one funding line."""
    champs = ligne.champs
    donnes = {
        etape: champs.pop(f"montant_{etape}") for etape in ETAPES if f"montant_{etape}" in champs
    }
    financeur = champs.pop("financeur", None)
    nature = champs.pop("nature_financement", None) or "FONCTIONNEMENT"
    credit = champs.pop("credit", None) or "SPECIFIQUE"
    if financeur is None:
        if donnes and not ligne.refusee():
            ligne.refuser("financeur", "Indiquez qui donne ce montant.")
        return
    if not donnes and not _designe(ligne):
        return
    cle = (financeur, nature, credit)
    deja = ligne.montants.get(cle, INCONNUS)
    for etape, connu in zip(ETAPES, deja, strict=True):
        if connu is not None and etape in donnes:
            ligne.refuser(
                f"montant_{etape}",
                "Ce montant est aussi donné par une autre colonne de la ligne : gardez-en un.",
            )
    demande, accorde, verse = (donnes.get(etape) for etape in ETAPES)
    ligne.montants[cle] = completer(deja, (demande, accorde, verse))


def _designe(ligne: LigneVerifiee) -> bool:
    """Whether the row itself names its funder, so that a line without amount is meant."""
    return bool(ligne.texte(ligne.colonne("financeur")))
