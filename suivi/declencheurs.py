"""Rules that the database keeps by itself: triggers, put back after every migration.

To alter a table, SQLite makes a new one and drops the old, with its triggers; those of the other
tables that name it make this fail. So triggers aren't in migrations: on SQLite they are all removed
before each one, and on both databases they are made anew after it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIXE = "contrat_"

Fabrique = Callable[[BaseDatabaseWrapper], Iterable[str]]
_fabriques: list[Fabrique] = []


def garder(fabrique: Fabrique) -> None:
    """Have these statements (``CREATE TRIGGER contrat_…`` and the like) run after migrations."""
    if fabrique not in _fabriques:
        _fabriques.append(fabrique)


class RefusError(Exception):
    """A write that a rule kept by the database refused; nothing is written, the message says why.

    Each kind has its ``marque``: the text by which it is recognised in the database's message.
    """

    marque = ""

    @classmethod
    def lu(cls, texte: str) -> "RefusError":
        return cls(texte)


_refus: list[type[RefusError]] = []


def traduire(refus: type[RefusError]) -> None:
    """Have this kind of refusal recognised by ``refus_traduits``."""
    if refus not in _refus:
        _refus.append(refus)


@contextmanager
def refus_traduits() -> Iterator[None]:
    """Turn a refusal by the database's own rules into its RefusError.

    Put it around the transaction, not inside: PostgreSQL lets nothing more happen in a
    transaction that failed.
    """
    try:
        yield
    except DatabaseError as erreur:
        for refus in _refus:
            if refus.marque in str(erreur):
                raise refus.lu(str(erreur)) from erreur
        raise


def avant_migration(using: str, **kwargs: Any) -> None:
    if connections[using].vendor == "sqlite":
        with transaction.atomic(using=using):
            _retirer(connections[using])


def apres_migration(using: str, **kwargs: Any) -> None:
    with sans_declencheurs(connections[using]):
        pass


@contextmanager
def sans_declencheurs(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Set the rules aside for one transaction, in which nobody else can write past them.

    They are made anew before it commits; a rollback leaves them as they were.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as curseur:
        _retirer(connection)
        yield
        for fabrique in _fabriques:
            for ordre in fabrique(connection):
                curseur.execute(ordre)


def _retirer(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as curseur:
        if connection.vendor == "sqlite":
            curseur.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
                [f"{PREFIXE}%"],
            )
        else:
            curseur.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname LIKE %s AND pg_table_is_visible(c.oid)",
                [f"{PREFIXE}%"],
            )
        for nom, table in curseur.fetchall():
            sur = "" if connection.vendor == "sqlite" else f' ON "{table}"'
            curseur.execute(f'DROP TRIGGER IF EXISTS "{nom}"{sur}')


def a_les_colonnes(connection: BaseDatabaseWrapper, table: str, *colonnes: str) -> bool:
    """Whether a table exists with these columns: false while migrating to an older state."""
    with connection.cursor() as curseur:
        if table not in connection.introspection.table_names(curseur):
            return False
        presentes = connection.introspection.get_table_description(curseur, table)
        return set(colonnes) <= {colonne.name for colonne in presentes}
