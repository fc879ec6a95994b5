"""What points to an object of the reference data, counted as far as one may see."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def nombre_lie(modele: type[Model], lien: str, communes: frozenset[int]) -> Coalesce:
    """How many rows a relation leads to, counted for the rows shown only."""
    relation: Any = modele._meta.get_field(lien)
    champ = relation.field.name
    nombres = (
        _du_perimetre(relation.related_model, communes)
        .filter(**{champ: OuterRef("pk")})
        .values(champ)
        .annotate(nombre=Count("*"))
        .values("nombre")
    )
    return Coalesce(Subquery(nombres), 0)


def usages(
    objet: Model, communes: frozenset[int], sauf: Collection[type[Model]]
) -> Iterator[tuple[type[Model], str, int]]:
    """The models whose rows point to an object, by which field, and how many rows do."""
    for lien in _liens_entrants(type(objet)):
        if lien.related_model not in sauf:
            champ = lien.field.name
            lignes = _du_perimetre(lien.related_model, communes).filter(**{champ: objet})
            if nombre := lignes.count():
                yield lien.related_model, champ, nombre


def usagers(modele: type[Model], objets: Iterable[Any]) -> Iterator[Model]:
    """What points to these objects through a many-to-many, which the database lets go silently."""
    for lien in _liens_entrants(modele):
        if lien.many_to_many:
            lies = lien.related_model._default_manager.filter(**{f"{lien.field.name}__in": objets})
            yield from lies.distinct()[:100]


def _du_perimetre(modele: Any, communes: frozenset[int]) -> QuerySet[Any]:
    """The rows of a model that one who is limited to these communes may count; none is no limit."""
    lignes: QuerySet[Any] = modele._default_manager.order_by()
    champs = {champ.name for champ in modele._meta.fields}
    for champ, filtre in (("commune", "commune__in"), ("action", "action__commune__in")):
        if communes and champ in champs:
            return lignes.filter(**{filtre: communes})
    return lignes


def _liens_entrants(modele: type[Model]) -> list[Any]:
    return [lien for lien in modele._meta.related_objects if lien.related_model is not modele]
