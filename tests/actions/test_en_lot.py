"""The coordinator changes several actions of the list at once, sees what that does, undoes it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from actions.models import Action, Exercice, Theme
from actions.modification import ACTIONS_MAX
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Subvention
from suivi.historique import changements
from territoires.models import Commune, Organisme

pytestmark = pytest.mark.django_db
Agir = Callable[..., Action]
PAGE = "/actions/modifier/"


def compte(nom: str, *communes: Commune, role: str = "Saisie") -> Client:
    utilisateur = Utilisateur.objects.create(username=nom)
    utilisateur.groups.add(Group.objects.get(name=role))
    utilisateur.communes.set(communes)
    client = Client()
    client.force_login(utilisateur)
    return client


@pytest.fixture
def claire(db: None) -> Client:
    return compte("claire")


@pytest.fixture
def actions(agir: Agir) -> list[Action]:
    """Two of an open year, with money, one of which serves an axis; one of a closed year."""
    porteur = Organisme.objects.create(nom="Lire")
    ales = Commune.objects.get_or_create(numero=1, nom="Alès", code_insee="30007")[0]
    bal = agir("Bal", porteur=porteur, commune=ales, montants={"CG": (10, 5, None)})
    club = agir("Club", porteur=porteur, montants={"CG": (20, None, None)})
    club.axes.add(AxeTransversal.objects.get_or_create(numero=2, titre="Eau")[0])
    AxeTransversal.objects.get_or_create(numero=3, titre="Air")
    clos = Exercice.objects.create(annee=2003)
    ancienne = agir("Ancienne", porteur=porteur, exercice=clos)
    Exercice.objects.filter(pk=clos.pk).update(clos=True)
    return [bal, club, ancienne]


def envoyer(client: Client, actions: list[Action], **champs: Any) -> Any:
    cles = [action.pk for action in actions]
    return client.post(PAGE, {"action": cles, "liste": "exercice=2005", **champs})


def apercu(reponse: Any) -> list[list[str]]:
    """What would change, row by row."""
    rangees = html.fromstring(reponse.content.decode()).xpath("//tbody/tr")
    return [[c.text_content().strip() for c in rangee] for rangee in rangees]


def empreinte(reponse: Any) -> str:
    (bouton,) = html.fromstring(reponse.content.decode()).xpath("//button[@name='appliquer']")
    return str(bouton.get("value"))


def dits(reponse: Any) -> list[str]:
    return [re.sub("<.*?>", "", str(m)) for m in get_messages(reponse.wsgi_request)]


def etats() -> dict[str, tuple[str, int, list[int]]]:
    return {
        a.intitule: (a.statut, a.theme.numero, [axe.numero for axe in a.axes.all()])
        for a in Action.objects.select_related("theme").prefetch_related("axes")
    }


AVANT = {
    "Bal": ("DEPOSEE", 1, []),
    "Club": ("DEPOSEE", 1, [2]),
    "Ancienne": ("DEPOSEE", 1, []),
}


def choix() -> dict[str, Any]:
    """Granted, in sport, from axis 2 to axis 3."""
    sport = Theme.objects.get_or_create(numero=2, defaults={"nom": "Sport"})[0]
    air, eau = (AxeTransversal.objects.get(numero=numero) for numero in (3, 2))
    return {"statut": "ACCORDEE", "theme": sport.pk, "ajouter": air.pk, "retirer": eau.pk}


def test_elle_choisit_voit_puis_applique(claire: Client, actions: list[Action]) -> None:
    choisie = envoyer(claire, actions)
    assert "Modifier 3 actions" in choisie.content.decode()
    assert apercu(choisie) == []

    vue = envoyer(claire, actions, **choix())
    assert apercu(vue) == [
        ["Bal", "2005", "statut", "Déposée", "Accordée"],
        ["Bal", "2005", "thème", "Culture", "Sport"],
        ["Bal", "2005", "axes", "aucun", "3"],
        ["Club", "2005", "statut", "Déposée", "Accordée"],
        ["Club", "2005", "thème", "Culture", "Sport"],
        ["Club", "2005", "axes", "2", "3"],
    ]
    assert "Ancienne (2003)" in vue.content.decode()
    assert "2 actions changeront" in vue.content.decode()
    assert etats() == AVANT

    faite = envoyer(claire, actions, **choix(), appliquer=empreinte(vue))
    assert (faite.status_code, faite["Location"]) == (302, "/actions/?exercice=2005")
    assert dits(faite) == [
        "2 actions modifiées. Annuler cette modification",
        "1 action d'un exercice clos : laissée telle quelle.",
    ]
    assert etats() == AVANT | {name: ("ACCORDEE", 2, [3]) for name in ("Bal", "Club")}


def test_l_historique_le_raconte_comme_un_enregistrement(
    claire: Client, actions: list[Action]
) -> None:
    """Lines that had no history get their first state, their money's included."""
    bal, club, _ = actions
    Action.historique.filter(id=bal.pk).delete()
    Subvention.historique.filter(action=bal).delete()
    vue = envoyer(claire, [bal, club], **choix())
    envoyer(claire, [bal, club], **choix(), appliquer=empreinte(vue))
    derniers = changements(bal, {Subvention: "action"})
    assert [
        (c.qui, [(f.nature, [e.champ for e in f.ecarts]) for f in c.faits]) for c in derniers
    ] == [
        ("claire", [("modification", ["thème", "statut", "axes transversaux"])]),
        ("", [("État avant le premier changement suivi", [])]),
    ]
    assert Subvention.historique.filter(action=bal).count() == 1


