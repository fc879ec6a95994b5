"""Rows of a list put together by one of their values, each group with its count and its sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rangee = tuple[str, Sequence[tuple[Any, str]]]
"""A row as it is shown: its id, and its cells under their columns."""


@dataclass(frozen=True)
class Groupement:
    """By what rows may be put together: the row's key ``champ``, groups being in this ``ordre``.

    The column of the same name says each group's; ``vide`` is the name of the one that has none.
    """

    libelle: str
    champ: str
    ordre: tuple[Any, ...]
    vide: str = ""


@dataclass(frozen=True)
class SousTotal:
    """What all the rows of a group come to, in words and by column of sums (``Somme``)."""

    compte: str
    sommes: Mapping[str, Any]


@dataclass(frozen=True)
class Groupe:
    """The rows of a page that stand together; ``titre`` is empty where the list has no groups.

    ``cellules`` are the heading's, after the first; ``rangees`` those of each row.
    """

    titre: str
    cellules: Sequence[tuple[Any, str]]
    rangees: Sequence[Rangee]
