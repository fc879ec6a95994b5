"""What the parser of workbooks doesn't say of an .xlsx: formulas without result, errors, formats.

A sheet is read piece by piece, as far as its rows are: whatever its size, little of it is kept.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from importation.extraction.bornes import RefusError
from importation.extraction.formats import (
    SANS_RESULTAT,
    Format,
    LigneMarquee,
    Marque,
    formats_des_styles,
)

OCTETS_PAR_MORCEAU = 1024**2

_CELLULE = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_DEBUT_DE_CELLULE = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})(\d+)["']""")
_POSITION = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d+)["']""")
_SANS_ADRESSE = re.compile(rb"<(?:\w+:)?c\s")
_VALEUR = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")
_FORMULE = re.compile(rb"<(?:\w+:)?f[\s>/]")
# Each begins with a fixed letter, which makes them several times faster than one that says all.
_INDICES = tuple(map(re.compile, (rb"<f[\s>/]", rb":f[\s>/]", rb"""t\s*=\s*["']e["']""")))
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_LIGNE_MASQUEE = re.compile(
    rb"""<(?:\w+:)?row\s(?=[^>]*?\bhidden\s*=\s*["'](?:1|true)["'])[^>]*?\br\s*=\s*["'](\d+)["']"""
)


class Xlsx:
    """An .xlsx under reading."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parties = dict(_parties(archive))
        self._recalcul = b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
        self._formats = _formats(archive)
        styles = "|".join(map(str, self._formats)).encode()
        self._style = re.compile(rb"""s\s*=\s*["'](%s)["']""" % styles)

    def marques(self, feuille: str) -> Iterator[LigneMarquee]:
        """The rows of a sheet of which there is something to say, in order."""
        derniere = 0
        for morceau in self._morceaux(self._parties.get(feuille, "")):
            lignes: dict[int, LigneMarquee] = {}
            if b"hidden" in morceau:
                for masquee in _LIGNE_MASQUEE.finditer(morceau):
                    numero = int(masquee[1])
                    lignes[numero] = LigneMarquee(numero, masquee=True)
            for numero, colonne, marque in self._cellules(morceau):
                if numero not in lignes:
                    lignes[numero] = LigneMarquee(numero)
                lignes[numero].cellules[colonne] = marque
            for numero in sorted(lignes):
                if numero < derniere:
                    raise RefusError(f"Feuille « {feuille} » : ses lignes sont en désordre.")
                derniere = numero
                yield lignes[numero]

    def _morceaux(self, partie: str) -> Iterator[bytes]:
        """A sheet's file, cut between two rows."""
        if not partie:
            return
        reste = b""
        with self._archive.open(partie) as xml:
            while lu := xml.read(OCTETS_PAR_MORCEAU):
                fin = lu.rfind(b"row>")
                if fin < 0:
                    reste += lu
                    continue
                yield reste + lu[: fin + 4]
                reste = lu[fin + 4 :]
        yield reste

    def _cellules(self, xml: bytes) -> Iterator[tuple[int, int, Marque]]:
        """(row, column, what to say) of the cells; why one can't be read comes last."""
        for style in self._style.finditer(xml) if self._formats else ():
            debut = xml.rfind(b"<", 0, style.start())
            cellule = _DEBUT_DE_CELLULE.match(xml, debut)
            if cellule is not None:
                yield int(cellule[2]), _colonne(cellule[1]), self._formats[int(style[1])]
            elif _SANS_ADRESSE.match(xml, debut):
                raise RefusError(
                    "Le classeur ne dit pas où sont ses cellules : ouvrez-le dans le tableur et "
                    "enregistrez-le."
                )
        if not any(indice.search(xml) for indice in _INDICES):
            return
        for cellule in _CELLULE.finditer(xml):
            motif = self._motif(cellule[1], cellule[2] or b"")
            if motif is None:
                continue
            position = _POSITION.search(cellule[1])
            if position is None:
                raise RefusError(f"Le classeur contient une {motif}.")
            yield int(position[2]), _colonne(position[1]), motif

    def _motif(self, attributs: bytes, contenu: bytes) -> str | None:
        """Why the cell can't be read, or None. XlsxWriter writes 0 where it hasn't computed."""
        genre = _TYPE.search(attributs)
        valeur = _VALEUR.search(contenu)
        lue = valeur[1].strip() if valeur else b""
        if genre and genre[1] == b"e":
            return f"erreur de calcul du tableur ({lue.decode(errors='replace') or '#N/A'})"
        if not _FORMULE.search(contenu) or (genre and genre[1] == b"str" and valeur):
            return None
        return SANS_RESULTAT if not lue or (self._recalcul and lue == b"0") else None


def _parties(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(sheet's name, its file in the archive)."""
    # This process has its limits of memory and time, and expat refuses to amplify entities.
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    liens = {lien.get("Id"): lien.get("Target", "") for lien in relations}
    classeur = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    presentes = set(archive.namelist())
    for element in classeur.iter():
        if not element.tag.endswith("}sheet"):
            continue
        cible = next((liens.get(v) for k, v in element.attrib.items() if k.endswith("}id")), None)
        partie = posixpath.normpath(posixpath.join("/xl", cible or "")).lstrip("/")
        if partie in presentes:
            yield element.get("name", ""), partie


def _formats(archive: zipfile.ZipFile) -> dict[int, Format]:
    """The formats that change what a number says, by the number of the style."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    codes = {
        int(element.get("numFmtId", 0)): element.get("formatCode", "")
        for element in styles.iter()
        if element.tag.endswith("}numFmt")
    }
    cellules = next((element for element in styles if element.tag.endswith("}cellXfs")), ())
    return formats_des_styles(codes, (int(style.get("numFmtId", 0)) for style in cellules))


@cache
def _colonne(lettres: bytes) -> int:
    """From 0."""
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + lettre - ord("A") + 1
    return rang - 1
