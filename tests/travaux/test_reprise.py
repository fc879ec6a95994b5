"""A worker killed in the middle of a work: nothing is there by half, and the next one does it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from actions.models import Action, Exercice
from importation.models import LigneImportee
from territoires.models import Organisme
from tests.travaux.test_exports import TOUTE_LA_LISTE, contenu, demander
from tests.travaux.test_imports import envoyer
from travaux.fichiers import chemin, est_libre
from travaux.models import Travail
from travaux.reprise import reprendre

RACINE = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("file_de_travaux"),
]


@pytest.fixture
def contrat_2004(contrat_2004_ecrit: None) -> None:
    """Written for good: the worker is another process."""


def base() -> str:
    """The test database, as DATABASE_URL names it."""
    r = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{r['NAME']}"
    mot = f":{r['PASSWORD']}" if r["PASSWORD"] else ""
    return f"postgres://{r['USER']}{mot}@{r['HOST']}:{r['PORT']}/{r['NAME']}"


@contextmanager
def worker_arrete(travail: Travail, fichiers: Path) -> Iterator[None]:
    """A real worker, stopped for ever where it first says how far it is, then killed.

    It says so into a pipe that is full: it waits there until somebody reads.
    """
    fichiers.mkdir(parents=True, exist_ok=True)
    avancement = chemin(travail.cle, ".progression")
    os.mkfifo(avancement)
    tube = os.open(avancement, os.O_RDWR | os.O_NONBLOCK)
    with suppress(BlockingIOError):
        while True:
            os.write(tube, b" " * 4096)
    processus = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker"],
        cwd=RACINE,
        env=os.environ
        | {"DATABASE_URL": base(), "MEDIA_ROOT": str(fichiers.parent), "FILE_DE_TRAVAUX": "oui"},
        start_new_session=True,
    )
    try:
        attendre(lambda: a_ouvert(processus.pid, avancement))
        yield
    finally:
        os.killpg(processus.pid, signal.SIGKILL)
        processus.wait(timeout=30)
        os.close(tube)
        avancement.unlink()


def a_ouvert(pid: int, fichier: Path) -> bool:
    ouverts = Path(f"/proc/{pid}/fd")
    with suppress(FileNotFoundError):
        return any(lien.readlink() == fichier for lien in ouverts.iterdir())
    return False


def attendre(vrai: Callable[[], bool]) -> None:
    limite = time.monotonic() + 120
    while not vrai():
        assert time.monotonic() < limite
        time.sleep(0.05)


def test_tue_au_milieu_d_un_import_rien_n_est_ecrit_puis_tout_une_fois(
    nadia: Client, fichiers: Path
) -> None:
    exercice = Exercice.objects.create(annee=2005)
    importation, _ = envoyer(nadia, exercice)
    call_command("db_worker", "--batch")
    avant = ecrit()
    nadia.post(f"/import/{importation.pk}/appliquer/")
    travail = Travail.objects.latest("pk")

    with worker_arrete(travail, fichiers):
        # It has written the organisations already, where nobody sees them yet.
        assert not est_libre(travail.cle)
        assert ecrit() == avant
        travail.refresh_from_db()
        assert travail.etat == Travail.Etat.EN_COURS

    assert est_libre(travail.cle)
    assert ecrit() == avant
    call_command("db_worker", "--batch")
    travail.refresh_from_db()
    importation.refresh_from_db()
    assert (travail.etat, importation.etat) == ("FINI", "APPLIQUEE")
    assert ecrit() == (avant[0] + 2, avant[1] + 1, 2)


def ecrit() -> tuple[int, int, int]:
    """What an import writes: actions, organisations, and what it takes to undo it."""
    return Action.objects.count(), Organisme.objects.count(), LigneImportee.objects.count()


@pytest.mark.epreuve
def test_tue_au_milieu_d_un_export_il_est_fait_quand_on_vient_le_lire(
    nadia: Client, fichiers: Path
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    with worker_arrete(travail, fichiers):
        reprendre(travail)
        assert DBTaskResult.objects.get().status == "RUNNING"  # somebody is on it: it is left alone

    assert "En cours" in nadia.get(f"/travaux/{travail.pk}/").content.decode()
    assert DBTaskResult.objects.get().status == "READY"
    call_command("db_worker", "--batch")

    fait = contenu(nadia.get(f"/travaux/{travail.pk}/fichier/"))
    assert len(fait.splitlines()) == 1 + 1 + 197 + 1
    assert [chemin.name for chemin in fichiers.iterdir()] == [travail.cle]
