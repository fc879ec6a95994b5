"""How cells look: styles that add up, French number formats, and text that a cell can hold."""

from decimal import Decimal
from typing import Any, Final

from xlsxwriter import Workbook

from bilan.grille import Chiffre, Unite
from listes.chiffres import ESPACE_INSECABLE

INCONNU: Final = "—"
ACCORD: Final = "✓"
DESACCORD: Final = "≠"

ENCRE: Final = "#1c2530"
_ENCRE_DOUCE: Final = "#515c68"
_FILET: Final = "#c9d1da"

# Excel writes its own language's separator for « , »: U+202F between thousands in French.
_ENTIER: Final = "#,##0"
_EUROS: Final = f'#,##0"{ESPACE_INSECABLE}€"'
_EUROS_ET_CENTS: Final = f'#,##0.00"{ESPACE_INSECABLE}€"'
PART: Final = f'0.0"{ESPACE_INSECABLE}"%'

POLICE: Final[dict[str, Any]] = {"font_name": "Arial", "font_size": 10}
"""Of every cell, those without a format included; LibreOffice has letters of the same widths."""

STYLES: Final[dict[str, dict[str, Any]]] = {
    "base": {**POLICE, "font_color": ENCRE, "valign": "top"},
    "titre": {"bold": True, "font_size": 15, "valign": "vcenter"},
    "sous_titre": {"font_color": _ENCRE_DOUCE, "text_wrap": True, "valign": "vcenter"},
    "rubrique": {"bold": True, "font_size": 12, "valign": "vcenter"},
    "avertissement": {
        "bold": True,
        "text_wrap": True,
        "bg_color": "#fff1d6",
        "border": 1,
        "border_color": "#b35c00",
        "valign": "vcenter",
    },
    "entete": {
        "bold": True,
        "text_wrap": True,
        "bg_color": "#dfe8f2",
        "border": 1,
        "border_color": _FILET,
        "valign": "vcenter",
    },
    "filet": {"bottom": 1, "bottom_color": _FILET},
    "total": {"bold": True, "top": 2, "bottom": 2, "bg_color": "#f1f4f8"},
    "recalcul": {"bg_color": "#eef6f1"},
    "centre": {"align": "center"},
    "droite": {"align": "right"},
    "gras": {"bold": True},
    "gauche": {"align": "left"},
    "retrait": {"align": "left", "indent": 1},
    "petit": {"font_size": 8},
    "long": {"text_wrap": True},
    "discret": {"font_color": _ENCRE_DOUCE},
    "lien": {"font_color": "#0b57a4", "underline": 1},
    "differe": {"bold": True, "font_color": "#9c2f00"},
}


def format_du_nombre(chiffre: Chiffre) -> str:
    """The number format of a figure: cents only when it has any, « 3 + FPH » kept a number."""
    valeur = chiffre.valeur
    if chiffre.unite == Unite.PART:
        return PART
    if chiffre.unite == Unite.EUROS:
        return format_des_euros(valeur)
    debut = str(valeur)
    if valeur is not None and chiffre.texte is not None and chiffre.texte.startswith(debut):
        suite = chiffre.texte.removeprefix(debut).replace('"', "")
        return f'{_ENTIER}"{suite}"' if suite else _ENTIER
    return _ENTIER


def format_des_euros(valeur: Decimal | int | float | None) -> str:
    return _EUROS if valeur is None or valeur == int(valeur) else _EUROS_ET_CENTS


def format_de_l_ecart(unite: Unite, valeur: Decimal | int) -> str:
    """A gap with its sign, 0 without."""
    nu = format_des_euros(valeur) if unite == Unite.EUROS else _ENTIER
    return f"+{nu};-{nu};{nu}"


class Formats:
    """The formats of a workbook, each made once; asked for by the styles that they add up."""

    def __init__(self, classeur: Workbook) -> None:
        self._classeur = classeur
        self._faits: dict[tuple[str, ...], Any] = {}

    def __call__(self, *styles: str, nombre: str = "") -> Any:
        cle = (*styles, nombre)
        if cle not in self._faits:
            proprietes: dict[str, Any] = {}
            for style in ("base", *styles):
                proprietes |= STYLES[style]
            if nombre:
                proprietes["num_format"] = nombre
            self._faits[cle] = self._classeur.add_format(proprietes)
        return self._faits[cle]
