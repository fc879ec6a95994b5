"""A transversal axis's page: what it aims at, with whom, and its figures."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404

from axes.models import AxeTransversal
from bilan.consultation.fiches import Fiche, Voisin, Vue
from bilan.consultation.perimetre import Perimetre


class AxePage(Fiche):
    liste = "axes:liste"
    titre_liste = "Axes transversaux"
    retour = "Tous les axes transversaux"
    template_name = "bilan/consultation/axe.html"

    def trouver(self, cle: int) -> AxeTransversal:
        self.axes = list(AxeTransversal.objects.order_by("numero"))
        axe = next((axe for axe in self.axes if axe.numero == cle), None)
        if axe is None:
            raise Http404(f"L'axe {cle} n'existe pas.")
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
                Voisin(commune.nom, self.page("bilan:commune", commune.code_insee))
                for commune in sujet.communes.all()
            ],
            "financeurs": [
                Voisin(financeur.nom, self.page("bilan:financeur", financeur.code))
                for financeur in sujet.financeurs.all()
            ],
        }

    def _voisin(self, axe: AxeTransversal | None) -> Voisin | None:
        if axe is None:
            return None
        return Voisin(f"Axe {axe.numero} : {axe.titre}", self.page("axes:fiche", axe.numero))
