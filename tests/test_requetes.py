"""Query counts of every page and file, committed: a change of one is a choice, not an accident.

Each is asked for twice: what is made once, then what is asked again where nothing was written.

``ECRIRE_REQUETES=1 pytest tests/test_requetes.py`` writes the file anew.
"""

import json
import os
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.models import Action
from comptes.models import Utilisateur
from suivi import pages_gardees

FICHIER = Path(__file__).with_name("requetes.json")
PAGES = (
    "/",
    "/actions/",
    "/actions/?exercice=2004",
    "/actions/?exercice=2004&commune=30132&theme=2&financeur=FASILD",
    "/actions/?exercice=2004&sort=-montant_accorde",
    "/actions/?exercice=2004&groupe=commune",
    "/actions/?exercice=2004&_export=xlsx",
    "/actions/?exercice=2004&_export=csv",
    "/actions/?exercice=2004&_export=csv-ouvert",
    "/journal/?periode=tout",
    "/axes/",
    "/axes/1/",
    "/bilan/2004/",
    "/bilan/2004/?tout=1",
    "/bilan/2004/actions/",
    "/bilan/2004/axes/",
    "/bilan/2004/territorial/",
    "/bilan/2004/thematique/",
    "/bilan/2004/croise/",
    "/bilan/2004/controle/",
    "/bilan/2004.pdf",
    "/bilan/2004.xlsx",
    "/bilan/2004/territorial.csv",
    "/bilan/2004/controle.json",
    "/communes/",
    "/communes/30132/",
    "/financeurs/",
    "/financeurs/ETAT/",
    "/import/modele.xlsx",
    "/porteurs/",
    "/quartiers/",
    "/recherche/?q=culture",
    "/themes/",
    "/themes/3/",
)


@pytest.mark.django_db
def test_le_nombre_de_requetes_de_chaque_page_est_celui_qui_est_ecrit(
    contrat_2004: None, client: Client
) -> None:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    fiche = reverse("actions:fiche", args=[Action.objects.order_by("pk").values("pk")[0]["pk"]])
    caches[pages_gardees.PAGES].clear()
    comptes = {}
    for adresse in (*PAGES, fiche):
        nom = "/actions/<pk>/" if adresse == fiche else adresse
        comptes[nom] = [_requetes(client, adresse) for _ in range(2)]
    if os.environ.get("ECRIRE_REQUETES"):
        lignes = [f"  {json.dumps(nom)}: {nombre}" for nom, nombre in comptes.items()]
        FICHIER.write_text("{\n" + ",\n".join(lignes) + "\n}\n")
    assert comptes == json.loads(FICHIER.read_text())


def _requetes(client: Client, adresse: str) -> int:
    with CaptureQueriesContext(connection) as requetes:
        reponse = client.get(adresse)
        if reponse.streaming:
            list(reponse)
    assert reponse.status_code == 200, adresse
    return sum(_compte(requete["sql"]) for requete in requetes.captured_queries)


def _compte(sql: str) -> bool:
    """Transactions' own words and cursors differ between databases; questions don't."""
    return sql.lstrip("(").split(maxsplit=1)[0].upper() in {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "DECLARE",
    }
