"""Excel's own charts, drawn from the sheets' cells so that they follow them."""

from typing import Any, Final

from bilan.graphiques.barres import COULEURS
from bilan.rendus.xlsx.feuille import ENCRE, EUROS
from bilan.rendus.xlsx.feuilles_de_chiffres import PREMIERE, TableauRecompte
from listes.chiffres import brut

_LIBELLES: Final = 1
_RANGEE: Final = 28
_RANGEE_DE_DEUX_LIGNES: Final = 42
"""Pixels of a bar and of its label; a theme's takes two lines."""


def barres_territoriales(trace: TableauRecompte) -> None:
    """Funding by commune, in the order of the table, beside it."""
    if not trace.tableau.total.chiffres[1].valeur:
        return
    barres = _barres(trace, "Financement par commune", 600, _RANGEE)
    _ajouter(barres, trace, 1, COULEURS[0][0])
    barres.set_legend({"none": True})
    trace.feuille.onglet.insert_chart(trace.premiere - 2, trace.accord + 2, barres)


def barres_thematiques(trace: TableauRecompte) -> None:
    """Funding by theme, a colour for each column of funders, below the table."""
    if not trace.tableau.total.chiffres[1].valeur:
        return
    barres = _barres(trace, "Financement par thème et par financeur", 1200, _RANGEE_DE_DEUX_LIGNES)
    for rang, (couleur, _) in zip(trace.tableau.rangs_des_financeurs, COULEURS, strict=False):
        _ajouter(barres, trace, rang, couleur)
    barres.set_legend({"position": "bottom", "font": {"size": 10, "color": ENCRE}})
    trace.feuille.onglet.insert_chart(trace.derniere + 3, _LIBELLES, barres)


def _barres(trace: TableauRecompte, titre: str, largeur: int, rangee: int) -> Any:
    barres = trace.feuille.atelier.classeur.add_chart({"type": "bar", "subtype": "stacked"})
    complet = f"{titre}, {trace.tableau.annee}"
    barres.set_title({"name": complet, "name_font": {"size": 13, "color": ENCRE}, "overlay": False})
    police = {"size": 10, "color": ENCRE}
    barres.set_y_axis(
        {
            "reverse": True,
            "crossing": "max",
            "num_font": police,
            "major_tick_mark": "none",
            "interval_unit": 1,
        }
    )
    barres.set_x_axis(
        {
            "num_format": EUROS,
            "num_font": police,
            "major_gridlines": {"visible": True, "line": {"color": "#d5dbe1"}},
        }
    )
    barres.set_size({"width": largeur, "height": 110 + rangee * len(trace.tableau.lignes)})
    return barres


def _ajouter(barres: Any, trace: TableauRecompte, rang: int, couleur: str) -> None:
    """The series of a column of the table."""
    nom, colonne, lignes = trace.feuille.nom, PREMIERE + rang, trace.tableau.lignes
    barres.add_series(
        {
            "name": [nom, trace.premiere - 1, colonne],
            "categories": [nom, trace.premiere, _LIBELLES, trace.derniere, _LIBELLES],
            "values": [nom, trace.premiere, colonne, trace.derniere, colonne],
            # In constant memory the cells are gone: previews draw from these.
            "categories_data": [ligne.libelle for ligne in lignes],
            "values_data": [brut(ligne.chiffres[rang].valeur) or 0 for ligne in lignes],
            "fill": {"color": couleur},
            "border": {"color": ENCRE, "width": 0.5},
            "gap": 45,
        }
    )
