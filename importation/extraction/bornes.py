"""What a file may hold, and what the process that reads it may use."""

import resource
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

OCTETS_DEPLIES_MAX = 300 * 1024**2
MEMOIRE_MAX = 2 * 1024**3  # bytes of address space
SECONDES_MAX = 120
LIGNES_MAX = 100_000
CELLULES_MAX = 3_000_000
COLONNES_MAX = 300
CARACTERES_MAX = 50_000_000
LIGNES_PAR_BLOC = 200
ACCEPTES = "Envoyez un fichier .xlsx, .xls, .ods ou .csv."
ABIME = f"Le fichier est abîmé ou n'est pas un classeur. {ACCEPTES}"


Fusion = tuple[int, int, int, int]  # first row (from 1) and column (from 0), last row and column


class Remarque(NamedTuple):
    """What a person should know of a sheet before its values are read; row 0: all of it."""

    ligne: int
    valeur: str
    message: str


@dataclass(frozen=True, slots=True)
class Feuille:
    """A sheet under reading: its rows that aren't blank, numbered from 1, come one by one."""

    nom: str
    lignes: Iterable[tuple[int, list[Any]]]
    fusions: list[Fusion] = field(default_factory=list)
    remarques: list[Remarque] = field(default_factory=list)


class RefusError(Exception):
    """The file can't be taken; the message says what to do."""


def se_limiter(memoire: int = MEMOIRE_MAX, secondes: int = SECONDES_MAX) -> None:
    """Bound this process, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memoire, memoire))
    resource.setrlimit(resource.RLIMIT_CPU, (secondes, secondes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
