"""Opening, closing and opening again an exercice: a permission of its own, and a reason."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from lxml import html

from actions.models import Cloture, Exercice
from comptes.models import Utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercice() -> Exercice:
    return Exercice.objects.create(annee=2004)


def client_de(role: str) -> Client:
    compte = Utilisateur.objects.create_user(role.lower(), is_staff=True)
    compte.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(compte)
    return client


def adresse(exercice: Exercice) -> str:
    return f"/admin/actions/exercice/{exercice.pk}/cloture/"


def dits(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def test_la_coordinatrice_clot_avec_un_motif_puis_rouvre(exercice: Exercice) -> None:
    coordination = client_de("Coordination")

    sans_motif = coordination.post(adresse(exercice), {"clos": "oui", "motif": "  "})
    assert "Indiquez pourquoi : ce motif est gardé." in sans_motif.content.decode().replace(
        "&#x27;", "'"
    )
    assert not Cloture.objects.exists()
    clore = coordination.post(adresse(exercice), {"clos": "oui", "motif": "Bilan publié"})
    assert dits(clore) == ["L'exercice 2004 est clos : ses actions se lisent, sans se modifier."]
    assert Exercice.objects.get().clos
    coordination.post(adresse(exercice), {"clos": "non", "motif": "Erreur relevée"})

    assert not Exercice.objects.get().clos
    page = html.fromstring(
        coordination.get(f"/admin/actions/exercice/{exercice.pk}/change/").content.decode()
    )
    lignes = page.xpath("//div[@id='clotures-group']//tr[contains(@class,'form-row')]")
    assert [
        [re.sub(r"\s+", " ", c.text_content()).strip() for c in ligne.xpath("./td")[2:5]]
        for ligne in lignes
    ] == [
        ["Réouverture", "Erreur relevée", "coordination"],
        ["Clôture", "Bilan publié", "coordination"],
    ]


@pytest.mark.parametrize("role", ["Saisie", "Lecture", "Administration"])
def test_personne_d_autre_ne_le_peut(exercice: Exercice, role: str) -> None:
    client = client_de(role)

    assert client.get(adresse(exercice)).status_code == 403
    assert client.post(adresse(exercice), {"clos": "oui", "motif": "x"}).status_code == 403
    page = client.get(f"/admin/actions/exercice/{exercice.pk}/change/").content.decode()
    assert "/cloture/" not in page
    assert not Exercice.objects.get().clos


def test_deux_personnes_ne_se_defont_pas_l_une_l_autre(exercice: Exercice) -> None:
    coordination = client_de("Coordination")
    coordination.post(adresse(exercice), {"clos": "oui", "motif": "Publié"})

    encore = coordination.post(adresse(exercice), {"clos": "oui", "motif": "Publié"})

    assert dits(encore)[-1:] == ["L'exercice 2004 était déjà clos."]
    assert Exercice.objects.get().clos


def test_le_formulaire_d_un_exercice_ne_le_clot_jamais(exercice: Exercice) -> None:
    coordination = client_de("Coordination")

    coordination.post(
        f"/admin/actions/exercice/{exercice.pk}/change/",
        {"annee": "2004", "clos": "on", f"_version-{exercice.pk}": exercice.version},
    )

    assert not Exercice.objects.get().clos


def test_la_coordinatrice_en_ouvre_un_nouveau(exercice: Exercice) -> None:
    client_de("Coordination").post("/admin/actions/exercice/add/", {
        "annee": "2005",
        "clotures-TOTAL_FORMS": 0,
        "clotures-INITIAL_FORMS": 0,
    })  # fmt: skip

    assert list(Exercice.objects.values_list("annee", "clos")) == [(2005, False), (2004, False)]


def test_un_exercice_qui_n_existe_pas_est_introuvable() -> None:
    assert client_de("Coordination").get("/admin/actions/exercice/99/cloture/").status_code == 404
