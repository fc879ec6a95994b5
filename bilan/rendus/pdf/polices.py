"""The embedded typeface, and texts measured and cut with it.

reportlab's Paragraph breaks lines at U+202F and reads markup; here a line only breaks at a plain
space, and a text is only ever a text.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from font_source_sans_pro import font_files_ttf
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

NORMAL: Final = "SourceSansPro"
GRAS: Final = "SourceSansProBold"
ITALIQUE: Final = "SourceSansProIt"
POLICES: Final = (NORMAL, GRAS, ITALIQUE)

# The typeface lacks these; their neighbours read the same.
_REMPLACES: Final = {"\u2011": "-", "\u2009": "\u202f", "\u00ad": "", "\u200b": ""}
_GARDES: Final = str.maketrans({"\t": " ", "\n": " ", "\r": " ", **_REMPLACES})


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
