"""A form of lines announces how many it has: what is announced without being sent costs nothing."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from actions.models import Action
from comptes.models import Utilisateur
from contrat_ville.bornes import LIGNES_MAX
from tests.securite.conftest import Monde

TROP = f"Ce formulaire annonce trop de lignes : {LIGNES_MAX} au plus. Rien n’a été enregistré."
ABUSIFS = ("10000000", "201", "9" * 5000, "²", "-1", "")


def envois(action: int, annonce: str) -> dict[str, dict[str, Any]]:
    """What is sent to each page that takes lines, by its address."""
    lignes = {
        f"{lignes}-{borne}": valeur
        for lignes in ("subventions", "pieces")
        for borne, valeur in (("TOTAL_FORMS", annonce), ("INITIAL_FORMS", "0"))
    }
    liste = {"_save": "1", "form-TOTAL_FORMS": annonce, "form-INITIAL_FORMS": annonce}
    return {
        "/admin/actions/action/": liste,
        "/admin/actions/action/add/": lignes,
        f"/admin/actions/action/{action}/change/": lignes | {f"_version-{action}": "1"},
        # A version that nobody has: the page of conflicts lays the lines side by side.
        f"/admin/actions/action/{action}/change/?": lignes | {f"_version-{action}": "9" * 5000},
    }


@pytest.mark.parametrize("annonce", ABUSIFS, ids=lambda annonce: annonce[:9] or "vide")
def test_des_lignes_annoncees_sans_etre_envoyees_sont_refusees_aussitot(
    chef: Client, monde: Monde, annonce: str
) -> None:
    avant = list(Action.objects.values_list("pk", "version"))
    debut = time.process_time()

    for page, envoi in envois(monde.ales["action"], annonce).items():
        reponse = chef.post(page, envoi)
        assert (page, reponse.status_code, TROP in reponse.content.decode()) == (page, 400, True)

    assert time.process_time() - debut < 5
    assert list(Action.objects.values_list("pk", "version")) == avant


def test_qui_ne_peut_ecrire_l_apprend_avant_qu_on_compte(monde: Monde) -> None:
    lectrice = Utilisateur.objects.create_user("lectrice", is_staff=True)
    lectrice.groups.set(Group.objects.filter(name="Lecture"))
    client = Client()
    client.force_login(lectrice)
    debut = time.process_time()

    for page, envoi in envois(monde.ales["action"], "10000000").items():
        assert (page, client.post(page, envoi).status_code) == (page, 403)
        assert Client().post(page, envoi).status_code == 302

    assert time.process_time() - debut < 5


def test_une_version_de_cinq_mille_chiffres_n_en_est_pas_une(chef: Client, monde: Monde) -> None:
    action = monde.ales["action"]
    avant = Action.objects.get(pk=action).version
    page = f"/admin/actions/action/{action}/"
    moment = "?moment=2100-01-01T00:00:00%2B00:00"
    lignes = envois(action, "0")[f"{page}change/?"]

    assert chef.post(f"{page}change/", lignes).status_code == 409
    assert chef.post(f"{page}history/retablir/{moment}", {"version": "9" * 5000}).status_code == 302
    assert Action.objects.get(pk=action).version == avant


def test_autant_de_lignes_qu_une_page_en_montre_sont_lues(chef: Client, monde: Monde) -> None:
    liste = envois(monde.ales["action"], str(LIGNES_MAX))["/admin/actions/action/"]

    assert chef.post("/admin/actions/action/", liste).status_code == 200
