"""From an applied import to exactly the actions that it has written, for who may know of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from importation.application import annuler, appliquer, recevoir, verifier
from importation.models import Importation
from territoires.models import Commune

Ecrire = Callable[[str], Path]
FICHIER = (
    "Référence;Intitulé;Porteur;Commune;Thème;Ville accordé\n"
    "A-1;Ateliers;Les Amis;Alès;1;100\n"
    "A-2;Cirque;Les Amis;Bagard;3;0\n"
)


@pytest.fixture
def appliquee(exercice: Exercice, agent: Utilisateur, csv: Ecrire) -> Importation:
    """Among the actions of 2005, one that it creates, one that it changes, one that it leaves."""
    theme = Theme.objects.get(numero=1)
    for reference in ("A-1", "B-1"):
        Action.objects.create(
            exercice=exercice, theme=theme, intitule="Ateliers", reference=reference
        )
    chemin = csv(FICHIER)
    importation = verifier(recevoir(chemin, chemin.name, "e" * 64, exercice, agent).pk)
    return appliquer(importation.pk, agent)


def _references(client: Client, importation: Importation) -> list[str]:
    adresse = f"/actions/?exercice=2005&importation={importation.pk}&_export=csv-ouvert"
    reponse = client.get(f"{adresse}&colonnes=reference")
    lignes = b"".join(reponse).decode().splitlines()[1:]
    return sorted(ligne.split(",")[1] for ligne in lignes)


def test_la_page_de_l_import_mene_aux_actions_qu_il_a_ecrites(
    client: Client, agent: Utilisateur, appliquee: Importation
) -> None:
    client.force_login(agent)
    lien = f"/actions/?exercice=2005&amp;importation={appliquee.pk}"
    assert lien in client.get(f"/import/{appliquee.pk}/").content.decode()

    assert _references(client, appliquee) == ["A-1", "A-2"]
    page = client.get(lien.replace("&amp;", "&")).content.decode()
    assert "actions.csv (2005)" in page
    assert 'name="importation"' in page
    assert 'name="importation"' not in client.get("/actions/?exercice=2005").content.decode()


def test_seul_un_import_que_l_on_peut_voir_et_qui_a_ecrit_filtre_la_liste(
    client: Client, agent: Utilisateur, appliquee: Importation
) -> None:
    lectrice = Utilisateur.objects.create_user("lea", password="mot-de-passe-long")
    ines = Utilisateur.objects.create_user("ines", password="mot-de-passe-long")
    ines.user_permissions.add(Permission.objects.get(codename="add_action"))
    ines.communes.add(Commune.objects.get(nom="Bagard"))
    inconnu = f"Aucun import appliqué n&#x27;a le numéro « {appliquee.pk} »."

    for compte in (lectrice, ines):
        client.force_login(compte)
        page = client.get(f"/actions/?importation={appliquee.pk}").content.decode()
        assert inconnu in page
        assert "<table" not in page
    client.force_login(agent)
    for valeur in ("0", "x", "²", "9" * 40, "%00"):
        page = client.get(f"/actions/?importation={valeur}").content.decode()
        assert 'id="erreur-importation"' in page
        assert "<table" not in page
    annuler(appliquee.pk, agent)
    assert inconnu in client.get(f"/actions/?importation={appliquee.pk}").content.decode()
