"""``sauvegarder FILE``: the database at one moment and its files, while people work."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

from listes.chiffres import denombrer
from sauvegarde.archive import SauvegardeError
from sauvegarde.ecriture import sauvegarder
from sauvegarde.models import Sauvegarde

INCOMPLETE, REFUS = 1, 2


class Command(BaseCommand):
    help = (
        "Sauvegarde la base et les fichiers en un seul fichier, sans interrompre le travail. Code "
        "de sortie : 0, 1 s'il manquait déjà des fichiers, 2 si rien n'a été écrit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "fichier", type=Path, help="par exemple contrat.zip ; remplacé s'il existe"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        debut = time.perf_counter()
        try:
            manifeste = sauvegarder(options["fichier"])
        except SauvegardeError as erreur:
            self.stderr.write(str(erreur))
            sys.exit(REFUS)
        self.stdout.write(
            f"Sauvegarde {options['fichier']} écrite : "
            f"{denombrer(sum(table.lignes for table in manifeste.tables), 'ligne')} et "
            f"{denombrer(len(manifeste.fichiers), 'fichier')}, "
            f"en {time.perf_counter() - debut:.1f} s."
        )
        self._noter(options["fichier"], len(manifeste.absents))
        if manifeste.absents:
            absents = len(manifeste.absents)
            self.stderr.write(
                f"Il manquait déjà {denombrer(absents, 'fichier')} que la base nomme, "
                f"dont {manifeste.absents[0]} : vérifiez MEDIA_ROOT."
            )
            sys.exit(INCOMPLETE)

    def _noter(self, fichier: Path, absents: int) -> None:
        """For the pages; where somebody's long write, or a full disk, forbids it, the backup is
        there all the same.
        """
        try:
            Sauvegarde.noter(fichier, absents)
        except OperationalError:
            self.stderr.write(
                "La base était occupée : les pages ne diront pas que cette sauvegarde est faite."
            )
