"""The technical log: one JSON object a line, each with its request's id, none with personal data.

Neither who asks nor what she types is written: no account, no network address, no query string,
no message of an exception (a database says in it which value it refuses).
"""

import json
import logging
import re
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from django.http import HttpRequest
from django.http.response import HttpResponseBase

acces = logging.getLogger("contrat_ville.acces")
requete_en_cours: ContextVar[str] = ContextVar("requete_en_cours", default="")
_RECU = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Requetes:
    """Gives each request an id, takes it from the proxy where there is one, and writes one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        recu = request.headers.get("X-Request-ID", "")
        identifiant = recu if _RECU.fullmatch(recu) else uuid4().hex
        # Not reset here: Django writes a line of its own after this one, which needs the id too.
        requete_en_cours.set(identifiant)
        debut = time.perf_counter()
        reponse = self.get_response(request)
        reponse["X-Request-ID"] = identifiant
        acces.info(
            "requête",
            extra={
                "methode": request.method,
                "page": _page(request),
                "statut": reponse.status_code,
                "duree_ms": round((time.perf_counter() - debut) * 1000),
            },
        )
        return reponse


def _page(request: HttpRequest) -> str:
    """The address's pattern: an address that leads nowhere may hold anything."""
    trouvee = request.resolver_match
    return "inconnue" if trouvee is None else f"/{trouvee.route}"


class Json(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        ligne: dict[str, Any] = {
            "le": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
        }
        if requete := requete_en_cours.get():
            ligne["requete"] = requete
        for nom in ("methode", "page", "statut", "duree_ms"):
            if hasattr(record, nom):
                ligne[nom] = getattr(record, nom)
        # Django's own lines about requests quote the address, and what a visitor sent in it.
        if not record.name.startswith(("django.request", "django.security")):
            ligne["message"] = record.getMessage()
        elif hasattr(record, "status_code"):
            ligne["statut"] = record.status_code
        if record.exc_info and record.exc_info[0] is not None:
            genre, _, trace = record.exc_info
            ligne["erreur"] = genre.__name__
            ligne["pile"] = [
                f"{cadre.filename}:{cadre.lineno} {cadre.name}"
                for cadre in traceback.extract_tb(trace)
            ]
        return json.dumps(ligne, ensure_ascii=False)


JSON: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "contrat_ville.journalisation.Json"}},
    "handlers": {"sortie": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["sortie"], "level": "WARNING"},
    "loggers": {
        "contrat_ville": {"level": "INFO"},
        "travaux": {"level": "INFO"},
        # Django sends these by e-mail to nobody, and otherwise writes them in its own form.
        "django": {"handlers": ["sortie"], "level": "WARNING", "propagate": False},
        # Our line already has each request's status.
        "django.request": {"level": "ERROR"},
    },
}
