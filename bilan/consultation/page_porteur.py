"""A porteur's page."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from bilan.consultation.fiches import ENTIER_MAX, Fiche, Voisin, Vue
from bilan.consultation.perimetre import Perimetre
from bilan.consultation.visibles import porteurs_visibles
from territoires.models import Organisme


class PorteurPage(Fiche):
    liste = "bilan:porteurs"
    titre_liste = "Porteurs"
    retour = "Tous les porteurs"
    template_name = "bilan/consultation/porteur.html"

    def trouver(self, cle: int) -> Organisme:
        porteur = (
            porteurs_visibles(self.request)
            .select_related("commune")
            .filter(pk=min(cle, ENTIER_MAX))
            .first()
        )
        if porteur is None:
            raise Http404(f"Le porteur {cle} n'existe pas.")
        return porteur

    def montrer(self, sujet: Organisme, annee: int, ensemble: Perimetre) -> Vue:
        return self.vue_simple(ensemble.du_porteur(sujet), ensemble)

    def contexte(self, sujet: Organisme, vue: Vue | None) -> dict[str, Any]:
        autres = porteurs_visibles(self.request)
        return {
            "titre": sujet.nom,
            "chapeau": sujet.get_type_display(),
            "precedent": self._voisin(autres.filter(nom__lt=sujet.nom).order_by("-nom")),
            "suivant": self._voisin(autres.filter(nom__gt=sujet.nom).order_by("nom")),
        }

    def _voisin(self, porteurs: "QuerySet[Organisme]") -> Voisin | None:
        porteur = porteurs.only("nom").first()
        if porteur is None:
            return None
        return Voisin(porteur.nom, self.page("bilan:porteur", porteur.pk))
