"""The map as a way around: each commune leads to its page, and one may stand out. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.urls import reverse

from bilan.graphiques import Graphique, carte_territoriale
from bilan.sommes import Figures, Repartition
from bilan.tableaux import (
    ACTIONS,
    FINANCEMENT,
    TERRITORIAL,
    Chiffre,
    Ligne,
    TableauTerritorial,
    Unite,
)
from territoires.models import Commune


def carte_de_navigation(
    tableau: TableauTerritorial,
    communes: Collection[Commune],
    suite: str,
    en_avant: Commune | None = None,
) -> Graphique | None:
    """The communes, with their ``trace``, by granted €; None where none has an outline.

    ``suite`` ends their links.
    """
    pages = {
        c.code_insee: reverse("consultation:commune", args=[c.code_insee]) + suite for c in communes
    }
    mene = replace(
        tableau,
        lignes=tuple(
            replace(
                ligne,
                chiffres=tuple(replace(c, lien=pages[ligne.code]) for c in ligne.chiffres),
            )
            for ligne in tableau.lignes
            if ligne.code in pages
        ),
    )
    contours = {c.code_insee: c.trace for c in communes}
    return carte_territoriale(mene, contours, "" if en_avant is None else en_avant.code_insee)


def tableau_de_la_carte(
    annee: int, communes: Iterable[Commune], repartition: Repartition
) -> TableauTerritorial:
    """What the map is drawn from: each commune's actions and granted €."""
    lignes = tuple(
        _ligne(commune.numero, commune.nom, commune.code_insee, repartition.de(commune.pk))
        for commune in communes
    )
    return TableauTerritorial(
        annee=annee,
        code=TERRITORIAL,
        titre="Financement par commune",
        entete="Commune",
        colonnes=(ACTIONS, FINANCEMENT),
        lignes=lignes,
        total=_ligne(None, "Total", "", repartition.ensemble),
    )


def _ligne(numero: int | None, nom: str, code: str, figures: Figures) -> Ligne:
    nombre = Chiffre(figures.actions, Unite.ACTIONS, "")
    return Ligne(numero, nom, (nombre, Chiffre.du_montant(figures.accorde, "")), nom, code)
