"""One mark of the whole of what people edit: another one after every write, whoever makes it.

Where ``versions`` says that one object has changed, this says that something has: an answer read
from the database holds as long as the mark is the same.

A mark is drawn at random, so that an earlier state that comes back (a rollback, a file put back in
place) comes back with its own. On SQLite there is one, since one transaction writes at a time. On
PostgreSQL each of the transactions that write at once has a place of its own, so that none waits
for another; what one reads of its own writes, it reads under a mark that nobody else ever sees.
"""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from suivi.declencheurs import PREFIXE, a_les_colonnes
from suivi.models import Revision
from suivi.versions import suivis

_VERROU = 20_040_195
"""Names our advisory locks among those of the database."""

_PROPRE = f"{PREFIXE}revision.marque"
"""PostgreSQL's setting that holds, as long as a transaction lasts, the mark of its own writes."""


_LECTURES = {
    "sqlite": (
        # The triggers are away while a database is migrated, and after one that failed.
        f"SELECT max(marque) FROM {Revision._meta.db_table} WHERE EXISTS "
        f"(SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name GLOB '{PREFIXE}revision_*')"
    ),
    "postgresql": (
        f"SELECT concat(current_setting('{_PROPRE}', true), string_agg(marque, '' ORDER BY place)) "
        f"FROM {Revision._meta.db_table}"
    ),
}


def revision() -> str | None:
    """The state of what people edit, as the current transaction sees it; one query.

    None where nothing says when something changes: no mark was drawn, or the triggers are away.

    Read it before what it is to vouch for, and write nothing in between: what others write then
    gives a newer answer under an older mark, which is over.
    """
    with connection.cursor() as curseur:
        curseur.execute(_LECTURES[connection.vendor])
        (marques,) = curseur.fetchone()
    return marques or None


def declencheurs(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The triggers by which the mark changes; putting them back is a change too."""
    if a_les_colonnes(connection, Revision._meta.db_table, "marque"):
        tables = {
            table
            for entiere, parties in suivis(connection)
            for table in (entiere, *(partie for partie, _ in parties))
        }
        fabrique = _sqlite if connection.vendor == "sqlite" else _postgresql
        yield from fabrique(sorted(tables))


def _sqlite(tables: Iterable[str]) -> Iterator[str]:
    revisions, marque = Revision._meta.db_table, "lower(hex(randomblob(16)))"
    # An UPDATE: what an INSERT does on a conflict would be for the writing statement to say.
    marquer = f"UPDATE {revisions} SET marque = {marque}"
    for table in tables:
        for evenement in ("INSERT", "UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {PREFIXE}revision_{table}_{evenement.lower()} "
                f"AFTER {evenement} ON {table} BEGIN {marquer}; END"
            )
    yield (
        f"INSERT INTO {revisions} (place, marque) VALUES (0, {marque}) "
        "ON CONFLICT (place) DO UPDATE SET marque = excluded.marque"
    )


def _postgresql(tables: Iterable[str]) -> Iterator[str]:
    # The place is taken once in a transaction, with the lock that keeps it to the end; a rollback
    # to a savepoint gives back both, and the setting.
    yield f"""
        CREATE OR REPLACE FUNCTION {PREFIXE}marquer() RETURNS void LANGUAGE plpgsql AS $$
        DECLARE libre integer := 0;
        BEGIN
            IF coalesce(current_setting('{_PROPRE}', true), '') = '' THEN
                WHILE NOT pg_try_advisory_xact_lock({_VERROU}, libre) LOOP
                    libre := libre + 1;
                END LOOP;
                INSERT INTO {Revision._meta.db_table} (place, marque)
                VALUES (libre, gen_random_uuid()::text)
                ON CONFLICT (place) DO UPDATE SET marque = EXCLUDED.marque;
            END IF;
            PERFORM set_config('{_PROPRE}', gen_random_uuid()::text, true);
        END $$
    """
    yield f"""
        CREATE OR REPLACE FUNCTION {PREFIXE}revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM {PREFIXE}marquer();
            RETURN NULL;
        END $$
    """
    for table in tables:
        yield (
            f"CREATE TRIGGER {PREFIXE}revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {PREFIXE}revision()"
        )
    yield f"SELECT {PREFIXE}marquer()"
