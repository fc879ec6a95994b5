"""What points to an object of the reference data, counted as far as one may see."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import router
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from comptes.permissions import dans_les_communes


def nombre_lie(modele: type[Model], lien: str, communes: frozenset[int]) -> Coalesce:
    """An annotation: how many rows point to each object by this relation."""
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


def usagers(
    modele: type[Model], objets: Any, communes: frozenset[int]
) -> tuple[list[Model], list[tuple[type[Model], int]]]:
    """What keeps these objects from being deleted: the rows that one who is limited to these
    communes may see, then the number of the others, by model.
    """
    collecteur = NestedObjects(using=router.db_for_write(modele), origin=objets)
    collecteur.collect(objets)
    tous: list[Any] = sorted(collecteur.protected, key=lambda objet: objet.pk)
    for lien in _liens_entrants(modele):
        if lien.many_to_many:
            lies = lien.related_model._default_manager.filter(**{f"{lien.field.name}__in": objets})
            tous += lies.distinct()
    cles: dict[type[Model], list[Any]] = {}
    for objet in tous:
        cles.setdefault(type(objet), []).append(objet.pk)
    vus = {m: _du_perimetre(m, communes).in_bulk(siennes) for m, siennes in cles.items()}
    caches = [(m, len(siennes) - len(vus[m])) for m, siennes in cles.items()]
    return [o for o in tous if o.pk in vus[type(o)]], [(m, n) for m, n in caches if n]


def _du_perimetre(modele: Any, communes: frozenset[int]) -> QuerySet[Any]:
    """The rows of a model that one who is limited to these communes may count; none is no limit."""
    lignes: QuerySet[Any] = modele._default_manager.order_by()
    champs = {champ.name for champ in modele._meta.fields}
    for champ, par in (("commune", "commune"), ("action", "action__commune")):
        if champ in champs:
            return dans_les_communes(lignes, communes, par)
    return lignes


def _liens_entrants(modele: type[Model]) -> list[Any]:
    return [lien for lien in modele._meta.related_objects if lien.related_model is not modele]
