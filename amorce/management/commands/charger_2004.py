"""Load the 2004 contract, only into an empty database: never over what someone typed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from actions.models import Action
from amorce.chargement import base_vide, charger
from listes.chiffres import denombrer


class Command(BaseCommand):
    help = "Charge le contrat de 2004 si la base est vide ; sinon, ne touche à rien."

    def handle(self, *args: Any, **options: Any) -> None:
        if not base_vide():
            self.stdout.write("La base contient déjà des données : rien n'a été chargé.")
            return
        exercice = charger(settings.FIXTURES)
        lignes = denombrer(
            Action.objects.de_l_exercice(exercice.annee).count(),
            "ligne d'action",
            "lignes d'action",
        )
        self.stdout.write(f"Contrat de {exercice} chargé : {lignes}.")
