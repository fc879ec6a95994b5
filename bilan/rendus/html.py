"""The report on screen: which template draws each kind of block."""

from collections.abc import Iterator

from bilan import document
from bilan.document import Bloc
from bilan.grille import Chiffre, Ligne, Tableau

GABARITS: dict[type[Bloc], str] = {
    document.Paragraphe: "bilan/blocs/paragraphe.html",
    document.Liste: "bilan/blocs/liste.html",
    document.ChiffresCles: "bilan/blocs/chiffres_cles.html",
    document.BlocTableau: "bilan/blocs/tableau.html",
    document.Illustration: "bilan/blocs/illustration.html",
    document.Legende: "bilan/blocs/legende.html",
    document.Fiche: "bilan/blocs/fiche.html",
    document.Registre: "bilan/blocs/registre.html",
    document.ListeActions: "bilan/blocs/actions.html",
}

# Past this, the page would be too heavy to read: it sends to the list of actions instead.
ACTIONS_A_L_ECRAN = 1000


def cellules(tableau: Tableau, ligne: Ligne) -> Iterator[tuple[Chiffre, ...]]:
    """The figures of a row, cell by cell: one, or those that a heading groups."""
    for _, rangs in tableau.groupes:
        yield tuple(ligne.chiffres[rang] for rang in rangs)
