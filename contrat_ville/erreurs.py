"""What a visitor reads when the server can't do what was asked: busy, full, or at fault.

Wherever it happens, Django ends in ``handler500``, while the exception is still at hand.
"""

import errno
import sys
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

_PLEIN: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What the drivers say: SQLite in words, PostgreSQL by the class of its error.
_OCCUPEE: Final = ("database is locked", "database table is locked", "database schema is locked")
_OCCUPEES: Final = ("DeadlockDetected", "LockNotAvailable", "SerializationFailure")
_SECRETS: Final = ("password", "code", "mot_de_passe")
_ATTENTE: Final = 30
"""Seconds after which a program may ask again."""


def est_occupee(erreur: BaseException | None) -> bool:
    """Whether the database refused because somebody else's write holds it."""
    return isinstance(erreur, DatabaseError) and (
        any(mots in str(erreur) for mots in _OCCUPEE)
        or type(erreur.__cause__).__name__ in _OCCUPEES
    )


def est_plein(erreur: BaseException | None) -> bool:
    """Whether there is no room left, on the disk of the files or on that of the database."""
    if isinstance(erreur, OSError):
        return erreur.errno in _PLEIN
    return isinstance(erreur, DatabaseError) and (
        "database or disk is full" in str(erreur) or type(erreur.__cause__).__name__ == "DiskFull"
    )


def erreur_du_site(request: HttpRequest) -> HttpResponse:
    """A page that needs neither the database nor the disk.

    What was typed in a form that couldn't be saved is kept in it, to be sent again as it is.
    """
    erreur = sys.exc_info()[1]
    if est_occupee(erreur):
        reponse = HttpResponse(_page(request, "503.html"), status=503)
        reponse["Retry-After"] = str(_ATTENTE)
        return reponse
    if est_plein(erreur):
        return HttpResponse(_page(request, "507.html"), status=507)
    return HttpResponse(render_to_string("500.html"), status=500)


def _page(request: HttpRequest, gabarit: str) -> str:
    saisies = [
        (nom, valeur)
        for nom, valeurs in (request.POST.lists() if request.method == "POST" else ())
        for valeur in valeurs
    ]
    secrets = any(nom.endswith(_SECRETS) for nom, _ in saisies)
    return render_to_string(
        gabarit,
        {
            "adresse": request.get_full_path(),
            "ecriture": request.method == "POST",
            # A secret isn't written in a page, and a file can't be.
            "saisies": [] if secrets or request.FILES else saisies,
            "fichiers": bool(request.FILES),
        },
    )
