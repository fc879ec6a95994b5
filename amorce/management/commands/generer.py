"""Fill a database with made-up actions, to try the application at full size."""

import argparse
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amorce.volume import GenerationImpossibleError, generer
from listes.chiffres import denombrer


class Command(BaseCommand):
    help = "Ajoute des actions fictives, pour essayer l'application à grande échelle."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--actions", type=_entier_positif, required=True)
        parser.add_argument("--exercices", type=_annees, required=True, help="2005-2024, ou 2005")
        parser.add_argument("--graine", type=int, default=1, help="la même donne les mêmes actions")

    def handle(self, *args: Any, **options: Any) -> None:
        debut = time.perf_counter()
        try:
            subventions = generer(options["actions"], options["exercices"], options["graine"])
        except GenerationImpossibleError as erreur:
            self.stderr.write(str(erreur))
            sys.exit(2)
        duree = time.perf_counter() - debut
        lignes = options["actions"] + subventions
        self.stdout.write(
            f"Générées en {duree:.1f} s : {denombrer(options['actions'], 'action')} et "
            f"{denombrer(subventions, 'subvention')}, soit "
            f"{denombrer(int(lignes / duree), 'ligne')} par seconde."
        )


def _entier_positif(texte: str) -> int:
    if not texte.isdecimal() or int(texte) == 0:
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas un nombre d'actions.")
    return int(texte)


def _annees(texte: str) -> list[int]:
    premiere, _, derniere = texte.partition("-")
    derniere = derniere or premiere
    if not (premiere.isdecimal() and derniere.isdecimal() and len(premiere + derniere) == 8):
        raise argparse.ArgumentTypeError(
            f"« {texte} » n'est pas une suite d'exercices : écrivez 2005-2024, ou 2005."
        )
    if premiere > derniere:
        raise argparse.ArgumentTypeError(f"« {texte} » : le premier exercice suit le dernier.")
    return list(range(int(premiere), int(derniere) + 1))
