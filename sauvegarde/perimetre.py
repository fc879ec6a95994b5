"""What a backup holds: every table but those that belong to one installation only."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

# Sessions, long works and the mark of the last write end with the installation. Content types and
# permissions are made by ``migrate``, under other numbers in each database: rows that point to them
# carry their names.
ECARTES = {
    "sessions.session",
    "contenttypes.contenttype",
    "auth.permission",
    "suivi.revision",
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
