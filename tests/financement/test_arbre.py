"""Funders as a tree: each followed by those below it, whatever their own order."""

from typing import Any

import pytest
from django.test import Client
from lxml import html

from actions.models import Exercice
from comptes.models import Utilisateur
from financement.models import Financeur

pytestmark = pytest.mark.django_db
RETRAIT = "\u2003"


@pytest.fixture
def arbre() -> None:
    """Three levels, whose numbers and names would sort otherwise."""

    def creer(code: str, ordre: int, parent: Financeur | None = None) -> Financeur:
        return Financeur.objects.create(code=code, nom=code.title(), ordre=ordre, parent=parent)

    region, etat = creer("REGION", 90), creer("ETAT", 20)
    prefecture = creer("PREFECTURE", 50, etat)
    creer("UNITE", 1, prefecture)
    creer("ANTENNE", 60, prefecture)
    creer("DRAC", 10, etat)
    creer("AGGLO", 20)
    creer("CULTURE", 5, region)


def test_chacun_suit_ce_dont_il_releve(arbre: None) -> None:
    assert [(f.code, f.niveau) for f in Financeur.objects.en_arbre()] == [
        *(("AGGLO", 0), ("ETAT", 0), ("DRAC", 1), ("PREFECTURE", 1), ("UNITE", 2)),
        *(("ANTENNE", 2), ("REGION", 0), ("CULTURE", 1)),
    ]
    envers = Financeur.objects.en_arbre().reverse().values_list("code", flat=True)
    assert list(envers[:2]) == ["CULTURE", "REGION"]


def test_la_liste_et_le_filtre_les_montrent_en_retrait(arbre: None, client: Client) -> None:
    Exercice.objects.create(annee=2005)
    client.force_login(Utilisateur.objects.create(username="claire"))
    page = _lire(client, "/financeurs/")
    assert _retraits(page, "//tbody//th") == ["", "", "1", "1", "2", "2", "", "1"]
    assert _retraits(_lire(client, "/financeurs/?sort=nom"), "//tbody//th") == [""] * 8
    choix = _lire(client, "/actions/").xpath("//div[.//input[@name='financeur']]")
    cases = [c for c in choix if "form-check" in c.get("class", "")]
    assert [_niveau(case) for case in cases] == ["", "", "1", "1", "2", "2", "", "1"]


def test_l_administration_aussi(arbre: None, client: Client) -> None:
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    liste = "/admin/financement/financeur/"
    attendus = ["0", "0", "1", "1", "2", "2", "0", "1"]
    assert _retraits(_lire(client, liste), "//tbody//th") == attendus
    assert _retraits(_lire(client, f"{liste}?o=1"), "//tbody//th") == ["0"] * 8
    options = _lire(client, "/admin/axes/axetransversal/add/").xpath(
        "//select[@name='financeurs']/option"
    )
    assert [option.text.count(RETRAIT) for option in options] == [int(n) for n in attendus]
    noms = client.get(
        "/admin/autocomplete/",
        {"app_label": "financement", "model_name": "subvention", "field_name": "financeur"},
    ).json()["results"]
    assert [nom["text"] for nom in noms][1:4] == ["Etat", "Drac", "Prefecture"]


def _lire(client: Client, adresse: str) -> Any:
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return html.fromstring(reponse.content.decode())


def _retraits(page: Any, chemin: str) -> list[str]:
    """How far each of these cells is indented; empty where it isn't."""
    cellules = (e.xpath(".//span[starts-with(@class, 'niveau-')]") for e in page.xpath(chemin))
    return [next(map(_niveau, retraits), "") for retraits in cellules]


def _niveau(element: Any) -> str:
    _, _, niveau = str(element.get("class")).partition("niveau-")
    return niveau
