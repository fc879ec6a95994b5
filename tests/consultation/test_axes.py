"""The axes' pages, as the coordinator reads them."""

import re
from datetime import date

import pytest
from django.test import Client

from axes.models import AxeTransversal, Jalon
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinatrice(client: Client) -> Client:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    return client


@pytest.fixture
def axe() -> AxeTransversal:
    axe = AxeTransversal.objects.create(
        numero=2,
        titre="Jeune et mobilité",
        thematique="Mobilité et intégration professionnelle",
        objectifs="Encourager la mobilité.\n\nComprendre la socialisation.",
        organisation="Le travail a commencé en 2002.",
        annee_debut=2002,
        partenaires="ANPE\nMission locale",
    )
    axe.communes.add(
        Commune.objects.create(
            numero=6,
            nom="Rousson",
            libelle_tableau="Rousson",
            libelle_legende="Rousson",
            code_insee="30223",
        )
    )
    axe.financeurs.add(Financeur.objects.create(code="TEST_FIV", nom="FIV"))
    Jalon.objects.create(
        axe=axe, debut=date(2004, 11, 1), date_texte="novembre 2004", libelle="Restitution"
    )
    Jalon.objects.create(axe=axe, debut=date(2002, 1, 1), date_texte="2002", libelle="Lancement")
    return axe


def test_on_passe_d_un_axe_a_ses_voisins(coordinatrice: Client, axe: AxeTransversal) -> None:
    for numero in (1, 5):
        AxeTransversal.objects.create(numero=numero, titre=f"Axe de rang {numero}")
    voisins = {
        numero: re.findall(
            r'href="(/axes/\d/)" rel="(\w+)"',
            coordinatrice.get(f"/axes/{numero}/").content.decode(),
        )
        for numero in (1, 2, 5)
    }
    assert voisins == {
        1: [("/axes/2/", "next")],
        2: [("/axes/1/", "prev"), ("/axes/5/", "next")],
        5: [("/axes/2/", "prev")],
    }


def test_un_axe_inconnu_le_dit(coordinatrice: Client) -> None:
    reponse = coordinatrice.get("/axes/9/")
    assert reponse.status_code == 404
    assert "L&#x27;axe 9 n&#x27;existe pas." in reponse.content.decode()


def test_l_administration_ouvre_un_axe_et_son_calendrier(
    client: Client, axe: AxeTransversal
) -> None:
    client.force_login(Utilisateur.objects.create_superuser("admin"))
    page = client.get(f"/admin/axes/axetransversal/{axe.pk}/change/").content.decode()
    assert "Axe transversal : modification" in page
    assert 'value="novembre 2004"' in page
