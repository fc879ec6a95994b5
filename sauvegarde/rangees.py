"""What a backup holds (every table but those of one installation), each row as a JSON line.

Lines are the same from every database: exact decimals, instants, JSON, NULL. Rows that point to
content types or permissions carry their names: their numbers differ from one database to another.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast
from django.utils.duration import duration_iso_string

# Sessions, long works, the last backup and the mark of the last write end with the installation.
# Content types and permissions are made by ``migrate``, under other numbers in each database: rows
# that point to them carry their names.
ECARTES = {
    "sessions.session",
    "contenttypes.contenttype",
    "auth.permission",
    "suivi.revision",
    "sauvegarde.sauvegarde",
}
APPLICATIONS_ECARTEES = {"usersessions", "travaux", "django_tasks_database"}
# ``migrate`` may put roles into an empty database: those of the backup take their place.
REMPLIS_PAR_MIGRATE = {"auth.group", "auth.group_permissions"}

Modele = type[models.Model]
Champ = Any  # a concrete field; Django's stubs don't let one name them all


def modeles_sauvegardes() -> list[Modele]:
    """Every table that a backup holds, relation tables and history included, in a fixed order."""
    retenus = [
        modele
        for modele in apps.get_models(include_auto_created=True)
        if modele._meta.managed
        and not modele._meta.proxy
        and not modele._meta.swapped
        and modele._meta.label_lower not in ECARTES
        and modele._meta.app_label not in APPLICATIONS_ECARTEES
    ]
    return sorted(retenus, key=lambda modele: modele._meta.db_table)


def champs(modele: Modele) -> list[Champ]:
    """The columns of a table, each as its field."""
    return [champ for champ in modele._meta.local_concrete_fields if champ.column]


def colonnes_de_fichiers() -> Iterator[tuple[Modele, str]]:
    """Every column that names a file kept beside the database."""
    for modele in modeles_sauvegardes():
        for champ in champs(modele):
            if isinstance(champ, models.FileField) and not _est_historique(modele):
                yield modele, champ.attname


def premiere_table_remplie() -> Modele | None:
    """A table that already holds something, or None in a database that is only migrated."""
    for modele in modeles_sauvegardes():
        if modele._meta.label_lower in REMPLIS_PAR_MIGRATE:
            continue
        if modele._base_manager.exists():
            return modele
    return None


def _est_historique(modele: Modele) -> bool:
    """History keeps the names of files that may be gone."""
    return hasattr(modele, "history_id")


Nom = tuple[str, ...]
# By label: the models of a former state of the tables are other classes.
TYPE, PERMISSION = "contenttypes.contenttype", "auth.permission"


class Noms:
    """The names that a database has at this moment, each with its number."""

    def __init__(self, using: str) -> None:
        self.types: dict[Nom, int] = {
            (application, modele): pk
            for pk, application, modele in ContentType._base_manager.using(using).values_list(
                "pk", "app_label", "model"
            )
        }
        self.permissions: dict[Nom, int] = {}
        self.libelles: dict[Nom, str] = {}
        for pk, libelle, *nom in Permission._base_manager.using(using).values_list(
            "pk", "name", "content_type__app_label", "content_type__model", "codename"
        ):
            self.permissions[tuple(nom)] = pk
            self.libelles[tuple(nom)] = libelle

    def vers_le_nom(self, modele: Modele) -> Callable[[Any], Any]:
        """From a number of this database to the name."""
        return {numero: nom for nom, numero in self._de(modele).items()}.__getitem__

    def vers_le_numero(self, modele: Modele) -> Callable[[Any], Any]:
        """From a name, as JSON gives it, to the number here."""
        numeros = self._de(modele)
        return lambda nom: numeros[tuple(nom)]

    def completer(self, types: Iterable[list[str]], permissions: Iterable[list[str]]) -> None:
        """Make here what a backup names and ``migrate`` didn't make: a former table's, maybe."""
        for application, modele in types:
            if (application, modele) not in self.types:
                self.types[application, modele] = ContentType.objects.create(
                    app_label=application, model=modele
                ).pk
        for application, modele, code, libelle in permissions:
            if (nom := (application, modele, code)) not in self.permissions:
                self.permissions[nom] = Permission.objects.create(
                    content_type_id=self.types[application, modele], codename=code, name=libelle
                ).pk

    def _de(self, modele: Modele) -> dict[Nom, int]:
        return self.types if modele._meta.label_lower == TYPE else self.permissions


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
