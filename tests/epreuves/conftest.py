"""The drills play on whole installations, on the database of this run: SQLite or PostgreSQL."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from tests.sauvegarde.conftest import postgresql_migree, sqlite_migree
from tests.sauvegarde.installation import (
    ICI,
    Installation,
    nom_de_base,
    postgresql_neuve,
    sqlite_neuve,
)

__all__ = ["postgresql_migree", "sqlite_migree"]


@pytest.fixture
def hasard() -> random.Random:
    """Chance. A failure prints its seed: EPREUVE_GRAINE plays it again, as far as clocks allow."""
    graine = int(os.environ.get("EPREUVE_GRAINE", str(time.time_ns() % 10**6)))
    print(f"EPREUVE_GRAINE={graine}")
    return random.Random(graine)  # noqa: S311  # moments, not secrets


@pytest.fixture
def neuve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Installation]]:
    """Makes empty installations, as many as it is called."""
    modele = request.getfixturevalue(f"{connection.vendor}_migree")
    numero = iter(range(1000))
    with ExitStack() as pile:

        def faire() -> Installation:
            dossier = tmp_path / f"installation{next(numero)}"
            if connection.vendor == "sqlite":
                return sqlite_neuve(modele, dossier)
            return pile.enter_context(postgresql_neuve(dossier, nom_de_base(modele)))

        yield faire


@pytest.fixture
def peuplee(neuve: Callable[[], Installation]) -> Installation:
    """The 2004 contract, closed, 2005 open, documents and an account."""
    return peupler(neuve())


def peupler(installation: Installation) -> Installation:
    processus = installation.lancer(ICI / "peupler.py")
    assert processus.communicate(timeout=120)[1] == ""
    return installation
