"""The list of actions: thousands of rows, cut into pages here rather than by trial and error.

Heights are known beforehand, so each page is a table of its own, exactly as high as it must be.
No row is cut; a group's heading stays with its first two rows, its subtotal with its last two.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from reportlab.platypus import Flowable, Table, TableStyle

from actions.models import Action
from bilan.document import GroupeActions, LigneAction, ListeActions
from bilan.rendus.pdf.grilles import Commande, Mesures, commandes, imprime, somme_imprimee
from bilan.rendus.pdf.toile import HAUTEUR_PAYSAGE, LARGEUR_PAYSAGE
from bilan.rendus.pdf.typographie import (
    BLEU,
    FILET,
    FOND_GROUPE,
    FOND_TETE,
    GRAS,
    propre,
)
from bilan.tableaux import Ligne
from financement.montants import Montant
from listes.chiffres import montant

_MOTS: Final = (("Référence", 0.0), ("Intitulé", 0.48), ("Thème", 0.27), ("Porteur", 0.25))
"""The columns of words, and the share of what is left that each takes beside the reference."""
_SOMME: Final = "Total accordé"
_INVESTISSEMENT: Final = "Investissement"
MESURES: Final = Mesures(corps=7.5, interligne=9, marge=3)
_GARDEES: Final = 2
"""Rows that never part from the heading above them or the subtotal below."""
_AVANCE: Final = 4
"""Rows read beyond the page, enough to know what a cut would part."""


SANS_LIGNE: Final = Montant()


class Genre(Enum):
    GROUPE = auto()
    LIGNE = auto()
    SOUS_TOTAL = auto()
    TOTAL = auto()


@dataclass(frozen=True, slots=True)
class Rangee:
    """A printed row: its cells, its height in points, the group that it belongs to."""

    genre: Genre
    cases: tuple[str, ...]
    hauteur: float
    groupe: str
    lien: str = ""


class ListeImprimee(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """What is left of the list: it gives the rows that a page holds, then what is left again."""

    def __init__(self, pages: "Pages") -> None:
        super().__init__()
        self.pages = pages

    def wrap(self, place: float, hauteur: float) -> tuple[float, float]:
        """Always higher than the page: it is drawn by its pages."""
        return place, hauteur + 1

    def split(self, _place: float, hauteur: float) -> list[Flowable]:
        page = self.pages.suivante(hauteur)
        if page is None:
            return []
        return [page] if self.pages.epuisees else [page, ListeImprimee(self.pages)]


class Pages:
    """The list as it is read: a few rows in store, each page a table."""

    def __init__(self, liste: ListeActions, base_url: str) -> None:
        self.base_url = base_url
        self.mots = _MOTS if liste.porteurs_connus else _MOTS[:-1]
        self.entetes = (
            *(mot for mot, _ in self.mots),
            *(propre(titre) for _, titre in liste.colonnes),
            _SOMME,
            *((_INVESTISSEMENT,) if liste.investit else ()),
        )
        self.largeurs = _largeurs(liste, [part for _, part in self.mots])
        self.rangees = _rangees(liste, self.largeurs)
        self.reserve: deque[Rangee] = deque()

    @property
    def epuisees(self) -> bool:
        return not self._lire(1)

    def suivante(self, hauteur: float) -> Table | None:
        """The next page in that height; None if too few rows would fit."""
        rangees = self._page(hauteur)
        return self._table(rangees) if rangees else None

    def _lire(self, combien: int) -> bool:
        """Have that many rows in store; False when there are none left at all."""
        while len(self.reserve) < combien and (rangee := next(self.rangees, None)) is not None:
            self.reserve.append(rangee)
        return bool(self.reserve)

    def _page(self, hauteur: float) -> list[Rangee]:
        """The rows of the next page, taken from the store; none if too few would fit."""
        if not self._lire(1):
            return []
        libre = hauteur - _hauteur(self.entetes)
        debut: list[Rangee] = []
        if self.reserve[0].genre != Genre.GROUPE:
            debut.append(_titre_de_groupe(f"{self.reserve[0].groupe} (suite)", self.largeurs))
            libre -= debut[0].hauteur
        prises = 0
        while self._lire(prises + 1) and len(self.reserve) > prises:
            libre -= self.reserve[prises].hauteur
            if libre < 0:
                break
            prises += 1
        self._lire(prises + _AVANCE)
        coupe = _coupe(list(self.reserve), prises)
        if not coupe and hauteur >= HAUTEUR_PAYSAGE - 1:
            coupe = prises or 1
        return [*debut, *(self.reserve.popleft() for _ in range(coupe))] if coupe else []

    def _table(self, page: list[Rangee]) -> Table:
        return Table(
            [self.entetes, *(rangee.cases for rangee in page)],
            colWidths=self.largeurs,
            rowHeights=[_hauteur(self.entetes), *(rangee.hauteur for rangee in page)],
            style=TableStyle([*self._style(), *_reliefs(page), *self._liens(page)]),
            hAlign="LEFT",
        )

    def _style(self) -> list[Commande]:
        return [*commandes(MESURES), ("ALIGN", (len(self.mots), 0), (-1, -1), "RIGHT")]

    def _liens(self, page: list[Rangee]) -> Iterator[Commande]:
        if self.base_url:
            for y, rangee in enumerate(page, 1):
                if rangee.lien:
                    yield ("HREF", (0, y), (1, y), self.base_url + rangee.lien)


def _coupe(rangees: list[Rangee], prises: int) -> int:
    """How many of the rows that fit may stay, so that nothing is orphaned on either side."""
    if prises >= len(rangees):
        return prises
    for coupe in range(prises, 0, -1):
        avant = [r.genre for r in rangees[max(0, coupe - _GARDEES) : coupe]]
        apres = [r.genre for r in rangees[coupe : coupe + _GARDEES]]
        tete_seule = Genre.GROUPE in avant
        total_seul = apres[0] != Genre.GROUPE and (
            Genre.SOUS_TOTAL in apres or Genre.TOTAL in apres
        )
        if not tete_seule and not total_seul:
            return coupe
    return 0


def _reliefs(page: list[Rangee]) -> Iterator[Commande]:
    for y, rangee in enumerate(page, 1):
        if rangee.genre == Genre.LIGNE:
            continue
        yield ("FONTNAME", (0, y), (-1, y), GRAS)
        if rangee.genre == Genre.GROUPE:
            yield ("TEXTCOLOR", (0, y), (-1, y), BLEU)
            yield ("BACKGROUND", (0, y), (-1, y), FOND_GROUPE)
        elif rangee.genre == Genre.SOUS_TOTAL:
            yield ("LINEABOVE", (0, y), (-1, y), 0.8, BLEU)
            yield ("LINEBELOW", (0, y), (-1, y), 0.4, FILET)
        else:
            yield ("BACKGROUND", (0, y), (-1, y), FOND_TETE)
            yield ("LINEABOVE", (0, y), (-1, y), 1, BLEU)


def _rangees(liste: ListeActions, largeurs: list[float]) -> Iterator[Rangee]:
    """The rows as they are printed, read once."""
    codes = [code for code, _ in liste.colonnes]
    for groupe in liste.groupes():
        yield from _du_groupe(groupe, codes, liste.investit, largeurs)
    yield _somme(Genre.TOTAL, "TOTAL", liste.total, "", largeurs)


def _du_groupe(
    groupe: GroupeActions, codes: list[str], investit: bool, largeurs: list[float]
) -> Iterator[Rangee]:
    nom = propre(groupe.sous_total.nom or groupe.sous_total.libelle)
    yield _titre_de_groupe(nom, largeurs)
    for ligne in groupe.lignes:
        yield _ligne(ligne, codes, investit, largeurs, nom)
    yield _somme(Genre.SOUS_TOTAL, f"Sous-total {nom}", groupe.sous_total, nom, largeurs)


def _ligne(
    ligne: LigneAction, codes: list[str], investit: bool, largeurs: list[float], groupe: str
) -> Rangee:
    marque = "*" if ligne.provenance == Action.Provenance.RECONSTITUTION else ""
    non_compte = "" if ligne.nature == Action.Nature.ACTION else " (financé, non compté)"
    montants = ligne.montants
    textes = (ligne.reference + marque, ligne.intitule + non_compte, ligne.theme, ligne.porteur)
    # As many words as there are columns for them: the porteur's may be left out.
    mots = [
        MESURES.couper(texte, largeur)
        for texte, largeur in zip(textes, largeurs[: -len(codes) - 1 - investit], strict=False)
    ]
    sommes = [montants.get(code, SANS_LIGNE) for code in codes]
    sommes += [ligne.montant, ligne.investissement] if investit else [ligne.montant]
    cases = (*mots, *map(somme_imprimee, sommes))
    return Rangee(Genre.LIGNE, cases, _hauteur(cases), groupe, ligne.lien)


def _titre_de_groupe(nom: str, largeurs: list[float]) -> Rangee:
    cases = (nom, *[""] * (len(largeurs) - 1))
    return Rangee(Genre.GROUPE, cases, _hauteur(()), nom)


def _somme(genre: Genre, titre: str, ligne: Ligne, groupe: str, largeurs: list[float]) -> Rangee:
    """A subtotal or the total: its title runs over the empty cells that follow."""
    nombre, *sommes = ligne.chiffres
    compte = nombre.affiche if nombre.texte else f"{nombre.affiche} {_actions(nombre.valeur)}"
    textes = [imprime(chiffre) for chiffre in sommes]
    blancs = [""] * (len(largeurs) - 1 - len(textes))
    cases = (f"{titre} : {propre(compte)}", *blancs, *textes)
    return Rangee(genre, cases, _hauteur(cases), groupe)


def _actions(compte: object) -> str:
    return "action" if compte in (0, 1) else "actions"


def _hauteur(cases: tuple[str, ...]) -> float:
    lignes = max((case.count("\n") for case in cases), default=0) + 1
    return lignes * MESURES.interligne + 5


def _largeurs(liste: ListeActions, parts: list[float]) -> list[float]:
    """No amount is wider than the total with its cents; words share what is left."""
    plus_large = MESURES.largeur(montant(liste.total.chiffres[1].valeur) + ",00", GRAS)
    publie = MESURES.largeur(imprime(liste.total.chiffres[1]), GRAS)
    sommes = [max(plus_large, MESURES.largeur(propre(titre), GRAS)) for _, titre in liste.colonnes]
    sommes.append(max(plus_large, publie, MESURES.largeur(_SOMME, GRAS)))
    if liste.investit:
        investi = imprime(liste.total.chiffres[2])
        sommes.append(max(MESURES.largeur(investi, GRAS), MESURES.largeur(_INVESTISSEMENT, GRAS)))
    reference = 62.0
    reste = LARGEUR_PAYSAGE - reference - sum(sommes)
    mots = [reste * part / sum(parts) for part in parts[1:]]
    return [reference, *mots, *sommes]
