"""Is the process alive, can it work: for the proxy, the container, the person on call.

Both pages are public; they answer yes or no, never why: the technical log says why.
"""

import logging
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from comptes.permissions import PUBLIC, exige
from contrat_ville.environnement import EnvironnementInvalideError

journal = logging.getLogger(__name__)
ESPACE_MINIMAL: Final = 500 * 1024 * 1024


@exige(PUBLIC)
@never_cache
def vivant(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked of it, the database least of all."""
    return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")


@exige(PUBLIC)
@never_cache
def pret(request: HttpRequest) -> JsonResponse:
    """All that the pages need is there: 200; something lacks: 503."""
    etat = {nom: _tient(epreuve) for nom, epreuve in EPREUVES.items()}
    return JsonResponse(
        {"pret": all(etat.values())} | etat, status=200 if all(etat.values()) else 503
    )


def _tient(epreuve: Callable[[], bool]) -> bool:
    try:
        return epreuve()
    except (DatabaseError, EnvironnementInvalideError, OSError):
        journal.exception("%s a échoué", epreuve.__name__)
        return False


def base() -> bool:
    """The database answers a question."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT 1")
        return bool(curseur.fetchone() == (1,))


def migrations() -> bool:
    """The database has exactly the form that this version of the application expects."""
    ici = {application.label for application in apps.get_app_configs()}
    appliquees = MigrationRecorder(connection).applied_migrations()
    return {cle for cle in appliquees if cle[0] in ici} == _migrations_livrees()


@cache
def _migrations_livrees() -> set[tuple[str, str]]:
    # Read from the disk once: they can't change while the process lives.
    return set(MigrationLoader(None).disk_migrations)


def disque() -> bool:
    """There is room left where files and, with SQLite, data are written."""
    return all(shutil.disk_usage(lieu).free >= ESPACE_MINIMAL for lieu in _lieux())


def fichiers() -> bool:
    """A file can be written where joined documents are kept."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as essai:
        essai.write(b"essai")
    return True


def _lieux() -> list[Path]:
    lieux = [settings.MEDIA_ROOT]
    if connection.vendor == "sqlite":
        lieux.append(Path(connection.settings_dict["NAME"]).parent)
    # The nearest folder that exists: the first upload makes the others.
    return [next(p for p in (lieu, *lieu.parents) if p.exists()) for lieu in lieux]


EPREUVES: Final[dict[str, Callable[[], bool]]] = {
    "base": base,
    "migrations": migrations,
    "disque": disque,
    "fichiers": fichiers,
}
