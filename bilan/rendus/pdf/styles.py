"""How the printed report looks: its sizes in points, its colours, its texts."""

from dataclasses import dataclass, replace
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm

from bilan.rendus.pdf.polices import GRAS, ITALIQUE, NORMAL

ENCRE: Final = HexColor(0x1C2530)
ENCRE_DOUCE: Final = HexColor(0x515C68)
BLEU: Final = HexColor(0x1F3F66)
ROUGE: Final = HexColor(0xA3261B)
FILET: Final = HexColor(0xC9D1DA)
FOND_TETE: Final = HexColor(0xE8EDF3)
FOND_GROUPE: Final = HexColor(0xF4F6F9)

MARGE: Final = 22 * mm
MARGE_LARGE: Final = 15 * mm
HAUT: Final = 27 * mm
BAS: Final = 22 * mm
HAUT_LARGE: Final = 23 * mm
BAS_LARGE: Final = 18 * mm

DIFFERENT: Final = "≠"
RECONSTITUE: Final = "*"


@dataclass(frozen=True)
class Style:
    """A way of setting a text; ``avant`` and ``apres`` are the space around it."""

    police: str = NORMAL
    corps: float = 10
    interligne: float = 14
    couleur: Color = ENCRE
    avant: float = 0
    apres: float = 6
    retrait: float = 0


CORPS: Final = Style()
NOTE: Final = Style(ITALIQUE, 8.5, 11.5, ENCRE_DOUCE, avant=4, apres=6)
LEGENDE: Final = replace(NOTE, apres=14)
INTERTITRE: Final = Style(GRAS, 10, 14, BLEU, avant=6, apres=3)
TITRES: Final = (
    Style(GRAS, 16, 20, BLEU, avant=26, apres=14),
    Style(GRAS, 12.5, 16, BLEU, avant=14, apres=4),
)
PUCE: Final = replace(CORPS, apres=3, retrait=12)
RUBRIQUE: Final = replace(CORPS, corps=9.5, interligne=13, apres=3, retrait=82)
