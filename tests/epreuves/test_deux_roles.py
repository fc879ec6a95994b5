"""PostgreSQL with two roles: the one that serves pages writes rows and can't touch the tables."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from tests.epreuves.conftest import peupler
from tests.sauvegarde.installation import ICI, Installation

pytestmark = [
    pytest.mark.epreuve,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
]
ROLE = "contrat_epreuve_application"
DROITS = f"""
DROP ROLE IF EXISTS {ROLE};
CREATE ROLE {ROLE} LOGIN PASSWORD 'epreuve';
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
"""


@pytest.fixture
def servie(neuve: Callable[[], Installation]) -> Iterator[Installation]:
    """An empty installation, reached with the lesser role."""
    installation = neuve()
    adresse = urlsplit(installation.url)
    hote = adresse.netloc.rpartition("@")[2]
    sienne = urlunsplit(adresse._replace(netloc=f"{ROLE}:epreuve@{hote}"))
    with psycopg.connect(installation.url, autocommit=True) as proprietaire:
        proprietaire.execute(DROITS.encode())
        yield replace(installation, url=sienne)
        proprietaire.execute(f"DROP OWNED BY {ROLE}".encode())
        proprietaire.execute(f"DROP ROLE {ROLE}".encode())


def test_le_moindre_role_suffit_chaque_jour(servie: Installation, tmp_path: Path) -> None:
    peupler(servie)
    sortie, plainte = servie.lancer(ICI / "ecrivain.py", "e", "1").communicate(timeout=60)
    assert (sortie.split()[0], plainte) == ("e-0", "")
    for commande in (["controle", "2004"], ["purger"], ["migrate", "--check"]):
        servie.reussir(*commande)
    servie.reussir("sauvegarder", tmp_path / "contrat.zip")

    with psycopg.connect(servie.url) as application, pytest.raises(psycopg.Error, match="owner"):
        application.execute("DROP TABLE actions_action")
