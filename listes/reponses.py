"""Answers of the database, kept by each process as long as nothing that people edit has changed.

A question is known by its statement, rights included: two accounts that see the same lines share
its answer, and nobody reads one that was given of other lines.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from suivi.revision import revision

Lignes = TypeVar("Lignes", bound="QuerySet[Any]")
Reponse = TypeVar("Reponse")
P = ParamSpec("P")


@dataclass(frozen=True)
class Reponses:
    """The answers that hold at one state of the data; None: at none, each is asked anew."""

    etat: str | None

    @classmethod
    def actuelles(cls) -> "Reponses":
        """Those of now, in one query. Good for one page: the next one reads the state again."""
        return cls(revision())

    def a(
        self,
        question: Callable[Concatenate[Lignes, P], Reponse],
        lignes: Lignes,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Reponse:
        """What a QuerySet's method, one that reads only what is versioned, answers of these rows.

        ``None`` is no answer: it is asked for again. The arguments are plain values (ids, names).
        Rows with annotations are read each time: the key doesn't say them.
        """
        cle = self._cle(question, lignes, args, kwargs)
        if cle is None:
            return question(lignes, *args, **kwargs)
        cache = caches["reponses"]
        reponse: Reponse | None = cache.get(cle)
        if reponse is None:
            reponse = question(lignes, *args, **kwargs)
            cache.set(cle, reponse)
        return reponse

    def _cle(self, question: Any, lignes: "QuerySet[Any]", *precisions: object) -> str | None:
        if self.etat is None or lignes.query.annotation_select:
            return None
        try:
            statement = lignes.values("pk").query.sql_with_params()
        except EmptyResultSet:
            return None
        # Read before the mark, bounds may be older than it: they are part of what is asked.
        bornes = getattr(lignes, "bornes", None)
        texte = repr((self.etat, question.__qualname__, statement, bornes, precisions))
        return hashlib.blake2b(texte.encode(), digest_size=16).hexdigest()


AUCUNE = Reponses(None)
"""For what is published: every answer is asked anew."""
