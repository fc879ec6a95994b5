"""Rows written in bulk with their history: the same as one by one, without an object for each.

Django sends no signal for what is written in bulk: history is copied here, by the database, from
its own rows. Everything goes by batches, inside the transaction that the caller opened, so that
rows and their history are written together or not at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, OuterRef, QuerySet, Subquery, Value

from comptes.models import Utilisateur
from suivi.historique import DEPART

LOT = 500  # rows of one statement, when the database must answer or when objects are held
LOT_VERSE = 2_000  # rows of one batch, when nothing is expected back

Element = TypeVar("Element")


def lots(elements: Sequence[Element], taille: int = LOT) -> Iterator[Sequence[Element]]:
    return (elements[debut : debut + taille] for debut in range(0, len(elements), taille))


def verser(modele: type[Model], colonnes: Sequence[str], rangees: Iterable[Sequence[Any]]) -> None:
    """Rows that bring their own ids, by millions: COPY on PostgreSQL, in batches elsewhere.

    Values are those that the database's driver takes. Columns that aren't named take the model's
    usual value.
    """
    usuelles = {
        str(champ.column): champ.get_default()
        for champ in modele._meta.concrete_fields
        if champ.column not in colonnes and champ.has_default()
    }
    colonnes, fin = (*colonnes, *usuelles), tuple(usuelles.values())
    completes = ((*rangee, *fin) for rangee in rangees) if fin else iter(rangees)
    cible = _cible(modele, colonnes)
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                curseur.copy(f"COPY {cible} FROM STDIN") as copie,
            ):
                for rangee in completes:
                    copie.write_row(rangee)
            return
        places = ", ".join(["%s"] * len(colonnes))
        while lot := list(islice(completes, LOT_VERSE)):
            curseur.executemany(f"INSERT INTO {cible} VALUES ({places})", lot)


def inserer(modele: Any, champs: Sequence[str], rangees: Sequence[Sequence[Any]]) -> list[int]:
    """``INSERT … VALUES``, a value for each of these fields; gives the ids, in no order.

    The model's own defaults aren't applied: ``champs`` names every column but the id.
    """
    cible = _cible(modele, _colonnes(modele, champs))
    places = f"({', '.join(['%s'] * len(champs))})"
    taille = connection.ops.bulk_batch_size([modele._meta.get_field(c) for c in champs], rangees)
    pks: list[int] = []
    with connection.cursor() as curseur:
        for lot in lots(rangees, min(taille, LOT) or 1):
            valeurs = ", ".join([places] * len(lot))
            ordre = f"INSERT INTO {cible} VALUES {valeurs} RETURNING id"
            curseur.execute(ordre, list(chain(*lot)))
            pks += [pk for (pk,) in curseur.fetchall()]
    return pks


def _copier(source: QuerySet[Any], modele: Any, champs: dict[str, Any]) -> None:
    """``INSERT … SELECT``: each field of ``modele`` from a field of the source or an expression."""
    selection, parametres = source.values_list(*champs.values()).query.sql_with_params()
    with connection.cursor() as curseur:
        cible = _cible(modele, _colonnes(modele, champs))
        curseur.execute(f"INSERT INTO {cible} {selection}", parametres)


def _colonnes(modele: Any, champs: Iterable[str]) -> list[str]:
    return [modele._meta.get_field(champ).column for champ in champs]


def _cible(modele: Any, colonnes: Iterable[str]) -> str:
    """``"table" ("column", …)``: our own names, never what someone typed."""
    nommer = connection.ops.quote_name
    return f"{nommer(modele._meta.db_table)} ({', '.join(map(nommer, colonnes))})"


@dataclass(frozen=True)
class EcritureSuivie:
    """Who writes, when and why: what is written through it leaves its history."""

    auteur: Utilisateur | None
    moment: datetime
    motif: str

    def creer(self, objets: Sequence[Model]) -> list[int]:
        """Create objects of one model; gives their ids, in the same order."""
        if not objets:
            return []
        modele = type(objets[0])
        pks = [objet.pk for objet in modele._default_manager.bulk_create(objets, batch_size=LOT)]
        self.garder(modele, pks, "+")
        return pks

    def inserer(self, modele: Any, champs: Sequence[str], rangees: Sequence[Sequence[Any]]) -> None:
        """Create rows without making objects (see ``inserer``)."""
        self.garder(modele, inserer(modele, champs, rangees), "+")

    def modifier(self, objets: Sequence[Model], champs: Sequence[str]) -> None:
        """Write these fields of objects of one model, a statement for each batch."""
        if not objets:
            return
        modele = type(objets[0])
        modele._default_manager.bulk_create(
            objets,
            batch_size=LOT,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=champs,
        )
        self.garder(modele, [objet.pk for objet in objets], "~")

    def poser_les_departs(self, modele: Any, pks: Sequence[int], liens: Sequence[str] = ()) -> None:
        """Keep, before they change, the present state of those of these rows that have no history
        yet, with these many-to-many.
        """
        neuves: list[int] = []
        for lot in lots(pks):
            gardees = modele.historique.filter(id__in=lot).order_by()
            connues = set(gardees.values_list("id", flat=True).distinct())
            neuves += [pk for pk in lot if pk not in connues]
        depart = EcritureSuivie(None, self.moment - timedelta(microseconds=1), DEPART)
        depart.garder(modele, neuves, "+")
        for nom in liens:
            depart.garder_liens(modele, nom, neuves)

    def supprimer(self, modele: Any, pks: Sequence[int]) -> None:
        """Delete rows that nothing else names, leaving their history.

        Unlike ``delete``, it sends no signal and looks for nothing to cascade to.
        """
        self.garder(modele, pks, "-")
        for lot in lots(pks):
            selection = modele._default_manager.filter(pk__in=lot)
            selection._raw_delete(selection.db)

    def garder(self, modele: type[Model], pks: Sequence[int], genre: str) -> None:
        """Keep these rows as they now are; ``genre`` is ``+``, ``~`` or, beforehand, ``-``."""
        historique: Any = modele.historique.model  # type: ignore[attr-defined]  # simple-history's
        suivis = {champ.attname: champ.attname for champ in historique.tracked_fields}
        ajoutes = {
            champ: Value(valeur, historique._meta.get_field(champ))
            for champ, valeur in {
                "history_date": self.moment,
                "history_user": self.auteur and self.auteur.pk,
                "history_type": genre,
                "history_change_reason": self.motif[:100],
            }.items()
        }
        for lot in lots(pks):
            objets = modele._base_manager.filter(pk__in=lot).order_by("pk")
            _copier(objets, historique, suivis | ajoutes)

    def garder_liens(self, modele: type[Model], nom: str, pks: Sequence[int]) -> None:
        """Keep a many-to-many as it now is, tied to the last kept row of each of these objects."""
        champ: Any = modele._meta.get_field(nom)
        liens, objet = champ.remote_field.through, f"{champ.m2m_field_name()}_id"
        historique: Any = modele.historique.model  # type: ignore[attr-defined]  # simple-history's
        derniere = historique._default_manager.filter(
            **{modele._meta.pk.attname: OuterRef(objet)}
        ).order_by("-history_id")
        for lot in lots(pks):
            actuels = liens._base_manager.filter(**{f"{objet}__in": lot}).order_by("pk")
            _copier(
                actuels,
                getattr(historique, nom).model,
                {colonne.attname: colonne.attname for colonne in liens._meta.concrete_fields}
                | {"history_id": Subquery(derniere.values("history_id")[:1])},
            )


def recompter() -> None:
    """Have the database sample its tables anew, by which it chooses its indexes.

    After many rows at once, and every night; PostgreSQL does so by itself too, some time after.
    """
    with connection.cursor() as curseur:
        if connection.vendor == "sqlite":
            curseur.execute("PRAGMA analysis_limit=1000")
        curseur.execute("ANALYZE")
