"""Works whose worker died: the queue leaves them « running » for ever; they are put back."""

from typing import Final

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from travaux import fichiers
from travaux.models import Travail

ESSAIS: Final = 3
INTERROMPU = (
    f"Ce travail a été interrompu {ESSAIS} fois : rien n'en a été gardé. Redemandez-le ; s'il "
    "s'arrête encore, prévenez l'administration."
)


def reprendre_les_abandonnes() -> None:
    """Put back in the queue what no living worker holds."""
    for travail in Travail.objects.inacheves():
        reprendre(travail)


def reprendre(travail: Travail) -> None:
    """Put an unfinished work back, if no one holds it; give it up after too many deaths.

    A work that a worker is just about to lock may be put back too: it is done only once, since the
    second worker finds it done.
    """
    tache = DBTaskResult.objects.filter(pk__in=[travail.tache]).first()
    if tache is not None and tache.status == TaskResultStatus.READY:
        return
    if not fichiers.est_libre(travail.cle):
        return
    if tache is None or len(tache.worker_ids) >= ESSAIS:
        travail.achever(Travail.Etat.ECHOUE, INTERROMPU)
    else:
        DBTaskResult.objects.filter(pk=tache.pk).update(status=TaskResultStatus.READY)
