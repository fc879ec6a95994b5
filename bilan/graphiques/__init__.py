"""The charts of the report and of the pages: tables → geometry → SVG. Pure.

A mark carries its link and its sentence; beside every chart stands the table that equals it.
"""

from bilan.graphiques.barres import Barre, barres, barres_territoriales, barres_thematiques
from bilan.graphiques.carte import carte_territoriale
from bilan.graphiques.dessin import Graphique

__all__ = [
    "Barre",
    "Graphique",
    "barres",
    "barres_territoriales",
    "barres_thematiques",
    "carte_territoriale",
]
