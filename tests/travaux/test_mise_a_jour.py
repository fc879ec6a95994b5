"""Works entrusted to the release before: what it asked for can't be done by this one."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from comptes.models import Utilisateur
from travaux.models import Travail

A_REDEMANDER = "L'application a été mise à jour avant que ce travail soit fait : redemandez-le."


@pytest.mark.django_db
def test_un_travail_demande_avant_la_mise_a_jour_dit_de_le_redemander() -> None:
    nadia = Utilisateur.objects.create_user("nadia")
    for etat in Travail.Etat.values:
        Travail.objects.create(utilisateur=nadia, titre=etat, adresse="/actions/", etat=etat)
    migration = import_module("travaux.migrations.0002_taches")

    migration.regler_les_anciens(apps, SimpleNamespace(connection=connection))

    assert set(Travail.objects.values_list("titre", "etat", "message")) == {
        ("EN_ATTENTE", "ECHOUE", A_REDEMANDER),
        ("EN_COURS", "ECHOUE", A_REDEMANDER),
        ("FINI", "FINI", ""),
        ("ECHOUE", "ECHOUE", ""),
    }
