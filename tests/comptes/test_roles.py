"""Every page of the administration, for every role, in one's own commune and in another's.

The table below is the rule: what each role may do there.
"""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from bilan.models import ChiffrePublie
from comptes.models import Utilisateur
from comptes.roles import ROLES
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

pytestmark = pytest.mark.django_db

# L: list and page are shown; A: adding; C: changing; S: deleting; -: no access at all.
TABLE = {
    #                            Lecture  Saisie  Coordination  Administration
    "actions.action":           ("L",     "LAC",  "LACS",       "L"),
    "actions.exercice":         ("L",     "L",    "LAC",        "L"),
    "actions.theme":            ("L",     "L",    "LACS",       "LACS"),
    "axes.axetransversal":      ("L",     "L",    "LACS",       "LACS"),
    "bilan.chiffrepublie":      ("L",     "L",    "L",          "L"),
    "financement.financeur":    ("L",     "L",    "LACS",       "LACS"),
    "territoires.commune":      ("L",     "L",    "LACS",       "LACS"),
    "territoires.organisme":    ("L",     "LAC",  "LACS",       "LACS"),
    "territoires.quartier":     ("L",     "L",    "LACS",       "LACS"),
    "comptes.utilisateur":      ("-",     "-",    "-",          "LACS"),
    "comptes.evenement":        ("-",     "-",    "-",          "L"),
    "auth.group":               ("-",     "-",    "-",          "L"),
    "account.emailaddress":     ("-",     "-",    "-",          "-"),
}  # fmt: skip
COLONNES = ("Lecture", "Saisie", "Coordination", "Administration")
# What another commune's own objects are, for an account limited to one: not there (302), or to
# read only (an organisation works in several communes).
LIMITES = {
    "actions.action": "-",
    "territoires.commune": "-",
    "territoires.quartier": "-",
    "territoires.organisme": "L",
}


@pytest.fixture
def objets() -> dict[str, dict[str, int]]:
    """One object of every kind, in Alès and in Bagard where it has a commune."""
    exercice = Exercice.objects.create(annee=2004)
    theme = Theme.objects.create(numero=1, nom="Culture")
    financeur = Financeur.objects.create(code="CG", nom="CG")
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    chiffre = ChiffrePublie.objects.create(
        exercice=exercice,
        tableau="territorial",
        colonne="actions",
        libelle="TOTAL",
        valeur=Decimal(1),
        imprime="1",
    )
    communs = {
        "actions.exercice": exercice.pk,
        "actions.theme": theme.pk,
        "axes.axetransversal": axe.pk,
        "bilan.chiffrepublie": chiffre.pk,
        "financement.financeur": financeur.pk,
        "comptes.utilisateur": Utilisateur.objects.create_user("quelqu'un").pk,
        "auth.group": Group.objects.get(name="Saisie").pk,
    }
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
        par_commune[nom] = communs | {
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


def ce_qui_est_permis(client: Client, modele: str, pk: int | None) -> str:
    """What the pages themselves answer, as the letters of the table."""
    base = f"admin:{modele.replace('.', '_')}_"
    if client.get(reverse(f"{base}changelist")).status_code != 200:
        assert client.get(reverse(f"{base}add")).status_code == 403
        return "-"
    if pk is None:
        return "L"
    page, histoire, suppression = (
        client.get(reverse(f"{base}{geste}", args=[pk]))
        for geste in ("change", "history", "delete")
    )
    if page.status_code == 302:
        assert histoire.status_code in (302, 404)
        assert suppression.status_code in (302, 403)
        return "-"
    assert (page.status_code, histoire.status_code) == (200, 200)
    permis = "L"
    if client.get(reverse(f"{base}add")).status_code == 200:
        permis += "A"
    if 'name="_save"' in page.content.decode():
        permis += "C"
    if suppression.status_code == 200:
        permis += "S"
    return permis


def test_the_table_names_every_page_of_the_administration() -> None:
    inscrits = {modele._meta.label_lower for modele in admin.site._registry}

    # What another folder registers for itself has its own tests.
    assert {nom for nom in inscrits if not nom.startswith("importation.")} == set(TABLE)
    assert set(ROLES) == set(COLONNES)


@pytest.mark.parametrize("role", COLONNES)
def test_each_role_may_do_what_the_table_says(role: str, objets: dict[str, dict[str, int]]) -> None:
    client = client_de(role)
    colonne = COLONNES.index(role)

    observe = {
        modele: ce_qui_est_permis(client, modele, objets["Alès"].get(modele)) for modele in TABLE
    }

    assert observe == {modele: droits[colonne] for modele, droits in TABLE.items()}


@pytest.mark.parametrize("role", COLONNES)
def test_limited_to_a_commune_the_others_are_not_there(
    role: str, objets: dict[str, dict[str, int]]
) -> None:
    client = client_de(role, "Alès")
    colonne = COLONNES.index(role)

    ici = {m: ce_qui_est_permis(client, m, objets["Alès"][m]) for m in LIMITES}
    ailleurs = {m: ce_qui_est_permis(client, m, objets["Bagard"][m]) for m in LIMITES}

    assert ici == {modele: TABLE[modele][colonne] for modele in LIMITES}
    assert {m: droits.replace("A", "") for m, droits in ailleurs.items()} == LIMITES


def test_without_a_role_the_administration_stays_shut(
    objets: dict[str, dict[str, int]],
) -> None:
    client = client_de("")

    assert {modele: ce_qui_est_permis(client, modele, None) for modele in TABLE} == dict.fromkeys(
        TABLE, "-"
    )
    assert client.get("/actions/").status_code == 200


def test_choices_and_autocompletion_offer_ones_own_communes(
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


def test_limited_to_a_commune_one_cannot_write_elsewhere(
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


def test_an_administrator_cannot_make_herself_a_superuser() -> None:
    client = client_de("Administration")
    chef = Utilisateur.objects.create_superuser("chef")
    moi = Utilisateur.objects.get(username="Administration")

    page = client.get(reverse("admin:comptes_utilisateur_change", args=[moi.pk])).content.decode()
    assert 'name="is_superuser"' not in page
    assert 'name="user_permissions"' not in page
    page = client.get(reverse("admin:comptes_utilisateur_change", args=[chef.pk])).content.decode()
    assert 'name="_save"' not in page
    assert client.get(reverse("admin:auth_user_password_change", args=[chef.pk])).status_code == 403


def test_an_account_with_a_role_gets_in_the_administration() -> None:
    client = client_de("Administration")
    agent = Utilisateur.objects.create_user("agent")

    client.post(
        reverse("admin:comptes_utilisateur_change", args=[agent.pk]),
        {
            "username": "agent",
            "is_active": "on",
            "groups": Group.objects.get(name="Saisie").pk,
            "date_joined_0": "01/01/2026",
            "date_joined_1": "10:00:00",
        },
    )

    agent.refresh_from_db()
    assert agent.is_staff
