"""Excel's own charts, drawn from the sheets' cells so that they follow them."""

from typing import Any, Final

from bilan.graphiques.barres import COULEURS
from bilan.grille import Ligne, Tableau
from bilan.rendus.xlsx.feuille import ENCRE
from bilan.rendus.xlsx.tableaux import PREMIERE, Trace
from listes.chiffres import ESPACE_INSECABLE, brut

_LIBELLES: Final = 1
_AXE_EN_EUROS: Final = f'#,##0"{ESPACE_INSECABLE}€"'
_RANGEE: Final = 28
_RANGEE_DE_DEUX_LIGNES: Final = 42
"""Pixels of a bar and of its label; a theme's takes two lines."""


def barres_territoriales(trace: Trace, tableau: Tableau) -> None:
    """Funding by commune, in the order of the table, beside it."""
    if not tableau.total.chiffres[1].valeur:
        return
    dessin = _barres(trace, tableau, "Financement par commune", 600, _RANGEE)
    _ajouter(dessin, trace, tableau, 1, COULEURS[0][0])
    dessin.set_legend({"none": True})
    trace.feuille.onglet.insert_chart(trace.premiere - 2, trace.fin + 2, dessin)


def barres_thematiques(trace: Trace, tableau: Tableau) -> None:
    """Funding by theme, a colour for each column of funders, below the table."""
    if not tableau.total.chiffres[1].valeur:
        return
    dessin = _barres(
        trace, tableau, "Financement par thème et par financeur", 1200, _RANGEE_DE_DEUX_LIGNES
    )
    for rang, (couleur, _) in zip(range(2, len(tableau.colonnes)), COULEURS, strict=False):
        _ajouter(dessin, trace, tableau, rang, couleur)
    dessin.set_legend({"position": "bottom", "font": {"size": 10, "color": ENCRE}})
    trace.feuille.onglet.insert_chart(trace.derniere + 3, _LIBELLES, dessin)


def _barres(trace: Trace, tableau: Tableau, titre: str, largeur: int, rangee: int) -> Any:
    dessin = trace.feuille.atelier.classeur.add_chart({"type": "bar", "subtype": "stacked"})
    complet = f"{titre}, {tableau.annee}"
    dessin.set_title({"name": complet, "name_font": {"size": 13, "color": ENCRE}, "overlay": False})
    police = {"size": 10, "color": ENCRE}
    dessin.set_y_axis(
        {
            "reverse": True,
            "crossing": "max",
            "num_font": police,
            "major_tick_mark": "none",
            "interval_unit": 1,
        }
    )
    dessin.set_x_axis(
        {
            "num_format": _AXE_EN_EUROS,
            "num_font": police,
            "major_gridlines": {"visible": True, "line": {"color": "#d5dbe1"}},
        }
    )
    dessin.set_size({"width": largeur, "height": 110 + rangee * len(tableau.lignes)})
    return dessin


def _ajouter(dessin: Any, trace: Trace, tableau: Tableau, rang: int, couleur: str) -> None:
    nom, colonne = trace.feuille.nom, PREMIERE + rang
    dessin.add_series(
        {
            "name": [nom, trace.premiere - 1, colonne],
            "categories": [nom, trace.premiere, _LIBELLES, trace.derniere, _LIBELLES],
            "values": [nom, trace.premiere, colonne, trace.derniere, colonne],
            # In constant memory the cells are gone: previews draw from these.
            "categories_data": [ligne.libelle for ligne in tableau.lignes],
            "values_data": [_hauteur(ligne, rang) for ligne in tableau.lignes],
            "fill": {"color": couleur},
            "border": {"color": ENCRE, "width": 0.5},
            "gap": 45,
        }
    )


def _hauteur(ligne: Ligne, rang: int) -> int | float:
    return brut(ligne.chiffres[rang].valeur) or 0
