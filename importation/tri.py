"""Which rows of a table are its actions: not its totals, nor its headings again, nor other years.

Each row is kept, refused or set aside aloud, and counted.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importation.correspondance import ColonneCorrespondue, TableauCorrespondu
from importation.decompte import Decompte, Part
from importation.entetes import forme
from importation.lecture import Cellule, LigneLue
from importation.lignes import Euros, Journal, LigneVerifiee, lire_euros, lire_ligne
from importation.referentiel import Referentiel
from importation.valeurs import en_texte

_TOTAL = re.compile(
    r"(?:(?:sous[- ]?|s[./])?tota(?:l|ux)\b.*|s/?t|ensemble(?: (?:d|g).*)?|cumul\b.*|somme)",
    re.IGNORECASE,
)
_TITRE = re.compile(r"(?:thème|thématique|axe|volet|pilier|commune|quartier)\b", re.IGNORECASE)
_COLONNES_D_UN_TITRE = 3
_NOMMENT = ("reference", "porteur", "siret")  # what a line of totals never gives
_SITUENT = ("theme", "commune")
_LIGNES_D_UNE_SOMME = 2
TOTAL, ENTETES, TITRE, VIDE = "lignes de total", "en-têtes répétés", "titres", "lignes sans valeur"
EN_ERREUR = "lignes en erreur"


class Tri:
    """Takes the rows of one table in order."""

    def __init__(
        self, source: TableauCorrespondu, ref: Referentiel, journal: Journal, decompte: Decompte
    ) -> None:
        self.source, self.ref, self.journal, self.decompte = source, ref, journal, decompte
        self.annees: dict[int, tuple[int, Part]] = {}  # year → its first row, and all of them
        self._groupe, self._table = (
            _Sommes(),
            _Sommes(),
        )  # since the last total, since the first row
        self._nomment = [c for r in _NOMMENT if (c := source.par_rubrique.get(r))]
        self._situent = [c for r in _SITUENT if (c := source.par_rubrique.get(r))]

    def lire(self, lue: LigneLue) -> LigneVerifiee | None:
        """The row's values; None where it is set aside, or holds nothing but spaces."""
        if all(type(c) is str and not c.strip() for c in lue.cellules):
            return None
        if self._d_une_autre_annee(lue):
            return None
        ecart = self._ecart(lue.cellules)
        if ecart:
            self._ecarter(lue, *ecart)
            return None
        ligne = lire_ligne(self.source, lue, self.journal)
        if ligne is None:
            self._ecarter(lue, VIDE, "Rien dans les colonnes importées : ligne ignorée.")
            return None
        additionnees = self._additionnees(ligne.euros)
        if additionnees:
            lignes = f"lignes {additionnees.premiere} à {additionnees.derniere}"
            if not self._nommee(lue.cellules) and not self._situee(lue.cellules):
                message = f"Somme des {lignes} : lue comme un total, non importée."
                self._ecarter(lue, TOTAL, message)
                return None
            doute = f"Ses montants sont la somme des {lignes} : est-ce un total ?"
            ligne.avertir_sous("", "", doute)
        for sommes in (self._groupe, self._table):
            sommes.ajouter(ligne)
        return ligne

    def compter(self, ligne: LigneVerifiee) -> None:
        """A row, once it is known whether it can be written."""
        euros = _par_etape(ligne.euros)
        if ligne.refusee():
            self.decompte.ecarter(EN_ERREUR, euros)
        else:
            self.decompte.garder(euros)

    def _ecart(self, cellules: Sequence[Cellule]) -> tuple[str, str, str] | None:
        """Why a row isn't an action, how to say it, and the text that shows it."""
        if self._repete_les_entetes(cellules):
            return ENTETES, "En-têtes répétés : ligne non importée.", ""
        etiquette = self._etiquette_de_total(cellules)
        if etiquette:
            self._groupe = _Sommes()
            return TOTAL, "Ligne de total : non importée.", etiquette
        titre = self._titre(cellules)
        return (TITRE, "Ligne de titre : non importée.", titre) if titre else None

    def _ecarter(self, lue: LigneLue, motif: str, message: str, valeur: str = "") -> None:
        self.journal.avertir(self.source.tableau.feuille, lue.numero, "", valeur, message)
        self.decompte.ecarter(motif, _par_etape(lire_euros(self.source, lue.cellules)))

    # --- Headings and titles among the rows ----------------------------------------------------

    def _repete_les_entetes(self, cellules: Sequence[Cellule]) -> bool:
        for niveau in self.source.tableau.niveaux:
            premiere = min(niveau)
            if premiere >= len(cellules) or not _est(cellules[premiere], niveau[premiere]):
                continue
            textes = {rang: c for rang, c in enumerate(cellules) if c != ""}
            memes = sum(_est(c, niveau.get(rang, "")) for rang, c in textes.items())
            if len(niveau) > 1 and memes * 5 >= max(len(textes), len(niveau)) * 4:
                return True
        return False

    def _titre(self, cellules: Sequence[Cellule]) -> str:
        """The only text of a row that can be no action, such as the theme of those below."""
        remplies = [(rang, c) for rang, c in enumerate(cellules) if c != ""]
        textes = {c for _, c in remplies}
        if len(textes) != 1 or not self._situent:
            return ""
        rang, texte = remplies[0]
        intitule = self.source.par_rubrique.get("intitule")
        if not isinstance(texte, str) or len(self.source.colonnes) < _COLONNES_D_UN_TITRE:
            return ""
        nomme = self.ref.themes.trouver(texte) or self.ref.communes.trouver(texte)
        importees = {colonne.rang for colonne in self.source.colonnes if not colonne.etape}
        if rang not in importees:
            return ""
        hors_intitule = intitule is not None and rang != intitule.rang
        return texte.strip() if hors_intitule or nomme or _TITRE.match(texte.strip()) else ""

    # --- Years ---------------------------------------------------------------------------------

    def _d_une_autre_annee(self, lue: LigneLue) -> bool:
        """Whether the row's budget year isn't that of the import; counted, and said at the end."""
        colonne = self.source.par_rubrique.get("exercice")
        if colonne is None or colonne.rang >= len(lue.cellules):
            return False
        annee, _ = colonne.lire(lue.cellules[colonne.rang])
        if annee in (None, self.ref.annee):
            return False
        euros = _par_etape(lire_euros(self.source, lue.cellules))
        self.annees.setdefault(annee, (lue.numero, Part()))[1].ajouter(euros)
        self.decompte.ecarter(f"exercice {annee}", euros)
        return True

    # --- Totals --------------------------------------------------------------------------------

    def _etiquette_de_total(self, cellules: Sequence[Cellule]) -> str:
        """The « Total » of a row that names nobody; "" where it isn't one.

        One that names someone is one too, if its amounts are the sum of the rows above.
        """
        etiquettes = [
            c for c in cellules if type(c) is str and c[:8].strip() and _TOTAL.fullmatch(c.strip())
        ]
        if not etiquettes:
            return ""
        intitule = self.source.par_rubrique.get("intitule")
        titres = [intitule] if intitule else []
        autres = [*self._nomment, *titres, *([] if self._nomment else self._situent)]
        presentes = [
            c
            for colonne in autres
            if colonne.rang < len(cellules)
            and (c := cellules[colonne.rang]) != ""
            and c not in etiquettes
            and en_texte(c).strip()
        ]
        if presentes and not self._additionnees(lire_euros(self.source, cellules)):
            return ""
        return etiquettes[0].strip()

    def _additionnees(self, euros: Euros) -> "_Sommes | None":
        """The rows above whose sums are all of these amounts, two rows at least."""
        if not any(valeur for _, _, valeur in euros):
            return None
        return next((s for s in (self._groupe, self._table) if s.donnent(euros)), None)

    def _nommee(self, cellules: Sequence[Cellule]) -> bool:
        return not self._nomment or _remplie(self._nomment, cellules)

    def _situee(self, cellules: Sequence[Cellule]) -> bool:
        return not self._situent or _remplie(self._situent, cellules)


@dataclass(slots=True)
class _Sommes:
    """The amounts of some rows in a row, added up by column."""

    premiere: int = 0
    derniere: int = 0
    nombre: int = 0
    par_colonne: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def ajouter(self, ligne: LigneVerifiee) -> None:
        self.premiere = self.premiere or ligne.lue.numero
        self.derniere = ligne.lue.numero
        self.nombre += 1
        for rang, _, valeur in ligne.euros:
            self.par_colonne[rang] += valeur

    def donnent(self, euros: Euros) -> bool:
        return self.nombre >= _LIGNES_D_UNE_SOMME and all(
            self.par_colonne.get(rang) == valeur for rang, _, valeur in euros
        )


def _est(cellule: Cellule, entete: str) -> bool:
    return isinstance(cellule, str) and forme(cellule) == entete


def _remplie(colonnes: Sequence[ColonneCorrespondue], cellules: Sequence[Cellule]) -> bool:
    return any(c.rang < len(cellules) and en_texte(cellules[c.rang]).strip() for c in colonnes)


def _par_etape(euros: Euros) -> list[tuple[str, Decimal]]:
    return [(etape, valeur) for _, etape, valeur in euros]
