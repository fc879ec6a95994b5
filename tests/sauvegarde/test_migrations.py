"""Forward from every state with data: nothing that was there is lost, twice is once."""

import pytest
from django.db import connection

from tests.sauvegarde.installation import ICI, Installation

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="plays on both databases by itself, once is enough"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """A migrated installation on each database."""
    trouvee: Installation = request.getfixturevalue(request.param)
    return trouvee


def test_migrating_again_changes_nothing(installation: Installation) -> None:
    peupler = installation.lancer(ICI / "peupler.py")
    assert peupler.communicate(timeout=120)[1] == ""
    avant = installation.etat()

    sortie = installation.reussir("migrate", "--no-color")

    assert "No migrations to apply" in sortie or "Aucune migration" in sortie
    assert installation.etat() == avant
    installation.reussir("migrate", "--check")