def test_toute_la_liste_se_choisit_par_ses_filtres(claire: Client, actions: list[Action]) -> None:
    donnees = {"tout": "1", "liste": "exercice=2005&q=club&sort=-statut&groupe=theme"}
    vue = claire.post(PAGE, donnees | {"statut": "ACCORDEE"})
    assert [rangee[0] for rangee in apercu(vue)] == ["Club"]
    claire.post(PAGE, donnees | {"statut": "ACCORDEE", "appliquer": empreinte(vue)})
    assert {nom: statut for nom, (statut, _, _) in etats().items()} == {
        "Bal": "DEPOSEE",
        "Club": "ACCORDEE",
        "Ancienne": "DEPOSEE",
    }


@pytest.mark.parametrize(
    "liste",
    [
        *("commune=inconnue", "exercice=2005&q=introuvable", "%00", "exercice=9999"),
        "&".join(["theme=1"] * 2000),
    ],
)
def test_une_liste_vide_ou_incomprise_ne_choisit_rien(
    claire: Client, actions: list[Action], liste: str
) -> None:
    reponse = claire.post(PAGE, {"tout": "1", "liste": liste, "statut": "ACCORDEE"})
    assert dits(reponse) == ["Aucune action n'est choisie."]
    assert etats() == AVANT


def test_ce_qui_a_change_depuis_l_apercu_se_relit(claire: Client, actions: list[Action]) -> None:
    """An action that someone saved, or another choice than the one foreseen."""
    vue = envoyer(claire, actions, **choix())
    autre = envoyer(claire, actions, statut="REFUSEE", appliquer=empreinte(vue))
    assert "Quelque chose a changé entre-temps" in autre.content.decode()
    Action.objects.get(intitule="Bal").save()
    perimee = envoyer(claire, actions, **choix(), appliquer=empreinte(vue))
    assert "Quelque chose a changé entre-temps" in perimee.content.decode()
    assert etats() == AVANT
    envoyer(claire, actions, **choix(), appliquer=empreinte(perimee))
    assert etats()["Bal"] == ("ACCORDEE", 2, [3])


def test_un_compte_limite_ne_touche_que_ses_communes(actions: list[Action]) -> None:
    agente = compte("agente", Commune.objects.get(code_insee="30007"))
    vue = envoyer(agente, actions, statut="ACCORDEE")
    assert [rangee[0] for rangee in apercu(vue)] == ["Bal"]
    assert "2 actions choisies ne sont pas à votre portée" in vue.content.decode()
    assert "Club" not in vue.content.decode()
    envoyer(agente, actions, statut="ACCORDEE", appliquer=empreinte(vue))
    assert {nom for nom, (statut, _, _) in etats().items() if statut == "ACCORDEE"} == {"Bal"}


def test_qui_ne_modifie_pas_ne_coche_ni_n_ecrit(actions: list[Action]) -> None:
    lectrice = compte("lectrice", role="Lecture")
    assert envoyer(lectrice, actions, statut="ACCORDEE").status_code == 403
    assert b'name="action"' not in lectrice.get("/actions/").content
    assert b'name="action"' in compte("claire").get("/actions/").content


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"prevoir": "1"}, "Choisissez ce qui change."),
        ({"statut": "PERDUE"}, "Sélectionnez un choix valide"),
        ({"theme": "999999"}, "Sélectionnez un choix valide"),
        ({"ajouter": "abc"}, "n’est pas une valeur correcte"),
    ],
)
def test_une_saisie_fausse_se_dit(
    claire: Client, actions: list[Action], champs: dict[str, str], dit: str
) -> None:
    page = envoyer(claire, actions, **champs).content.decode()
    assert dit in html.fromstring(page).text_content()
    assert "appliquer" not in page


