"""The filters of the actions' list in the administration: funders as a tree, porteurs by words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from lxml import html

from actions.models import Action
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Commune, Organisme

pytestmark = pytest.mark.django_db
Agir = Callable[..., Action]
LISTE = "/admin/actions/action/"


@pytest.fixture
def actions(agir: Agir) -> None:
    """One line that a service of the State helps, one for which nobody answers."""
    ales = Commune.objects.get_or_create(numero=1, nom="Alès", code_insee="30007")[0]
    bagard = Commune.objects.get_or_create(numero=2, nom="Bagard", code_insee="30027")[0]
    agir(
        "Ateliers",
        commune=ales,
        porteur=Organisme.objects.create(nom="Théâtre de l'Œil"),
        montants={"ETAT": (1, 1, 1)},
    )
    agir(
        "Ciné-club",
        commune=bagard,
        porteur=Organisme.objects.create(nom="Amis du théâtre"),
        montants={"DRAC": (1, 1, 1)},
    )
    agir("Sans porteur", commune=ales)
    Financeur.objects.filter(code="DRAC").update(parent=Financeur.objects.get(code="ETAT"))


def lire(client: Client, requete: str) -> tuple[list[str], Any]:
    """The titles of the list, and its page."""
    reponse = client.get(LISTE + requete)
    assert reponse.status_code == 200
    page = html.fromstring(reponse.content.decode())
    return sorted(
        e.text_content() for e in page.xpath("//th[contains(@class, 'field-intitule')]")
    ), page


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


@pytest.mark.usefixtures("actions")
def test_par_financeur_et_par_porteur(agent: Client) -> None:
    cle = Organisme.objects.get(nom="Amis du théâtre").pk
    assert {
        requete: lire(agent, requete)[0]
        for requete in (
            *("?financeur=ETAT", "?financeur=DRAC", "?financeur=inconnu", "?financeur="),
            *("?porteur=theatre", "?porteur=oeil", f"?porteur={cle}", "?porteur=aucun"),
            *("?porteur=theatre&financeur=DRAC", "?porteur=zzz", "?porteur=999999999"),
        )
    } == {
        "?financeur=ETAT": ["Ateliers", "Ciné-club"],
        "?financeur=DRAC": ["Ciné-club"],
        "?financeur=inconnu": [],
        "?financeur=": ["Ateliers", "Ciné-club", "Sans porteur"],
        "?porteur=theatre": ["Ateliers", "Ciné-club"],
        "?porteur=oeil": ["Ateliers"],
        f"?porteur={cle}": ["Ciné-club"],
        "?porteur=aucun": ["Sans porteur"],
        "?porteur=theatre&financeur=DRAC": ["Ciné-club"],
        "?porteur=zzz": [],
        "?porteur=999999999": [],
    }


@pytest.mark.usefixtures("actions")
def test_la_page_dit_ce_qu_elle_n_a_pas_trouve_et_garde_le_reste(agent: Client) -> None:
    _, page = lire(agent, "?porteur=zzz&financeur=ETAT&statut__exact=DEPOSEE&p=2")
    assert "Aucun porteur ne correspond à « zzz »." in page.text_content()
    (formulaire,) = page.xpath("//form[@class='filtre-porteur']")
    assert {c.get("name"): c.get("value") for c in formulaire.xpath(".//input")} == {
        "financeur": "ETAT",
        "statut__exact": "DEPOSEE",
        "porteur": "zzz",
    }


@pytest.mark.usefixtures("actions")
def test_un_compte_limite_ne_trouve_que_les_porteurs_de_ses_communes() -> None:
    """Of the others, it doesn't learn that they exist."""
    agente = Utilisateur.objects.create(username="agente", is_staff=True)
    agente.groups.add(Group.objects.get(name="Saisie"))
    agente.communes.add(Commune.objects.get(code_insee="30007"))
    client = Client()
    client.force_login(agente)
    cle = Organisme.objects.get(nom="Amis du théâtre").pk
    assert lire(client, "?porteur=theatre")[0] == ["Ateliers"]
    assert lire(client, "?financeur=ETAT")[0] == ["Ateliers"]
    for ailleurs in ("amis", str(cle)):
        titres, page = lire(client, f"?porteur={ailleurs}")
        assert titres == []
        assert "Aucun porteur n" in page.text_content()


def test_le_nombre_de_porteurs_ne_change_ni_le_poids_ni_le_cout(
    agent: Client, actions: None, django_assert_max_num_queries: Any
) -> None:
    Organisme.objects.bulk_create(Organisme(nom=f"Organisme {rang}") for rang in range(3000))
    with django_assert_max_num_queries(20):
        reponse = agent.get(LISTE)
    assert b"Organisme 12" not in reponse.content
