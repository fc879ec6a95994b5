"""One action's page: what it is, who pays what at each stage."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from financement.models import Financeur, Subvention

MAXIMUM = 16


@pytest.fixture
def action(db: None) -> Action:
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.create(numero=3, nom="Culture"),
        intitule="Cinéma de quartier",
        description="Une séance par mois.",
        public="Familles",
    )
    for ordre, (code, nature, demande, accorde) in enumerate(
        [
            ("ETAT", "FONCTIONNEMENT", 1500, Decimal("1200.50")),
            ("CG", "FONCTIONNEMENT", None, None),
            ("EPCI", "INVESTISSEMENT", 9000, 0),
        ]
    ):
        Subvention.objects.create(
            action=action,
            financeur=Financeur.objects.create(code=code, nom=code, ordre=ordre),
            nature=nature,
            montant_demande=demande,
            montant_accorde=accorde,
        )
    action.axes.add(AxeTransversal.objects.create(numero=2, titre="Jeunesse"))
    return action


def test_le_plan_de_financement_par_nature(coordinatrice: Client, action: Action) -> None:
    page = coordinatrice.get(f"/actions/{action.pk}/").content.decode()
    lignes = [
        [
            re.sub(r"<.*?>", "", cellule).strip()
            for cellule in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", ligne)
        ]
        for ligne in re.findall(r"<tr>(.*?)</tr>", page.replace("\n", ""))
    ]
    tete = ["Financeur", "Crédits", "Demandé", "Accordé", "Versé"]
    assert lignes == [
        tete,
        ["ETAT", "Crédits spécifiques", "1\u202f500\xa0€", "1\u202f200,50\xa0€", "—"],
        ["CG", "Crédits spécifiques", "—", "—", "—"],
        ["Total", "1\u202f500\xa0€, 1\xa0inconnu", "1\u202f200,50\xa0€, 1\xa0inconnu", "—"],
        tete,
        ["EPCI", "Crédits spécifiques", "9\u202f000\xa0€", "0\xa0€", "—"],
        ["Total", "9\u202f000\xa0€", "0\xa0€", "—"],
    ]
    for texte in ("Cinéma de quartier", "Une séance par mois.", "Familles", "2 – Jeunesse"):
        assert texte in page


def test_une_action_inconnue_n_existe_pas(coordinatrice: Client) -> None:
    for numero in ("999", "9" * 30):
        reponse = coordinatrice.get(f"/actions/{numero}/")
        assert reponse.status_code == 404


def test_peu_de_requetes(
    coordinatrice: Client,
    action: Action,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(MAXIMUM):
        coordinatrice.get(f"/actions/{action.pk}/")


def test_une_action_reconstituee_le_dit(coordinatrice: Client, action: Action) -> None:
    Action.objects.update(provenance=Action.Provenance.RECONSTITUTION)
    page = coordinatrice.get(f"/actions/{action.pk}/").content.decode()
    assert "Données reconstituées" in page
    assert "badge-reconstitution" in page


def test_les_porteurs_sont_suggeres(coordinatrice: Client, action: Action) -> None:
    from territoires.models import Organisme

    action.porteur = Organisme.objects.create(nom="Ciné-club « L'Éclair »")
    action.save()
    Organisme.objects.create(nom="Éclair sans action")
    adresse = "/actions/porteurs/?porteur="
    assert coordinatrice.get(f"{adresse}eclair").content.decode().strip() == (
        '<option value="Ciné-club « L&#x27;Éclair »"></option>'
    )
    assert coordinatrice.get(f"{adresse}e").content.strip() == b""
    assert coordinatrice.get(f"{adresse}%00%00").content.strip() == b""
