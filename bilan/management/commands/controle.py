"""Print the check of one year: every published figure against the recomputed one.

Exit code 0 without écart, 1 with one, 2 on an unknown year.
"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bilan.controle import Controle
from bilan.exercices import ExerciceInconnuError, etablir
from bilan.rendus.json import controle_en_dict
from bilan.rendus.texte import controle_en_texte


class Command(BaseCommand):
    help = "Compare les chiffres publiés d'un exercice avec ceux que donnent les actions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("annee", type=int, help="l'exercice, par exemple 2004")
        parser.add_argument("--format", choices=["texte", "json"], default="texte")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            controle = etablir(options["annee"]).controle
        except ExerciceInconnuError as erreur:
            self.stderr.write(str(erreur))
            sys.exit(2)
        self.stdout.write(_rendre(controle, options["format"]))
        if controle.ecarts:
            sys.exit(1)


def _rendre(controle: Controle, forme: str) -> str:
    if forme == "json":
        return json.dumps(controle_en_dict(controle), ensure_ascii=False, indent=2)
    return controle_en_texte(controle)
