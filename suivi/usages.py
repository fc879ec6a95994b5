"""What points to an object of the reference data, counted as far as one may see."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def du_perimetre(modele: Any, communes: frozenset[int]) -> QuerySet[Any]:
    """The rows of a model that one who is limited to these communes may count; none is no limit."""
    lignes: QuerySet[Any] = modele._default_manager.order_by()
    champs = {champ.name for champ in modele._meta.fields}
    for champ, filtre in (("commune", "commune__in"), ("action", "action__commune__in")):
        if communes and champ in champs:
            return lignes.filter(**{filtre: communes})
    return lignes


def nombre_lie(modele: type[Model], lien: str, communes: frozenset[int]) -> Coalesce:
    """How many rows a relation leads to, counted for the rows shown only."""
    relation: Any = modele._meta.get_field(lien)
    champ = relation.field.name
    nombres = (
        du_perimetre(relation.related_model, communes)
        .filter(**{champ: OuterRef("pk")})
        .values(champ)
        .annotate(nombre=Count("*"))
        .values("nombre")
    )
    return Coalesce(Subquery(nombres), 0)


def liens_entrants(modele: type[Model]) -> Sequence[Any]:
    return [lien for lien in modele._meta.related_objects if lien.related_model is not modele]
