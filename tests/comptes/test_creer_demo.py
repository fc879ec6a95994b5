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


def test_the_first_time_an_administrator_is_made_with_the_password_shown() -> None:
    message = creer_demo()

    trouve = re.search(r"mot de passe « (\S+) »", message)
    assert trouve is not None
    compte = authenticate(username="demo", password=trouve[1])
    assert isinstance(compte, Utilisateur)
    assert compte.is_superuser


def test_the_second_time_nothing_changes() -> None:
    creer_demo()
    empreinte = Utilisateur.objects.get().password

    assert creer_demo() == "Des comptes existent déjà : aucun n'est créé.\n"
    assert Utilisateur.objects.get().password == empreinte


def test_where_someone_works_already_no_account_is_made() -> None:
    Utilisateur.objects.create_user("coordinatrice")

    creer_demo()

    assert [compte.username for compte in Utilisateur.objects.all()] == ["coordinatrice"]


def test_production_has_no_demonstration_account(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="Pas de compte de démonstration en production"):
        creer_demo()
    assert not Utilisateur.objects.exists()
