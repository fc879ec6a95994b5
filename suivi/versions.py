"""Two people at work: a number that grows with every change, whoever makes it and however.

The database makes it grow, so that an import, a merge or a shell command counts as a change as
well as a form does. A form says which version it was filled from; ``prendre`` refuses another.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from suivi.declencheurs import PREFIXE, a_les_colonnes


class VersionDepasseeError(Exception):
    """Someone else has saved this object since it was read; nothing has been written."""

    def __init__(self, objet: models.Model) -> None:
        super().__init__(f"« {objet} » a été modifié entre-temps.")
        self.objet = objet


class Versionne(models.Model):
    """An object that two people may edit. ``parties`` are the relations that are part of it.

    ``par_commune`` is the column that says of which commune it is, where it is of one; ``feminin``
    is how French speaks of it.
    """

    version = models.PositiveIntegerField("version", default=1, editable=False)

    parties: ClassVar[tuple[str, ...]] = ()
    par_commune: ClassVar[str] = ""
    feminin: ClassVar[bool] = False

    class Meta:
        abstract = True

    def prendre(self, version: int) -> None:
        """Claim the object for the current transaction, if it still is at this version.

        Raises VersionDepasseeError otherwise. Two claims of one version can't both succeed: the
        version is checked in the UPDATE itself.
        """
        lignes = type(self)._base_manager.filter(pk=self.pk, version=version)
        if not lignes.update(version=F("version") + 1):
            raise VersionDepasseeError(self)


def suivis(connection: BaseDatabaseWrapper) -> list[tuple[str, list[tuple[str, str]]]]:
    """The tables of what two people may edit, each with those of its parts and the column by which
    they point to it: as far as a database that is being migrated has them.
    """
    return [
        (modele._meta.db_table, list(_parties(modele)))
        for modele in apps.get_models()
        if issubclass(modele, Versionne)
        and a_les_colonnes(connection, modele._meta.db_table, "version")
    ]


def declencheurs(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The triggers that add one to an object's version when it, or a part of it, is written."""
    fabrique = _sqlite if connection.vendor == "sqlite" else _postgresql
    yield from fabrique(suivis(connection))


def _parties(modele: type[Versionne]) -> Iterator[tuple[str, str]]:
    """The (table, column that points to the object) of what is part of it."""
    for nom in modele.parties:
        champ: Any = modele._meta.get_field(nom)
        if champ.many_to_many:
            yield champ.remote_field.through._meta.db_table, champ.m2m_column_name()
        elif champ.one_to_many:
            yield champ.related_model._meta.db_table, champ.field.column
        else:
            raise FieldDoesNotExist(f"{modele.__name__}.{nom} n'est pas une partie.")


Tables = Iterable[tuple[str, list[tuple[str, str]]]]


def _sqlite(tables: Tables) -> Iterator[str]:
    for table, parties in tables:
        yield (
            f"CREATE TRIGGER {PREFIXE}version_{table} AFTER UPDATE ON {table} "
            "WHEN NEW.version <= OLD.version BEGIN "
            f"UPDATE {table} SET version = OLD.version + 1 WHERE id = NEW.id; END"
        )
        for partie, colonne in parties:
            for ordre, lignes in (
                ("INSERT", ("NEW",)),
                ("UPDATE", ("OLD", "NEW")),
                ("DELETE", ("OLD",)),
            ):
                cles = ", ".join(f"{ligne}.{colonne}" for ligne in lignes)
                yield (
                    f"CREATE TRIGGER {PREFIXE}version_{partie}_{ordre.lower()} "
                    f"AFTER {ordre} ON {partie} BEGIN "
                    f"UPDATE {table} SET version = version + 1 WHERE id IN ({cles}); END"
                )


def _postgresql(tables: Tables) -> Iterator[str]:
    yield f"""
        CREATE OR REPLACE FUNCTION {PREFIXE}version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.version <= OLD.version THEN NEW.version := OLD.version + 1; END IF;
            RETURN NEW;
        END $$
    """
    for evenement, lignes in (
        ("insert", ("nouvelles",)),
        ("update", ("anciennes", "nouvelles")),
        ("delete", ("anciennes",)),
    ):
        cles = " UNION ".join(f"SELECT %2$I FROM {ligne}" for ligne in lignes)
        # One UPDATE for a whole statement: an import writes its funding lines by thousands.
        yield f"""
            CREATE OR REPLACE FUNCTION {PREFIXE}partie_{evenement}() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                EXECUTE format(
                    'UPDATE %1$I SET version = version + 1 WHERE id IN ({cles})',
                    TG_ARGV[0], TG_ARGV[1]
                );
                RETURN NULL;
            END $$
        """
    for table, parties in tables:
        yield (
            f"CREATE TRIGGER {PREFIXE}version BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {PREFIXE}version()"
        )
        for partie, colonne in parties:
            for evenement, transition in (
                ("insert", "NEW TABLE AS nouvelles"),
                ("update", "OLD TABLE AS anciennes NEW TABLE AS nouvelles"),
                ("delete", "OLD TABLE AS anciennes"),
            ):
                yield (
                    f"CREATE TRIGGER {PREFIXE}partie_{evenement} AFTER {evenement} ON {partie} "
                    f"REFERENCING {transition} FOR EACH STATEMENT "
                    f"EXECUTE FUNCTION {PREFIXE}partie_{evenement}('{table}', '{colonne}')"
                )
