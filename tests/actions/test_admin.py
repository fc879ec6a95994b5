"""The page of an action and the list that leads to it, as an agent uses them."""

import re
from decimal import Decimal
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
LISTE = "/admin/actions/action/"
AJOUT = "/admin/actions/action/add/"
SELECTION = {"select_across": "0", "index": "0"}


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


@pytest.fixture
def saisie() -> dict[str, Any]:
    """What an agent types for an action with one funder."""
    return {
        "exercice": Exercice.objects.create(annee=2004).pk,
        "theme": Theme.objects.create(numero=1, nom="Culture").pk,
        "porteur": Organisme.objects.create(nom="Lire ensemble").pk,
        "intitule": "Ateliers d'écriture pour les enfants",
        "nature": "ACTION",
        "statut": "DEPOSEE",
        "subventions-TOTAL_FORMS": 1,
        "subventions-INITIAL_FORMS": 0,
        "subventions-0-financeur": Financeur.objects.create(code="CG", nom="Conseil général").pk,
        "subventions-0-nature": "FONCTIONNEMENT",
        "subventions-0-credit": "SPECIFIQUE",
        "subventions-0-montant_demande": "1 234,56 €",
        "pieces-TOTAL_FORMS": 0,
        "pieces-INITIAL_FORMS": 0,
    }


def creer(saisie: dict[str, Any], intitule: str, **champs: Any) -> Action:
    return Action.objects.create(
        exercice_id=saisie["exercice"],
        theme_id=saisie["theme"],
        porteur_id=saisie["porteur"],
        intitule=intitule,
        **champs,
    )


def texte(reponse: Any, chemin: str) -> list[str]:
    elements = html.fromstring(reponse.content.decode()).xpath(chemin)
    return [re.sub(r"\s+", " ", element.text_content()).strip() for element in elements]


