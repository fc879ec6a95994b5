"""``manage.py exporter_personne IDENTIFIANT``: what is kept about a person, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur
from comptes.personnes import exporter


class Command(BaseCommand):
    help = "Imprime tout ce qui est conservé sur la personne de ce compte (droit d'accès)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("identifiant")

    def handle(self, *args: Any, **options: Any) -> None:
        compte = Utilisateur.objects.filter(username=options["identifiant"]).first()
        if compte is None:
            raise CommandError("Aucun compte n'a cet identifiant.")
        self.stdout.write(json.dumps(exporter(compte), ensure_ascii=False, indent=2))
        consigner(Evenement.Genre.PERSONNE, None, detail=f"{compte} : données exportées")
