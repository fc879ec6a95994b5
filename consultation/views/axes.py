"""Transversal axes: their list, and the page of one: what it aims at, with whom, its figures."""

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404

from axes.models import AxeTransversal
from consultation import filters, tables
from consultation.perimetre import Perimetre
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue
from suivi.disparus import absent


class AxeListe(ListeDeFigures):
    titre = "Axes transversaux"
    nom_fichier = "axes"
    filterset_class = filters.AxeFiltres
    table_class = tables.AxeTable
    note = "Une action peut servir plusieurs axes\u00a0; le total ne la compte qu'une fois."

    def get_queryset(self) -> "QuerySet[AxeTransversal]":
        return AxeTransversal.objects.order_by("numero", "pk")


class AxePage(PageDeFigures):
    liste = "consultation:axes"
    titre_liste = "Axes transversaux"
    retour = "Tous les axes transversaux"
    template_name = "consultation/axe.html"

    def trouver(self, cle: int) -> AxeTransversal:
        self.axes = list(AxeTransversal.objects.order_by("numero"))
        axe = next((axe for axe in self.axes if axe.numero == cle), None)
        if axe is None:
            absence = Http404(f"L'axe {cle} n'existe pas.")
            raise absent(self.compte.perimetre, AxeTransversal, absence, numero=cle)
        prefetch_related_objects([axe], "communes", "financeurs", "jalons")
        return axe

    def montrer(self, sujet: AxeTransversal, annee: int, ensemble: Perimetre) -> Vue:
        return self.vue_simple(ensemble.des_axes([sujet]), ensemble)

    def contexte(self, sujet: AxeTransversal, vue: Vue | None) -> dict[str, Any]:
        rang = self.axes.index(sujet)
        return {
            "titre": f"Axe {sujet.numero} : {sujet.titre}",
            "chapeau": sujet.thematique,
            "precedent": self._voisin(self.axes[rang - 1] if rang else None),
            "suivant": self._voisin(next(iter(self.axes[rang + 1 :]), None)),
            "communes": [
                Voisin(commune.nom, self.page("consultation:commune", commune.code_insee))
                for commune in sujet.communes.all()
            ],
            "financeurs": [
                Voisin(financeur.nom, self.page("consultation:financeur", financeur.code))
                for financeur in sujet.financeurs.all()
            ],
        }

    def _voisin(self, axe: AxeTransversal | None) -> Voisin | None:
        if axe is None:
            return None
        return Voisin(f"Axe {axe.numero} : {axe.titre}", self.page("consultation:axe", axe.numero))
