"""What the environment gives, read once, refused in one clear French sentence when it is wrong."""

import os
import sqlite3
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.db.utils import DatabaseError, OperationalError

MOTEURS = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
EXEMPLES = (
    "« sqlite:////chemin/absolu/base.sqlite3 » ou « postgres://nom:motdepasse@hote:5432/base »"
)


class EnvironnementInvalideError(Exception):
    """The process can't start as its environment stands; the message says what to change."""


# A page reads one year among many, by indexes that memory holds: PostgreSQL's own guesses are made
# for spinning disks and for one large question at a time, and have it read every year instead.
OPTIONS_POSTGRESQL = (
    "-c random_page_cost=1.1 -c max_parallel_workers_per_gather=0 -c jit=off -c work_mem=16MB"
)

OUI = frozenset({"1", "oui", "o", "vrai", "true", "yes", "y", "on", "ok"})
NON = frozenset({"0", "non", "n", "faux", "false", "no", "off", ""})


def lire_booleen(env: environ.Env, nom: str) -> bool:
    """Yes or no; no where nothing is said. A word that is neither is refused, never taken as no."""
    texte = env.str(nom, default="").strip().lower()
    if texte not in OUI | NON:
        raise EnvironnementInvalideError(f"{nom}={texte} n'est ni « oui » ni « non ».")
    return texte in OUI


def lire_entier(env: environ.Env, nom: str, *, defaut: int) -> int:
    """A number from 0 upward."""
    texte = env.str(nom, default="").strip() or str(defaut)
    if not texte.isascii() or not texte.isdigit():
        raise EnvironnementInvalideError(f"{nom}={texte} n'est pas un nombre entier.")
    return int(texte)


def lire_fournisseur(env: environ.Env) -> dict[str, Any] | None:
    """The OpenID Connect provider as the sign-in library wants it; None where none is named."""
    noms = ("OIDC_URL", "OIDC_CLIENT", "OIDC_SECRET")
    url, client, secret = (env.str(nom, default="").strip() for nom in noms)
    if not (url or client or secret):
        return None
    if not (url and client and secret):
        raise EnvironnementInvalideError(
            f"{', '.join(noms)} vont ensemble : donnez les trois, ou aucun."
        )
    adresse = urlsplit(url)
    if adresse.hostname is None or (
        adresse.scheme != "https" and adresse.hostname not in ("127.0.0.1", "localhost")
    ):
        raise EnvironnementInvalideError(f"OIDC_URL={url} n'est pas une adresse « https://… ».")
    return {
        "provider_id": "agents",
        "name": env.str("OIDC_NOM", default="Connexion de votre organisme"),
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url.rstrip("/")},
        "origine": f"{adresse.scheme}://{adresse.netloc}",
    }


def lire_base(url: str) -> dict[str, Any]:
    """Django's ``DATABASES`` entry for a ``DATABASE_URL``: SQLite or PostgreSQL, nothing else.

    Raises EnvironnementInvalideError on anything that can't name a database of these two kinds.
    """
    refus = f"DATABASE_URL est incorrecte. Attendu : {EXEMPLES}."
    try:
        with warnings.catch_warnings():
            # The library warns of an unknown engine; we refuse it, in one sentence.
            warnings.simplefilter("ignore")
            config = dict(environ.Env.db_url_config(url))
    except Exception as erreur:
        raise EnvironnementInvalideError(refus) from erreur
    if config.get("ENGINE") not in MOTEURS or not config.get("NAME"):
        raise EnvironnementInvalideError(refus)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        return config | {"OPTIONS": _options_sqlite()}
    return config | {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**config.get("OPTIONS", {}), "options": OPTIONS_POSTGRESQL},
    }


def _options_sqlite() -> dict[str, Any]:
    """WAL with IMMEDIATE transactions: writers wait for each other instead of failing."""
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }


def preparer_dossier(base: dict[str, Any]) -> None:
    """Make sure that the folder of a SQLite file exists and can be written.

    Raises EnvironnementInvalideError naming the folder otherwise.
    """
    if base["ENGINE"] != "django.db.backends.sqlite3" or base["NAME"] == ":memory:":
        return
    fichier = Path(base["NAME"])
    dossier = fichier.parent
    try:
        dossier.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise EnvironnementInvalideError(
            f"Le dossier {dossier} ne peut pas être créé : corrigez ses droits ou indiquez "
            "une autre base par DATABASE_URL."
        ) from erreur
    cible = fichier if fichier.exists() else dossier
    if not os.access(dossier, os.W_OK) or not os.access(cible, os.W_OK):
        raise EnvironnementInvalideError(
            f"Pas de droit d'écriture sur {cible} : corrigez ses droits ou indiquez "
            "une autre base par DATABASE_URL."
        )


@contextmanager
def expliquer_base_indisponible() -> Iterator[None]:
    """Turn a database that can't be reached, written or read into one French sentence.

    A wrong query is our own mistake, not the environment's: it goes through as it is.
    """
    try:
        yield
    except DatabaseError as erreur:
        phrase = _phrase(erreur)
        if phrase is None or "--traceback" in sys.argv:
            raise
        raise EnvironnementInvalideError(phrase) from erreur


def _phrase(erreur: Exception) -> str | None:
    """The sentence for a database error, by what the driver says of it; None for our mistakes."""
    cause = erreur.__cause__
    genre = type(cause).__name__
    # The driver's first line says what happened; the next ones are its guesses.
    texte = (str(erreur).splitlines() or [genre])[0].rstrip(" .:")
    if genre in ("UndefinedTable", "UndefinedColumn") or texte.startswith(
        ("no such table", "no such column", "table ")
    ):
        return "La base n'est pas à jour : lancez « python manage.py migrate », puis recommencez."
    if genre == "InsufficientPrivilege":
        return f"Ce compte PostgreSQL n'a pas les droits nécessaires sur la base ({texte})."
    if genre == "DiskFull":
        return (
            f"Le disque de la base PostgreSQL est plein ({texte}) : libérez-y de la place, puis "
            "recommencez."
        )
    if isinstance(cause, sqlite3.DatabaseError) and not isinstance(
        cause, sqlite3.IntegrityError | sqlite3.ProgrammingError
    ):
        return (
            f"La base SQLite ne peut pas être ouverte, lue ou écrite ({texte}) : vérifiez "
            "DATABASE_URL, les droits du dossier et la place sur le disque."
        )
    if isinstance(erreur, OperationalError):
        return (
            f"La base de données ne répond pas ({texte}) : vérifiez DATABASE_URL et que le "
            "serveur PostgreSQL est démarré."
        )
    return None
