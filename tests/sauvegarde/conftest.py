"""Installations to drill on, made once and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sauvegarde.installation import (
    Installation,
    postgresql_absent,
    postgresql_neuve,
    sqlite_neuve,
)


@pytest.fixture(scope="session")
def sqlite_migree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with its tables and nothing in them, to be copied."""
    dossier = tmp_path_factory.mktemp("modele")
    base = dossier / "migree.sqlite3"
    Installation(f"sqlite:///{base}", dossier / "fichiers").reussir("migrate", "-v0")
    return base


@pytest.fixture(scope="session")
def postgresql_migree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same on PostgreSQL, to be used as a template."""
    absence = postgresql_absent()
    if absence is not None:
        pytest.skip(absence)
    with postgresql_neuve(tmp_path_factory.mktemp("modele_postgresql")) as installation:
        installation.reussir("migrate", "-v0")
        yield installation


@pytest.fixture
def sqlite(sqlite_migree: Path, tmp_path: Path) -> Installation:
    """An empty installation on SQLite."""
    return sqlite_neuve(sqlite_migree, tmp_path / "sqlite")


@pytest.fixture
def postgresql(postgresql_migree: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation on PostgreSQL."""
    from tests.sauvegarde.installation import nom_de_base

    with postgresql_neuve(tmp_path / "pg", nom_de_base(postgresql_migree)) as installation:
        yield installation
