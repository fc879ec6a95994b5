"""Reference data: what it is used by, what can't be deleted, organisations that are one."""

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from lxml import html
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

pytestmark = pytest.mark.django_db
ORGANISMES = "/admin/territoires/organisme/"


@pytest.fixture
def administrateur() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("admin"))
    return client


@pytest.fixture
def commune() -> Commune:
    return Commune.objects.create(
        numero=1, nom="Alès", libelle_tableau="Alès", libelle_legende="Alès", code_insee="30007"
    )


def action(intitule: str, annee: int = 2004, **champs: Any) -> Action:
    exercice, _ = Exercice.objects.get_or_create(annee=annee)
    theme, _ = Theme.objects.get_or_create(numero=1, defaults={"nom": "Culture"})
    return Action.objects.create(exercice=exercice, theme=theme, intitule=intitule, **champs)


def texte(reponse: Any, chemin: str) -> list[str]:
    elements = html.fromstring(reponse.content.decode()).xpath(chemin)
    return [re.sub(r"\s+", " ", element.text_content()).strip() for element in elements]


def dits(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def test_une_page_dit_a_quoi_sert_son_objet(administrateur: Client, commune: Commune) -> None:
    action("Une", commune=commune)
    action("Autre", commune=commune)
    Quartier.objects.create(commune=commune, nom="Centre")
    AxeTransversal.objects.create(numero=1, titre="Lecture").communes.add(commune)

    page = administrateur.get(f"/admin/territoires/commune/{commune.pk}/change/")

    assert sorted(texte(page, "//section[contains(@class,'usages')]//li")) == [
        "1 axe transversal",
        "1 quartier",
        "2 actions",
    ]
    liens = html.fromstring(page.content.decode()).xpath(
        "//section[contains(@class,'usages')]//a/@href"
    )
    assert f"/admin/actions/action/?commune__id__exact={commune.pk}" in liens
    assert {administrateur.get(lien).status_code for lien in liens} == {200}


def test_ce_qui_sert_n_est_pas_supprime_et_la_page_dit_a_quoi(
    administrateur: Client, commune: Commune
) -> None:
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    axe.communes.add(commune)
    financeur = Financeur.objects.create(code="CG", nom="CG")
    axe.financeurs.add(financeur)
    une = action("Fête de la lecture", commune=commune)
    Subvention.objects.create(action=une, financeur=financeur)

    for adresse, usagers in (
        (
            f"/admin/territoires/commune/{commune.pk}/delete/",
            ["action: Fête de la lecture", "axe transversal: 1 – Lecture"],
        ),
        (
            f"/admin/financement/financeur/{financeur.pk}/delete/",
            ["subvention: CG: Fête de la lecture", "axe transversal: 1 – Lecture"],
        ),
        (f"/admin/actions/theme/{une.theme_id}/delete/", ["action: Fête de la lecture"]),
    ):
        page = administrateur.get(adresse)
        trouves = [t[0].lower() + t[1:] for t in texte(page, "//div[@id='content']//ul[last()]/li")]
        assert [usager.replace(" :", ":") for usager in trouves] == usagers
        assert texte(page, "//div[@id='content']//input[@type='submit']") == []
        assert administrateur.post(adresse, {"post": "yes"}).status_code == 200
    assert (Commune.objects.count(), Financeur.objects.count(), Theme.objects.count()) == (1, 1, 1)


def test_un_axe_que_des_actions_servent_n_est_pas_supprime(administrateur: Client) -> None:
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    action("Une").axes.add(axe)

    administrateur.post(f"/admin/axes/axetransversal/{axe.pk}/delete/", {"post": "yes"})

    assert AxeTransversal.objects.exists()


@pytest.mark.parametrize("nombre", [1, 20])
@pytest.mark.parametrize(
    "liste", ["territoires/commune", "territoires/organisme", "territoires/quartier"]
)
def test_les_listes_demandent_autant_pour_un_que_pour_vingt(
    administrateur: Client,
    liste: str,
    nombre: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for rang in range(1, nombre + 1):
        commune = Commune.objects.create(
            numero=rang,
            nom=f"Commune {rang}",
            libelle_tableau="C",
            libelle_legende="C",
            code_insee=f"300{rang:02}",
        )
        organisme = Organisme.objects.create(nom=f"Organisme {rang}", commune=commune)
        Quartier.objects.create(commune=commune, nom="Centre")
        action(f"Action {rang}", commune=commune, porteur=organisme)
    administrateur.get(f"/admin/{liste}/")

    with django_assert_max_num_queries(6):
        page = administrateur.get(f"/admin/{liste}/")

    assert texte(page, "//td[contains(@class,'nombre_d_actions')]") == (
        ["0" if "quartier" in liste else "1"] * nombre
    )


# --- Merging ----


@pytest.fixture
def foyers(commune: Commune) -> list[Organisme]:
    return [
        Organisme.objects.create(nom="Foyer"),
        Organisme.objects.create(nom="Foyer (doublon)", siret="21300007800017"),
        Organisme.objects.create(nom="Le Foyer", commune=commune),
    ]


def fusion(client: Client, organismes: list[Organisme], garde: Organisme | None) -> Any:
    choix = {
        "action": "fusionner_la_selection",
        "_selected_action": [organisme.pk for organisme in organismes],
    }
    return client.post(
        ORGANISMES, choix | ({"organisme_garde": garde.pk} if garde else {"index": "0"})
    )


def test_une_fusion_garde_tous_les_liens_et_ce_qu_on_sait(
    administrateur: Client, commune: Commune, foyers: list[Organisme]
) -> None:
    garde, doublon, autre = foyers
    une, deux = action("Une", porteur=doublon), action("Deux", porteur=autre)
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    une.axes.add(axe)

    question = fusion(administrateur, foyers, None)
    assert texte(question, "//h1") == ["Fusionner des organismes"]
    assert Organisme.objects.count() == 3
    reponse = fusion(administrateur, foyers, garde)

    assert dits(reponse) == ["Organismes fusionnés dans « Foyer » : 2 liens repris."]
    reste = Organisme.objects.get()
    assert (reste.pk, reste.siret, reste.commune) == (garde.pk, "21300007800017", commune)
    assert {a.porteur_id for a in Action.objects.all()} == {garde.pk}
    derniere = une.historique.first()
    assert (derniere.history_user.username, derniere.history_change_reason) == (
        "admin",
        "Fusion dans Foyer",
    )
    assert [lien.axetransversal_id for lien in derniere.axes.all()] == [axe.pk]
    assert deux.historique.first().porteur_id == garde.pk


def test_une_fusion_qui_toucherait_un_exercice_clos_n_ecrit_rien(
    administrateur: Client, foyers: list[Organisme]
) -> None:
    garde, doublon, autre = foyers
    une = action("Une", porteur=doublon)
    close = action("Close", annee=2003, porteur=autre)
    close.exercice.cloturer("Publié", Utilisateur.objects.get())

    reponse = fusion(administrateur, foyers, garde)

    (message,) = dits(reponse)
    assert message.startswith("Fusion impossible. ")
    assert "est clos : rien n'a été enregistré." in message
    assert Organisme.objects.count() == 3
    une.refresh_from_db()
    assert une.porteur == doublon


def test_un_organisme_seul_ne_se_fusionne_pas(
    administrateur: Client, foyers: list[Organisme]
) -> None:
    assert dits(fusion(administrateur, foyers[:1], None)) == [
        "Choisissez au moins deux organismes."
    ]


# --- Two people, here too ----


def test_deux_personnes_sur_un_organisme(administrateur: Client, foyers: list[Organisme]) -> None:
    adresse = f"{ORGANISMES}{foyers[0].pk}/change/"
    saisie = {"nom": "Foyer rural", "type": "ASSOCIATION", f"_version-{foyers[0].pk}": 1}

    assert administrateur.post(adresse, saisie).status_code == 302
    conflit = administrateur.post(adresse, saisie | {"nom": "Foyer laïque"})

    assert conflit.status_code == 409
    assert texte(conflit, "//tbody/tr/*") == ["Nom", "Foyer laïque", "Foyer rural"]
