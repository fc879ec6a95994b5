"""``manage.py purger``: forget what has been kept long enough. To be run every night."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from comptes.journal import Evenement
from listes.chiffres import denombrer
from sauvegarde import orphelins
from suivi import corbeille
from suivi.masse import recompter
from travaux import purge


class Command(BaseCommand):
    help = (
        "Supprime les sessions expirées, les lignes du journal des accès trop anciennes, les longs "
        "travaux d'il y a plus d'une semaine, ce qui est dans la corbeille depuis trop longtemps, "
        "et les fichiers que plus rien ne nomme depuis un jour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        maintenant = timezone.now()
        sessions, _ = Session.objects.filter(expire_date__lt=maintenant).delete()
        vivantes = Session.objects.values("session_key")
        UserSession.objects.exclude(session_key__in=vivantes).delete()
        limite = maintenant - timedelta(days=settings.JOURNAL_MOIS * 30.5)
        lignes, _ = Evenement.objects.filter(le__lt=limite).delete()
        travaux = purge.purger(maintenant)
        jetes = corbeille.purger(maintenant)
        fichiers = orphelins.retirer(maintenant - timedelta(days=1))
        recompter()
        self.stdout.write(
            f"Supprimés : {denombrer(sessions, 'session')}, "
            f"{denombrer(lignes, 'ligne')} du journal des accès, "
            f"{denombrer(travaux, 'travail', 'travaux')}, "
            f"{denombrer(jetes, 'objet')} de la corbeille, "
            f"{denombrer(fichiers, 'fichier orphelin')}."
        )
