"""The databases that the measures read: made-up years, kept from one run to the next.

SQLite under ``var/mesures/``. With MESURES_DATABASE_URL, PostgreSQL: a database for each size,
``<the one named>_<actions>_<first year>_<last year>``, made where it is missing.
"""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

RACINE = Path(__file__).resolve().parent.parent


def ouvrir(actions: int, exercices: range) -> None:
    """Set Django up on a database of that many made-up actions, generated where it is empty."""
    os.environ["DATABASE_URL"] = _adresse(f"{actions}_{exercices[0]}_{exercices[-1]}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from actions.models import Action
    from amorce.volume import generer

    call_command("migrate", verbosity=0)
    if not Action.objects.filter(exercice__annee__in=exercices).exists():
        generer(actions, list(exercices), graine=1)
        if connection.vendor == "postgresql":
            # What autovacuum does in the minutes that follow.
            with connection.cursor() as curseur:
                curseur.execute("VACUUM ANALYZE")


def _adresse(nom: str) -> str:
    racine = os.environ.get("MESURES_DATABASE_URL")
    if not racine:
        dossier = RACINE / "var" / "mesures"
        dossier.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{dossier / nom}.sqlite3"
    import psycopg

    url = urlsplit(racine)
    base = f"{url.path.lstrip('/')}_{nom}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as serveur:
        if not serveur.execute("SELECT 1 FROM pg_database WHERE datname = %s", [base]).fetchone():
            serveur.execute(f'CREATE DATABASE "{base}"')
    return url._replace(path=f"/{base}").geturl()


def duree(travail: Callable[[], object]) -> float:
    debut = time.perf_counter()
    travail()
    return time.perf_counter() - debut


def ratio(travail: Callable[[], object], repere: Callable[[], object], tours: int = 5) -> float:
    """The median of the ratios, pair by pair, after one round for warm caches."""
    travail()
    repere()
    return statistics.median(duree(travail) / duree(repere) for _ in range(tours))


class Releve:
    """Says each ratio with its threshold, and remembers whether one missed it."""

    def __init__(self) -> None:
        self.manques: int = 0

    def noter(self, libelle: str, mesure: float) -> None:
        """A ratio that nothing was promised of."""
        print(f"· {libelle} : {mesure:.2f}", flush=True)

    def dire(self, libelle: str, mesure: float, seuil: float, *, minimum: bool = False) -> None:
        tenu = mesure >= seuil if minimum else mesure <= seuil
        self.manques += not tenu
        borne = "≥" if minimum else "≤"
        print(f"{'✓' if tenu else '✗'} {libelle} : {mesure:.2f} ({borne} {seuil})", flush=True)
