"""A closed exercice is read-only: kept by the database, said in French, decided with a reason."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from suivi.declencheurs import PREFIXE, RefusError, a_les_colonnes

REFUS = "exercice clos : ses actions et leur argent sont en lecture seule"


class ExerciceClosError(RefusError):
    """A write on a closed exercice, refused; nothing has been written. The message says so."""

    marque = REFUS

    def __init__(self, annee: int | None = None) -> None:
        lequel = f"L'exercice {annee}" if annee else "Cet exercice"
        super().__init__(
            f"{lequel} est clos : rien n'a été enregistré. Pour corriger ses actions, demandez à "
            "la coordination de le rouvrir."
        )

    @classmethod
    def lu(cls, texte: str) -> "ExerciceClosError":
        annee = re.search(r"annee=(\d+)", texte)
        return cls(int(annee[1]) if annee else None)


def declencheurs(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The triggers that refuse every write on the rows of a closed exercice."""
    action: Any = apps.get_model("actions", "Action")
    exercices = apps.get_model("actions", "Exercice")._meta.db_table
    actions = action._meta.db_table
    if not a_les_colonnes(connection, exercices, "clos"):
        return
    tables = [(actions, "exercice_id")]
    for table, colonne in (
        (apps.get_model("financement", "Subvention")._meta.db_table, "action_id"),
        (action._meta.get_field("axes").remote_field.through._meta.db_table, "action_id"),
        (apps.get_model("actions", "Piece")._meta.db_table, "action_id"),
    ):
        if a_les_colonnes(connection, table, colonne):
            tables.append((table, colonne))
    fabrique = _sqlite if connection.vendor == "sqlite" else _postgresql
    yield from fabrique(tables, actions, exercices)


def _sqlite(tables: list[tuple[str, str]], actions: str, exercices: str) -> Iterator[str]:
    for table, colonne in tables:
        for ordre, lignes in (
            ("INSERT", ("NEW",)),
            ("UPDATE", ("OLD", "NEW")),
            ("DELETE", ("OLD",)),
        ):
            cles = ", ".join(f"{ligne}.{colonne}" for ligne in lignes)
            par_action = f"SELECT exercice_id FROM {actions} WHERE id IN ({cles})"
            yield (
                f"CREATE TRIGGER {PREFIXE}clos_{table}_{ordre.lower()} BEFORE {ordre} ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {exercices} WHERE clos AND id IN "
                f"({cles if table == actions else par_action})) "
                f"BEGIN SELECT RAISE(ABORT, '{REFUS}'); END"
            )


def _postgresql(tables: list[tuple[str, str]], actions: str, exercices: str) -> Iterator[str]:
    # FOR SHARE: closing the exercice waits for the writes under way; later ones wait for it.
    yield f"""
        CREATE OR REPLACE FUNCTION {PREFIXE}verifier_ouvert(cle bigint) RETURNS void
        LANGUAGE plpgsql AS $$
        DECLARE annee_close integer;
        BEGIN
            SELECT annee INTO annee_close FROM (
                SELECT annee, clos FROM {exercices} WHERE id = cle FOR SHARE
            ) exercice WHERE clos;
            IF FOUND THEN
                RAISE EXCEPTION '{REFUS} (annee=%)', annee_close USING ERRCODE = 'check_violation';
            END IF;
        END $$
    """
    for nom, cle in (
        ("action", "ligne.exercice_id"),
        ("partie", f"(SELECT exercice_id FROM {actions} WHERE id = ligne.action_id)"),
    ):
        verifier = f"PERFORM {PREFIXE}verifier_ouvert({cle.replace('ligne', '%s')});"
        yield f"""
            CREATE OR REPLACE FUNCTION {PREFIXE}clos_{nom}() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN {verifier.replace("%s", "OLD")} END IF;
                IF TG_OP <> 'DELETE' THEN {verifier.replace("%s", "NEW")} END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END $$
        """
    for table, _ in tables:
        nom = "action" if table == actions else "partie"
        yield (
            f"CREATE TRIGGER {PREFIXE}clos BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {PREFIXE}clos_{nom}()"
        )
