"""What the parser of workbooks doesn't say of an .ods: errors, formats, merges, hidden rows."""

import math
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree
from xml.parsers.expat import ParserCreate

from importation.extraction.bornes import COLONNES_MAX, LIGNES_MAX, Fusion
from importation.extraction.formats import (
    SANS_RESULTAT,
    Format,
    LigneMarquee,
    Marque,
    lire_format,
)

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _STYLE, _NOMBRE = _ODF + "office:1.0}", _ODF + "style:1.0}", _ODF + "datastyle:1.0}"
# Where none of these stands, nor a format that changes something, there is nothing to say.
_UTILES = re.compile(rb'"percentage"|:formula=|"error"|rows-spanned="(?!1")|"(?:collapse|filter)"')


class Ods:
    """An .ods under reading, all its sheets at once."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        formats = _formats(archive)
        styles = "|".join(re.escape(nom) for nom in formats).encode()
        contenu = archive.read("content.xml")
        utile = _UTILES.search(contenu) or (styles and re.search(b'"(?:%s)"' % styles, contenu))
        del contenu
        self._feuilles: dict[str, _Feuille] = {}
        if utile:
            with archive.open("content.xml") as xml:
                self._feuilles = _Lecteur(formats).lire(xml)

    def marques(self, feuille: str) -> list[LigneMarquee]:
        """The rows of a sheet of which there is something to say, in order."""
        return self._feuilles[feuille].marques if feuille in self._feuilles else []

    def fusions(self, feuille: str) -> list[Fusion]:
        """The merged cells of a sheet that cover several rows."""
        return self._feuilles[feuille].fusions if feuille in self._feuilles else []


# --- Formats -------------------------------------------------------------------------------------


def _formats(archive: zipfile.ZipFile) -> dict[str, Format]:
    """The formats that change what a number says, by the name of the cells' style."""
    par_format: dict[str, Format] = {}
    par_style: dict[str, Format] = {}
    for element in _styles(archive):
        nom = element.get(_STYLE + "name", "")
        if element.tag == _STYLE + "style":
            lu = par_format.get(element.get(_STYLE + "data-style-name", ""))
            par_style |= {nom: lu} if lu else {}
        elif element.tag.startswith(_NOMBRE) and nom:
            lu = lire_format(_code(element))
            par_format |= {nom: lu} if lu else {}
    return par_style


def _styles(archive: zipfile.ZipFile) -> Iterator[ElementTree.Element]:
    """All that stands before the sheets: the formats come before the styles that name them."""
    for partie in ("styles.xml", "content.xml"):
        if partie not in archive.namelist():
            continue
        with archive.open(partie) as xml:
            # This process has its limits of memory and time, and expat refuses to amplify entities.
            for evenement, element in ElementTree.iterparse(xml, ("start", "end")):  # noqa: S314
                if element.tag == _OFFICE + "body":
                    break
                if evenement == "end":
                    yield element


def _code(style: ElementTree.Element) -> str:
    """A number's format in Excel's code."""
    code = ""
    for element in style:
        if element.tag == _NOMBRE + "number":
            code += _code_des_chiffres(element)
        elif element.tag in (_NOMBRE + "text", _NOMBRE + "currency-symbol"):
            texte = (element.text or "").replace('"', "")
            code += texte if texte.strip() == "%" else f'"{texte}"'
        elif element.tag.startswith(_NOMBRE):
            return ""  # a date, a power of ten, a fraction
    return code


def _code_des_chiffres(element: ElementTree.Element) -> str:
    entiers = int(element.get(_NOMBRE + "min-integer-digits", 1))
    plus = int(element.get(_NOMBRE + "decimal-places", 0))
    moins = int(element.get(_NOMBRE + "min-decimal-places", plus))
    diviseur = float(element.get(_NOMBRE + "display-factor", 1))
    groupe = "#,##" if element.get(_NOMBRE + "grouping") == "true" else ""
    virgules = "," * (round(math.log(diviseur, 1000)) if diviseur > 1 else 0)
    code = groupe + ("0" * entiers or "#")
    return code + ("." + "0" * moins + "#" * (plus - moins) if plus else "") + virgules


# --- Rows ----------------------------------------------------------------------------------------

