"""Whole installations to drill on: a database, a folder of files, and the commands run on them."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg

RACINE = Path(__file__).resolve().parents[2]
ICI = Path(__file__).parent
SERVEUR = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/contrat"
Moteur = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Installation:
    url: str
    fichiers: Path

    @property
    def environnement(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.url,
            "MEDIA_ROOT": str(self.fichiers),
            "PRODUCTION": "0",
            "DEBUG": "0",
            "SECRET_KEY": "une-cle-de-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        }

    def lancer(self, *commande: str | Path, **options: Any) -> "subprocess.Popen[str]":
        """Start ``python …`` in a session of its own, so that it can be killed whole."""
        return subprocess.Popen(
            [sys.executable, *map(str, commande)],
            cwd=RACINE,
            env=self.environnement,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def manage(self, *commande: str | Path, **options: Any) -> tuple[int, str, str]:
        """Run ``manage.py …``: its exit code, what it says and what it complains of."""
        processus = self.lancer("manage.py", *commande, **options)
        sortie, plainte = processus.communicate(timeout=300)
        return processus.returncode, sortie, plainte

    def reussir(self, *commande: str | Path) -> str:
        code, sortie, plainte = self.manage(*commande)
        assert (code, plainte) == (0, ""), plainte
        return sortie

    def etat(self) -> dict[str, Any]:
        """Every row, every figure of every bilan, every file: see ``etat.py``."""
        processus = self.lancer(ICI / "etat.py")
        sortie, plainte = processus.communicate(timeout=300)
        assert (processus.returncode, plainte) == (0, ""), plainte
        etat: dict[str, Any] = json.loads(sortie)
        return etat


def postgresql_absent() -> str | None:
    """Why no drill can be played on PostgreSQL; None where it can."""
    try:
        psycopg.connect(_url("postgres"), connect_timeout=3).close()
    except psycopg.Error:
        return "aucun serveur PostgreSQL ne répond (TEST_DATABASE_URL)"
    return None


def sqlite_neuve(modele: Path, dossier: Path) -> Installation:
    """A copy of a SQLite file that nobody has open."""
    dossier.mkdir(parents=True, exist_ok=True)
    shutil.copy(modele, dossier / "base.sqlite3")
    return Installation(f"sqlite:///{dossier / 'base.sqlite3'}", dossier / "fichiers")


@contextmanager
def postgresql_neuve(
    dossier: Path, modele: str = "template1", disque: str = "pg_default"
) -> Iterator[Installation]:
    """A database of its own on the server, dropped at the end."""
    nom = _nom_unique()
    _ordonner(f'CREATE DATABASE "{nom}" TEMPLATE "{modele}" TABLESPACE "{disque}"')
    if disque != "pg_default":
        # What was copied takes its room now: on a full disk, the whole server's checkpoints fail.
        _ordonner("CHECKPOINT")
    try:
        yield Installation(_url(nom), dossier / "fichiers")
    finally:
        _ordonner(f'DROP DATABASE "{nom}" WITH (FORCE)')


@contextmanager
def disque_de_postgresql(dossier: Path) -> Iterator[str]:
    """Have the server, which is on this machine, put databases into this empty folder."""
    nom = _nom_unique()
    _ordonner(f"CREATE TABLESPACE \"{nom}\" LOCATION '{dossier}'")
    try:
        yield nom
    finally:
        _ordonner(f'DROP TABLESPACE "{nom}"')


def _nom_unique() -> str:
    return f"contrat_epreuve_{uuid.uuid4().hex[:12]}"


def nom_de_base(installation: Installation) -> str:
    return urlsplit(installation.url).path.removeprefix("/")


def _url(base: str) -> str:
    return urlunsplit(urlsplit(SERVEUR)._replace(path=f"/{base}"))


def _ordonner(ordre: str) -> None:
    with psycopg.connect(_url("postgres"), autocommit=True) as serveur:
        serveur.execute(ordre.encode())
