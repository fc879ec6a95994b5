"""A year begins from the last one: chosen, seen, then made; and pages stay on what is filled."""

import re
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Organisme
from tests.actions.test_admin import commune

pytestmark = pytest.mark.django_db
PAGE = "/actions/renouveler/2005/"


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


@pytest.fixture
def annees() -> tuple[Exercice, Exercice]:
    """2004 with three actions, one of them refused; 2005 open and empty."""
    avant, apres = (Exercice.objects.create(annee=annee) for annee in (2004, 2005))
    theme = Theme.objects.create(numero=1, nom="Culture")
    porteur = Organisme.objects.create(nom="Lire ensemble")
    financeur = Financeur.objects.create(code="CG", nom="Conseil général")
    for numero, (intitule, statut) in enumerate(
        (("Ludothèque", "ACCORDEE"), ("Ciné-club", "REALISEE"), ("Rallye", "REFUSEE")), 1
    ):
        action = Action.objects.create(
            exercice=avant,
            theme=theme,
            porteur=porteur,
            commune=commune(numero, f"Commune {numero}"),
            intitule=intitule,
            statut=statut,
        )
        Subvention.objects.create(
            action=action, financeur=financeur, montant_demande=1000, montant_accorde=800
        )
    return avant, apres


def cochees(page: Any) -> dict[str, bool]:
    """Each action offered, and whether it is ticked."""
    lues = re.findall(
        r'name="action" value="(\d+)" id="a\d+" (checked)?', page.content.decode().replace("\n", "")
    )
    return {Action.objects.get(pk=cle).intitule: bool(coche) for cle, coche in lues}


def test_on_choisit_on_voit_puis_on_renouvelle(
    agent: Client, annees: tuple[Exercice, Exercice]
) -> None:
    assert cochees(agent.get(PAGE)) == {"Ludothèque": True, "Ciné-club": True, "Rallye": False}
    choix = {"action": list(Action.objects.exclude(statut="REFUSEE").values_list("pk", flat=True))}
    apercu = agent.post(PAGE, choix).content.decode()
    assert "2 actions" in apercu
    assert "Culture&nbsp;: 2" in apercu
    assert not Action.objects.filter(exercice=annees[1]).exists()
    reponse = agent.post(PAGE, choix | {"_confirmer": "1"}, follow=True)
    assert "2 actions renouvelées en 2005." in reponse.content.decode()
    faites = Action.objects.filter(exercice=annees[1])
    assert {a.intitule for a in faites} == {"Ludothèque", "Ciné-club"}
    montants = Subvention.objects.filter(action__in=faites)
    assert {(s.montant_demande, s.montant_accorde) for s in montants} == {(None, None)}


def test_renouveler_deux_fois_ne_double_rien(
    agent: Client, annees: tuple[Exercice, Exercice]
) -> None:
    choix = {"action": list(Action.objects.values_list("pk", flat=True)), "_confirmer": "1"}
    agent.post(PAGE, choix)
    page = agent.get(PAGE)
    assert cochees(page) == {}
    assert page.content.decode().count("déjà renouvelée en 2005") == 3
    agent.post(PAGE, choix)
    assert Action.objects.filter(exercice=annees[1]).count() == 3


def test_un_exercice_clos_ne_se_remplit_pas(
    agent: Client, annees: tuple[Exercice, Exercice]
) -> None:
    annees[1].cloturer("Voté", Utilisateur.objects.get())
    assert "est clos" in agent.get(PAGE).content.decode()
    agent.post(PAGE, {"action": [Action.objects.first().pk], "_confirmer": "1"})  # type: ignore[union-attr]
    assert not Action.objects.filter(exercice=annees[1]).exists()


@pytest.mark.parametrize("cle", ["0", "abc", "9" * 40, ""])
def test_ce_qui_n_est_pas_une_action_ne_se_renouvelle_pas(
    agent: Client, annees: tuple[Exercice, Exercice], cle: str
) -> None:
    agent.post(PAGE, {"action": [cle], "_confirmer": "1"})
    assert not Action.objects.filter(exercice=annees[1]).exists()


def test_un_compte_limite_ne_renouvelle_que_chez_lui(annees: tuple[Exercice, Exercice]) -> None:
    agente = Utilisateur.objects.create_superuser("agente")
    agente.is_superuser = False
    agente.save()
    from django.contrib.auth.models import Permission

    agente.user_permissions.add(Permission.objects.get(codename="add_action"))
    agente.communes.add(Action.objects.get(intitule="Ciné-club").commune)  # type: ignore[arg-type]
    client = Client()
    client.force_login(agente)
    assert cochees(client.get(PAGE)) == {"Ciné-club": True}
    client.post(
        PAGE,
        {"action": list(Action.objects.values_list("pk", flat=True)), "_confirmer": "1"},
    )
    assert [a.intitule for a in Action.objects.filter(exercice=annees[1])] == ["Ciné-club"]


def test_ouvrir_une_annee_n_envoie_personne_vers_des_zeros(
    agent: Client, annees: tuple[Exercice, Exercice]
) -> None:
    assert "Tableau de bord 2004" in agent.get("/").content.decode()
    assert "Actions 2004" in agent.get("/actions/").content.decode()
    assert "Communes 2004" in agent.get("/communes/").content.decode()
    assert agent.get("/bilan/")["Location"] == "/bilan/2004/"
    vide = agent.get("/?exercice=2005").content.decode()
    assert "n’a encore aucune action" in vide
    for geste in ("Saisir une action", "Importer un tableur", "Renouveler l’an dernier"):
        assert geste in vide
        assert geste in agent.get("/actions/?exercice=2005").content.decode()


def test_un_compte_limite_reste_sur_la_derniere_annee_ou_il_voit_quelque_chose(
    annees: tuple[Exercice, Exercice],
) -> None:
    ailleurs = Action.objects.get(intitule="Ludothèque")
    ailleurs.pk, ailleurs.exercice = None, annees[1]
    ailleurs.save()
    agente = Utilisateur.objects.create_user("agente")
    agente.communes.add(Action.objects.get(intitule="Ciné-club").commune)  # type: ignore[arg-type]
    client = Client()
    client.force_login(agente)
    assert "Tableau de bord 2004" in client.get("/").content.decode()
    assert "Actions 2004" in client.get("/actions/").content.decode()


def test_le_bilan_mene_a_celui_des_autres_annees(
    agent: Client, annees: tuple[Exercice, Exercice]
) -> None:
    page = agent.get("/bilan/2004/").content.decode()
    assert 'href="/bilan/2005/"' in page
    assert re.search(r'href="/bilan/2004/" aria-current="true"', page)
