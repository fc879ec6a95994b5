"""Porteurs: their list, and the page of one."""

from typing import Any

from django.db.models import QuerySet

from actions.models import Action
from comptes.permissions import introuvable
from consultation import filters, tables
from consultation.perimetre import Perimetre
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue
from suivi.disparus import absent
from territoires.models import Organisme


class PorteurListe(ListeDeFigures):
    """Those that carry, or carried, a line that this account may see."""

    titre = "Porteurs"
    nom_fichier = "porteurs"
    filterset_class = filters.PorteurFiltres
    table_class = tables.PorteurTable

    def get_queryset(self) -> "QuerySet[Organisme]":
        return Action.objects.porteurs_visibles_par(self.compte).order_by("nom", "pk")


class PorteurPage(PageDeFigures):
    liste = "consultation:porteurs"
    titre_liste = "Porteurs"
    retour = "Tous les porteurs"
    template_name = "consultation/porteur.html"

    def trouver(self, cle: int) -> Organisme:
        porteur = (
            Action.objects.porteurs_visibles_par(self.compte)
            .select_related("commune")
            .filter(pk=cle)
            .first()
        )
        if porteur is None:
            absence = introuvable(self.request, f"Le porteur {cle}")
            raise absent(self.compte.perimetre, Organisme, absence, id=cle)
        return porteur

    def montrer(self, sujet: Organisme, annee: int, ensemble: Perimetre) -> Vue:
        return self.vue_simple(ensemble.du_porteur(sujet), ensemble)

    def contexte(self, sujet: Organisme, vue: Vue | None) -> dict[str, Any]:
        autres = Action.objects.porteurs_visibles_par(self.compte)
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
        return Voisin(porteur.nom, self.page("consultation:porteur", porteur.pk))
