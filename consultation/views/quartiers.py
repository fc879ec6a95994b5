"""Neighbourhoods: their list, and the page of one."""

from typing import Any

from django.db.models import QuerySet

from comptes.permissions import introuvable
from consultation import filters, tables
from consultation.perimetre import Perimetre
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue
from consultation.visibles import quartiers_visibles
from listes.recherche import sans_accents
from suivi.disparus import absent
from territoires.models import Quartier


class QuartierListe(ListeDeFigures):
    titre = "Quartiers"
    nom_fichier = "quartiers"
    filterset_class = filters.QuartierFiltres
    table_class = tables.QuartierTable

    def get_queryset(self) -> "QuerySet[Quartier]":
        return quartiers_visibles(self.compte).order_by("commune__numero", "nom", "pk")


class QuartierPage(PageDeFigures):
    liste = "consultation:quartiers"
    titre_liste = "Quartiers"
    retour = "Tous les quartiers"
    template_name = "consultation/quartier.html"

    def trouver(self, cle: int) -> Quartier:
        quartier = quartiers_visibles(self.compte).select_related("commune").filter(pk=cle).first()
        if quartier is None:
            absence = introuvable(self.request, f"Le quartier {cle}")
            raise absent(self.compte.perimetre, Quartier, absence, id=cle)
        return quartier

    def montrer(self, sujet: Quartier, annee: int, ensemble: Perimetre) -> Vue:
        return self.vue_simple(ensemble.du_quartier(sujet), ensemble, par_commune=False)

    def contexte(self, sujet: Quartier, vue: Vue | None) -> dict[str, Any]:
        autres = list(quartiers_visibles(self.compte).filter(commune=sujet.commune))
        avant = [q for q in autres if q.nom < sujet.nom]
        apres = [q for q in autres if q.nom > sujet.nom]
        return {
            "titre": sujet.nom,
            "chapeau": f"Quartier {_de(sujet.commune.nom)}",
            "url_commune": self.page("consultation:commune", sujet.commune.code_insee),
            "precedent": self._voisin(max(avant, key=lambda q: q.nom, default=None)),
            "suivant": self._voisin(min(apres, key=lambda q: q.nom, default=None)),
        }

    def _voisin(self, quartier: Quartier | None) -> Voisin | None:
        if quartier is None:
            return None
        return Voisin(quartier.nom, self.page("consultation:quartier", quartier.pk))


def _de(commune: str) -> str:
    """« d'Alès », « de La Grand-Combe », « des Salles-du-Gardon »: a first h is taken as mute."""
    for article, contracte in (("Le ", "du "), ("Les ", "des ")):
        if commune.startswith(article):
            return contracte + commune.removeprefix(article)
    return f"d'{commune}" if sans_accents(commune).startswith(tuple("aeiouyh")) else f"de {commune}"
