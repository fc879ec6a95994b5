"""Print all that an installation holds, in words that don't depend on its database.

Run on its own, so that it shares no code with the backups that it judges.
"""

import hashlib
import json
import os
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from actions.models import Exercice  # noqa: E402
from bilan.exercices import etablir  # noqa: E402

PROPRES_A_LA_BASE = {"session", "contenttype", "permission", "revision"}


def rangees() -> dict[str, list[dict[str, Any]]]:
    return {
        modele._meta.db_table: [
            {champ.attname: _dit(objet, champ) for champ in modele._meta.concrete_fields}
            for objet in modele._base_manager.order_by("pk")
        ]
        for modele in apps.get_models(include_auto_created=True)
        if modele._meta.model_name not in PROPRES_A_LA_BASE
    }


def _dit(objet: Any, champ: Any) -> Any:
    if champ.is_relation and champ.related_model._meta.model_name in PROPRES_A_LA_BASE:
        cible = getattr(objet, champ.name)
        return cible and cible.natural_key()
    return champ.value_from_object(objet)


def integre() -> str:
    """What the database says of itself: « ok » when nothing is broken."""
    with connection.cursor() as curseur:
        if connection.vendor == "sqlite":
            curseur.execute("PRAGMA integrity_check")
            return str(curseur.fetchone()[0])
        curseur.execute(
            "SELECT 1 FROM pg_available_extensions "
            "WHERE name = 'amcheck' AND current_setting('is_superuser') = 'on'"
        )
        if curseur.fetchone() is None:
            return "ok"
        # Every index against its table: raises on the first row that one of them lacks.
        curseur.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        curseur.execute(
            "SELECT bt_index_check(i.indexrelid, true) FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
            "WHERE a.amname = 'btree' AND i.indisvalid AND c.relpersistence = 'p'"
        )
    return "ok"


def fichiers() -> dict[str, str]:
    racine = Path(settings.MEDIA_ROOT)
    return {
        str(chemin.relative_to(racine)): hashlib.sha256(chemin.read_bytes()).hexdigest()
        for chemin in sorted(racine.rglob("*"))
        if chemin.is_file()
    }


def chiffres(annee: int) -> str:
    """Every printed figure of a year; SQLite says 5 where PostgreSQL says 5.00."""
    etabli = etablir(annee)
    texte = repr((etabli.territorial, etabli.thematique, etabli.croise, etabli.controle))
    return re.sub(r"Decimal\('([\d.-]+)'\)", lambda d: f"{Decimal(d[1]):.2f}", texte)


with transaction.atomic():
    connection.check_constraints()
    etat = {
        "integrite": integre(),
        "tables": rangees(),
        "bilans": {
            annee: chiffres(annee) for annee in Exercice.objects.values_list("annee", flat=True)
        },
        "fichiers": fichiers(),
    }
json.dump(etat, sys.stdout, default=str, sort_keys=True)
