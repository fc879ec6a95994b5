"""The lists: communes, themes, funders, porteurs, neighbourhoods, axes, each with its figures."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from actions.models import Theme
from actions.views import banniere, mentions_de_reconstitution
from axes.models import AxeTransversal
from bilan.consultation import filters, tables
from bilan.consultation.visibles import communes_visibles, porteurs_visibles, quartiers_visibles
from comptes.permissions import CONNECTE
from financement.models import Financeur
from listes.tables import Totaux
from listes.views import ListeView
from territoires.models import Commune, Organisme, Quartier

ARGENT = "Montants : crédits de fonctionnement."


class ListeDeFigures(ListeView):
    """A list whose figures are of the years chosen, the newest by default."""

    permission = CONNECTE
    template_name = "bilan/consultation/liste.html"
    principaux = ("q", "exercice")
    filtres: filters.FiguresFiltres
    note = ""

    def mentions(self, totaux: Totaux) -> list[str]:
        annees = ", ".join(self.filtres.annees)
        phrases = [f"Exercice {annees}. {ARGENT}" if annees else ARGENT]
        return phrases + mentions_de_reconstitution(totaux)

    def contexte(self, mentions: Sequence[str]) -> dict[str, Any]:
        annees = self.filtres.annees
        options = self.filtres.filters["exercice"].options
        return {
            **banniere(mentions),
            "annee": annees[0] if len(annees) == 1 else "",
            "dernier": options[0].valeur if options else "",
            "note": self.note,
        }


class CommuneListe(ListeDeFigures):
    titre = "Communes"
    nom_fichier = "communes"
    filterset_class = filters.CommuneFiltres
    table_class = tables.CommuneTable
    note = (
        "Les lignes transterritoriales servent tout le territoire\u00a0: elles ne sont comptées "
        "dans aucune commune, ni dans ce total."
    )

    def get_queryset(self) -> "QuerySet[Commune]":
        return communes_visibles(self.request).order_by("numero", "pk")


class ThemeListe(ListeDeFigures):
    titre = "Thèmes"
    nom_fichier = "themes"
    filterset_class = filters.ThemeFiltres
    table_class = tables.ThemeTable

    def get_queryset(self) -> "QuerySet[Theme]":
        return Theme.objects.order_by("numero", "pk")


class FinanceurListe(ListeDeFigures):
    titre = "Financeurs"
    nom_fichier = "financeurs"
    filterset_class = filters.FinanceurFiltres
    table_class = tables.FinanceurTable
    note = (
        "Les chiffres d'un financeur comprennent ceux des services qui en relèvent\u00a0; le total "
        "ne compte chaque action et chaque crédit qu'une fois."
    )

    def get_queryset(self) -> "QuerySet[Financeur]":
        return Financeur.objects.order_by("ordre", "nom", "pk")


class PorteurListe(ListeDeFigures):
    """Those that carry, or carried, a line that this account may see."""

    titre = "Porteurs"
    nom_fichier = "porteurs"
    filterset_class = filters.PorteurFiltres
    table_class = tables.PorteurTable

    def get_queryset(self) -> "QuerySet[Organisme]":
        return porteurs_visibles(self.request).order_by("nom", "pk")


class QuartierListe(ListeDeFigures):
    titre = "Quartiers"
    nom_fichier = "quartiers"
    filterset_class = filters.QuartierFiltres
    table_class = tables.QuartierTable

    def get_queryset(self) -> "QuerySet[Quartier]":
        return quartiers_visibles(self.request).order_by("commune__numero", "nom", "pk")


class AxeListe(ListeDeFigures):
    titre = "Axes transversaux"
    nom_fichier = "axes"
    filterset_class = filters.AxeFiltres
    table_class = tables.AxeTable
    note = "Une action peut servir plusieurs axes\u00a0; le total ne la compte qu'une fois."

    def get_queryset(self) -> "QuerySet[AxeTransversal]":
        return AxeTransversal.objects.order_by("numero", "pk")
