"""What every test shares: the browser, and the rule that a page prints no raw amount."""

import importlib
import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.template import Context, base, defaulttags
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from amorce.chargement import charger
from tests.navigateur.attente import DELAI

RACINE = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which(os.environ.get("CHROMIUM") or "chromium")
SANS_NAVIGATEUR = (
    "Chromium est introuvable : installez-le (Debian : apt install chromium) "
    "ou donnez son chemin par CHROMIUM"
)

# Playwright keeps an event loop in the test's thread; Django would take it for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
expect.set_options(timeout=DELAI)

# A password's hash is slow on purpose: half a second for every account and sign-in of a test. With
# one round it keeps its format, which the processes that a test starts read as any other.
PBKDF2PasswordHasher.iterations = 1


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser test without a browser is skipped aloud, or fails where the browser is required."""
    if CHROMIUM is None and item.get_closest_marker("navigateur"):
        if os.environ.get("EXIGER_NAVIGATEUR") == "1":
            pytest.fail(SANS_NAVIGATEUR, pytrace=False)
        pytest.skip(SANS_NAVIGATEUR)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say how many browser tests were not played."""
    sautes = [
        rapport
        for rapport in terminalreporter.stats.get("skipped", [])
        if "navigateur" in rapport.keywords
    ]
    if sautes and CHROMIUM is None:
        terminalreporter.write_line(
            f"Tests au navigateur non joués : {len(sautes)}. {SANS_NAVIGATEUR}.", yellow=True
        )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A SQLite file, as in real life: in memory, all threads of a live server share one connection
    and its transaction, and the browser's last requests outlive that sharing.
    """
    if connection.vendor == "sqlite":
        base = tmp_path_factory.mktemp("base") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(base)


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """One Chromium for the whole run; a test opens its own context in it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def aucun_montant_brut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse ``{{ x }}`` of a Decimal or float in our templates: ``{{ x|montant }}`` says it."""
    rendre = base.render_value_in_context

    def rendre_sauf_montant(value: Any, context: Context) -> str:
        gabarit = context.render_context.template
        if isinstance(value, Decimal | float) and gabarit and _est_a_nous(gabarit.origin.name):
            raise AssertionError(f"{gabarit.origin.name} imprime un nombre brut : {value!r}")
        return rendre(value, context)

    monkeypatch.setattr(base, "render_value_in_context", rendre_sauf_montant)
    monkeypatch.setattr(defaulttags, "render_value_in_context", rendre_sauf_montant)


def _est_a_nous(gabarit: str) -> bool:
    chemin = Path(gabarit)
    return chemin.is_relative_to(RACINE) and not chemin.is_relative_to(RACINE / ".venv")


@pytest.fixture(autouse=True, scope="session")
def roles_rendus() -> Iterator[None]:
    """Emptying the database after a transactional test takes away the roles that a migration
    made: they come back with the permissions, for the tests that follow."""
    roles = importlib.import_module("comptes.migrations.0003_roles")

    def rendre(sender: AppConfig, **kwargs: Any) -> None:
        if sender.name == "comptes":
            roles.creer(apps, None)

    post_migrate.connect(rendre, dispatch_uid="tests.roles")
    yield
    post_migrate.disconnect(dispatch_uid="tests.roles")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A browser that keeps its connection keeps a server's thread, and its session on PostgreSQL:
    closed in the end, so that the test database can be dropped."""
    yield
    if connection.vendor == "postgresql" and connection.settings_dict["NAME"].startswith("test_"):
        with django_db_blocker.unblock(), connection.cursor() as curseur:
            curseur.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="module")
def contrat_du_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The 2004 contract, loaded once for the tests of a module, each of which undoes what it adds.

    The module's other tests, who want an empty database, play before (see the end of this file).
    """
    with django_db_blocker.unblock(), transaction.atomic():
        charger(settings.FIXTURES)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def contrat_2004(contrat_du_module: None, db: None) -> None:
    """The whole 2004 contract, as ``charger_2004`` puts it into an empty database."""


@pytest.fixture
def contrat_2004_ecrit(transactional_db: None) -> None:
    """The same, written for good: for a test that commits, or has other connections read."""
    charger(settings.FIXTURES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each module, the tests that want an empty database come before those that read 2004."""
    modules: dict[Path, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.path, []).append(item)
    for tests in modules.values():
        tests.sort(key=lambda item: "contrat_du_module" in getattr(item, "fixturenames", ()))
    items[:] = chain.from_iterable(modules.values())
