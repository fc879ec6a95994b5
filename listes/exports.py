"""A list as a file: Excel workbook, CSV for Excel in French, CSV for open data.

Rows come one at a time and leave at once: memory does not grow with their number.
"""

import csv
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.utils.text import slugify

from listes.adresse import OUVERT
from listes.chiffres import INCONNU
from listes.classeurs import texte
from listes.tables import Format, Valeur
from travaux.taches import Fichier

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_LARGEURS = {
    Format.TEXTE: 28,
    Format.ENTIER: 11,
    Format.MONTANT: 16,
    Format.PART: 11,
    Format.DATE: 12,
}
_PAQUET = 500  # rows joined in one piece of the response


class SousTotalEcrit(list[Valeur]):
    """A row that says what those above it come to: the first cell in words."""


@dataclass(frozen=True)
class ListeExportee:
    """What a file holds: sentences, headings, rows, one row of totals, or none (empty)."""

    titre: str
    mentions: Sequence[str]
    entetes: Sequence[str]
    formats: Sequence[Format]
    lignes: Iterable[Sequence[Valeur]]
    totaux: Sequence[Valeur]


def en_fichier(feuille: ListeExportee, forme: str, nom: str, precision: str = "") -> Fichier:
    """The file of one of ``EXPORTS``, under this name; ``precision`` is what the name of a file
    without sentences must say besides.
    """
    if forme == "xlsx":
        fichier = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
        ecrire_xlsx(feuille, fichier)
        fichier.seek(0)
        return Fichier(f"{nom}.xlsx", fichier)
    if forme == OUVERT:
        return Fichier(f"{nom}-{slugify(f'{precision} données ouvertes')}.csv", csv_ouvert(feuille))
    return Fichier(f"{nom}.csv", csv_excel(feuille))


def ecrire_xlsx(feuille: ListeExportee, fichier: IO[bytes]) -> None:
    """Texts stay texts, whatever they begin with; amounts and dates are real ones."""
    classeur = xlsxwriter.Workbook(fichier, {"constant_memory": True})
    page = classeur.add_worksheet(feuille.titre[:31])
    gras = classeur.add_format({"bold": True})
    entete = classeur.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    styles, styles_totaux = (
        {
            Format.TEXTE: classeur.add_format(base) if base else None,
            Format.ENTIER: classeur.add_format(base | {"num_format": "0"}),
            Format.MONTANT: classeur.add_format(
                base | {"num_format": '#,##0.00\\ "€"', "align": "right"}
            ),
            Format.PART: classeur.add_format(base | {"num_format": '0.0\\ "%"'}),
            Format.DATE: classeur.add_format(base | {"num_format": "dd/mm/yyyy"}),
        }
        for base in ({}, {"bold": True, "top": 1})
    )
    for rang, forme in enumerate(feuille.formats):
        page.set_column(rang, rang, 48 if rang == 0 else _LARGEURS[forme])
    debut = len(feuille.mentions)
    page.freeze_panes(debut + 1, 1)
    page.repeat_rows(debut)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for rang, mention in enumerate(feuille.mentions):
        page.write_string(rang, 0, texte(mention), gras)
    for rang, titre in enumerate(feuille.entetes):
        page.write_string(debut, rang, titre, entete)
    cellules = [
        (_ecrivain(page, forme), rang, styles[forme]) for rang, forme in enumerate(feuille.formats)
    ]
    numero = debut
    for numero, ligne in enumerate(feuille.lignes, start=debut + 1):  # read below
        if isinstance(ligne, SousTotalEcrit):
            _ecrire_le_total(page, numero, feuille.formats, ligne, styles_totaux)
            continue
        for (ecrire, rang, style), valeur in zip(cellules, ligne, strict=True):
            if valeur or valeur == 0:
                ecrire(numero, rang, valeur, style)
    page.autofilter(debut, 0, numero, len(feuille.entetes) - 1)
    if feuille.totaux:
        _ecrire_le_total(page, numero + 1, feuille.formats, feuille.totaux, styles_totaux)
    classeur.close()


def _ecrire_le_total(
    page: Any,
    numero: int,
    formats: Sequence[Format],
    totaux: Sequence[Valeur],
    styles: Mapping[Format, Any],
) -> None:
    for rang, (forme, valeur) in enumerate(zip(formats, totaux, strict=True)):
        if valeur is not None and valeur != "":
            if rang == 0:  # the total in words, whatever the column holds
                forme = Format.TEXTE
            _ecrivain(page, forme)(numero, rang, valeur, styles[forme])


def _ecrivain(page: Any, forme: Format) -> Callable[[int, int, Any, Any], object]:
    """What writes a cell of this kind: at a row, in a column, a value in a style."""
    if forme is Format.DATE:
        dater: Callable[[int, int, Any, Any], object] = page.write_datetime
        return dater
    noter, chiffrer = page.write_string, page.write_number

    def ecrire_un_texte(numero: int, rang: int, valeur: str, style: Any) -> None:
        noter(numero, rang, texte(valeur), style)

    def ecrire_un_nombre(numero: int, rang: int, valeur: Any, style: Any) -> None:
        if isinstance(valeur, str):  # « — » and other words in the place of an amount
            noter(numero, rang, valeur, style)
        else:
            chiffrer(numero, rang, float(valeur), style)

    return ecrire_un_texte if forme is Format.TEXTE else ecrire_un_nombre


def csv_excel(feuille: ListeExportee) -> Generator[bytes]:
    """What Excel in French opens by a double click: « ; », decimal comma, UTF-8 with its mark.

    Its sentences come after the table, under a blank line: the first line is the headings'.
    """
    yield b"\xef\xbb\xbf"
    totaux = [feuille.totaux] if feuille.totaux else []
    suite = [*totaux, *([[], *([m] for m in feuille.mentions)] if feuille.mentions else [])]
    yield from _csv(chain([feuille.entetes], feuille.lignes, suite), ";", _cellule_excel)


def csv_ouvert(feuille: ListeExportee) -> Generator[bytes]:
    """What a program reads: comma, UTF-8, decimal point, ISO dates; headings, rows, nothing else.

    A total would be counted as one more row, a sentence taken for headings.
    """
    yield from _csv(chain([feuille.entetes], feuille.lignes), ",", _cellule_ouverte)


class _Paquet:
    """Gathers written rows, to be sent together."""

    def __init__(self) -> None:
        self.morceaux: list[str] = []

    def write(self, texte: str) -> None:
        self.morceaux.append(texte)

    def vider(self) -> bytes:
        octets = "".join(self.morceaux).encode()
        self.morceaux.clear()
        return octets


def _csv(
    lignes: Iterable[Sequence[Valeur]], separateur: str, cellule: Callable[[Valeur], str]
) -> Iterator[bytes]:
    paquet = _Paquet()
    ecriture = csv.writer(paquet, delimiter=separateur, lineterminator="\r\n")
    for ligne in lignes:
        ecriture.writerow([cellule(valeur) for valeur in ligne])
        if len(paquet.morceaux) >= _PAQUET:
            yield paquet.vider()
    yield paquet.vider()


def _cellule_excel(valeur: Valeur) -> str:
    if isinstance(valeur, str):
        return f"'{valeur}" if valeur.startswith(_FORMULE) else valeur
    if isinstance(valeur, date):
        return valeur.strftime("%d/%m/%Y")
    return _cellule_ouverte(valeur).replace(".", ",")


def _cellule_ouverte(valeur: Valeur) -> str:
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    if isinstance(valeur, date):
        return valeur.isoformat()
    return "" if valeur in (None, INCONNU) else str(valeur)
