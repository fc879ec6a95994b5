"""One moment of the database, read at leisure while people go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sauvegarde.perimetre import Modele

ALIAS = "instantane"


@contextmanager
def instantane() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, in a read transaction that sees one moment of the database.

    The usual connection would take the write lock on SQLite (its transactions are IMMEDIATE).
    """
    lecture = connection.copy(ALIAS)
    if lecture.vendor == "sqlite":
        options = lecture.settings_dict["OPTIONS"]
        lecture.settings_dict["OPTIONS"] = options | {"transaction_mode": "DEFERRED"}
    connections[ALIAS] = lecture
    try:
        with transaction.atomic(using=ALIAS), lecture.cursor() as curseur:
            if lecture.vendor == "postgresql":
                curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # The moment is that of the first read.
            curseur.execute("SELECT 1 FROM django_migrations LIMIT 1")
            yield lecture
    finally:
        lecture.close()
        del connections[ALIAS]


def suite(modele: Modele, lecture: BaseDatabaseWrapper) -> int | None:
    """The last number given by the table's own counter; None without one, or before the first.

    Numbers of deleted rows are never given again: their history would pass to someone else.
    """
    cle = modele._meta.auto_field
    if cle is None:
        return None
    table = modele._meta.db_table
    with lecture.cursor() as curseur:
        if lecture.vendor == "sqlite":
            curseur.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        else:
            curseur.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                [lecture.ops.quote_name(table), cle.column],
            )
        ligne = curseur.fetchone()
    return int(ligne[0]) if ligne and ligne[0] else None


def reprendre_la_suite(modele: Modele, dernier: int | None, ecriture: BaseDatabaseWrapper) -> None:
    """Have the table's counter go on from there."""
    cle = modele._meta.auto_field
    if cle is None or dernier is None:
        return
    table = modele._meta.db_table
    with ecriture.cursor() as curseur:
        if ecriture.vendor == "sqlite":
            curseur.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            curseur.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, dernier]
            )
        else:
            curseur.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [ecriture.ops.quote_name(table), cle.column, dernier],
            )
