"""One thread: from what one reads to its form, and back, filters kept."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from financement.models import Financeur
from tests.actions.test_admin import agent as agent
from tests.actions.test_admin import commune, creer
from tests.actions.test_admin import saisie as saisie  # the form of an action, filled in

pytestmark = pytest.mark.django_db
FILTREE = "/actions/?exercice=2004&commune=30132&sort=-accorde"


def lien(page: str, texte: str) -> str:
    """The address of the first link that reads so; empty where there is none."""
    for adresse, contenu in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.S):
        if re.sub(r"<.*?>", "", contenu).strip() == texte:
            return unescape(adresse)
    return ""


def test_de_l_action_a_sa_modification_et_retour(agent: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ludothèque")
    fiche = f"/actions/{action.pk}/?x=1"
    modifier = lien(agent.get(fiche).content.decode(), "Modifier")
    formulaire = agent.get(modifier).content.decode()
    assert 'name="_retour" value="/actions/' in formulaire
    assert lien(formulaire, "Annuler") == fiche
    corps = saisie | {
        "intitule": "Ludothèque du Rieu",
        "subventions-INITIAL_FORMS": "0",
        "_retour": fiche,
        f"_version-{action.pk}": "1",
    }
    reponse = agent.post(modifier, corps)
    assert (reponse.status_code, reponse["Location"]) == (302, fiche)
    action.refresh_from_db()
    assert action.intitule == "Ludothèque du Rieu"
    page = agent.get(fiche).content.decode()
    assert lien(page, "Joindre une pièce").endswith("#pieces-group")
    assert "/history/?_retour=" in lien(page, "Tout l’historique")
    assert "intitulé&nbsp;: Ludothèque → Ludothèque du Rieu" in page


def test_une_action_nouvelle_ramene_a_la_liste_filtree(
    agent: Client, saisie: dict[str, Any]
) -> None:
    adresse = lien(agent.get(FILTREE).content.decode(), "Nouvelle action")
    assert parse_qs(urlsplit(adresse).query) == {"annee": ["2004"], "_retour": [FILTREE]}
    assert agent.post(adresse, saisie)["Location"] == FILTREE


def test_saisir_la_suite_garde_le_chemin_du_retour(agent: Client, saisie: dict[str, Any]) -> None:
    adresse = f"{reverse('admin:actions_action_add')}?_retour=/actions/%3Fexercice%3D2004"
    suite = agent.post(adresse, saisie | {"_addanother": "1"})["Location"]
    assert parse_qs(urlsplit(suite).query)["_retour"] == ["/actions/?exercice=2004"]


@pytest.mark.parametrize(
    "piege",
    ["//ailleurs.example/", "https://ailleurs.example/", "javascript:alert(1)", "/\0", "/" * 3000],
)
def test_on_ne_revient_que_sur_ce_site(agent: Client, saisie: dict[str, Any], piege: str) -> None:
    reponse = agent.post(reverse("admin:actions_action_add"), saisie | {"_retour": piege})
    assert reponse["Location"] == reverse("admin:actions_action_changelist")


def test_d_une_commune_l_action_est_deja_a_la_commune(
    agent: Client, saisie: dict[str, Any]
) -> None:
    action = creer(saisie, "Ludothèque", commune=commune(1, "Alès"))
    assert action.commune is not None
    for adresse, champ, attendu in (
        (f"/communes/{action.commune.code_insee}/", "commune", action.commune_id),
        (f"/themes/{action.theme.numero}/", "theme", action.theme_id),
        (f"/porteurs/{action.porteur_id}/", "porteur", action.porteur_id),
    ):
        ici = lien(agent.get(adresse).content.decode(), "Nouvelle action ici")
        formulaire = agent.get(ici).content.decode()
        choix = re.search(rf'<select name="{champ}".*?</select>', formulaire, re.S)
        assert choix is not None
        assert f'value="{attendu}" selected' in choix[0]


def test_l_annee_lue_est_celle_de_la_saisie(agent: Client, saisie: dict[str, Any]) -> None:
    Exercice.objects.create(annee=2006)
    adresse = lien(agent.get("/communes/?exercice=2004").content.decode(), "Nouvelle action")
    formulaire = agent.get(adresse).content.decode()
    assert re.search(r'<option value="\d+" selected>2004</option>', formulaire)


def test_d_une_action_on_renouvelle_puis_on_saisit(agent: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ludothèque")
    vers = Exercice.objects.create(annee=2006)
    corps = {
        "action": "renouveler_la_selection",
        "_selected_action": str(action.pk),
        "_retour": f"/actions/{action.pk}/",
    }
    liste = reverse("admin:actions_action_changelist")
    assert 'name="_retour"' in agent.post(liste, corps).content.decode()
    reponse = agent.post(liste, corps | {"_confirmer": "1", "exercice": str(vers.pk)})
    nouvelle = Action.objects.get(exercice=vers)
    assert nouvelle.renouvelee_de == action
    assert urlsplit(reponse["Location"]).path == reverse(
        "admin:actions_action_change", args=[nouvelle.pk]
    )


def test_qui_ne_fait_que_lire_n_a_pas_de_geste(client: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ludothèque")
    client.force_login(Utilisateur.objects.create_user("lectrice"))
    page = client.get(f"/actions/{action.pk}/").content.decode()
    for geste in ("Modifier", "Historique", "Supprimer", "Nouvelle action", "Joindre une pièce"):
        assert lien(page, geste) == ""
    assert "Renouveler" not in page


def test_une_action_d_un_exercice_clos_ne_se_modifie_pas(
    agent: Client, saisie: dict[str, Any]
) -> None:
    action = creer(saisie, "Ludothèque")
    Exercice.objects.update(clos=True)
    page = agent.get(f"/actions/{action.pk}/").content.decode()
    assert (lien(page, "Modifier"), lien(page, "Supprimer")) == ("", "")
    assert "se lit et se renouvelle" in page
    assert lien(page, "Historique")


def test_la_recherche_mene_a_la_modification(agent: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ludothèque")
    page = agent.get("/recherche/?q=ludotheque").content.decode()
    assert reverse("admin:actions_action_change", args=[action.pk]) in lien(
        page, "Modifier Ludothèque"
    )


def test_l_administration_est_dans_le_cadre_du_site(agent: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ludothèque")
    page = agent.get(reverse("admin:actions_action_change", args=[action.pk])).content.decode()
    assert 'role="search"' in page
    assert "site-pied" in page
    courante = re.search(r'href="/actions/"\s+aria-current="true"', page)
    assert courante is not None, "the section of what one enters is the current one"
    fil = re.search(r'<ol class="breadcrumb">(.*?)</ol>', page, re.S)
    assert fil is not None
    assert [t.strip() for t in re.findall(r">([^<>]+)</", fil[1]) if t.strip()] == [
        "Accueil",
        "Actions",
        "Ludothèque",
        "Action : modification",
    ]


def test_un_code_que_nulle_adresse_ne_dit_laisse_le_formulaire_s_ouvrir(
    agent: Client, saisie: dict[str, Any]
) -> None:
    financeur = Financeur.objects.get()
    adresse = reverse("admin:financement_financeur_change", args=[financeur.pk])
    corps = {"code": "../../etc", "nom": "", "ordre": "1", f"_version-{financeur.pk}": "1"}
    page = agent.post(adresse, corps)
    assert page.status_code == 200
    assert lien(page.content.decode(), "Voir la page") == ""
