"""A work done: the view that was asked is asked again, by the worker, in its author's name.

The account is read anew: what she may no longer see or do isn't made.
"""

import io
import logging
import time
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.contrib.messages import constants
from django.contrib.messages.storage.base import BaseStorage, Message
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django_tasks import task

from comptes.backends import Comptes
from comptes.journal import Evenement, consigner
from comptes.middleware import permission_de
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE
from travaux import dossier
from travaux.avancement import travail_en_cours
from travaux.models import Travail

journal = logging.getLogger("travaux")
ABSENT = "Ce qui était demandé n'existe pas, ou n'existe plus."
REFUSE = "Votre compte n'a pas, ou n'a plus, le droit de faire ce travail : il n'a pas été fait."
IMPREVU = (
    "Une erreur imprévue a arrêté ce travail. Redemandez-le ; si elle revient, donnez à "
    "l'administration le numéro de ce travail."
)
EN_TETES = ("Content-Type", "Content-Disposition")


@task
def executer(travail_id: int) -> None:
    """Do a work that isn't done. Two workers given the same one do it one after the other: the
    second finds it done.
    """
    travail = Travail.objects.filter(pk=travail_id).first()
    if travail is None:
        return
    with dossier.tenir(travail.cle):
        travail.refresh_from_db()
        if travail.acheve:
            return
        Travail.objects.filter(pk=travail.pk).update(etat=Travail.Etat.EN_COURS)
        jeton = travail_en_cours.set(travail)
        debut = time.perf_counter()
        try:
            _faire(travail)
        finally:
            travail_en_cours.reset(jeton)
        duree = round((time.perf_counter() - debut) * 1000)
        journal.info("travail %s", travail.pk, extra={"duree_ms": duree})


def _faire(travail: Travail) -> None:
    try:
        page = page_de(travail)
        compte = Comptes().get_user(travail.utilisateur_id)
        if compte is None or not peut(compte, page):
            raise PermissionDenied
        travail.perimetre = sorted(compte.perimetre)
        requete = _requete(travail, compte, page)
        _conclure(travail, requete, page.func(requete, *page.args, **page.kwargs))
    except Resolver404:
        travail.achever(Travail.Etat.ECHOUE, ABSENT)
    except Http404 as absence:
        travail.achever(Travail.Etat.ECHOUE, str(absence) or ABSENT)
    except PermissionDenied:
        detail = f"{travail.methode} {travail.adresse}"
        consigner(Evenement.Genre.REFUS, None, travail.utilisateur, detail)
        travail.achever(Travail.Etat.ECHOUE, REFUSE)
    except Exception:
        journal.exception("travail %s", travail.pk)
        travail.achever(Travail.Etat.ECHOUE, IMPREVU)


def _conclure(travail: Travail, requete: WSGIRequest, reponse: HttpResponseBase) -> None:
    """Keep the file that came, or where the page leads to with what it says."""
    try:
        dits = [(m.level, str(m.message)) for m in _dits(requete)]
        message = " ".join(texte for _, texte in dits)
        rate = any(niveau >= constants.ERROR for niveau, _ in dits)
        if reponse.status_code == 302:
            etat = Travail.Etat.ECHOUE if rate else Travail.Etat.FINI
            travail.achever(etat, message, suite=reponse.headers["Location"])
        elif reponse.status_code == 200 and reponse.has_header("Content-Disposition"):
            contenu: Any = reponse
            dossier.garder(
                travail.cle,
                contenu if isinstance(reponse, StreamingHttpResponse) else [contenu.content],
            )
            entetes = {nom: reponse.headers[nom] for nom in EN_TETES}
            travail.achever(Travail.Etat.FINI, entetes=entetes)
        else:
            raise ValueError(f"Ni fichier ni suite : réponse {reponse.status_code}.")
    finally:
        reponse.close()


def peut(compte: Utilisateur, page: ResolverMatch) -> bool:
    """Whether the account may open the page, by the permission that its view declares."""
    permission = permission_de(page.func, page)
    return permission is not None and (permission == CONNECTE or compte.has_perm(permission))


def page_de(travail: Travail) -> ResolverMatch:
    """The view that answers a work's address."""
    return resolve(unquote_to_bytes(urlsplit(travail.adresse).path).decode())


class _Recueil(BaseStorage):
    """What the view says to its reader, kept for when she comes."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Message]:
        return []


def _dits(requete: WSGIRequest) -> list[Message]:
    return list(requete._messages._queued_messages)  # type: ignore[attr-defined]  # Django's


def _requete(travail: Travail, compte: Utilisateur, page: ResolverMatch) -> WSGIRequest:
    """The same request, without what comes from a browser."""
    adresse, origine = urlsplit(travail.adresse), urlsplit(travail.origine)
    requete = WSGIRequest(
        {
            "REQUEST_METHOD": travail.methode,
            "PATH_INFO": unquote_to_bytes(adresse.path).decode("latin-1"),
            "QUERY_STRING": adresse.query,
            "HTTP_HOST": origine.netloc,
            "SERVER_NAME": origine.hostname or "",
            "SERVER_PORT": str(origine.port or (443 if origine.scheme == "https" else 80)),
            "wsgi.url_scheme": origine.scheme,
            "wsgi.input": io.BytesIO(),
        }
    )
    requete.user = compte
    requete.resolver_match = page
    requete._messages = _Recueil(requete)  # type: ignore[attr-defined]  # where Django looks
    return requete
