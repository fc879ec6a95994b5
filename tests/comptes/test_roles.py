"""What a role may write, and where; ``acces.csv`` beside says which addresses it may open."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from lxml import html

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

pytestmark = pytest.mark.django_db


@pytest.fixture
def objets() -> dict[str, dict[str, int]]:
    """One object of every kind, in Alès and in Bagard where it has a commune."""
    exercice = Exercice.objects.create(annee=2004)
    theme = Theme.objects.create(numero=1, nom="Culture")
    financeur = Financeur.objects.create(code="CG", nom="CG")
    par_commune = {}
    for numero, nom in enumerate(("Alès", "Bagard"), 1):
        commune = Commune.objects.create(
            numero=numero,
            nom=nom,
            libelle_tableau=nom,
            libelle_legende=nom,
            code_insee=f"3000{numero}",
        )
        organisme = Organisme.objects.create(nom=f"Foyer de {nom}", commune=commune)
        quartier = Quartier.objects.create(commune=commune, nom="Centre")
        action = Action.objects.create(
            exercice=exercice,
            theme=theme,
            intitule=f"Fête à {nom}",
            commune=commune,
            porteur=organisme,
        )
        Subvention.objects.create(action=action, financeur=financeur)
        par_commune[nom] = {
            "actions.exercice": exercice.pk,
            "actions.theme": theme.pk,
            "territoires.commune": commune.pk,
            "territoires.quartier": quartier.pk,
            "territoires.organisme": organisme.pk,
            "actions.action": action.pk,
        }
    return par_commune


def client_de(role: str, *communes: str) -> Client:
    compte = Utilisateur.objects.create_user(role or "sans-role", is_staff=True)
    if role:
        compte.groups.add(Group.objects.get(name=role))
    compte.communes.set(Commune.objects.filter(nom__in=communes))
    client = Client()
    client.force_login(compte)
    return client


def test_les_choix_et_l_autocompletion_offrent_ses_communes(
    objets: dict[str, dict[str, int]],
) -> None:
    client = client_de("Saisie", "Alès")

    def proposes(modele: str, champ: str, application: str = "actions") -> list[str]:
        reponse = client.get(
            "/admin/autocomplete/",
            {"app_label": application, "model_name": modele, "field_name": champ, "term": ""},
        )
        return [choix["text"] for choix in reponse.json()["results"]]

    assert proposes("action", "commune") == ["Alès"]
    assert proposes("action", "quartier") == ["Centre (Alès)"]
    assert proposes("action", "porteur") == ["Foyer de Alès", "Foyer de Bagard"]
    assert proposes("organisme", "commune", "territoires") == ["Alès"]
    liste = client.get("/admin/actions/action/").content.decode()
    assert "Fête à Alès" in liste
    assert "Bagard" not in liste


def test_limite_a_une_commune_on_ne_compte_que_ses_actions(
    objets: dict[str, dict[str, int]],
) -> None:
    """The theme is everybody's; what it is used by isn't."""
    theme = reverse("admin:actions_theme_change", args=[objets["Alès"]["actions.theme"]])

    def lus(client: Client, adresse: str, chemin: str) -> list[str]:
        page = html.fromstring(client.get(adresse).content.decode())
        return [element.text_content().strip() for element in page.xpath(chemin)]

    for client, nombre, usage in (
        (client_de("Lecture"), "2", "2 actions"),
        (client_de("Coordination", "Alès"), "1", "1 action"),
    ):
        assert lus(client, theme, "//section[contains(@class, 'usages')]//li") == [usage]
        liste = reverse("admin:actions_theme_changelist")
        assert lus(client, liste, "//td[contains(@class, 'nombre_d_actions')]") == [nombre]


def test_limite_a_une_commune_on_n_ecrit_pas_ailleurs(
    objets: dict[str, dict[str, int]],
) -> None:
    client = client_de("Saisie", "Alès")
    saisie = {
        "exercice": objets["Alès"]["actions.exercice"],
        "theme": objets["Alès"]["actions.theme"],
        "porteur": objets["Alès"]["territoires.organisme"],
        "intitule": "Kermesse",
        "nature": "ACTION",
        "statut": "DEPOSEE",
        "subventions-TOTAL_FORMS": 0,
        "subventions-INITIAL_FORMS": 0,
        "pieces-TOTAL_FORMS": 0,
        "pieces-INITIAL_FORMS": 0,
    }

    def ajouter(**champs: object) -> int:
        return client.post("/admin/actions/action/add/", saisie | champs).status_code

    assert ajouter(commune=objets["Bagard"]["territoires.commune"]) == 200
    assert ajouter(commune="") == 200
    assert not Action.objects.filter(intitule="Kermesse").exists()
    assert ajouter(commune=objets["Alès"]["territoires.commune"]) == 302
    assert (
        Action.objects.get(intitule="Kermesse").commune_id == objets["Alès"]["territoires.commune"]
    )


def test_qui_saisit_retire_une_subvention_pas_l_action(
    objets: dict[str, dict[str, int]],
) -> None:
    client = client_de("Saisie", "Alès")
    action = Action.objects.get(pk=objets["Alès"]["actions.action"])
    adresse = reverse("admin:actions_action_change", args=[action.pk])
    (forme,) = html.fromstring(client.get(adresse).content.decode()).xpath(
        "//form[@id='action_form']"
    )
    saisie = dict(forme.form_values())
    assert saisie["subventions-INITIAL_FORMS"] == "1"

    assert client.post(adresse, saisie | {"subventions-0-DELETE": "on"}).status_code == 302

    assert not action.subventions.exists()
    assert [v.history_type for v in Subvention.historique.filter(action_id=action.pk)] == ["-", "+"]
    suppression = reverse("admin:actions_action_delete", args=[action.pk])
    assert client.post(suppression, {"post": "yes"}).status_code == 403


def test_une_administratrice_ne_se_fait_pas_superutilisatrice() -> None:
    client = client_de("Administration")
    chef = Utilisateur.objects.create_superuser("chef")
    moi = Utilisateur.objects.get(username="Administration")

    page = client.get(reverse("admin:comptes_utilisateur_change", args=[moi.pk])).content.decode()
    assert 'name="is_superuser"' not in page
    assert 'name="user_permissions"' not in page
    page = client.get(reverse("admin:comptes_utilisateur_change", args=[chef.pk])).content.decode()
    assert 'name="_save"' not in page
    assert 'name="geste"' not in page