def test_un_meme_axe_ne_s_ajoute_pas_en_se_retirant(claire: Client, actions: list[Action]) -> None:
    axe = AxeTransversal.objects.get(numero=2).pk
    page = envoyer(claire, actions, ajouter=axe, retirer=axe).content.decode()
    assert "Un même axe ne peut pas être ajouté et retiré." in page


def test_ce_qui_est_deja_ainsi_ne_s_ecrit_pas(claire: Client, actions: list[Action]) -> None:
    versions = Action.historique.count()
    vue = envoyer(claire, actions, statut="DEPOSEE")
    assert "Rien ne changerait" in vue.content.decode()
    envoyer(claire, actions, statut="DEPOSEE", appliquer="x")
    assert Action.historique.count() == versions


# --- The way back -------------------------------------------------------------------------------
def _appliquer(client: Client, actions: list[Action]) -> str:
    """The address that undoes what has just been done."""
    vue = envoyer(client, actions, **choix())
    faite = envoyer(client, actions, **choix(), appliquer=empreinte(vue))
    message = str(next(iter(get_messages(faite.wsgi_request))))
    (lien,) = html.fromstring(message).xpath("//a/@href")
    return str(lien)


def test_une_modification_s_annule(claire: Client, actions: list[Action]) -> None:
    retour = _appliquer(claire, actions)
    assert "vous avez modifié 2 actions à la fois" in claire.get(retour).content.decode()
    assert etats()["Bal"] == ("ACCORDEE", 2, [3])
    annulee = claire.post(retour)
    assert "2 actions rendues à leur état d'avant." in dits(annulee)
    assert etats() == AVANT
    again = claire.post(retour)
    assert dits(again)[-1].startswith("2 actions laissées de côté")


def test_ce_qui_a_change_depuis_ne_s_annule_pas(claire: Client, actions: list[Action]) -> None:
    retour = _appliquer(claire, actions)
    Action.objects.get(intitule="Bal").save()
    annulee = claire.post(retour)
    assert dits(annulee)[-2:] == [
        "1 action rendue à son état d'avant.",
        "1 action laissée de côté : changée depuis, d'un exercice clos, ou hors de vos communes.",
    ]
    assert etats() == AVANT | {"Bal": ("ACCORDEE", 2, [3])}


@pytest.mark.parametrize(
    "moment", ["", "hier", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z"]
)
def test_on_n_annule_que_ce_que_l_on_a_fait(
    claire: Client, actions: list[Action], moment: str
) -> None:
    retour = _appliquer(claire, actions)
    assert compte("bruno").post(retour).status_code == 404
    assert (
        claire.post("/actions/modifier/annuler/", query_params={"moment": moment}).status_code
        == 404
    )
    assert etats()["Bal"] == ("ACCORDEE", 2, [3])


# --- Cost ---------------------------------------------------------------------------------------
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_d_actions(
    claire: Client, actions: list[Action], agir: Agir
) -> None:
    def requetes(lignes: list[Action]) -> int:
        vue = envoyer(claire, lignes, statut="ACCORDEE")
        with CaptureQueriesContext(connection) as lues:
            envoyer(claire, lignes, statut="ACCORDEE", appliquer=empreinte(vue))
        assert all(Action.objects.get(pk=a.pk).statut == "ACCORDEE" for a in lignes)
        return len(lues)

    deux = requetes(actions[:2])
    nombreuses = [agir(f"Action {rang}", porteur_id=actions[0].porteur_id) for rang in range(40)]
    assert requetes(nombreuses) <= deux + 1


def test_trop_d_actions_se_dit(
    claire: Client, actions: list[Action], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ACTIONS_MAX == 2_000
    monkeypatch.setattr("actions.saisie_en_lot.ACTIONS_MAX", 1)
    reponse = envoyer(claire, actions, statut="ACCORDEE")
    assert dits(reponse)[-1].endswith("actions au plus se modifient à la fois : filtrez la liste.")
    assert etats() == AVANT
