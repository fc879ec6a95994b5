"""What a view says to be done later: ``if attente := differer(request, titre): return attente``.

Where there is no queue, nothing is different: the view answers at once. Where there is one, its
request is kept, and a worker asks the same view again, in the name of the same account.
"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends
from django_tasks_db import DatabaseBackend

from comptes.models import Utilisateur
from comptes.permissions import compte_de
from travaux.avancement import travail_en_cours
from travaux.execution import executer
from travaux.models import Travail

LIGNES_TOUT_DE_SUITE = 5_000
"""A file of more rows than this takes more than a second to make."""
_A_LA_FOIS = 10


def en_file() -> bool:
    """Whether long works wait for a worker, in this installation."""
    return isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend)


def differer(request: HttpRequest, titre: str, *, envoi: str = "") -> HttpResponse | None:
    """Put the request in the queue: gives the page where its author follows it.

    ``envoi`` is the address to POST to, where it isn't this very request that must be made again;
    nothing of a form goes with it. None where the view must answer now: no queue, or the worker is
    asking.
    """
    if travail_en_cours.get() is not None or not en_file():
        return None
    compte = compte_de(request)
    methode = "POST" if envoi else str(request.method)
    adresse = envoi or request.get_full_path()
    siens = Travail.objects.de(compte).inacheves()
    # Asked twice, done once: a double click, an impatient reader.
    travail = siens.filter(methode=methode, adresse=adresse).first()
    if travail is None:
        if siens.count() >= _A_LA_FOIS:
            messages.warning(
                request,
                f"Vous avez déjà {_A_LA_FOIS} travaux en attente : celui-ci n'a pas été ajouté. "
                "Redemandez-le quand l'un d'eux sera terminé.",
            )
            return redirect("travaux:liste")
        travail = _inscrire(compte, titre, methode, adresse, request)
    return redirect("travaux:suivi", travail.pk)


@transaction.atomic
def _inscrire(
    compte: Utilisateur, titre: str, methode: str, adresse: str, request: HttpRequest
) -> Travail:
    travail = Travail.objects.create(
        utilisateur=compte,
        titre=titre[:200],
        methode=methode,
        adresse=adresse,
        origine=f"{request.scheme}://{request.get_host()}",
    )
    travail.tache = executer.enqueue(travail.pk).id
    travail.save(update_fields=["tache"])
    return travail
