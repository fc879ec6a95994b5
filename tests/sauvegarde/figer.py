"""Record the state of the tables that a release has: ``python -m tests.sauvegarde.figer 1.0.0``.

It is a backup, with its migrations and its rows; ``test_migrations.py`` goes forward from it.
"""

import sys
import tempfile
from pathlib import Path

from tests.sauvegarde.installation import ICI, Installation

ETATS = ICI / "etats"


def figer(version: str) -> None:
    """Write ``etats/<version>.zip``, from a database made for that."""
    with tempfile.TemporaryDirectory() as dossier:
        installation = Installation(f"sqlite:///{dossier}/base.sqlite3", Path(dossier, "fichiers"))
        installation.reussir("migrate", "-v0")
        assert installation.lancer(ICI / "peupler.py", "64").communicate()[1] == ""
        print(installation.reussir("sauvegarder", ETATS / f"{version}.zip"), end="")


if __name__ == "__main__":
    figer(sys.argv[1])
