"""Every filter, sort and search, given what breaks a query that is glued together."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from actions.models import Action
from listes.adresse import PARAMETRES
from listes.views import ListeView
from tests.securite.conftest import SCRIPT, Monde, motifs

POISONS = (
    "' OR '1'='1",
    '1"; DROP TABLE actions_action; --',
    "1) UNION SELECT username, password FROM comptes_utilisateur --",
    "9" * 400,
    "\x00",
    "%' ESCAPE '",
    "commune__nom",
    "{{ settings.SECRET_KEY }}",
    SCRIPT,
)
LISTES = sorted(
    (route, vue.view_class.filterset_class)
    for route, vue in motifs()
    if issubclass(getattr(vue, "view_class", object), ListeView)
)


def saine(client: Client, adresse: str, **parametres: str) -> None:
    reponse: Any = client.get(adresse, parametres)
    assert reponse.status_code in (200, 400), (adresse, parametres)
    contenu = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
    if reponse["Content-Type"].startswith("text/html"):
        assert SCRIPT.encode() not in contenu, (adresse, parametres)
    assert b"pbkdf2_sha256" not in contenu


def test_il_y_a_des_listes_a_attaquer() -> None:
    assert {route for route, _ in LISTES} >= {"actions/", "communes/", "porteurs/"}


@pytest.mark.parametrize(("route", "filtres"), LISTES, ids=[route for route, _ in LISTES])
def test_aucun_parametre_d_une_liste_n_atteint_la_requete_tel_quel(
    route: str, filtres: type, chef: Client, monde: Monde
) -> None:
    for nom in (*filtres.base_filters, *PARAMETRES):  # type: ignore[attr-defined]  # a FilterSet
        for poison in POISONS:
            saine(chef, f"/{route}", **{nom: poison})

    assert Action.objects.count() == 2


@pytest.mark.parametrize("poison", POISONS)
def test_ni_aucune_recherche(poison: str, chef: Client, monde: Monde) -> None:
    saine(chef, "/recherche/", q=poison)
    saine(chef, "/actions/porteurs/", porteur=poison, q=poison)
    for modele in ("actions/action", "territoires/organisme", "comptes/evenement"):
        for nom in ("q", "o", "p"):
            reponse = chef.get(f"/admin/{modele}/", {nom: poison})
            assert reponse.status_code in (200, 302), (modele, nom)
            assert SCRIPT.encode() not in reponse.content


def test_l_administration_ne_filtre_pas_sur_un_secret(chef: Client) -> None:
    for parametre in ("cree_par__password__startswith", "ajoutee_par__password__startswith"):
        reponse = chef.get("/admin/actions/action/", {parametre: "p"})
        assert reponse.status_code in (302, 400)


@pytest.mark.parametrize("texte", ["a\x00b", "\x00"])
def test_un_caractere_nul_est_refuse_dans_un_formulaire(texte: str) -> None:
    from territoires.models import Organisme

    champ = Organisme._meta.get_field("nom").formfield()
    assert champ is not None
    with pytest.raises(ValidationError):
        champ.clean(texte)
