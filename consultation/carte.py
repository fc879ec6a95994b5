"""The map as a way around: each commune leads to its page, and one may stand out. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse

from bilan.graphiques import Graphique, carte_territoriale
from bilan.graphiques.trait import absolu
from bilan.grille import Chiffre, Ligne, Unite
from bilan.tableaux import ACTIONS, FINANCEMENT, TERRITORIAL, TableauTerritorial
from consultation.figures import Figures
from consultation.ventilation import Repartition
from territoires.models import Commune

_CONTOUR = "#b4541a"


def carte_de_navigation(
    tableau: TableauTerritorial,
    communes: Collection[Commune],
    suite: str,
    en_avant: Commune | None = None,
) -> Graphique | None:
    """The communes by granted €; None where none has an outline. ``suite`` ends their links."""
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
    contours: dict[str, Mapping[str, Any] | None] = {c.code_insee: c.contour for c in communes}
    carte = carte_territoriale(mene, contours)
    if carte is None or en_avant is None:
        return carte
    return _souligner(carte, pages[en_avant.code_insee], en_avant)


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
    return Ligne(numero, nom, (nombre, Chiffre(figures.accorde, Unite.EUROS, "")), nom, code)


def _souligner(carte: Graphique, page: str, commune: Commune) -> Graphique:
    """The same map, one commune in a thick outline that no colour of the map has."""
    aplats, *reste = carte.specification["layer"]
    siens = [trace for trace in aplats["data"]["values"] if trace["lien"] == absolu(page)]
    if not siens:
        return carte
    contour = {
        "data": {"values": [{"type": "Feature", "geometry": trace["geometry"]} for trace in siens]},
        "projection": aplats["projection"],
        "mark": {
            "type": "geoshape",
            "aria": False,
            "clip": False,
            "filled": False,
            "stroke": _CONTOUR,
            "strokeWidth": 4,
            "strokeJoin": "round",
        },
    }
    description = f"{carte.description} {commune.nom} est entourée d'un trait épais."
    specification = carte.specification | {
        "description": description,
        "layer": [aplats, contour, *reste],
    }
    return replace(carte, description=description, specification=specification)
