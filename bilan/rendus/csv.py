"""A table as the CSV that Excel in French opens by a double click: ``;``, BOM, decimal comma."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bilan.document import Registre
from bilan.tableaux import Chiffre, Ligne, Tableau

BOM = "\ufeff"
PROVENANCE = "Actions reconstituées"


def tableau_en_csv(tableau: Tableau | Registre) -> str:
    """The whole table. A figure is a plain number; words printed in its place stay words.

    A column whose published figures differ is followed by what was published, one of sums that are
    known in part by how many amounts are missing; the last column says which rows stand on
    reconstructed actions.
    """
    texte = io.StringIO()
    texte.write(BOM)
    lignes = _registre(tableau) if isinstance(tableau, Registre) else _tableau(tableau)
    csv.writer(texte, delimiter=";", lineterminator="\r\n").writerows(lignes)
    return texte.getvalue()


def _registre(registre: Registre) -> Iterator[list[str]]:
    yield list(registre.entetes)
    for ligne in registre.lignes:
        yield [
            _nombre(cellule) if isinstance(cellule, Chiffre) else _sans_formule(cellule)
            for cellule in ligne
        ]


def _tableau(tableau: Tableau) -> Iterator[list[str]]:
    differents, partiels = tableau.rangs_des_differents, tableau.rangs_des_partiels
    entetes = ["Numéro", tableau.entete]
    for rang, colonne in enumerate(tableau.colonnes):
        titre = f"{colonne.groupe} – {colonne.titre}" if colonne.groupe else colonne.titre
        entetes.append(titre)
        if rang in differents:
            entetes.append(f"{titre} (publié)")
        if rang in partiels:
            entetes.append(f"{titre} (montants inconnus)")
    yield [*entetes, "Provenance"]
    for ligne in tableau.toutes_les_lignes:
        yield list(_cases(ligne, differents, partiels))


def _cases(ligne: Ligne, differents: Sequence[int], partiels: Sequence[int]) -> Iterator[str]:
    yield "" if ligne.numero is None else str(ligne.numero)
    yield _sans_formule(ligne.libelle)
    for rang, chiffre in enumerate(ligne.chiffres):
        yield _nombre(chiffre)
        if rang in differents:
            yield "" if chiffre.publication is None else decimale(chiffre.publication.valeur)
        if rang in partiels:
            yield str(chiffre.inconnus) if chiffre.inconnus else ""
    yield PROVENANCE if any(chiffre.reconstitue for chiffre in ligne.chiffres) else ""


def _nombre(chiffre: Chiffre) -> str:
    if chiffre.vide:
        return ""
    if chiffre.valeur is None:
        return _sans_formule(chiffre.texte or "")
    return decimale(chiffre.valeur)


def decimale(valeur: Decimal | int) -> str:
    """``1234,5``: a plain number with a decimal comma, no separator between thousands."""
    texte = f"{valeur:f}"
    if "." in texte:
        texte = texte.rstrip("0").rstrip(".")
    return texte.replace(".", ",")


def _sans_formule(texte: str) -> str:
    """Text that a spreadsheet would run as a formula, made plain text."""
    return f"'{texte}" if texte.startswith(("=", "+", "-", "@", "\t", "\r")) else texte
