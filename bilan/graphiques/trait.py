"""The hand that draws every chart: its look, its frame, its texts. Pure: plain Vega-Lite dicts.

Sizes are pixels. The frame is fixed: no position depends on the fonts of the machine that draws.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10
from typing import Any, Final
from urllib.parse import urlsplit

from listes.chiffres import montant

Specification = dict[str, Any]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
ORIGINE: Final = "https://liens.invalid"
"""Where our own relative links stand in a specification: the renderer only keeps absolute ones."""

LARGEUR: Final = 560
FOND: Final = "#ffffff"
ENCRE: Final = "#1c2530"
ENCRE_DOUCE: Final = "#515c68"
AXE: Final = "#8a95a1"
GRILLE: Final = "#e3e8ee"
CORPS: Final = 14
PETIT: Final = 12
_LARGEUR_MOYENNE: Final = 0.52
"""Of a letter, over the size of its font: wide enough for the usual sans serifs."""


@dataclass(frozen=True)
class Graphique:
    """A chart: its drawing, and one sentence for those who don't see it."""

    code: str
    titre: str
    description: str
    specification: Specification


@dataclass(frozen=True)
class Marges:
    """What surrounds the plot."""

    gauche: int = 0
    droite: int = 0
    haut: int = 0
    bas: int = 0


def specification(
    description: str, hauteur: float, marges: Marges, couches: Iterable[Specification]
) -> Specification:
    """A drawing LARGEUR wide, on its own white ground: it reads alike on any page and on paper."""
    return {
        "$schema": SCHEMA,
        "description": description,
        "background": FOND,
        "autosize": "none",
        "padding": {
            "left": marges.gauche,
            "right": marges.droite,
            "top": marges.haut,
            "bottom": marges.bas,
        },
        "width": LARGEUR - marges.gauche - marges.droite,
        "height": hauteur,
        "layer": [couche for couche in couches if couche],
        "config": {
            "font": "sans-serif",
            "view": {"stroke": None},
            "text": {"color": ENCRE, "fontSize": CORPS, "baseline": "middle"},
            "axis": {
                "aria": False,
                "labelFlush": False,
                "domain": False,
                "ticks": False,
                "gridColor": GRILLE,
                "labelColor": ENCRE_DOUCE,
                "labelFontSize": PETIT,
                "labelPadding": 8,
                "title": None,
            },
            "legend": {
                "aria": False,
                "title": None,
                "labelColor": ENCRE,
                "labelFontSize": CORPS,
                "labelLimit": LARGEUR,
                "symbolType": "square",
                "symbolSize": 220,
                "symbolStrokeColor": ENCRE,
                "symbolStrokeWidth": 0.8,
            },
        },
    }


def absolu(lien: str) -> str:
    """A link as a specification carries it; ORIGINE alone for what a page must not follow.

    The renderer fails on a scheme that it refuses, and makes a link of a missing one.
    """
    if lien.startswith("/") and not lien.startswith("//"):
        return ORIGINE + lien
    return lien if urlsplit(lien).scheme in ("http", "https") else ORIGINE


def relatif(lien: str) -> str | None:
    """The link that a page carries, back from ``absolu``; None where there is none."""
    return lien.removeprefix(ORIGINE) or None


def place(valeur: float) -> Specification:
    """A position in pixels, outside any scale."""
    return {"value": valeur}


def champ(nom: str) -> Specification:
    """A position in pixels, read from the row."""
    return {"field": nom, "type": "quantitative", "scale": None, "axis": None}


def dire(libelle: str, valeur: Decimal | int | None, precision: str = "") -> str:
    """What is said of a mark: « Cendras : 39 200 €, 7 actions »."""
    somme = "montant inconnu" if valeur is None else montant(valeur)
    return f"{libelle} : {somme}" + (f", {precision}" if precision else "")


def textes(valeurs: Iterable[Specification], **marque: Any) -> Specification:
    """Texts at their own ``x`` and ``y``; they repeat marks: hidden from readers."""
    lignes = list(valeurs)
    if not lignes:
        return {}
    return {
        "data": {"values": lignes},
        "mark": {"type": "text", "aria": False, **marque},
        "encoding": {"x": champ("x"), "y": champ("y"), "text": {"field": "texte"}},
    }


def largeur_estimee(texte: str, corps: int = CORPS) -> float:
    """About how wide a text comes out, whatever sans serif the reader has."""
    return len(texte) * corps * _LARGEUR_MOYENNE


def en_lignes(texte: str, largeur: float, corps: int = CORPS) -> tuple[str, ...]:
    """A label in one line or two, cut after a word; what doesn't fit ends with an ellipsis."""
    capacite = _capacite(largeur, corps)
    coupe = max(texte.rfind(signe, 0, capacite) for signe in (" ", "/", "-")) + 1
    if len(texte) <= capacite or not coupe:
        return (abrege(texte, largeur, corps),)
    return texte[:coupe].strip(), abrege(texte[coupe:].strip(), largeur, corps)


def abrege(texte: str, largeur: float, corps: int = CORPS) -> str:
    """A label in one line, with an ellipsis where it doesn't fit."""
    capacite = _capacite(largeur, corps)
    return texte if len(texte) <= capacite else texte[: capacite - 1].rstrip() + "…"


def _capacite(largeur: float, corps: int) -> int:
    return max(2, floor(largeur / largeur_estimee("m", corps)))


def graduations(maximum: Decimal, largeur: float) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten apart) from 0 up, as many as fit this width."""
    if maximum <= 0:
        return [0]
    assez = min(5, max(1, floor(largeur / (largeur_estimee(montant(maximum), PETIT) + PETIT))))
    au_moins = float(maximum) / assez
    puissance = 10.0 ** floor(log10(au_moins))
    pas = next(m * puissance for m in (1, 2, 5, 10, 20) if m * puissance >= au_moins)
    return [pas * rang for rang in range(floor(float(maximum) / pas) + 1)]
