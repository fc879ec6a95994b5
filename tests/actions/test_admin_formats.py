"""Dates and amounts of an action's form, written as people write them."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from lxml import html

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal, Jalon
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Organisme

pytestmark = pytest.mark.django_db
AJOUT = "/admin/actions/action/add/"


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


def saisie(**champs: Any) -> dict[str, Any]:
    return {
        "exercice": Exercice.objects.create(annee=1998).pk,
        "theme": Theme.objects.create(numero=1, nom="Culture").pk,
        "porteur": Organisme.objects.create(nom="Lire ensemble").pk,
        "intitule": "Fête du livre",
        "nature": "ACTION",
        "statut": "DEPOSEE",
        "subventions-TOTAL_FORMS": 1,
        "subventions-INITIAL_FORMS": 0,
        "subventions-0-financeur": Financeur.objects.create(code="CG", nom="Département").pk,
        "subventions-0-nature": "FONCTIONNEMENT",
        "subventions-0-credit": "SPECIFIQUE",
        "pieces-TOTAL_FORMS": 0,
        "pieces-INITIAL_FORMS": 0,
        **champs,
    }


def test_l_annee_abregee_suit_l_exercice_choisi(agent: Client) -> None:
    reponse = agent.post(AJOUT, saisie(date_debut="1/9/8", date_fin="30 juin 99"))

    assert reponse.status_code == 302
    action = Action.objects.get()
    assert (action.date_debut, action.date_fin) == (
        datetime.date(1998, 9, 1),
        datetime.date(1999, 6, 30),
    )


def test_les_montants_s_ecrivent_comme_dans_un_tableur(agent: Client) -> None:
    montants = {
        "subventions-0-montant_demande": "3.500,50",
        "subventions-0-montant_accorde": "2\u202f500\u00a0€",
        "subventions-0-montant_verse": "1 000,00 EUR",
    }

    assert agent.post(AJOUT, saisie(**montants)).status_code == 302
    ligne = Action.objects.get().subventions.get()
    assert (ligne.montant_demande, ligne.montant_accorde, ligne.montant_verse) == (
        Decimal("3500.50"),
        Decimal(2500),
        Decimal(1000),
    )


def test_ce_qui_est_ambigu_est_refuse_et_garde(agent: Client) -> None:
    reponse = agent.post(
        AJOUT,
        saisie(date_debut="9/13/1998", **{"subventions-0-montant_demande": "3.500"}),
    )

    assert not Action.objects.exists()
    page = html.fromstring(reponse.content)
    assert [e.text_content().strip() for e in page.xpath("//ul[@class='errorlist']/li")] == [
        "« 9/13/1998 » n'est pas une date : écrivez par exemple 01/09/2005.",
        "« 3.500 » se lit de deux façons : écrivez 3\u202f500 ou 3,50.",
    ]
    for nom, tape in (("date_debut", "9/13/1998"), ("subventions-0-montant_demande", "3.500")):
        assert page.xpath(f"//*[@name='{nom}']/@value") == [tape]


def test_un_jalon_aussi(agent: Client) -> None:
    axe = AxeTransversal.objects.create(numero=1, titre="Santé", annee_debut=2004)
    reponse = agent.get(f"/admin/axes/axetransversal/{axe.pk}/change/")
    page = html.fromstring(reponse.content)
    formulaire = page.get_element_by_id("axetransversal_form")
    envoi: dict[str, Any] = {n: v for n, v in formulaire.form_values() if v is not None}
    envoi |= {"thematique": "Santé", "objectifs": "Soigner", "jalons-0-date_texte": "mars"}
    envoi |= {"jalons-TOTAL_FORMS": 1, "jalons-0-libelle": "Bilan", "jalons-0-debut": "1 mars 2005"}

    reponse = agent.post(f"/admin/axes/axetransversal/{axe.pk}/change/", envoi)

    assert reponse.status_code == 302
    assert Jalon.objects.get().debut == datetime.date(2005, 3, 1)
