"""Long works: functions that a page entrusts to a worker, and what they give back.

A task is a function of an account and of plain values (numbers, texts, lists), which alone are kept
in the queue. It gives back a file, or a sentence and the page where to read it. Where there is no
queue, the page that asks answers with it at once; where there is one, it leads to where the work is
followed, and a worker calls the same function, for the account as it has become.
"""

import io
import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import IO, Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task, task_backends
from django_tasks_db import DatabaseBackend

from comptes.backends import Comptes
from comptes.journal import Evenement, consigner
from comptes.middleware import permission_de
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, compte_de
from travaux import fichiers
from travaux.models import Travail

LIGNES_TOUT_DE_SUITE = 5_000
"""A file of more rows than this takes more than a second to make."""
A_LA_FOIS = 10
"""How many works an account may have waiting."""

ABSENT = "Ce qui était demandé n'existe pas, ou n'existe plus."
REFUSE = "Votre compte n'a pas, ou n'a plus, le droit de faire ce travail : il n'a pas été fait."
IMPREVU = (
    "Une erreur imprévue a arrêté ce travail. Redemandez-le ; si elle revient, donnez à "
    "l'administration le numéro de ce travail."
)

GENRES = {
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a browser is told of each kind of file, by how its name ends."""

journal = logging.getLogger("travaux")


@dataclass(frozen=True)
class Fichier:
    """A file made, of one of ``GENRES``; ``sur_place`` where the browser shows it rather than keeps
    it.
    """

    nom: str
    contenu: bytes | IO[bytes] | Generator[bytes]
    sur_place: bool = False

    @property
    def entetes(self) -> dict[str, str]:
        disposition = content_disposition_header(not self.sur_place, self.nom) or "attachment"
        return {
            "Content-Type": GENRES[PurePath(self.nom).suffix],
            "Content-Disposition": disposition,
        }


@dataclass(frozen=True)
class Suite:
    """The address where a work leads, and what is said there: a success or a refusal."""

    adresse: str
    phrase: str = ""
    reussie: bool = True


P = ParamSpec("P")
Tache = Callable[Concatenate[Utilisateur, P], Fichier | Suite]
_taches: dict[str, Callable[..., Fichier | Suite]] = {}


def tache(fonction: Tache[P]) -> Tache[P]:
    """Declare that a worker may call this function, which stands at the top of its module.

    It doesn't check who may ask for it: the page that entrusts it did, and the worker checks the
    same permission again. What the account may see, the function limits by itself.
    """
    _taches[_nom(fonction)] = fonction
    return fonction


def _nom(fonction: Callable[..., Any]) -> str:
    return f"{fonction.__module__}:{fonction.__name__}"


def _tache_nommee(nom: str) -> Callable[..., Fichier | Suite]:
    """The task of this name; its module declares it while it is imported."""
    import_module(nom.partition(":")[0])
    return _taches[nom]


# --- Asked by a page ----


def en_file() -> bool:
    """Whether long works wait for a worker, in this installation."""
    return isinstance(task_backends[DEFAULT_TASK_BACKEND_ALIAS], DatabaseBackend)


def confier(
    request: HttpRequest, fonction: Tache[P], titre: str, *args: P.args, **arguments: P.kwargs
) -> HttpResponseBase:
    """Have a task done, and give the page that answers. ``titre`` names the work to its author.

    A task takes its arguments by name only: ``args`` is there for the types.
    """
    compte = compte_de(request)
    if not en_file():
        return repondre(request, fonction(compte, *args, **arguments))
    siens = Travail.objects.de(compte).inacheves()
    # Asked twice, done once: a double click, an impatient reader.
    travail = siens.filter(fonction=_nom(fonction), arguments=arguments).first()
    if travail is None:
        if siens.count() >= A_LA_FOIS:
            messages.warning(
                request,
                f"Vous avez déjà {A_LA_FOIS} travaux en attente : celui-ci n'a pas été ajouté. "
                "Redemandez-le quand l'un d'eux sera terminé.",
            )
            return redirect("travaux:liste")
        page = request.resolver_match
        travail = Travail(
            utilisateur=compte,
            titre=titre[:200],
            fonction=_nom(fonction),
            arguments=arguments,
            permission=(page and permission_de(page.func, page)) or "",
            methode=str(request.method),
            adresse=request.get_full_path(),
        )
        mettre_en_file(travail)
    return redirect("travaux:suivi", travail.pk)


@transaction.atomic
def mettre_en_file(travail: Travail) -> None:
    """Keep a new work, and its place in the queue."""
    travail.save()
    travail.tache = executer.enqueue(travail.pk).id
    Travail.objects.filter(pk=travail.pk).update(tache=travail.tache)


def repondre(request: HttpRequest, fait: Fichier | Suite) -> HttpResponseBase:
    """The page that hands over what a task has just made."""
    if isinstance(fait, Suite):
        dire(request, fait.phrase, fait.reussie)
        return redirect(fait.adresse)
    if isinstance(fait.contenu, bytes):
        return HttpResponse(fait.contenu, headers=fait.entetes)
    reponse = FileResponse(fait.contenu)
    mettre_les_entetes(reponse, fait.entetes)
    return reponse


def mettre_les_entetes(reponse: HttpResponseBase, entetes: dict[str, str]) -> None:
    """Set after the response is made: while it is made, Django guesses its own from the file."""
    for nom, valeur in entetes.items():
        reponse.headers[nom] = valeur


def dire(request: HttpRequest, phrase: str, reussie: bool) -> None:
    """Have the next page say how a work ended."""
    if phrase:
        messages.add_message(request, messages.SUCCESS if reussie else messages.ERROR, phrase)


# --- Done by a worker ----

_en_cours: ContextVar[Travail | None] = ContextVar("_en_cours", default=None)
"""The work that this process is doing; None where a page answers by itself."""


def noter_progression(pourcent: int) -> None:
    """Say how far the work under way is; nothing where a page answers by itself."""
    travail = _en_cours.get()
    if travail is not None:
        fichiers.noter_progression(travail.cle, pourcent)


@task
def executer(travail_id: int) -> None:
    """Do a work that isn't done. Two workers given the same one do it one after the other: the
    second finds it done.
    """
    travail = Travail.objects.filter(pk=travail_id).first()
    if travail is None:
        return
    with fichiers.tenir(travail.cle):
        travail.refresh_from_db()
        if travail.acheve:
            return
        Travail.objects.filter(pk=travail.pk).update(etat=Travail.Etat.EN_COURS)
        jeton = _en_cours.set(travail)
        debut = time.perf_counter()
        try:
            _faire(travail)
        finally:
            _en_cours.reset(jeton)
        duree = round((time.perf_counter() - debut) * 1000)
        journal.info("travail %s", travail.pk, extra={"duree_ms": duree})


def _faire(travail: Travail) -> None:
    try:
        compte = Comptes().get_user(travail.utilisateur_id)
        if compte is None or not peut(compte, travail):
            raise PermissionDenied
        travail.perimetre = sorted(compte.perimetre)
        _conclure(travail, _tache_nommee(travail.fonction)(compte, **travail.arguments))
    except Http404 as absence:
        travail.achever(Travail.Etat.ECHOUE, str(absence) or ABSENT)
    except PermissionDenied:
        detail = f"{travail.methode} {travail.adresse}"
        consigner(Evenement.Genre.REFUS, None, travail.utilisateur, detail)
        travail.achever(Travail.Etat.ECHOUE, REFUSE)
    except Exception:
        journal.exception("travail %s", travail.pk)
        travail.achever(Travail.Etat.ECHOUE, IMPREVU)


def _conclure(travail: Travail, fait: Fichier | Suite) -> None:
    """Keep what the task gave back, for when its author comes."""
    if isinstance(fait, Suite):
        etat = Travail.Etat.FINI if fait.reussie else Travail.Etat.ECHOUE
        travail.achever(etat, fait.phrase, suite=fait.adresse)
    else:
        contenu = io.BytesIO(fait.contenu) if isinstance(fait.contenu, bytes) else fait.contenu
        with closing(contenu):
            fichiers.garder(travail.cle, contenu)
        travail.achever(Travail.Etat.FINI, entetes=fait.entetes)


def peut(compte: Utilisateur, travail: Travail) -> bool:
    """Whether the account still has what the page asked of it when it entrusted the work."""
    return travail.permission == CONNECTE or compte.has_perm(travail.permission)
