"""Rows as JSON lines, the same from every database: exact decimals, instants, JSON, NULL."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast
from django.utils.duration import duration_iso_string

from sauvegarde.noms import PERMISSION, TYPE, Noms
from sauvegarde.perimetre import Champ, Modele, champs

LOT = 2000
Rangee = list[Any]
Conversion = tuple[int, Callable[[Any], Any]]

# Written to the database as they come out of JSON.
_SIMPLES = (
    models.BooleanField,
    models.CharField,
    models.FileField,
    models.IntegerField,
    models.TextField,
)


def lire(modele: Modele, using: str) -> Iterator[bytes]:
    """The rows of a table, one JSON line each, by primary key, without holding them all."""
    colonnes = champs(modele)
    noms = [
        # As text: a JSON null isn't a NULL, and its figures keep their digits.
        Cast(champ.attname, models.TextField())
        if isinstance(champ, models.JSONField)
        else champ.attname
        for champ in colonnes
    ]
    vers_le_nom = _par_nom(colonnes, Noms(using).vers_le_nom)
    rangees = modele._base_manager.using(using).order_by("pk").values_list(*noms)
    encoder = json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), check_circular=False, default=_texte
    ).encode
    for rangee in rangees.iterator(chunk_size=LOT):
        yield encoder(_convertie(list(rangee), vers_le_nom)).encode() + b"\n"


def relire(
    colonnes: list[Champ], lignes: Iterator[bytes], connection: BaseDatabaseWrapper, noms: Noms
) -> Iterator[Rangee]:
    """The rows of these lines, as this database takes them. No query: a COPY is under way.

    Raises ValueError or ValidationError on a line that isn't a row of the table.
    """
    conversions: list[Conversion] = [
        (rang, partial(_pour_la_base, champ, connection))
        for rang, champ in enumerate(colonnes)
        if not isinstance(_cible(champ), (*_SIMPLES, models.JSONField))
    ]
    vers_le_numero = _par_nom(colonnes, noms.vers_le_numero)
    for ligne in lignes:
        rangee = json.loads(ligne)
        if not isinstance(rangee, list) or len(rangee) != len(colonnes):
            raise ValueError(f"{len(colonnes)} valeurs attendues")
        yield _convertie(_convertie(rangee, vers_le_numero), conversions)


def _convertie(rangee: Rangee, conversions: list[Conversion]) -> Rangee:
    for rang, conversion in conversions:
        if rangee[rang] is not None:
            rangee[rang] = conversion(rangee[rang])
    return rangee


def _texte(valeur: Any) -> str:
    """What JSON has no word for, as Django's fields read it back."""
    if isinstance(valeur, Decimal | UUID):
        return str(valeur)
    if isinstance(valeur, date | datetime | time):
        return valeur.isoformat()
    if isinstance(valeur, timedelta):
        return duration_iso_string(valeur)
    if isinstance(valeur, bytes | memoryview):
        return base64.b64encode(valeur).decode("ascii")
    raise TypeError(f"{type(valeur).__name__} ne s'écrit pas dans une sauvegarde.")


def _pour_la_base(champ: Champ, connection: BaseDatabaseWrapper, valeur: Any) -> Any:
    return champ.get_db_prep_save(champ.to_python(valeur), connection)


def _cible(champ: Champ) -> Champ:
    """The field that says what a foreign key holds, through as many tables as it takes."""
    while isinstance(champ, models.ForeignKey):
        champ = champ.target_field
    return champ


def _par_nom(
    colonnes: list[Champ], conversion: Callable[[Modele], Callable[[Any], Any]]
) -> list[Conversion]:
    """The columns that point to content types or permissions, with their conversion."""
    return [
        (rang, conversion(champ.related_model))
        for rang, champ in enumerate(colonnes)
        if champ.related_model and champ.related_model._meta.label_lower in (TYPE, PERMISSION)
    ]
