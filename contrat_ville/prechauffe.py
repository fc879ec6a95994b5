"""What a process does once, done before its first page is asked for: nobody waits for it."""

import gc

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.template import Engine
from django.template.loader import get_template
from django.urls import resolve, reverse
from django.utils.formats import get_format


def prechauffer() -> None:
    """Read the code behind the addresses, our own templates, the outlines of the communes."""
    for adresse in ("consultation:accueil", "admin:index"):
        resolve(reverse(adresse))
    _lire_les_gabarits()
    get_format("DATE_FORMAT")
    _dessiner_les_communes()
    # All this is kept for good: the garbage collector needn't look at it again, and the workers
    # forked from this process share its memory instead of copying it.
    gc.collect()
    gc.freeze()


def _lire_les_gabarits() -> None:
    ici = settings.BASE_DIR
    pieces = [ici, *(ici / app.name for app in apps.get_app_configs() if (ici / app.name).is_dir())]
    for dossier in (piece / "templates" for piece in pieces):
        for gabarit in sorted(dossier.rglob("*.html")):
            get_template(str(gabarit.relative_to(dossier)))
    Engine.get_default().template_context_processors  # noqa: B018  # reading it imports them


def _dessiner_les_communes() -> None:
    """Nothing yet where the database doesn't answer, or isn't migrated: the first map will."""
    from bilan.graphiques.carte import etaler_les_communes
    from territoires.models import Commune

    try:
        communes = Commune.objects.avec_trace().order_by("numero")
        etaler_les_communes({commune.code_insee: commune.trace for commune in communes})
    except DatabaseError:
        return
    finally:
        connection.close()
