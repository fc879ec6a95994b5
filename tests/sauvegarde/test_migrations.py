"""Forward from every released state, with its data: nothing that was there is lost."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from sauvegarde.archive import ouvrir
from sauvegarde.rangees import REMPLIS_PAR_MIGRATE
from tests.sauvegarde.figer import ETATS
from tests.sauvegarde.installation import ICI, Installation, postgresql_absent, postgresql_neuve

RELEASES = sorted(ETATS.glob("*.zip"))
pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="plays on both databases by itself, once is enough"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def sans_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation on each database, before its first migration."""
    if request.param == "sqlite":
        yield Installation(f"sqlite:///{tmp_path / 'base.sqlite3'}", tmp_path / "fichiers")
        return
    absence = postgresql_absent()
    if absence is not None:
        pytest.skip(absence)
    with postgresql_neuve(tmp_path) as installation:
        yield installation


@pytest.mark.usefixtures("contrat_2004")
@pytest.mark.parametrize(
    "etat",
    [
        # Six processes each, on two databases: at each change the last one, the others in drills.
        *(pytest.param(etat, id=etat.stem, marks=pytest.mark.epreuve) for etat in RELEASES[:-1]),
        pytest.param(RELEASES[-1], id=RELEASES[-1].stem),
    ],
)
def test_en_avant_depuis_un_etat_publie(etat: Path, sans_tables: Installation) -> None:
    revenir = sans_tables.lancer(ICI / "revenir.py", etat)
    assert revenir.communicate(timeout=300)[1] == ""

    sans_tables.reussir("migrate", "-v0")

    with ouvrir(etat) as archive:
        recensees = {table.nom: table.lignes for table in archive.manifeste.tables}
    for modele in REMPLIS_PAR_MIGRATE:
        del recensees[modele.replace(".", "_")]
    apres = sans_tables.etat()
    assert apres["integrite"] == "ok"
    assert {nom: len(apres["tables"][nom]) for nom in recensees} == recensees
    attendu = io.StringIO()
    call_command("controle", 2004, stdout=attendu)
    assert sans_tables.reussir("controle", "2004") == attendu.getvalue()
    # Twice is once.
    assert "No migrations to apply" in sans_tables.reussir("migrate", "--no-color")
    assert sans_tables.etat() == apres
