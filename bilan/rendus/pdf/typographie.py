"""Setting a text: the embedded typeface, the colours, texts measured, cut and drawn.

reportlab's Paragraph breaks lines at U+202F and reads markup; here a line only breaks at a plain
space, and a text is only ever a text.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from font_source_sans_pro import font_files_ttf
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable

NORMAL: Final = "SourceSansPro"
GRAS: Final = "SourceSansProBold"
ITALIQUE: Final = "SourceSansProIt"
POLICES: Final = (NORMAL, GRAS, ITALIQUE)

ENCRE: Final = HexColor(0x1C2530)
ENCRE_DOUCE: Final = HexColor(0x515C68)
BLEU: Final = HexColor(0x1F3F66)
ROUGE: Final = HexColor(0xA3261B)
FILET: Final = HexColor(0xC9D1DA)
FOND_TETE: Final = HexColor(0xE8EDF3)
FOND_GROUPE: Final = HexColor(0xF4F6F9)

# The typeface lacks these; their neighbours read the same.
_REMPLACES: Final = {"\u2011": "-", "\u2009": "\u202f", "\u00ad": "", "\u200b": ""}
_GARDES: Final = str.maketrans({"\t": " ", "\n": " ", "\r": " ", **_REMPLACES})


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


def enregistrer() -> None:
    """Make the typeface known to reportlab, once a process."""
    connues = set(getRegisteredFontNames())
    for police in POLICES:
        if police not in connues:
            registerFont(TTFont(police, font_files_ttf[police]))


@lru_cache(maxsize=4096)
def propre(texte: str) -> str:
    """The text on one line, without what can't be printed (control characters, lone surrogates)."""
    if texte.isascii() and texte.isprintable():
        return texte
    return "".join(
        signe
        for signe in texte.translate(_GARDES)
        if unicodedata.category(signe) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def en_ligne(texte: str) -> str:
    """A text that won't be cut any more: reportlab draws U+00A0 as a space but measures it less."""
    return texte.replace("\u00a0", " ")


def largeur(texte: str, police: str, corps: float) -> float:
    """Points, as drawn."""
    return float(stringWidth(texte, police, corps))


@lru_cache(maxsize=4096)
def couper(texte: str, police: str, corps: float, place: float) -> tuple[str, ...]:
    """The whole text in lines of at most ``place`` points; a longer word is cut."""
    texte = propre(texte).strip(" ")
    if largeur(en_ligne(texte), police, corps) <= place:
        return (en_ligne(texte),)
    lignes: list[str] = []
    ligne, prise = "", 0.0
    espace = largeur(" ", police, corps)
    for mot in map(en_ligne, texte.split(" ")):
        taille = largeur(mot, police, corps)
        if ligne and prise + espace + taille <= place:
            ligne, prise = f"{ligne} {mot}", prise + espace + taille
            continue
        if ligne:
            lignes.append(ligne)
        *pleins, ligne = _morceaux(mot, police, corps, place) if taille > place else (mot,)
        lignes.extend(pleins)
        prise = largeur(ligne, police, corps)
    return (*lignes, ligne)


def _morceaux(mot: str, police: str, corps: float, place: float) -> list[str]:
    """After a hyphen or a slash where there is one, else between letters."""
    morceaux = [""]
    for partie in morceler(mot):
        entiere = largeur(partie, police, corps) <= place
        for bout in (partie,) if entiere else partie:
            if morceaux[-1] and largeur(morceaux[-1] + bout, police, corps) > place:
                morceaux.append("")
            morceaux[-1] += bout
    return morceaux


def morceler(texte: str) -> list[str]:
    """The smallest parts that a narrow column may set one under the other."""
    return re.findall(r"[^ /-]*[/-]|[^ /-]+", texte)


def abreger(texte: str, police: str, corps: float, place: float) -> str:
    """The text on one line, ended by an ellipsis where it doesn't fit: for running heads only."""
    texte = propre(texte)
    if largeur(texte, police, corps) <= place:
        return texte
    while texte and largeur(f"{texte}…", police, corps) > place:
        texte = texte[:-1]
    return f"{texte.rstrip()}…"


class Texte(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """A plain text set in a style; ``etiquette`` stands in its indent, beside the first line."""

    def __init__(self, texte: str, style: Style = CORPS, etiquette: str = "") -> None:
        super().__init__()
        self.texte, self.style, self.etiquette = texte, style, etiquette
        self.lignes: tuple[str, ...] = ()
        self.coupe = False

    def getSpaceBefore(self) -> float:  # noqa: N802  # reportlab's own name
        return self.style.avant

    def getSpaceAfter(self) -> float:  # noqa: N802  # reportlab's own name
        return self.style.apres

    def wrap(self, place: float, _hauteur: float) -> tuple[float, float]:
        style = self.style
        if not self.coupe:
            self.lignes = couper(self.texte, style.police, style.corps, place - style.retrait)
        self.width, self.height = place, len(self.lignes) * self.style.interligne
        return self.width, self.height

    def split(self, place: float, hauteur: float) -> list[Flowable]:
        """Two parts of at least two lines each, or nothing."""
        self.wrap(place, hauteur)
        tient = min(int(hauteur // self.style.interligne), len(self.lignes) - 2)
        if tient < 2:
            return []
        debut = Texte("", replace(self.style, apres=0), self.etiquette)
        fin = Texte("", replace(self.style, avant=0))
        debut.lignes, fin.lignes = self.lignes[:tient], self.lignes[tient:]
        debut.coupe = fin.coupe = True
        return [debut, fin]

    def draw(self) -> None:
        style = self.style
        self.canv.setFillColor(style.couleur)
        ligne_de_base = self.height - style.corps
        if self.etiquette:
            police = GRAS if style.retrait > 20 else NORMAL
            self.canv.setFont(police, style.corps)
            self.canv.drawString(0, ligne_de_base, self.etiquette)
        self.canv.setFont(style.police, style.corps)
        for rang, ligne in enumerate(self.lignes):
            self.canv.drawString(style.retrait, ligne_de_base - rang * style.interligne, ligne)


class Titre(Texte):
    """A section's title: a bookmark, an entry of the outline, and the running head."""

    def __init__(self, ancre: str, texte: str, niveau: int) -> None:
        super().__init__(texte, TITRES[niveau])
        self.ancre, self.niveau = ancre, niveau

    def split(self, _place: float, _hauteur: float) -> list[Flowable]:
        return []

    def draw(self) -> None:
        super().draw()
        self.canv.marquer(self.ancre, propre(self.texte), self.niveau, self.height)
        if self.niveau == 0:
            self.canv.setStrokeColor(FILET)
            self.canv.line(0, -4, self.width, -4)


class EntreeDuSommaire(Texte):
    """A line of the contents: the title, a dotted rule, the page that the canvas will know."""

    def __init__(self, ancre: str, texte: str, niveau: int) -> None:
        style = Style(
            GRAS if niveau == 0 else NORMAL,
            corps=10.5 if niveau == 0 else 9.5,
            interligne=15,
            couleur=ENCRE if niveau == 0 else ENCRE_DOUCE,
            avant=5 if niveau == 0 else 0,
            apres=0,
            retrait=0 if niveau == 0 else 14,
        )
        super().__init__(texte, style)
        self.ancre = ancre

    def wrap(self, place: float, hauteur: float) -> tuple[float, float]:
        _, self.height = super().wrap(place - 34, hauteur)
        self.width = place
        return place, self.height

    def split(self, _place: float, _hauteur: float) -> list[Flowable]:
        return []

    def draw(self) -> None:
        super().draw()
        style = self.style
        base = self.height - style.corps - (len(self.lignes) - 1) * style.interligne
        fin = style.retrait + largeur(self.lignes[-1], style.police, style.corps)
        self.canv.saveState()
        self.canv.setStrokeColor(ENCRE_DOUCE)
        self.canv.setLineWidth(0.6)
        self.canv.setDash(0.6, 3)
        self.canv.line(fin + 6, base + 1, self.width - 24, base + 1)
        self.canv.restoreState()
        self.canv.page_de(self.ancre, self.width, base)
        self.canv.linkRect("", self.ancre, (0, 0, self.width, self.height), relative=1)