def dits(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def commune(numero: int, nom: str) -> Commune:
    return Commune.objects.create(
        numero=numero, nom=nom, libelle_tableau=nom, libelle_legende=nom, code_insee=f"3000{numero}"
    )


# --- Typing ----


@pytest.mark.parametrize(
    ("tape", "lu"),
    [
        ("1 234,56 €", Decimal("1234.56")),
        ("1234.5", Decimal("1234.50")),
        ("1\u202f234", Decimal(1234)),
        ("0", Decimal(0)),
        ("", None),
    ],
)
def test_les_montants_se_lisent_comme_on_les_ecrit(
    agent: Client, saisie: dict[str, Any], tape: str, lu: Decimal | None
) -> None:
    reponse = agent.post(
        AJOUT, saisie | {"subventions-0-montant_demande": tape, "_continue": "1"}, follow=True
    )

    assert Subvention.objects.get().montant_demande == lu
    champ = html.fromstring(reponse.content.decode()).get_element_by_id(
        "id_subventions-0-montant_demande"
    )
    montre = {"1 234,56 €": "1\u202f234,56", "1234.5": "1\u202f234,50", "1\u202f234": "1\u202f234"}
    assert champ.get("value") == montre.get(tape, tape or None)


@pytest.mark.parametrize("tape", ["1e5", "1.234 567", "mille", "-3", "1 23"])
def test_un_montant_illisible_est_refuse_en_disant_quoi_ecrire(
    agent: Client, saisie: dict[str, Any], tape: str
) -> None:
    reponse = agent.post(AJOUT, saisie | {"subventions-0-montant_demande": tape})

    assert texte(reponse, "//tr//ul[@class='errorlist']/li") == [
        f"« {tape} » n'est pas un montant : écrivez par exemple 1234,56 ou 1 234 €."
    ]
    assert not Action.objects.exists()


def test_ce_qui_manque_est_demande_en_toutes_lettres(agent: Client, saisie: dict[str, Any]) -> None:
    vides = ("exercice", "intitule", "porteur", "theme", "subventions-0-financeur")

    reponse = agent.post(AJOUT, saisie | dict.fromkeys(vides, ""))

    assert texte(reponse, "//ul[@class='errorlist']/li") == [
        "Choisissez un exercice ouvert.",
        "Donnez un intitulé à l'action.",
        "Indiquez qui porte l'action.",
        "Choisissez le thème de l'action.",
        "Choisissez le financeur, ou effacez les montants de cette ligne.",
    ]
    assert not Action.objects.exists()


def test_des_montants_en_desordre_sont_signales_et_enregistres(
    agent: Client, saisie: dict[str, Any]
) -> None:
    reponse = agent.post(
        AJOUT,
        saisie
        | {
            "subventions-0-montant_demande": "1000",
            "subventions-0-montant_accorde": "1200",
            "subventions-0-montant_verse": "1300",
        },
    )

    assert dits(reponse)[:2] == [
        "Conseil général : l'accordé dépasse le demandé (1\u202f200\u00a0€ pour 1\u202f000\u00a0€)."
        " Vérifiez ces montants.",
        "Conseil général : le versé dépasse l'accordé (1\u202f300\u00a0€ pour 1\u202f200\u00a0€)."
        " Vérifiez ces montants.",
    ]
    assert Subvention.objects.get().montant_verse == 1300


def test_un_quartier_d_une_autre_commune_est_refuse_avec_la_raison(
    agent: Client, saisie: dict[str, Any]
) -> None:
    ales, bagard = commune(1, "Alès"), commune(2, "Bagard")
    centre = Quartier.objects.create(commune=bagard, nom="Centre")

    reponse = agent.post(AJOUT, saisie | {"commune": ales.pk, "quartier": centre.pk})

    assert "Ce quartier est à Bagard, pas dans cette commune." in texte(
        reponse, "//ul[@class='errorlist']/li"
    )


def test_les_quartiers_proposes_sont_ceux_de_la_commune_choisie(agent: Client) -> None:
    ales, bagard = commune(1, "Alès"), commune(2, "Bagard")
    Quartier.objects.create(commune=ales, nom="Cévennes")
    Quartier.objects.create(commune=bagard, nom="Cèdres")
    demande = {"app_label": "actions", "model_name": "action", "field_name": "quartier"}

    reponse = agent.get("/admin/autocomplete/", demande | {"term": "ce", "commune": ales.pk})

    assert [choix["text"] for choix in reponse.json()["results"]] == ["Cévennes (Alès)"]


# --- Likely duplicates ----


@pytest.mark.parametrize(
    ("existante", "semblable"),
    [
        ("Ateliers d'écriture pour les enfants", True),
        ("ATELIERS D’ECRITURE, enfants", True),
        ("Atelier d'écriture pour enfants", True),
        ("Tournoi de football", False),
    ],
)
def test_un_doublon_probable_est_signale_avant_d_enregistrer(
    agent: Client, saisie: dict[str, Any], existante: str, semblable: bool
) -> None:
    creer(saisie, existante)

    reponse = agent.post(AJOUT, saisie)

    assert (reponse.status_code == 200) == semblable
    if semblable:
        assert texte(reponse, "//div[@class='doublons']//li") == [
            f"{existante} (transterritoriale)"
        ]


def test_on_passe_outre_un_doublon_probable(agent: Client, saisie: dict[str, Any]) -> None:
    creer(saisie, saisie["intitule"])

    assert agent.post(AJOUT, saisie | {"ignorer_doublons": "on"}).status_code == 302
    assert Action.objects.filter(intitule=saisie["intitule"]).count() == 2


def test_un_autre_porteur_ou_une_autre_annee_n_est_pas_un_doublon(
    agent: Client, saisie: dict[str, Any]
) -> None:
    creer(saisie, saisie["intitule"])
    autre = Organisme.objects.create(nom="Autre")

    assert agent.post(AJOUT, saisie | {"porteur": autre.pk}).status_code == 302


# --- A closed exercice ----


def test_une_action_d_un_exercice_clos_se_montre_sans_se_modifier(
    agent: Client, saisie: dict[str, Any]
) -> None:
    action = creer(saisie, "Ateliers")
    Subvention.objects.create(action=action, financeur=Financeur.objects.get())
    action.exercice.cloturer("Publié", Utilisateur.objects.get())

    page = agent.get(f"{LISTE}{action.pk}/change/")

    assert texte(page, "//p[@class='infoclos']") == [
        "L’exercice 2004 est clos : cette action se lit, elle ne se modifie pas."
    ]
    assert texte(page, "//input[@type='submit']") == []
    assert (
        html.fromstring(page.content.decode()).xpath("//input[@type='text' and @name!='q']") == []
    )
    assert agent.post(f"{LISTE}{action.pk}/change/", saisie).status_code == 403
    assert agent.post(f"{LISTE}{action.pk}/delete/", {"post": "yes"}).status_code == 403


def test_un_exercice_clos_n_est_pas_propose(agent: Client, saisie: dict[str, Any]) -> None:
    exercice = Exercice.objects.get()
    exercice.cloturer("Publié", Utilisateur.objects.get())

    page = agent.get(AJOUT)
    refus = agent.post(AJOUT, saisie)

    assert texte(page, "//select[@name='exercice']/option") == []
    assert texte(page, "//p[@class='infoclos']") == [
        "Aucun exercice n’est ouvert : ouvrez-en un, ou rouvrez-en un, avant de saisir une action."
    ]
    assert refus.status_code == 200
    assert not Action.objects.exists()


def test_une_selection_laisse_les_exercices_clos(agent: Client, saisie: dict[str, Any]) -> None:
    action = creer(saisie, "Ateliers")
    action.exercice.cloturer("Publié", Utilisateur.objects.get())

    reponse = agent.post(
        LISTE,
        {"action": "changer_le_statut", "_selected_action": action.pk, "_confirmer": "1"}
        | {"statut": "ACCORDEE"},
    )

    assert dits(reponse) == [
        "0 action modifiée.",
        "1 action d'un exercice clos : laissée telle quelle.",
    ]


def test_ce_que_la_base_refuse_se_dit_clairement(agent: Client, saisie: dict[str, Any]) -> None:
    """The exercice closes between the check and the write."""
    action = creer(saisie, "Ateliers")
    Exercice.objects.filter(pk=action.exercice_id).update(clos=True)

    with pytest.MonkeyPatch.context() as sans_controle:
        sans_controle.setattr("actions.admin.action._ouverte", lambda action: True)
        reponse = agent.post(f"{LISTE}{action.pk}/delete/", {"post": "yes"})

    (message,) = dits(reponse)
    assert message.endswith(
        "est clos : rien n'a été enregistré. Pour corriger ses actions, demandez à la "
        "coordination de le rouvrir."
    )
    assert Action.objects.exists()


# --- The list ----


def test_la_recherche_ignore_accents_et_majuscules(agent: Client, saisie: dict[str, Any]) -> None:
    creer(saisie, "École du cirque")
    creer(saisie, "Tournoi")

    trouvees = texte(agent.get(LISTE, {"q": "ECOLE"}), "//th[contains(@class,'field-intitule')]")

    assert trouvees == ["École du cirque"]


def test_la_liste_montre_les_montants_et_leurs_totaux(
    agent: Client, saisie: dict[str, Any]
) -> None:
    cg = Financeur.objects.get()
    etat = Financeur.objects.create(code="ETAT", nom="État")
    une, autre = creer(saisie, "Une"), creer(saisie, "Autre")
    Subvention.objects.create(action=une, financeur=cg, montant_accorde=Decimal("1000.50"))
    Subvention.objects.create(action=une, financeur=etat, montant_accorde=Decimal(200))
    Subvention.objects.create(action=autre, financeur=cg, montant_accorde=Decimal(0))
    creer(saisie, "Sans plan")

    page = agent.get(LISTE)

    assert dict(
        zip(
            texte(page, "//th[contains(@class,'field-intitule')]"),
            texte(page, "//td[contains(@class,'field-accorde')]"),
            strict=True,
        )
    ) == {"Une": "1 200,50 €", "Autre": "0 €", "Sans plan": ""}
    assert texte(page, "//p[@class='totaux']") == [
        "3 lignes – crédits de fonctionnement : demandé —, accordé 1 200,50 €, versé —"
    ]


def remplir(saisie: dict[str, Any], actions: int, lignes: int) -> Action:
    financeurs = [
        Financeur.objects.create(code=f"F{rang}", nom=f"Financeur {rang}") for rang in range(lignes)
    ]
    for rang in range(actions):
        action = creer(saisie, f"Action {rang} {chr(65 + rang) * 9}")
        Subvention.objects.bulk_create(
            Subvention(action=action, financeur=financeur) for financeur in financeurs
        )
    return action


@pytest.mark.parametrize("actions", [1, 30])
def test_la_liste_demande_autant_pour_une_action_que_pour_trente(
    agent: Client,
    saisie: dict[str, Any],
    actions: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    remplir(saisie, actions, 2)
    agent.get(LISTE)

    with django_assert_num_queries(LISTE_REQUETES):
        agent.get(LISTE)


@pytest.mark.parametrize("lignes", [1, 40])
def test_la_page_demande_autant_pour_une_subvention_que_pour_quarante(
    agent: Client,
    saisie: dict[str, Any],
    lignes: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    action = remplir(saisie, 1, lignes)
    agent.get(f"{LISTE}{action.pk}/change/")

    with django_assert_num_queries(PAGE_REQUETES):
        page = agent.get(f"{LISTE}{action.pk}/change/")

    assert len(texte(page, "//tr[contains(@class,'has_original')]")) == lignes


# Session, account, messages and the page itself: what matters is that they don't grow.
LISTE_REQUETES = 16  # those of the filters included, a query each
PAGE_REQUETES = 15


# --- Several at once ----


def test_le_statut_d_une_selection_change_et_reste_dans_l_historique(
    agent: Client, saisie: dict[str, Any]
) -> None:
    une, autre = creer(saisie, "Une"), creer(saisie, "Autre")
    choix = {"action": "changer_le_statut", "_selected_action": [une.pk, autre.pk]}

    page = agent.post(LISTE, choix | SELECTION)
    assert texte(page, "//h1") == ["Changer le statut"]
    assert texte(page, "//h2[contains(., 'action')]") == ["2 actions"]
    reponse = agent.post(LISTE, choix | {"_confirmer": "1", "statut": "ACCORDEE"})

    (dit,) = dits(reponse)
    assert dit.startswith("2 actions modifiées. <a href=")
    assert set(Action.objects.values_list("statut", flat=True)) == {"ACCORDEE"}
    assert une.historique.first().history_user.username == "agent"


def test_une_liste_entiere_se_choisit_sans_nommer_chacune(
    agent: Client, saisie: dict[str, Any]
) -> None:
    remplir(saisie, 3, 0)
    choix = {"action": "changer_le_statut", "_selected_action": [Action.objects.first().pk]}  # type: ignore[union-attr]

    page = agent.post(LISTE, choix | SELECTION | {"select_across": "1"})
    assert texte(page, "//h2[contains(., 'action')]") == ["3 actions"]
    (forme,) = html.fromstring(page.content.decode()).xpath("//form[.//input[@name='_confirmer']]")
    confirmation = {nom: valeur for nom, valeur in forme.form_values() if nom != "statut"}
    agent.post(LISTE, confirmation | {"statut": "ACCORDEE"})

    assert set(Action.objects.values_list("statut", flat=True)) == {"ACCORDEE"}


def test_dans_la_liste_le_statut_d_un_exercice_clos_se_montre_sans_se_modifier(
    agent: Client, saisie: dict[str, Any]
) -> None:
    action = creer(saisie, "Ateliers")
    action.exercice.cloturer("Publié", Utilisateur.objects.get())

    page = html.fromstring(agent.get(LISTE).content.decode())

    (statut,) = page.xpath("//select[@name='form-0-statut']")
    assert statut.get("disabled") is not None


def test_un_axe_s_ajoute_a_une_selection(agent: Client, saisie: dict[str, Any]) -> None:
    une, autre = creer(saisie, "Une"), creer(saisie, "Autre")
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    une.axes.add(AxeTransversal.objects.create(numero=2, titre="Sport"))

    agent.post(
        LISTE,
        {"action": "ajouter_un_axe", "_selected_action": [une.pk], "_confirmer": "1"}
        | {"axe": axe.pk},
    )

    assert [a.numero for a in une.axes.all()] == [1, 2]
    assert not autre.axes.exists()


def test_une_selection_s_exporte_pour_excel(agent: Client, saisie: dict[str, Any]) -> None:
    une = creer(saisie, "=SOMME(A1)")
    creer(saisie, "Autre")
    Subvention.objects.create(
        action=une, financeur=Financeur.objects.get(), montant_accorde=Decimal("1000.50")
    )

    reponse = agent.post(LISTE, {"action": "exporter", "_selected_action": [une.pk]} | SELECTION)

    contenu = b"".join(reponse.streaming_content).decode()  # type: ignore[attr-defined]
    entetes, ligne, total = contenu.removeprefix("\ufeff").splitlines()
    assert dict(zip(entetes.split(";"), ligne.split(";"), strict=True))["Accordé"] == "1000,50"
    assert ligne.startswith("'=SOMME(A1);")
    assert total.startswith("Total : 1 ligne;")


def test_une_selection_se_reconduit_sur_une_autre_annee(
    agent: Client, saisie: dict[str, Any]
) -> None:
    suivant = Exercice.objects.create(annee=2005)
    une = creer(saisie, "Une", description="Le mercredi", statut="REALISEE")
    une.axes.add(AxeTransversal.objects.create(numero=1, titre="Lecture"))
    Subvention.objects.create(
        action=une,
        financeur=Financeur.objects.get(),
        credit="DROIT_COMMUN",
        montant_accorde=Decimal(1000),
    )
    choix = {
        "action": "renouveler_la_selection",
        "_selected_action": [une.pk],
        "_confirmer": "1",
        "exercice": suivant.pk,
    }

    assert dits(agent.post(LISTE, choix)) == ["1 action renouvelée en 2005."]
    assert dits(agent.post(LISTE, choix))[-2:] == [
        "0 action renouvelée en 2005.",
        "« Une » n'est pas renouvelée : elle est déjà renouvelée en 2005.",
    ]

    copie = Action.objects.get(exercice=suivant)
    assert (copie.renouvelee_de, copie.intitule, copie.description) == (une, "Une", "Le mercredi")
    assert (copie.statut, copie.provenance) == ("DEPOSEE", "SAISIE")
    assert [axe.numero for axe in copie.axes.all()] == [1]
    (ligne,) = copie.subventions.all()
    assert (ligne.credit, ligne.montant_demande, ligne.montant_accorde) == (
        "DROIT_COMMUN",
        None,
        None,
    )
