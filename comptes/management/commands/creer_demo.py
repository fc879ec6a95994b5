"""``manage.py creer_demo``: a first account to look around with, on a machine of one's own."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from comptes.models import Utilisateur

IDENTIFIANT = "demo"


class Command(BaseCommand):
    help = "Crée l'administrateur de démonstration « demo » s'il n'existe encore aucun compte."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "Pas de compte de démonstration en production : « manage.py createsuperuser »."
            )
        mot_de_passe = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                if Utilisateur.objects.exists():
                    self.stdout.write("Des comptes existent déjà : aucun n'est créé.")
                    return
                Utilisateur.objects.create_superuser(IDENTIFIANT, password=mot_de_passe)
        except IntegrityError:
            # PostgreSQL lets two first starts meet here; the name is unique, one of them wins.
            self.stdout.write("Le compte de démonstration vient d'être créé ailleurs.")
            return
        self.stdout.write(
            f"Compte de démonstration créé : identifiant « {IDENTIFIANT} », "
            f"mot de passe « {mot_de_passe} ».\n"
            "Notez-le : il n'est affiché que cette fois."
        )
