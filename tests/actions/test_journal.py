"""The journal: who changed what since Monday, and by how many euros."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from actions.journal import Demande, Journal
from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Organisme
from tests.actions.test_admin import commune

pytestmark = pytest.mark.django_db
JOURNAL = "/journal/"


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent", first_name="Inès"))
    return client


@pytest.fixture
def ludotheque() -> Action:
    """An action of Alès with one line, written a month ago."""
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        porteur=Organisme.objects.create(nom="Lire ensemble"),
        commune=commune(1, "Alès"),
        intitule="Ludothèque",
    )
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.create(code="CG", nom="Conseil général"),
        montant_demande=1000,
        montant_accorde=None,
    )
    vieillir()
    return action


def vieillir(jours: int = 30) -> None:
    """All that is kept so far was written that long ago."""
    avant = timezone.now() - timedelta(days=jours)
    for modele in (Action, Subvention):
        modele.historique.update(history_date=avant)


def accorder(action: Action, montant: Any) -> None:
    ligne = action.subventions.get()
    ligne.montant_accorde = montant
    ligne.save()


def texte(page: Any) -> str:
    contenu = re.search(r"<main.*?</main>", page.content.decode(), re.S)
    assert contenu is not None
    nu = re.sub(r"<[^>]+>", " ", contenu[0]).replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", nu).replace(" :", ":").replace(":", " :")


def test_depuis_lundi_on_lit_ce_qui_a_change_et_de_combien(
    agent: Client, ludotheque: Action
) -> None:
    accorder(ludotheque, Decimal("1200.50"))
    ludotheque.statut = Action.Statut.ACCORDEE
    ludotheque.save()
    lu = texte(agent.get(JOURNAL))
    assert "2 changements, 1 action – accordé : +1 200,50 €" in lu
    assert "Statut : Déposée → Accordée" in lu
    assert "subvention Conseil général : modification Accordé : — → 1 200,50 €" in lu
    assert "Ludothèque" in lu
    assert "création" not in lu.split("Exporter")[1]


def test_rien_depuis_lundi_le_dit_et_propose_plus_loin(agent: Client, ludotheque: Action) -> None:
    lu = texte(agent.get(JOURNAL))
    assert "Rien n’a changé" in lu
    assert "création" in texte(agent.get(f"{JOURNAL}?periode=tout")).split("Exporter")[1]


@pytest.mark.parametrize(
    ("filtre", "dits"),
    [
        ("champ=accorde", ["Accordé"]),
        ("champ=statut", ["Statut"]),
        ("champ=demande", []),
        ("genre=-", []),
        ("exercice=2004", ["Statut", "Accordé"]),
        ("exercice=2005", []),
    ],
)
def test_on_filtre_par_champ_par_annee_et_par_nature(
    agent: Client, ludotheque: Action, filtre: str, dits: list[str]
) -> None:
    Exercice.objects.create(annee=2005)
    accorder(ludotheque, 50)
    ludotheque.statut = Action.Statut.ACCORDEE
    ludotheque.save()
    lu = texte(agent.get(f"{JOURNAL}?{filtre}"))
    suite = lu.partition("Exporter")[2]
    assert [dit for dit in ("Statut", "Accordé") if f"{dit} :" in suite] == dits


def test_par_qui_et_a_quelle_commune(agent: Client, ludotheque: Action) -> None:
    autre = Client()
    marc = Utilisateur.objects.create_superuser("marc")
    autre.force_login(marc)
    for client, statut in ((agent, "ACCORDEE"), (autre, "REALISEE")):
        client.post(
            "/admin/actions/action/",
            {"action": "changer_le_statut", "_selected_action": [ludotheque.pk]}
            | {"_confirmer": "1", "statut": statut},
        )
    lu = texte(agent.get(f"{JOURNAL}?personne={marc.pk}")).partition("Exporter")[2]
    assert "Accordée → Réalisée" in lu
    assert "Déposée → Accordée" not in lu
    ales = ludotheque.commune
    bagard = commune(2, "Bagard")
    assert ales is not None
    assert "Réalisée" in texte(agent.get(f"{JOURNAL}?commune={ales.pk}")).partition("Exporter")[2]
    assert "Rien n’a changé" in texte(agent.get(f"{JOURNAL}?commune={bagard.pk}"))


def test_une_action_demenagee_reste_lue_la_ou_elle_etait(agent: Client, ludotheque: Action) -> None:
    """A limited account reads what was written while the action was in its communes."""
    ales, bagard = ludotheque.commune, commune(2, "Bagard")
    assert ales is not None
    accorder(ludotheque, 300)
    ludotheque.commune = bagard
    ludotheque.save()
    accorder(ludotheque, 777)
    for lieu, vus in ((ales, ["300"]), (bagard, ["777"])):
        compte = Utilisateur.objects.create_user(f"agent-{lieu.nom}")
        compte.communes.add(lieu)
        client = Client()
        client.force_login(compte)
        lu = texte(client.get(JOURNAL)).partition("Exporter")[2]
        apres = re.findall(r"Accordé : .*?→ (\d+)", lu)
        assert apres == vus


def test_une_suppression_reste_au_journal_avec_son_argent(
    agent: Client, ludotheque: Action
) -> None:
    accorder(ludotheque, 300)
    vieillir()
    ludotheque.delete()
    lu = texte(agent.get(JOURNAL))
    assert "demandé : −1 000 €" in lu
    assert "accordé : −300 €" in lu
    assert "Ludothèque (supprimée)" in lu


def test_un_grand_changement_ne_noie_pas_les_autres(
    agent: Client, ludotheque: Action, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    moment = timezone.now()
    for rang in range(40):
        ludotheque.pk = None
        ludotheque.intitule = f"Copie {rang}"
        ludotheque.save()
    Action.historique.filter(intitule__startswith="Copie").update(
        history_date=moment, history_change_reason="Import n° 12"
    )
    with django_assert_max_num_queries(40):
        lu = texte(agent.get(JOURNAL))
    assert "Import n° 12 : 40 actions." in lu
    assert lu.count("Copie") == 2 * 10  # its link, its title
    assert "et 30 écritures de plus, du même moment" in lu
    seul = agent.get(JOURNAL, {"moment": moment.isoformat()})
    assert texte(seul).count("Copie") == 2 * 40
    assert "Rien n’a changé" in texte(agent.get(f"{JOURNAL}?sans_imports=on"))


def test_le_fichier_dit_une_ligne_par_champ_et_ses_sommes(
    agent: Client, ludotheque: Action
) -> None:
    accorder(ludotheque, Decimal("0.30"))
    ludotheque.intitule = "=cmd|' /C calc'!A0"
    ludotheque.save()
    contenu = b"".join(agent.get(f"{JOURNAL}?_export=csv")).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(contenu), delimiter=";"))
    assert [(li["Champ"], li["Avant"], li["Après"]) for li in lignes[:2]] == [
        ("intitulé", "Ludothèque", "'=cmd|' /C calc'!A0"),
        ("accordé", "—", "0,30\u00a0€"),
    ]
    assert (lignes[2]["Action"], lignes[2]["Accordé, différence"]) == ("Total", "0,30")


@pytest.mark.parametrize(
    "adresse",
    [
        "?periode=siecle",
        "?du=2026-13-45",
        "?du=2026-02-02&au=2026-01-01",
        "?commune=999",
        "?moment=9999-99-99",
        "?moment=0001-01-01T00:00:00%2B14:00",
        "?champ=version",
    ],
)
def test_une_demande_impossible_se_dit(agent: Client, adresse: str) -> None:
    page = agent.get(f"{JOURNAL}{adresse}")
    assert page.status_code == 400
    assert "Le journal n’est pas affiché" in texte(page)


def test_les_differences_s_ajoutent_au_centime(ludotheque: Action) -> None:
    for montant in ("0.10", "0.30", None, "0.20"):
        accorder(ludotheque, montant and Decimal(montant))
    ecritures = list(Journal(Demande()).ecritures())
    somme = sum((e.differences.get("accorde", Decimal(0)) for e in ecritures), Decimal(0))
    assert Journal(Demande()).differences()["accorde"] == somme == Decimal("0.20")
