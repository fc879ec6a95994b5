"""The demonstration account: the first time, and never beside real accounts."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from pytest_django import Settings

from comptes.models import Utilisateur

pytestmark = pytest.mark.django_db


def creer_demo() -> str:
    sortie = StringIO()
    call_command("creer_demo", stdout=sortie)
    return sortie.getvalue()


def test_la_premiere_fois_un_compte_d_administration_est_fait_mot_de_passe_montre() -> None:
    message = creer_demo()

    trouve = re.search(r"mot de passe « (\S+) »", message)
    assert trouve is not None
    compte = authenticate(username="demo", password=trouve[1])
    assert isinstance(compte, Utilisateur)
    assert compte.is_superuser


def test_la_seconde_fois_rien_ne_change() -> None:
    creer_demo()
    empreinte = Utilisateur.objects.get().password

    assert creer_demo() == "Des comptes existent déjà : aucun n'est créé.\n"
    assert Utilisateur.objects.get().password == empreinte


def test_ou_quelqu_un_travaille_deja_aucun_compte_n_est_fait() -> None:
    Utilisateur.objects.create_user("coordinatrice")

    creer_demo()

    assert [compte.username for compte in Utilisateur.objects.all()] == ["coordinatrice"]


def test_la_production_n_a_pas_de_compte_de_demonstration(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="Pas de compte de démonstration en production"):
        creer_demo()
    assert not Utilisateur.objects.exists()
