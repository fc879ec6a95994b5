"""Print the check of one year: every published figure against the recomputed one.

Exit code 0 without écart, 1 with one, 2 on an unknown year.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bilan.controle import Controle, Recalcul
from bilan.exercices import ExerciceInconnuError, etablir
from bilan.rendus.json import controle_en_dict
from listes.chiffres import accord, denombrer, ecart, nombre


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
        if options["format"] == "json":
            self.stdout.write(json.dumps(controle_en_dict(controle), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lignes(controle)))
        if controle.ecarts:
            sys.exit(1)


def _lignes(controle: Controle) -> Iterator[str]:
    """The figures that differ and the sums that don't hold, each after its count."""
    yield f"Contrôle de l'exercice {controle.annee}"
    if not controle.publie:
        yield "Aucun chiffre publié pour cet exercice : rien à comparer."
        return
    incoherences = denombrer(
        len(controle.incoherences_source), "incohérence de la source", "incohérences de la source"
    )
    yield ""
    yield (
        f"Recalcul : {denombrer(len(controle.recalcul), 'chiffre comparé')}, "
        f"{denombrer(controle.conformes, 'conforme')}, {incoherences}, "
        f"{denombrer(len(controle.ecarts), 'écart')}."
    )
    yield from _differences("Incohérences de la source", controle.incoherences_source)
    yield from _differences("Écarts à vérifier", controle.ecarts)
    yield ""
    fausses = len(controle.sommes_en_defaut)
    yield (
        f"Cohérence : {denombrer(len(controle.coherence), 'somme')} du document, "
        f"{nombre(fausses)} {accord(fausses, 'ne tombe pas juste', 'ne tombent pas juste')}."
    )
    for somme in controle.sommes_en_defaut:
        yield (
            f"  - {somme.libelle} : imprimé {nombre(somme.attendu)}, "
            f"somme {nombre(somme.obtenu)} ({ecart(somme.ecart)})"
        )
    yield ""
    if controle.ecarts:
        yield "Résultat : des chiffres ne correspondent plus au document publié."
    else:
        yield "Résultat : aucun écart ; seules les contradictions du document subsistent."


def _differences(titre: str, recalculs: tuple[Recalcul, ...]) -> Iterator[str]:
    if recalculs:
        yield f"{titre} :"
    for r in recalculs:
        difference = "" if r.ecart is None else f" ({ecart(r.ecart)})"
        yield (
            f"  - {', '.join(r.place)} : publié {nombre(r.publie)}, "
            f"recalculé {nombre(r.recalcule)}{difference}"
        )
