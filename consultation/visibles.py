"""What an account limited to some communes finds in the lists, the pages and the search."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from actions.models import Action
from comptes.permissions import communes_de, dans_les_communes
from territoires.models import Commune, CommuneQuerySet, Organisme, Quartier


def communes_visibles(request: HttpRequest) -> CommuneQuerySet:
    """Every commune, or those that the account is limited to; without their outlines."""
    return dans_les_communes(Commune.objects.defer("contour"), communes_de(request), "pk")


def quartiers_visibles(request: HttpRequest) -> "QuerySet[Quartier]":
    """The neighbourhoods of these communes."""
    communes = communes_de(request)
    return Quartier.objects.filter(commune__in=communes) if communes else Quartier.objects.all()


def porteurs_visibles(request: HttpRequest) -> "QuerySet[Organisme]":
    """Every organisation or, for a limited account, those that carry a line that it may see."""
    communes = communes_de(request)
    if not communes:
        return Organisme.objects.all()
    lignes = Action.objects.filter(porteur=OuterRef("pk"), commune__in=communes)
    return Organisme.objects.filter(Exists(lignes.order_by()))
