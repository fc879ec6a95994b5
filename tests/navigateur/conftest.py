"""One site for a whole module: the 2004 contract, loaded once, behind a server of its own.

The files go through the application's own middleware, compressed as in real life; the tests of a
module share the rows, so they write nothing that another one reads.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from amorce.chargement import charger
from comptes.models import Utilisateur
from tests.navigateur.site import MOT_DE_PASSE, Site


@pytest.fixture(autouse=True)
def _django_db_marker() -> None:
    """The mark still has the test database made; emptying it waits for the end of the module."""


@pytest.fixture(scope="module")
def site(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    navigateur: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The 2004 contract and two accounts: a coordinator, and an outsider who only reads."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("fichiers")),
    ):
        # A module without the mark would have no test database, and empty somebody's own.
        assert Path(connection.settings_dict["NAME"]).name.startswith("test")
        cache.clear()
        serveur = LiveServerThread(
            "localhost",
            static_handler=lambda application: application,  # type: ignore[arg-type]  # a wrapper
        )
        serveur.daemon = True
        try:
            charger(settings.FIXTURES)
            Utilisateur.objects.create_superuser("coordinatrice", password=MOT_DE_PASSE)
            Utilisateur.objects.create_user("lectrice", password=MOT_DE_PASSE)
            serveur.start()
            serveur.is_ready.wait()
            if serveur.error:
                raise serveur.error
            yield Site(navigateur, f"http://localhost:{serveur.port}")
        finally:
            serveur.terminate()
            call_command("flush", verbosity=0, interactive=False)
