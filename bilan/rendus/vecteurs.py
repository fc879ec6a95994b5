"""A chart drawn for the PDF: the page's own SVG as vectors, in the font that the PDF embeds."""

from collections.abc import Iterator
from io import StringIO
from typing import Final
from xml.etree import ElementTree as ET

from font_source_sans_pro import font_files_ttf
from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from svglib.svglib import svg2rlg

from bilan.graphiques.dessin import Graphique, sur_papier

_TEXTE: Final = "{http://www.w3.org/2000/svg}text"
_PEINTURES: Final = ("fill", "stroke")
# Given a font file, svglib would embed a second copy of it: it draws in built-in fonts, replaced
# after by those that the report's texts use, under the same names.
_PROVISOIRE: Final = "Helvetica"
_POLICES: Final = {"Helvetica": "SourceSansPro", "Helvetica-Bold": "SourceSansProBold"}


def dessin(graphique: Graphique, largeur: float) -> Drawing:
    """The chart as a reportlab drawing that many points wide; its height follows.

    Raises ValueError where the SVG can't be drawn.
    """
    _enregistrer()
    racine = ET.fromstring(graphique.large)  # noqa: S314 — our own drawing
    for forme in racine.iter():
        for peinture in _PEINTURES:
            if peinture in forme.attrib:
                forme.set(peinture, sur_papier(forme.attrib[peinture]))
        if forme.tag == _TEXTE:
            forme.set("font-family", _PROVISOIRE)
    trace = svg2rlg(StringIO(ET.tostring(racine, encoding="unicode")))
    if trace is None:
        raise ValueError(f"Le graphique « {graphique.titre} » ne se dessine pas.")
    for ecrit in _textes(trace):
        ecrit.fontName = _POLICES[ecrit.fontName]
    echelle = largeur / trace.width
    trace.scale(echelle, echelle)
    trace.width, trace.height = largeur, trace.height * echelle
    return trace


def _enregistrer() -> None:
    for police in _POLICES.values():
        if police not in getRegisteredFontNames():
            registerFont(TTFont(police, font_files_ttf[police]))


def _textes(groupe: Group | Drawing) -> Iterator[String]:
    for forme in groupe.contents:
        if isinstance(forme, String):
            yield forme
        elif isinstance(forme, Group):
            yield from _textes(forme)
