"""A person asks what is known of her, then leaves: her acts remain, her name doesn't."""

import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client

from actions.models import Exercice
from comptes.journal import Evenement
from comptes.models import Utilisateur
from comptes.personnes import anonymiser, exporter

MOT_DE_PASSE = "un-mot-de-passe-assez-long"

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> Utilisateur:
    compte = Utilisateur.objects.create_user(
        "camille",
        password=MOT_DE_PASSE,
        first_name="Camille",
        last_name="Durand",
        email="camille.durand@ville.example",
    )
    compte.groups.add(Group.objects.get(name="Saisie"))
    Client().post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    Exercice.objects.create(annee=2004).cloturer("fin d'année", compte)
    Authenticator.objects.create(user=compte, type="totp", data={"secret": "SECRETTOTP"})
    return compte


def test_tout_ce_qui_est_garde_et_aucun_secret(camille: Utilisateur) -> None:
    sortie = StringIO()
    call_command("exporter_personne", "camille", stdout=sortie)
    donnees = json.loads(sortie.getvalue())

    assert donnees["compte"]["courriel"] == "camille.durand@ville.example"
    assert donnees["compte"]["roles"] == ["Saisie"]
    assert [ligne["evenement"] for ligne in donnees["journal"]] == ["Connexion"]
    assert donnees["references"]["clôture (décidé par)"] == 1
    assert [facteur["type"] for facteur in donnees["seconds_facteurs"]] == ["totp"]
    assert len(donnees["sessions"]) == 1
    assert "SECRETTOTP" not in sortie.getvalue()
    assert "pbkdf2" not in sortie.getvalue()


def test_une_fois_oubliee_ses_actes_restent_sans_elle(camille: Utilisateur) -> None:
    call_command("anonymiser_personne", "camille", "--oui", stdout=StringIO())

    compte = Utilisateur.objects.get(pk=camille.pk)
    reste = json.dumps(exporter(compte))
    assert compte.username == f"anonyme-{camille.pk}"
    assert "amille" not in reste
    assert "127.0.0.1" not in reste
    assert exporter(compte)["references"]["clôture (décidé par)"] == 1
    assert not compte.is_active
    assert not compte.has_usable_password()
    assert not UserSession.objects.filter(user=compte).exists()
    assert not Authenticator.objects.filter(user=compte).exists()
    assert not Evenement.objects.filter(detail__icontains="camille").exists()


def test_une_autre_au_nom_semblable_garde_le_sien(camille: Utilisateur) -> None:
    Evenement.objects.create(genre="ROLE", detail="camille.b : ajout Saisie")

    anonymiser(camille)

    assert Evenement.objects.filter(detail="camille.b : ajout Saisie").exists()


def test_personne_de_ce_nom() -> None:
    for commande in ("exporter_personne", "anonymiser_personne"):
        with pytest.raises(CommandError, match="Aucun compte n'a cet identifiant"):
            call_command(commande, "personne")
