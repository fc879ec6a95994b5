"""One mark of all that the pages show: another one after every write, whoever makes it.

Where ``versions`` says that one object has changed, this says that something has: a page made from
the database holds as long as the mark is the same.

A mark is drawn at random, so that an earlier state that comes back (a rollback, a file put back in
place) comes back with its own. On SQLite there is one, since one transaction writes at a time. On
PostgreSQL each of the transactions that write at once has a place of its own, so that none waits
for another; until it is over, each reads its own writes under a mark of its own, which is never
used again.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from comptes.models import Utilisateur
from suivi.declencheurs import PREFIXE, a_les_colonnes
from suivi.models import Revision

_SOUS_LA_MARQUE = {"comptes", "travaux", "suivi"}
"""The rooms whose tables no kept page shows: who signs in, works under way, the mark itself."""

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
    """The state of what the pages show, as the current transaction sees it; one query.

    None where nothing says when something changes: no mark was drawn, or the triggers are away.

    Read it before what it is to vouch for, and write nothing in between: what others write then
    gives a newer answer under an older mark, which is over.
    """
    with connection.cursor() as curseur:
        curseur.execute(_LECTURES[connection.vendor])
        (marques,) = curseur.fetchone()
    return marques or None


def marquees(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    """The tables whose writes change the mark, as far as a database being migrated has them; with
    the only columns that count, where not all do.

    They are those of the rooms above this one, links and history included, and the names of the
    accounts: a history shows them. What an account may see is no part of the mark.
    """
    tables: dict[str, tuple[str, ...]] = {
        modele._meta.db_table: ()
        for modele in apps.get_models(include_auto_created=True)
        if Path(modele._meta.app_config.path).parent == settings.BASE_DIR
        and modele._meta.app_label not in _SOUS_LA_MARQUE
    }
    tables[Utilisateur._meta.db_table] = ("username", "first_name", "last_name")
    presentes = set(connection.introspection.table_names())
    return {table: tables[table] for table in sorted(presentes.intersection(tables))}


def declencheurs(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The triggers by which the mark changes; putting them back is a change too."""
    if a_les_colonnes(connection, Revision._meta.db_table, "marque"):
        fabrique = _sqlite if connection.vendor == "sqlite" else _postgresql
        yield from fabrique(marquees(connection))


def _sqlite(tables: Mapping[str, Iterable[str]]) -> Iterator[str]:
    revisions, marque = Revision._meta.db_table, "lower(hex(randomblob(16)))"
    # An UPDATE: what an INSERT does on a conflict would be for the writing statement to say.
    marquer = f"UPDATE {revisions} SET marque = {marque}"
    for table, colonnes in tables.items():
        for evenement in ("INSERT", f"UPDATE{_de(colonnes)}", "DELETE"):
            nom = f"{PREFIXE}revision_{table}_{evenement[:6].lower()}"
            yield f"CREATE TRIGGER {nom} AFTER {evenement} ON {table} BEGIN {marquer}; END"
    yield (
        f"INSERT INTO {revisions} (place, marque) VALUES (0, {marque}) "
        "ON CONFLICT (place) DO UPDATE SET marque = excluded.marque"
    )


def _de(colonnes: Iterable[str]) -> str:
    noms = ", ".join(colonnes)
    return f" OF {noms}" if noms else ""


def _postgresql(tables: Mapping[str, Iterable[str]]) -> Iterator[str]:
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
    for table, colonnes in tables.items():
        evenements = f"INSERT OR UPDATE{_de(colonnes)} OR DELETE OR TRUNCATE"
        yield (
            f"CREATE TRIGGER {PREFIXE}revision AFTER {evenements} "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {PREFIXE}revision()"
        )
    yield f"SELECT {PREFIXE}marquer()"
