"""Works and their files are kept for some days, then forgotten."""

from datetime import datetime, timedelta
from typing import Final

from django_tasks_db.models import DBTaskResult

from travaux import fichiers
from travaux.models import Travail

JOURS: Final = 7


def purger(maintenant: datetime) -> int:
    """Forget old works, their tasks, and the files of works that aren't there any more."""
    presentes = fichiers.cles_presentes()  # before the works are read: a new one has its row first
    limite = maintenant - timedelta(days=JOURS)
    anciens = Travail.objects.filter(demande_le__lt=limite)
    nombre = len(anciens)
    anciens.delete()
    DBTaskResult.objects.filter(enqueued_at__lt=limite).delete()
    fichiers.effacer(presentes - set(Travail.objects.values_list("cle", flat=True)))
    return nombre
