"""An installation with a queue, its worker at hand, and the people who ask it for long works."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from comptes.models import Utilisateur
from listes import views
from territoires.models import Commune

EN_FILE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture(autouse=True)
def fichiers(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return tmp_path / "fichiers" / "travaux"


@pytest.fixture
def file_de_travaux(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A queue; the 2004 contract counts as a long list."""
    settings.TASKS = EN_FILE
    monkeypatch.setattr(views, "LIGNES_TOUT_DE_SUITE", 10)


@pytest.fixture
def travailler() -> Callable[[], None]:
    """The worker does what waits: all that it does but to close connections, in the test's one."""
    worker = Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="worker",
        excluded_queue_names=[],
    )

    def faire() -> None:
        with sans_fermer():
            while tache := DBTaskResult.objects.ready().first():
                tache.claim(worker.worker_id)
                worker.run_task(tache)

    return faire


@contextmanager
def sans_fermer() -> Iterator[None]:
    """Answers end without closing the connection, as those of Django's test client do."""
    request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        request_finished.connect(close_old_connections)


@pytest.fixture
def nadia(contrat_2004: None) -> Client:
    """She sees the whole territory, and everything in it."""
    return _entrer(Utilisateur.objects.create_superuser("nadia"))


@pytest.fixture
def ines(contrat_2004: None) -> Client:
    """She sees Alès only, and types nothing."""
    compte = Utilisateur.objects.create_user("ines")
    compte.communes.add(Commune.objects.get(nom="Alès"))
    return _entrer(compte)


def _entrer(compte: Utilisateur) -> Client:
    client = Client()
    client.force_login(compte)
    return client
