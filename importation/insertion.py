"""Rows by thousands, without an object for each: what the ORM's ``bulk_create`` spends most on."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

LOT = 500

Element = TypeVar("Element")


def lots(elements: Sequence[Element], taille: int = LOT) -> Iterator[Sequence[Element]]:
    return (elements[debut : debut + taille] for debut in range(0, len(elements), taille))


def inserer(modele: Any, champs: Sequence[str], lignes: Sequence[Sequence[Any]]) -> list[int]:
    """``INSERT … VALUES``, a value for each of these fields; gives the ids, in no order.

    The model's own defaults aren't applied: ``champs`` names every column but the id.
    """
    debut = _debut(modele, champs)
    ligne = f"({', '.join(['%s'] * len(champs))})"
    taille = connection.ops.bulk_batch_size([modele._meta.get_field(c) for c in champs], lignes)
    pks: list[int] = []
    with connection.cursor() as curseur:
        for lot in lots(lignes, min(taille, LOT) or 1):
            valeurs = ", ".join([ligne] * len(lot))
            curseur.execute(f"{debut} VALUES {valeurs} RETURNING id", list(chain(*lot)))
            pks += [pk for (pk,) in curseur.fetchall()]
    return pks


def copier(source: QuerySet[Any], modele: Any, champs: dict[str, Any]) -> None:
    """``INSERT … SELECT``: each field of ``modele`` from a field of the source or an expression."""
    selection, parametres = source.values_list(*champs.values()).query.sql_with_params()
    with connection.cursor() as curseur:
        curseur.execute(f"{_debut(modele, champs)} {selection}", parametres)


def _debut(modele: Any, champs: Iterable[str]) -> str:
    nommer = connection.ops.quote_name
    colonnes = ", ".join(nommer(modele._meta.get_field(champ).column) for champ in champs)
    return f"INSERT INTO {nommer(modele._meta.db_table)} ({colonnes})"
