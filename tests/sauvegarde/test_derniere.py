"""The last backup: noted by the command, told to those who administrate, and to them only."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from comptes.models import Utilisateur
from sauvegarde.models import Sauvegarde, dire_la_taille
from sauvegarde.rangees import modeles_sauvegardes

AGE = r"aujourd’hui à \d\d:\d\d"


@pytest.fixture
def dossier(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return tmp_path


def cliente(role: str) -> Client:
    compte = Utilisateur.objects.create_user(role, is_staff=True)
    compte.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(compte)
    return client


def phrases(client: Client, adresse: str) -> list[str]:
    """What the page says of backups."""
    texte = re.sub(r"<[^>]+>", "\n", client.get(adresse).content.decode())
    lignes = (re.sub(r"\s+", " ", ligne).strip() for ligne in texte.splitlines())
    return [ligne for ligne in lignes if "sauvegarde" in ligne.lower()]


def faite_il_y_a(jours: int, absents: int = 0) -> Sauvegarde:
    return Sauvegarde.objects.create(
        pk=1,
        le=timezone.now() - timedelta(days=jours),
        fichier="contrat.sauvegarde",
        taille=12_300_000,
        absents=absents,
    )


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (0, "1 ko"),
        (1_499, "1 ko"),
        (340_200, "340 ko"),
        (12_300_000, "12 Mo"),
        (3_600_000_000, "4 Go"),
    ],
)
def test_une_taille_se_lit(octets: int, dit: str) -> None:
    assert dire_la_taille(octets) == dit.replace(" ", "\u00a0")


@pytest.mark.django_db(transaction=True)
def test_la_commande_note_la_derniere_et_elle_seule(dossier: Path) -> None:
    for nom in ("hier.sauvegarde", "cette-nuit.sauvegarde"):
        call_command("sauvegarder", str(dossier / nom))
    [notee] = Sauvegarde.objects.all()
    poids = (dossier / "cette-nuit.sauvegarde").stat().st_size
    assert (notee.fichier, notee.taille, notee.absents) == ("cette-nuit.sauvegarde", poids, 0)
    assert re.fullmatch(rf"{AGE} \(\d+\u00a0ko\)", str(notee))

    with pytest.raises(SystemExit):
        call_command("sauvegarder", str(dossier))  # a folder: nothing is written
    assert Sauvegarde.objects.get() == notee


@pytest.mark.django_db(transaction=True)
def test_une_base_occupee_n_empeche_pas_la_sauvegarde(
    dossier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def occupee(*args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(Sauvegarde, "noter", occupee)
    call_command("sauvegarder", str(dossier / "a.sauvegarde"))
    assert (dossier / "a.sauvegarde").exists()
    assert capsys.readouterr().err.startswith("La base était occupée")


def test_une_installation_restauree_n_a_pas_encore_de_sauvegarde() -> None:
    assert Sauvegarde not in modeles_sauvegardes()


@pytest.mark.django_db
def test_l_administration_la_lit_les_autres_non(contrat_2004: None) -> None:
    administratrice, coordinatrice = cliente("Administration"), cliente("Coordination")
    aucune = "Aucune sauvegarde connue"
    assert phrases(administratrice, "/admin/")[0].startswith(aucune)
    assert phrases(administratrice, "/") == [aucune]
    assert phrases(coordinatrice, "/admin/") == phrases(coordinatrice, "/") == []

    faite_il_y_a(0)
    [phrase] = phrases(administratrice, "/admin/")
    assert re.fullmatch(
        rf"Dernière sauvegarde : {AGE} \(12 Mo\), fichier contrat\.sauvegarde\.", phrase
    )
    assert phrases(administratrice, "/") == []


@pytest.mark.django_db
def test_au_bout_d_une_semaine_le_tableau_de_bord_le_dit(contrat_2004: None) -> None:
    """The page had been kept: what is noted since then shows at once."""
    administratrice = cliente("Administration")
    phrases(administratrice, "/")
    ancienne = faite_il_y_a(8, absents=1)
    [dit] = phrases(administratrice, "/")
    assert re.fullmatch(
        r"Dernière sauvegarde : il y a 8 jours, le \S+ à \d\d:\d\d "
        r"\(12 Mo, il manquait 1 fichier\)",
        dit,
    )
    ancienne.delete()
    faite_il_y_a(7)
    assert phrases(administratrice, "/") == []
