"""Text files of rows: which character separates their cells, and what a stray quote swallowed."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from importation.extraction.bornes import (
    ACCEPTES,
    CELLULES_MAX,
    COLONNES_MAX,
    LIGNES_MAX,
    RefusError,
)

SEPARATEURS = ";,\t"
_LIGNES_ESSAYEES = 60


def lire_csv(texte: str) -> Iterator[tuple[int, list[str]]]:
    """(number from 1, cells) of the rows that aren't blank. Raises RefusError."""
    separateur, largeur = _separateur(texte)
    total = 0
    try:
        for numero, cellules in enumerate(_enregistrements(texte, separateur, largeur), start=1):
            if numero == 1 and [c.strip().lower() for c in cellules[:1]] == ["sep="]:
                continue
            total += len(cellules)
            if numero > LIGNES_MAX or total > CELLULES_MAX or len(cellules) > COLONNES_MAX:
                raise RefusError(
                    f"Le fichier est trop grand : {LIGNES_MAX} lignes, {COLONNES_MAX} colonnes et "
                    f"{CELLULES_MAX} cellules au plus. Partagez-le."
                )
            while cellules and not cellules[-1].strip():
                cellules.pop()
            if cellules:
                yield numero, cellules
    except csv.Error as erreur:
        raise RefusError(f"Le fichier n'est pas un csv lisible ({erreur}). {ACCEPTES}") from None


def _separateur(texte: str) -> tuple[str, int]:
    """The separator that cuts the first rows most evenly, and in how many cells.

    « sep=; » on the first line decides.
    """
    premiere = texte[:5].lower()
    dit = premiere[4:] if premiere.startswith("sep=") else ""
    essais = {}
    for separateur in dit if dit and dit in SEPARATEURS else SEPARATEURS:
        tailles: Counter[int] = Counter()
        for ligne in io.StringIO(texte[:20_000], newline=""):
            if tailles.total() == _LIGNES_ESSAYEES:
                break
            if not ligne.strip():
                continue
            try:
                [cellules] = csv.reader([ligne], delimiter=separateur)
            except csv.Error:
                continue
            tailles[len(cellules)] += 1
        essais[separateur] = max(
            ((nombre, taille) for taille, nombre in tailles.items() if taille > 1), default=(0, 0)
        )
    meilleur = max(essais, key=lambda separateur: essais[separateur])
    return meilleur, essais[meilleur][1]


class _Lignes:
    """The lines of a text, those of the record under way kept: they can be taken back."""

    def __init__(self, texte: str) -> None:
        self._suite = iter(io.StringIO(texte, newline=""))
        self._rendues: list[str] = []  # the next one is the last
        self.numero = 0
        self.prises: list[str] = []

    def __iter__(self) -> "_Lignes":
        return self

    def __next__(self) -> str:
        ligne = self._rendues.pop() if self._rendues else next(self._suite)
        self.numero += 1
        self.prises.append(ligne)
        return ligne

    def rendre(self) -> str:
        """Take back all the lines of the record but the first, which is given."""
        premiere, *autres = self.prises
        self._rendues += reversed(autres)
        self.numero -= len(autres)
        self.prises = []
        return premiere


def _enregistrements(texte: str, separateur: str, largeur: int) -> Iterator[list[str]]:
    """The records; a quote that is left open, or closed rows below, swallows none of them."""
    lignes = _Lignes(texte)
    lecteur = csv.reader(lignes, delimiter=separateur, strict=True)
    while True:
        try:
            cellules = next(lecteur)
        except StopIteration:
            return
        except csv.Error:
            cellules = None
        if cellules is None or _avale(lignes.prises, separateur, largeur):
            ligne = lignes.rendre()
            cellules = _lire_seule(ligne, separateur, largeur)
            lecteur = csv.reader(lignes, delimiter=separateur, strict=True)
        if cellules is None:
            raise RefusError(
                f"Ligne {lignes.numero} : un guillemet est ouvert et n'est pas refermé à sa place, "
                f"les lignes suivantes seraient avalées (« {_extrait(ligne)} »). Retirez ce "
                "guillemet, ou doublez ceux qui sont dans un texte."
            )
        lignes.prises.clear()
        yield cellules


def _avale(prises: list[str], separateur: str, largeur: int) -> bool:
    """Whether the lines of one record look like as many rows: each as many separators as a row."""
    if len(prises) < 2 or largeur < 2:
        return False
    # In a sentence, a space follows the comma.
    colles = re.compile(f"{re.escape(separateur)}(?! )")
    premiere, *milieu, derniere = (len(colles.findall(ligne)) >= largeur - 1 for ligne in prises)
    return any(milieu) or (premiere and derniere)


def _lire_seule(ligne: str, separateur: str, largeur: int) -> list[str] | None:
    """A line as a row by itself, its quotes being quotes or mere signs; None where it isn't one."""
    for lecture in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        with suppress(csv.Error):
            [cellules] = csv.reader([ligne], delimiter=separateur, quoting=lecture)
            if len(cellules) == largeur:
                return cellules
    return None


def _extrait(ligne: str) -> str:
    """What stands from the quote on."""
    texte = ligne.strip()
    return texte[max(texte.find('"'), 0) :][:60]
