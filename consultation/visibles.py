"""What an account limited to some communes finds in the lists, the pages and the search."""

from django.db.models import QuerySet

from comptes.models import Utilisateur
from comptes.permissions import dans_les_communes
from territoires.models import Commune, CommuneQuerySet, Quartier


def communes_visibles(compte: Utilisateur) -> CommuneQuerySet:
    """Every commune, or those that the account is limited to; without their outlines."""
    return dans_les_communes(Commune.objects.defer("contour"), compte.perimetre, "pk")


def quartiers_visibles(compte: Utilisateur) -> "QuerySet[Quartier]":
    """The neighbourhoods of these communes."""
    return dans_les_communes(Quartier.objects.all(), compte.perimetre)
