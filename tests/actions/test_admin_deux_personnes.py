"""Two people open one action; the second to save is told, and chooses."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from lxml import html

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.admin import AdminSuivi
from suivi.versions import Versionne
from territoires.models import Commune, Organisme

pytestmark = pytest.mark.django_db
LISTE = "/admin/actions/action/"
Champs = dict[str, list[str]]


@pytest.fixture
def action() -> Action:
    commune = Commune.objects.create(
        numero=1, nom="Alès", libelle_tableau="Alès", libelle_legende="Alès", code_insee="30007"
    )
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers de lecture",
        porteur=Organisme.objects.create(nom="Lire ensemble"),
        commune=commune,
    )
    for ordre, code in enumerate(("CG", "ETAT")):
        Subvention.objects.create(
            action=action,
            financeur=Financeur.objects.create(code=code, nom=code, ordre=ordre),
            montant_demande=Decimal(1000),
        )
    Financeur.objects.create(code="FASILD", nom="FASILD", ordre=3)
    return action


def personne(nom: str) -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser(nom))
    return client


@pytest.fixture
def alice() -> Client:
    return personne("alice")


@pytest.fixture
def bruno() -> Client:
    return personne("bruno")


def page(action: Action) -> str:
    return f"{LISTE}{action.pk}/change/"


def champs(reponse: Any, formulaire: str) -> Champs:
    """What a browser would send of a form, untouched."""
    (forme,) = html.fromstring(reponse.content.decode()).xpath(formulaire)
    envoyes: Champs = {}
    for nom, valeur in forme.form_values():
        envoyes.setdefault(nom, []).append(valeur)
    return {nom: valeurs for nom, valeurs in envoyes.items() if "__prefix__" not in nom}


def ouvrir(client: Client, action: Action) -> Champs:
    return champs(client.get(page(action)), "//form[@id='action_form']")


def enregistrer(client: Client, action: Action, saisie: Champs, **change: str) -> Any:
    valeurs = {nom.replace("__", "-"): [valeur] for nom, valeur in change.items()}
    return client.post(page(action), saisie | valeurs)


def tableau(reponse: Any) -> list[tuple[str, str, str, str]]:
    """The differences shown: field, mine, theirs, and which is proposed."""
    lignes = html.fromstring(reponse.content.decode()).xpath("//table//tbody/tr")
    return [
        (
            *(re.sub(r"\s+", " ", cellule.text_content()).strip() for cellule in ligne),
            ligne.xpath(".//input[@checked]/@value")[0],
        )
        for ligne in lignes
    ]


def test_le_second_a_enregistrer_voit_les_deux_et_rien_n_est_ecrit(
    action: Action, alice: Client, bruno: Client
) -> None:
    a_alice, a_bruno = ouvrir(alice, action), ouvrir(bruno, action)

    premiere = enregistrer(
        alice,
        action,
        a_alice,
        intitule="Ateliers d'écriture",
        subventions__0__montant_accorde="800",
    )
    seconde = enregistrer(
        bruno,
        action,
        a_bruno,
        public="Enfants",
        intitule="Ateliers de conte",
        subventions__1__montant_accorde="1 234,50 €",
    )

    assert premiere.status_code == 302
    assert seconde.status_code == 409
    assert tableau(seconde) == [
        ("Intitulé", "Ateliers de conte", "Ateliers d'écriture", "mien"),
        ("Public visé", "Enfants", "—", "mien"),
        ("Subvention « CG » : Accordé", "—", "800 €", "leur"),
        ("Subvention « ETAT » : Accordé", "1 234,50 €", "—", "mien"),
    ]
    assert "alice, le " in seconde.content.decode()
    action.refresh_from_db()
    assert (action.intitule, action.public) == ("Ateliers d'écriture", "")


def test_le_choix_s_enregistre_champ_par_champ(
    action: Action, alice: Client, bruno: Client
) -> None:
    a_alice, a_bruno = ouvrir(alice, action), ouvrir(bruno, action)
    enregistrer(
        alice,
        action,
        a_alice,
        intitule="Ateliers d'écriture",
        subventions__0__montant_accorde="800",
    )
    conflit = enregistrer(
        bruno, action, a_bruno, intitule="Conte", subventions__1__montant_accorde="500"
    )
    choix = champs(conflit, "//form[.//input[@name='_arbitrage']]")
    choix["_choix-intitule"] = ["leur"]

    reponse = bruno.post(page(action), choix)

    assert reponse.status_code == 302
    action.refresh_from_db()
    assert action.intitule == "Ateliers d'écriture"
    assert montants(action) == {"CG": Decimal(800), "ETAT": Decimal(500)}


@pytest.mark.parametrize(
    ("tout", "intitule", "accordes"),
    [
        ("mien", "Conte", {"CG": None, "ETAT": Decimal(500)}),
        ("leur", "Écriture", {"CG": Decimal(800), "ETAT": None}),
    ],
)
def test_tout_le_mien_ou_tout_le_leur(
    action: Action,
    alice: Client,
    bruno: Client,
    tout: str,
    intitule: str,
    accordes: dict[str, Decimal | None],
) -> None:
    a_alice, a_bruno = ouvrir(alice, action), ouvrir(bruno, action)
    enregistrer(alice, action, a_alice, intitule="Écriture", subventions__0__montant_accorde="800")
    conflit = enregistrer(
        bruno, action, a_bruno, intitule="Conte", subventions__1__montant_accorde="500"
    )
    choix = champs(conflit, "//form[.//input[@name='_arbitrage']]")

    bruno.post(page(action), choix | {"_tout": [tout]})

    action.refresh_from_db()
    assert action.intitule == intitule
    assert montants(action) == accordes


def test_les_lignes_ajoutees_et_supprimees_par_l_autre_se_voient(
    action: Action, alice: Client, bruno: Client
) -> None:
    a_bruno = ouvrir(bruno, action)
    Subvention.objects.get(financeur__code="CG").delete()
    Subvention.objects.create(action=action, financeur=Financeur.objects.get(code="FASILD"))

    conflit = enregistrer(bruno, action, a_bruno, subventions__0__montant_accorde="800")

    assert tableau(conflit) == [
        ("Subvention « FASILD »", "absente", "ajoutée", "leur"),
        ("Subvention que l'autre personne a supprimée", "gardée", "supprimée", "mien"),
    ]
    choix = champs(conflit, "//form[.//input[@name='_arbitrage']]")
    assert bruno.post(page(action), choix).status_code == 302
    assert montants(action) == {"CG": Decimal(800), "ETAT": None, "FASILD": None}


def test_un_troisieme_enregistrement_entre_temps_est_encore_refuse(
    action: Action, alice: Client, bruno: Client
) -> None:
    a_bruno = ouvrir(bruno, action)
    Action.objects.update(intitule="Premier")
    choix = champs(
        enregistrer(bruno, action, a_bruno, intitule="Conte"),
        "//form[.//input[@name='_arbitrage']]",
    )
    Action.objects.update(intitule="Second")

    reponse = bruno.post(page(action), choix)

    assert tableau(reponse) == [("Intitulé", "Conte", "Second", "mien")]


def test_un_formulaire_qui_a_perdu_sa_version_est_refuse(action: Action, alice: Client) -> None:
    saisie = ouvrir(alice, action)
    del saisie[f"_version-{action.pk}"]

    assert enregistrer(alice, action, saisie, intitule="Conte").status_code == 409


def test_une_faute_garde_au_formulaire_la_version_dont_il_part(
    action: Action, alice: Client
) -> None:
    saisie = ouvrir(alice, action)
    version = saisie[f"_version-{action.pk}"]

    refusee = enregistrer(alice, action, saisie, subventions__0__montant_accorde="mille")

    assert "« mille » n&#x27;est pas un montant" in refusee.content.decode()
    corrigee = champs(refusee, "//form[@id='action_form']")
    assert corrigee[f"_version-{action.pk}"] == version
    assert (
        enregistrer(
            alice, action, corrigee, subventions__0__montant_accorde="1 000,00 €"
        ).status_code
        == 302
    )
    assert montants(action) == {"CG": Decimal(1000), "ETAT": None}


# --- The list ----


@pytest.fixture
def autre(action: Action) -> Action:
    return Action.objects.create(
        exercice=action.exercice, theme=action.theme, intitule="Théâtre", porteur=action.porteur
    )


def statuts() -> dict[str, str]:
    return dict(Action.objects.values_list("intitule", "statut"))


def rang(saisie: Champs, action: Action) -> str:
    return next(nom for nom, v in saisie.items() if nom.endswith("-id") and v == [str(action.pk)])[
        : -len("-id")
    ]


def modifier_la_liste(client: Client, saisie: Champs, action: Action, statut: str) -> Any:
    place = rang(saisie, action)
    return client.post(LISTE, saisie | {f"{place}-statut": [statut], "_save": ["1"]})


def ouvrir_la_liste(client: Client) -> Champs:
    return champs(client.get(LISTE), "//form[@id='changelist-form']")


def test_dans_la_liste_la_seconde_personne_le_sait_aussi(
    action: Action, autre: Action, alice: Client, bruno: Client
) -> None:
    a_alice, a_bruno = ouvrir_la_liste(alice), ouvrir_la_liste(bruno)

    assert modifier_la_liste(alice, a_alice, action, "ACCORDEE").status_code == 302
    conflit = modifier_la_liste(bruno, a_bruno, action, "REFUSEE")

    assert conflit.status_code == 409
    assert tableau(conflit) == [("« Ateliers de lecture » : Statut", "Refusée", "Accordée", "mien")]
    assert statuts() == {"Ateliers de lecture": "ACCORDEE", "Théâtre": "DEPOSEE"}
    choix = champs(conflit, "//form[.//input[@name='_arbitrage']]")
    assert bruno.post(LISTE, choix).status_code == 302
    assert statuts() == {"Ateliers de lecture": "REFUSEE", "Théâtre": "DEPOSEE"}


def test_dans_la_liste_les_lignes_non_touchees_cedent(
    action: Action, autre: Action, alice: Client, bruno: Client
) -> None:
    a_alice, a_bruno = ouvrir_la_liste(alice), ouvrir_la_liste(bruno)

    modifier_la_liste(alice, a_alice, action, "ACCORDEE")
    reponse = modifier_la_liste(bruno, a_bruno, autre, "REFUSEE")

    assert reponse.status_code == 302
    assert statuts() == {"Ateliers de lecture": "ACCORDEE", "Théâtre": "REFUSEE"}


# --- The control: without the guard, the first edit is lost ----


@pytest.fixture
def sans_garde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Versionne, "prendre", lambda self, version: None)
    monkeypatch.setattr("suivi.admin._version_lue", lambda request, objet: objet.version)
    monkeypatch.setattr(AdminSuivi, "_reprendre_les_lignes_intactes", lambda *args: None)


@pytest.mark.usefixtures("sans_garde")
def test_temoin_sans_la_garde_la_premiere_saisie_est_perdue(
    action: Action, autre: Action, alice: Client, bruno: Client
) -> None:
    a_alice, a_bruno = ouvrir(alice, action), ouvrir(bruno, action)
    enregistrer(alice, action, a_alice, intitule="Écriture", subventions__0__montant_accorde="800")
    enregistrer(bruno, action, a_bruno, public="Enfants")
    action.refresh_from_db()
    assert (action.intitule, action.public) == ("Ateliers de lecture", "Enfants")
    assert montants(action) == {"CG": None, "ETAT": None}

    la_liste, la_meme = ouvrir_la_liste(alice), ouvrir_la_liste(bruno)
    modifier_la_liste(alice, la_liste, action, "ACCORDEE")
    modifier_la_liste(bruno, la_meme, autre, "REFUSEE")
    assert statuts() == {"Ateliers de lecture": "DEPOSEE", "Théâtre": "REFUSEE"}


def montants(action: Action) -> dict[str, Decimal | None]:
    return dict(action.subventions.values_list("financeur__code", "montant_accorde"))