_T = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_GENRE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 value-type"
_CELLULES = (_T + "table-cell", _T + "covered-table-cell")


class _Lecteur:
    """Takes the sheets as expat reads them: a million cells make too many elements."""

    def __init__(self, formats: dict[str, Format]) -> None:
        self.feuilles: dict[str, _Feuille] = {}
        self._formats = formats
        self._feuille = _Feuille()
        self._analyseur = ParserCreate(namespace_separator=" ")
        self._analyseur.StartElementHandler = self._ouvrir

    def lire(self, xml: IO[bytes]) -> dict[str, "_Feuille"]:
        self._analyseur.ParseFile(xml)
        self._feuille.finir_la_ligne()
        return self.feuilles

    def _ouvrir(self, nom: str, attributs: dict[str, str]) -> None:
        if nom in _CELLULES:
            self._feuille.prendre_cellule(attributs, self._formats)
        elif nom == _T + "table-row":
            self._feuille.finir_la_ligne()
            self._feuille.commencer_ligne(attributs)
        elif nom == _T + "table-column":
            self._feuille.prendre_colonnes(attributs)
        elif nom == _T + "table":
            self._feuille.finir_la_ligne()
            self._feuille = self.feuilles[attributs.get(_T + "name", "")] = _Feuille()


class _Feuille:
    """What there is to say of a sheet, cell after cell."""

    def __init__(self) -> None:
        self.marques: list[LigneMarquee] = []
        self.fusions: list[Fusion] = []
        self._styles: list[str] = []  # of the columns, for the cells that have none
        self._numero, self._fois, self._colonne = 1, 0, 0
        self._ligne = LigneMarquee(0)

    def prendre_colonnes(self, attributs: dict[str, str]) -> None:
        fois = _entier(attributs, "number-columns-repeated")
        style = attributs.get(_T + "default-cell-style-name", "")
        self._styles += [style] * min(fois, COLONNES_MAX - len(self._styles))

    def commencer_ligne(self, attributs: dict[str, str]) -> None:
        masquee = attributs.get(_T + "visibility", "visible") != "visible"
        self._ligne = LigneMarquee(self._numero, masquee=masquee)
        self._fois, self._colonne = _entier(attributs, "number-rows-repeated"), 0

    def finir_la_ligne(self) -> None:
        cellules, masquee = self._ligne.cellules, self._ligne.masquee
        if cellules or masquee:
            derniere = min(self._numero + self._fois - 1, LIGNES_MAX)
            self.marques += [
                LigneMarquee(numero, cellules, masquee)
                for numero in range(self._numero, derniere + 1)
            ]
        self._numero += self._fois
        self._ligne, self._fois = LigneMarquee(0), 0

    def prendre_cellule(self, attributs: dict[str, str], formats: dict[str, Format]) -> None:
        colonne, fois = self._colonne, _entier(attributs, "number-columns-repeated")
        self._colonne += fois
        if not attributs:
            return
        hauteur = _entier(attributs, "number-rows-spanned")
        if hauteur > 1:
            bas = min(self._numero + hauteur - 1, LIGNES_MAX)
            droite = colonne + _entier(attributs, "number-columns-spanned") - 1
            self.fusions.append((self._numero, colonne, bas, droite))
        genre = attributs.get(_GENRE, "")
        erreur = "error" in attributs.values()
        if not erreur and (genre == "string" or not (genre or _T + "formula" in attributs)):
            return
        for rang in range(colonne, min(colonne + fois, COLONNES_MAX)):
            marque: Marque | None
            if erreur:
                marque = "erreur de calcul du tableur"
            else:
                marque = self._format(attributs, rang, formats) if genre else SANS_RESULTAT
            if marque is not None:
                self._ligne.cellules[rang] = marque

    def _format(
        self, attributs: dict[str, str], colonne: int, formats: dict[str, Format]
    ) -> Format | None:
        style = self._styles[colonne] if colonne < len(self._styles) else ""
        lu = formats.get(attributs.get(_T + "style-name", style))
        return lu or (_POUR_CENT if attributs[_GENRE] == "percentage" else None)


def _entier(attributs: dict[str, str], nom: str) -> int:
    return int(attributs.get(_T + nom, 1))


_POUR_CENT = lire_format("0%")
