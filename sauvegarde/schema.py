"""Which state of the database's tables this code knows, and which one a database is in."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Migration = tuple[str, str]


def migrations_appliquees(connection: BaseDatabaseWrapper) -> set[Migration]:
    """The migrations that a database has been through, as (application, name)."""
    return set(MigrationRecorder(connection).applied_migrations())


def migrations_en_attente(connection: BaseDatabaseWrapper) -> set[Migration]:
    """The migrations of this code that the database still lacks."""
    chargeur = MigrationLoader(connection)
    return set(chargeur.graph.nodes) - set(chargeur.applied_migrations)


def migrations_inconnues(connection: BaseDatabaseWrapper) -> set[Migration]:
    """The migrations that the database has been through and this code has never heard of."""
    inconnues = migrations_appliquees(connection) - _fichiers_de_migration()
    if inconnues:
        # Several migrations may have been replaced by one since: reading them all is slower.
        for migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values():
            inconnues -= set(migration.replaces)
    return inconnues


def _fichiers_de_migration() -> set[Migration]:
    """The names of the migrations on the disk, read without running them."""
    return {
        (application.label, module.name)
        for application in apps.get_app_configs()
        if find_spec(f"{application.name}.migrations")
        for module in iter_modules(import_module(f"{application.name}.migrations").__path__)
    }
