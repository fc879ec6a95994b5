"""The audit log: who came in, who was refused, what left as a file, whose rights changed.

It is written by the application and read by the administration; nobody changes a line of it. It
is kept a year unless said otherwise, then ``manage.py purger`` forgets it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control

journal = logging.getLogger("contrat_ville.journal")
ATTENTE_COURTE = 2  # seconds


class Evenement(models.Model):
    """One line. ``compte`` NULL: a visitor, a command, or an account that no longer exists."""

    class Genre(models.TextChoices):
        CONNEXION = "CONNEXION", "Connexion"
        DECONNEXION = "DECONNEXION", "Déconnexion"
        ECHEC = "ECHEC", "Connexion refusée"
        BLOCAGE = "BLOCAGE", "Connexion bloquée : trop d'échecs"
        REFUS = "REFUS", "Accès refusé"
        EXPORT = "EXPORT", "Fichier téléchargé"
        ROLE = "ROLE", "Rôles modifiés"
        COMPTE = "COMPTE", "Compte modifié"
        SECRET = "SECRET", "Mot de passe ou second facteur modifié"
        SESSIONS = "SESSIONS", "Session terminée à distance"
        PERSONNE = "PERSONNE", "Données personnelles exportées ou effacées"

    le = models.DateTimeField("le", default=timezone.now, db_index=True, editable=False)
    genre = models.CharField("événement", max_length=12, choices=Genre.choices, editable=False)
    compte = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="compte",
    )
    adresse = models.GenericIPAddressField("adresse réseau", null=True, editable=False)
    detail = models.CharField("détail", max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = "événement du journal"
        verbose_name_plural = "journal des accès"
        ordering = ["-le", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_genre_display()}, {timezone.localtime(self.le):%d/%m/%Y %H:%M}"


def consigner(
    genre: Evenement.Genre,
    request: HttpRequest | None,
    compte: models.Model | None = None,
    detail: str = "",
) -> None:
    """Write a line. ``request`` is None in a command; the account, if any, is the one who acts."""
    compte_id = compte.pk if compte is not None else None
    if compte is None and request is not None and hasattr(request, "user"):
        compte_id = request.user.pk
    Evenement.objects.create(
        genre=genre, compte_id=compte_id, adresse=_adresse(request), detail=detail[:500]
    )


def _adresse(request: HttpRequest | None) -> str | None:
    from allauth.account.adapter import get_adapter  # needs our models, which need this module

    if request is None:
        return None
    try:
        adresse: str = get_adapter().get_client_ip(request)
    except PermissionDenied:  # nothing says where the request comes from
        return None
    return adresse


def _est_un_fichier(reponse: HttpResponseBase) -> bool:
    """Whether it leaves the site as a file of its own: to keep, or shown by the browser (PDF)."""
    return "filename" in reponse.get("Content-Disposition", "")


def _consigner_sans_attendre(request: HttpRequest, detail: str) -> None:
    """Keep that a file leaves. Where the database is held by somebody's long write, or full, the
    server's own log keeps it instead: a file that is read isn't refused for that.
    """
    try:
        with _attente(ATTENTE_COURTE):
            consigner(Evenement.Genre.EXPORT, request, detail=detail)
    except OperationalError:
        journal.error("Fichier téléchargé par le compte %s : %s", request.user.pk, detail)


@contextmanager
def _attente(secondes: int) -> Iterator[None]:
    """How long SQLite waits for another writer meanwhile; PostgreSQL's rows don't wait."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    usuelle = connection.settings_dict["OPTIONS"].get("timeout", 5)
    with connection.cursor() as curseur:
        curseur.execute(f"PRAGMA busy_timeout = {secondes * 1000}")
    try:
        yield
    finally:
        with connection.cursor() as curseur:
            curseur.execute(f"PRAGMA busy_timeout = {int(usuelle * 1000)}")


class JournalDesAcces:
    """Keeps each refusal met by an account, and each file handed over to one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reponse = self.get_response(request)
        if request.user.is_authenticated:
            if reponse.status_code == 403:
                consigner(
                    Evenement.Genre.REFUS,
                    request,
                    detail=f"{request.method} {request.get_full_path()}",
                )
            elif reponse.status_code == 200 and _est_un_fichier(reponse):
                adresse = getattr(reponse, "adresse_du_journal", request.get_full_path())
                _consigner_sans_attendre(request, adresse)
            # A desk may be shared: what was shown isn't there any more once its reader has left.
            if not reponse.has_header("Cache-Control"):
                patch_cache_control(reponse, private=True, no_store=True)
        return reponse
