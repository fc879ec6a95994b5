"""``manage.py anonymiser_personne IDENTIFIANT``: a person leaves, her acts remain."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur
from comptes.personnes import anonymiser


class Command(BaseCommand):
    help = "Efface qui est la personne de ce compte ; ce qu'elle a fait reste, sans son nom."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("identifiant")
        parser.add_argument(
            "--oui",
            action="store_true",
            help="ne pas demander confirmation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        compte = Utilisateur.objects.filter(username=options["identifiant"]).first()
        if compte is None:
            raise CommandError("Aucun compte n'a cet identifiant.")
        question = f"Effacer l'identité de « {compte} » ? C'est définitif. [oui/non] "
        if not options["oui"] and input(question) != "oui":
            raise CommandError("Rien n'a été effacé.")
        anonyme = anonymiser(compte)
        consigner(Evenement.Genre.PERSONNE, None, detail=f"{anonyme} : identité effacée")
        self.stdout.write(f"Identité effacée : ce compte s'appelle désormais « {anonyme} ».")
