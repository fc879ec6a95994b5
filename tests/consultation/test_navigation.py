"""The menu shows what exists and may be opened, and says where one is."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context
from django.test import RequestFactory

from comptes.models import Utilisateur
from consultation.templatetags.navigation import Entree, pied_de_page, sections


def menu(chemin: str, lecteur: Utilisateur | AnonymousUser) -> list[Entree]:
    requete = RequestFactory().get(chemin)
    return sections(Context({"request": requete, "user": lecteur}))


def test_la_section_ou_l_on_est_est_marquee() -> None:
    camille = Utilisateur(username="camille", is_superuser=True)
    axes = [entree for entree in menu("/axes/", camille) if entree.libelle == "Axes"]
    axe = [entree for entree in menu("/axes/2/", camille) if entree.libelle == "Axes"]
    ailleurs = [entree for entree in menu("/actions/", camille) if entree.libelle == "Axes"]
    assert [axes, axe, ailleurs] == [
        [Entree("Axes", "/axes/", "page")],
        [Entree("Axes", "/axes/", "true")],
        [Entree("Axes", "/axes/", "")],
    ]


@pytest.mark.parametrize(("equipe", "montree"), [(True, True), (False, False)])
def test_l_administration_n_est_montree_qu_a_son_equipe(equipe: bool, montree: bool) -> None:
    camille = Utilisateur(username="camille", is_superuser=True, is_staff=equipe)
    libelles = [entree.libelle for entree in menu("/axes/", camille)]
    assert ("Administration" in libelles) is montree


def test_un_visiteur_ne_voit_aucune_section() -> None:
    assert menu("/axes/", AnonymousUser()) == []


def test_sans_requete_ni_compte_le_pied_de_page_ne_montre_que_le_public() -> None:
    assert all(entree.courante == "" for entree in pied_de_page(Context()))


@pytest.mark.parametrize(
    ("adresse", "suite"),
    [
        ("/communes/30132/?exercice=2004", "?exercice=2004"),
        ("/communes/", ""),
        ("/actions/?exercice=2004&exercice=2005", ""),
        ("/actions/?exercice=%22%3E", ""),
    ],
)
def test_l_exercice_lu_suit_d_une_section_a_l_autre(adresse: str, suite: str) -> None:
    camille = Utilisateur(username="camille", is_superuser=True)
    liens = {entree.libelle: entree.url for entree in menu(adresse, camille)}
    assert liens == {
        "Accueil": f"/{suite}",
        "Actions": f"/actions/{suite}",
        "Communes": f"/communes/{suite}",
        "Quartiers": f"/quartiers/{suite}",
        "Thèmes": f"/themes/{suite}",
        "Financeurs": f"/financeurs/{suite}",
        "Porteurs": f"/porteurs/{suite}",
        "Axes": f"/axes/{suite}",
        "Bilan": f"/bilan/{suite}",
        "Import": "/import/",
        "Journal": "/journal/",
    }
