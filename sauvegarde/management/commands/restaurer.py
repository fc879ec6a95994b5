"""``restaurer FILE``: a backup put back into an empty database, which it makes ready itself."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from listes.chiffres import denombrer
from sauvegarde.archive import SauvegardeError
from sauvegarde.restauration import restaurer

REFUS = 2


class Command(BaseCommand):
    help = (
        "Vérifie une sauvegarde, puis la restaure dans une base vide, qu'il prépare : tout, "
        "ou rien. "
        "Code de sortie : 0, ou 2 si rien n'a été restauré."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        debut = time.perf_counter()
        try:
            manifeste = restaurer(options["fichier"])
        except SauvegardeError as erreur:
            self.stderr.write(str(erreur))
            sys.exit(REFUS)
        self.stdout.write(
            f"Sauvegarde du {manifeste.creee_le} restaurée : "
            f"{denombrer(sum(table.lignes for table in manifeste.tables), 'ligne')} et "
            f"{denombrer(len(manifeste.fichiers), 'fichier')}, "
            f"en {time.perf_counter() - debut:.1f} s."
        )
