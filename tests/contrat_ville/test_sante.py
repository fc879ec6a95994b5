"""Alive, ready: what the proxy and the person on call ask."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

TOUT_VA = {"pret": True, "base": True, "migrations": True, "disque": True, "fichiers": True}


@pytest.fixture(autouse=True)
def dossier(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return tmp_path / "fichiers"


def test_vivant_ne_demande_rien_a_la_base(client: Client) -> None:
    # Without the db mark, any question to the database would fail.
    reponse = client.get("/sante/")

    assert (reponse.status_code, reponse.content) == (200, b"vivant\n")
    assert "no-store" in reponse["Cache-Control"]


@pytest.mark.django_db
def test_pret_quand_tout_est_la(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, dossier: Path
) -> None:
    with django_assert_num_queries(3):  # one to the database, two about its migrations
        reponse = client.get("/sante/pret/")

    assert (reponse.status_code, reponse.json()) == (200, TOUT_VA)
    assert list(dossier.iterdir()) == []


@pytest.mark.django_db
def test_pas_pret_avant_les_migrations_ni_apres_une_version_plus_recente(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("comptes", "0004_journal")
    avant = client.get("/sante/pret/")
    recorder.record_applied("comptes", "0004_journal")
    recorder.record_applied("comptes", "9999_de_demain")
    apres = client.get("/sante/pret/")

    attendu = TOUT_VA | {"pret": False, "migrations": False}
    assert [(r.status_code, r.json()) for r in (avant, apres)] == [(503, attendu)] * 2


@pytest.mark.django_db
def test_pas_pret_ou_les_fichiers_ne_se_gardent_pas(client: Client, settings: Settings) -> None:
    settings.MEDIA_ROOT = Path("/dev/null/fichiers")

    reponse = client.get("/sante/pret/")

    assert reponse.status_code == 503
    assert reponse.json() == TOUT_VA | {"pret": False, "fichiers": False}
    assert b"/dev/null" not in reponse.content


@pytest.mark.django_db
def test_pas_pret_quand_le_disque_est_presque_plein(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda lieu: usage(10**12, 10**12 - 1000, 1000))

    assert client.get("/sante/pret/").json() == TOUT_VA | {"pret": False, "disque": False}
