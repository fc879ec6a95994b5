"""One sheet, written from top to bottom (in constant memory, a row left behind is gone), and how
its cells look: styles that add up, French number formats.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from bilan.document import Rapport
from bilan.tableaux import Chiffre, Unite
from listes.chiffres import ESPACE_INSECABLE, brut, dire_les_inconnus
from listes.classeurs import texte

INCONNU: Final = "—"
ACCORD: Final = "✓"
DESACCORD: Final = "≠"

ENCRE: Final = "#1c2530"
_ENCRE_DOUCE: Final = "#515c68"
_FILET: Final = "#c9d1da"

# Excel writes its own language's separator for « , »: U+202F between thousands in French.
_ENTIER: Final = "#,##0"
EUROS: Final = f'#,##0"{ESPACE_INSECABLE}€"'
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

_A4: Final = 9
_HAUTEUR_DE_LIGNE: Final = 12.75
"""Points that a line of text takes, in Arial 10."""
_HAUTEUR_MAX: Final = 409
_LARGEUR_DU_SIGNE: Final = 0.85
"""Of a letter of Arial 10, over the digit that measures a column; prudent."""
_ENTETE_MAX: Final = 110


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


@dataclass(frozen=True)
class Atelier:
    """What every sheet is made with."""

    classeur: Workbook
    formats: Formats
    rapport: Rapport


class Feuille:
    """A sheet with its title, its warning and its print settings. Rows and columns count from 0.

    ``largeurs`` is in characters, one a column.
    """

    def __init__(
        self, atelier: Atelier, nom: str, titre: str, largeurs: Sequence[float], note: str = ""
    ) -> None:
        self.atelier = atelier
        self.formats = atelier.formats
        self.nom = nom
        self.largeurs = tuple(largeurs)
        self.onglet: Any = atelier.classeur.get_worksheet_by_name(nom)
        self.rang = 0
        self._hauteurs: dict[int, float] = {}
        for colonne in range(len(self.largeurs)):
            self.habiller(colonne)
        self._mettre_en_page()
        self.bandeau(titre, "titre", hauteur=24)
        self.bandeau(note or atelier.rapport.contrat, "sous_titre")

    def habiller(self, colonne: int, *styles: str, nombre: str = "") -> None:
        """How the cells of a column look that are written without a format of their own."""
        habit = self.formats(*styles, nombre=nombre)
        self.onglet.set_column(colonne, colonne, self.largeurs[colonne], habit)

    def avertir(self, reconstitue: bool) -> None:
        """The warning of a sheet that holds reconstructed figures; nothing on another one."""
        if reconstitue and self.atelier.rapport.avertissement:
            self.bandeau(
                f"Chiffres reconstitués. {self.atelier.rapport.avertissement}", "avertissement"
            )

    def bandeau(self, contenu: str, style: str, hauteur: float = 0) -> None:
        """A line of text over the whole width, as high as it needs."""
        self.onglet.set_row(self.rang, hauteur or hauteur_du_texte(contenu, sum(self.largeurs)) + 4)
        habit = self.formats(style)
        if len(self.largeurs) > 1:
            self.onglet.merge_range(self.rang, 0, self.rang, len(self.largeurs) - 1, "", habit)
        self.onglet.write_string(self.rang, 0, texte(contenu), habit)
        self.rang += 1

    def entetes(
        self,
        titres: Sequence[str],
        nombres: Collection[int] = (),
        hauteur: float = 32,
        style: str = "entete",
    ) -> None:
        """The row of heads; those of ``nombres`` stand to the right, as their figures do."""
        self.onglet.set_row(self.rang, hauteur)
        for colonne, titre in enumerate(titres):
            apres = colonne - 1 in nombres
            cote = ("droite",) if colonne in nombres else ("retrait",) if apres else ()
            self.texte(colonne, titre, "entete", style, *cote)
        self.rang += 1

    def figer(self, premiere: int, colonnes: int = 0) -> None:
        """Freeze what stands above here; repeat on paper the rows from ``premiere`` on."""
        self.onglet.freeze_panes(self.rang, colonnes)
        self.onglet.repeat_rows(premiere, self.rang - 1)

    def texte(self, colonne: int, contenu: str, *styles: str) -> None:
        """Text, never a formula whatever it begins with; its row as high as a long one needs."""
        if "long" in styles:
            self._rehausser(hauteur_du_texte(contenu, self.largeurs[colonne]))
        if contenu:
            self.onglet.write_string(self.rang, colonne, texte(contenu), self.formats(*styles))
        else:
            self.onglet.write_blank(self.rang, colonne, None, self.formats(*styles))

    def nombre(self, colonne: int, valeur: Any, nombre: str, *styles: str) -> None:
        """A real number; the dash where it is unknown."""
        if valeur is None:
            self.texte(colonne, INCONNU, *styles, "droite")
        else:
            habit = self.formats(*styles, nombre=nombre)
            self.onglet.write_number(self.rang, colonne, brut(valeur), habit)

    def chiffre(self, colonne: int, chiffre: Chiffre, *styles: str) -> None:
        """A figure as a real number; the words printed in its place where it has none."""
        if chiffre.vide:
            self.texte(colonne, "", *styles)
        elif chiffre.valeur is None:
            cote = ("gauche", "long") if chiffre.unite == Unite.ACTIONS else ("droite",)
            self.texte(colonne, chiffre.affiche, *styles, *cote)
        else:
            self.nombre(colonne, chiffre.valeur, format_du_nombre(chiffre), *styles)

    def formule(
        self, colonne: int, formule: str, valeur: Any, *styles: str, nombre: str = ""
    ) -> None:
        """A live formula and, for previews, the value that it has."""
        habit = self.formats(*styles, nombre=nombre)
        self.onglet.write_formula(self.rang, colonne, f"={formule}", habit, valeur)

    def lien(self, colonne: int, feuille: str, contenu: str) -> None:
        """A link to another sheet."""
        self.onglet.write_url(
            self.rang, colonne, f"internal:'{feuille}'!A1", self.formats("filet", "lien"), contenu
        )

    def case(self, colonne: int, rang: int | None = None) -> str:
        """The address of a cell; of the row being written unless another one is given."""
        return str(xl_rowcol_to_cell(self.rang if rang is None else rang, colonne))

    def _rehausser(self, hauteur: float) -> None:
        if hauteur > self._hauteurs.get(self.rang, _HAUTEUR_DE_LIGNE):
            self._hauteurs = {self.rang: hauteur}
            self.onglet.set_row(self.rang, hauteur)

    def _mettre_en_page(self) -> None:
        rapport = self.atelier.rapport
        emission = rapport.date_emission.strftime("%d/%m/%Y")
        self.onglet.set_landscape()
        self.onglet.set_paper(_A4)
        self.onglet.fit_to_pages(1, 0)
        self.onglet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        self.onglet.set_header(f"&L&8 {_entete(rapport.contrat)}&R&8 {_entete(rapport.titre)}")
        self.onglet.set_footer(f"&L&8 {self.nom}&C&8Page &P / &N&R&8 Émis le {emission}")
        self.onglet.hide_gridlines(2)


def hauteur_du_texte(contenu: str, largeur: float) -> float:
    """Points that a wrapped text needs: not every spreadsheet measures it on opening."""
    lignes = sum(
        max(1, ceil(len(ligne) * _LARGEUR_DU_SIGNE / largeur)) for ligne in contenu.split("\n")
    )
    return min(lignes * _HAUTEUR_DE_LIGNE + 2, _HAUTEUR_MAX)


def _entete(contenu: str) -> str:
    """Text for a page's head, where « & » begins a code and 255 characters are all there is."""
    return texte(contenu)[:_ENTETE_MAX].replace("&", "&&")


def format_du_nombre(chiffre: Chiffre) -> str:
    """The number format of a figure: cents only when it has any, « 3 + FPH » kept a number."""
    valeur = chiffre.valeur
    if chiffre.unite == Unite.PART:
        return PART
    if chiffre.unite == Unite.EUROS:
        return format_des_euros(valeur) + _suite(dire_les_inconnus(valeur, chiffre.inconnus))
    debut = str(valeur)
    if valeur is not None and chiffre.texte is not None and chiffre.texte.startswith(debut):
        return _ENTIER + _suite(chiffre.texte.removeprefix(debut))
    return _ENTIER


def _suite(mots: str) -> str:
    """These words after the number that a format shows."""
    return '"{}"'.format(mots.replace('"', "")) if mots else ""


def format_des_euros(valeur: Decimal | int | float | None) -> str:
    return EUROS if valeur is None or valeur == int(valeur) else _EUROS_ET_CENTS


def format_de_l_ecart(unite: Unite, valeur: Decimal | int) -> str:
    """A gap with its sign, 0 without."""
    nu = format_des_euros(valeur) if unite == Unite.EUROS else _ENTIER
    return f"+{nu};-{nu};{nu}"
