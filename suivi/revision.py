"""One mark for all that the pages show: triggers replace it at every write, whoever makes it.

``versions`` says that one object has changed; the mark says that something has. A page kept from
an earlier reading is still right as long as the mark is the same.

A mark is a random text, not a number that grows: when an earlier state comes back (a rollback, a
database file put back in place), its mark comes back with it.

On SQLite, where one transaction writes at a time, the mark is one row. On PostgreSQL several write
at once, and none must wait for another: each takes a row of its own, and the mark is all of them
together. Before it commits, a transaction also sees what it has written itself, which nobody else
does: it then reads another mark, made for it alone, and thrown away when it ends.
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

    None where no trigger tells of changes: nothing may then be kept.

    Read it before the rows of a page, and write nothing in between. If someone else writes between
    the two, newer rows are kept under the older mark, which nobody asks for any more: no harm.
    """
    with connection.cursor() as curseur:
        curseur.execute(_LECTURES[connection.vendor])
        (marques,) = curseur.fetchone()
    return marques or None


def marquees(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    """The tables whose writes change the mark, as far as a database being migrated has them; with
    the only columns that count, where not all do.

    They are those of the rooms above this one, links and history included, and the names of the
    accounts, which a history shows. What an account may see isn't in the mark, but in the key
    under which its pages are kept (``pages_gardees``).
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
    """The triggers that change the mark. The last statement changes it now: while there was no
    trigger, anything may have been written.
    """
    if a_les_colonnes(connection, Revision._meta.db_table, "marque"):
        fabrique = _sqlite if connection.vendor == "sqlite" else _postgresql
        yield from fabrique(marquees(connection))


def _sqlite(tables: Mapping[str, Iterable[str]]) -> Iterator[str]:
    revisions, marque = Revision._meta.db_table, "lower(hex(randomblob(16)))"
    # Not « INSERT … ON CONFLICT »: in a trigger, SQLite follows the conflict rule of the statement
    # that set it off (INSERT OR IGNORE, for one) rather than its own.
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
    # Once a transaction: the first row that no other transaction has locked is taken, and kept
    # locked to the end. A rollback to a savepoint undoes the row, the lock and the setting alike.
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
