"""What stands at the head of a page: its key figures. Pure."""

from collections.abc import Iterable

from bilan.consultation.figures import COLONNES, Figures
from bilan.document import ChiffreCle, ChiffresCles
from bilan.grille import Chiffre, Unite


def chiffres_cles(
    figures: Figures, lien: str, total: Figures, autres: Iterable[ChiffreCle], limite: bool
) -> ChiffresCles:
    """The five figures of any row, an average, and what the page adds.

    ``total`` is the whole year, of which the money is a share: ``limite`` where it only counts
    some communes.
    """
    notes = {
        "Actions": _non_comptees(figures),
        "Accordé": "crédits de fonctionnement",
        "Part de l'exercice": "de l'accordé" + (" de vos communes" if limite else ""),
    }
    chiffres = figures.chiffres(lien, total.accorde)
    return ChiffresCles(
        (
            *(
                ChiffreCle(colonne.titre, chiffre, notes.get(colonne.titre, ""))
                for colonne, chiffre in zip(COLONNES, chiffres, strict=True)
            ),
            ChiffreCle("Moyenne par action", moyenne(figures, figures.actions)),
            *autres,
        )
    )


def _non_comptees(figures: Figures) -> str:
    autres = figures.lignes - figures.actions
    if autres <= 0:
        return ""
    return "et une ligne non comptée" if autres == 1 else f"et {autres} lignes non comptées"


def moyenne(figures: Figures, diviseur: int | None) -> Chiffre:
    """Granted € for each of so many, to the cent; unknown where either is."""
    if figures.accorde is None or not diviseur:
        return Chiffre(None, Unite.EUROS, "")
    return Chiffre(round(figures.accorde / diviseur, 2), Unite.EUROS, "")
