"""Rows written in bulk leave the same history as rows written one by one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.masse import EcritureSuivie, inserer, lots, verser
from territoires.models import Organisme

MOMENT = datetime(2005, 3, 1, 10, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia() -> Utilisateur:
    return Utilisateur.objects.create_user("nadia")


@pytest.fixture
def action() -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        intitule="Ateliers",
        theme=Theme.objects.create(numero=1, nom="Culture"),
    )


def test_ce_qui_est_ecrit_en_masse_dit_qui_quand_et_pourquoi(nadia: Utilisateur) -> None:
    suivie = EcritureSuivie(nadia, MOMENT, "Import n° 1")
    organismes = [Organisme(nom=f"Association {n}") for n in range(3)]
    pks = suivie.creer(organismes)
    for organisme in organismes[:2]:
        organisme.nom += " bis"
    suivie.modifier(organismes[:2], ["nom"])
    suivie.supprimer(Organisme, pks[:1])
    assert list(Organisme.objects.order_by("pk").values_list("pk", "nom")) == [
        (pks[1], "Association 1 bis"),
        (pks[2], "Association 2"),
    ]
    gardees = Organisme.historique.order_by("history_id")
    assert list(gardees.values_list("id", "history_type", "nom")) == [
        (pks[0], "+", "Association 0"),
        (pks[1], "+", "Association 1"),
        (pks[2], "+", "Association 2"),
        (pks[0], "~", "Association 0 bis"),
        (pks[1], "~", "Association 1 bis"),
        (pks[0], "-", "Association 0 bis"),
    ]
    assert set(gardees.values_list("history_user", "history_date", "history_change_reason")) == {
        (nadia.pk, MOMENT, "Import n° 1")
    }


def test_les_liens_sont_gardes_avec_la_derniere_ligne(action: Action) -> None:
    suivie = EcritureSuivie(None, MOMENT, "Import n° 2")
    axes = [AxeTransversal.objects.create(numero=n, titre=f"Axe {n}") for n in (1, 2)]
    action.axes.set(axes)
    suivie.garder(Action, [action.pk], "~")
    suivie.garder_liens(Action, "axes", [action.pk])
    derniere = Action.historique.order_by("-history_id").first()
    assert derniere is not None
    liens = derniere.axes.order_by("axetransversal_id").values_list("axetransversal_id", flat=True)
    assert list(liens) == [axe.pk for axe in axes]


def test_rien_a_ecrire_n_ecrit_rien() -> None:
    suivie = EcritureSuivie(None, MOMENT, "Import n° 3")
    assert suivie.creer([]) == []
    suivie.modifier([], ["nom"])
    suivie.supprimer(Organisme, [])
    assert not Organisme.historique.exists()


def test_l_historique_et_les_lignes_s_ecrivent_ensemble_ou_pas_du_tout() -> None:
    suivie = EcritureSuivie(None, MOMENT, "Import n° 4")
    with transaction.atomic():
        suivie.creer([Organisme(nom="Association")])
        transaction.set_rollback(True)
    assert not Organisme.objects.exists()
    assert not Organisme.historique.exists()


def test_des_lignes_sans_objet_ont_leur_numero_et_leur_historique(action: Action) -> None:
    financeur = Financeur.objects.create(code="VILLE", nom="Ville")
    champs = ("action_id", "financeur_id", "nature", "credit", "montant_accorde")
    ligne = (action.pk, financeur.pk, "FONCTIONNEMENT", "SPECIFIQUE", Decimal("10.50"))
    [pk] = inserer(Subvention, champs, [ligne])
    assert Subvention.objects.get(pk=pk).montant_accorde == Decimal("10.50")
    Subvention.objects.all().delete()
    EcritureSuivie(None, MOMENT, "Import n° 5").inserer(Subvention, champs, [ligne])
    [gardee] = Subvention.historique.filter(history_change_reason="Import n° 5")
    assert (gardee.history_type, gardee.montant_accorde) == ("+", Decimal("10.50"))


def test_verser_complete_par_les_valeurs_usuelles() -> None:
    colonnes = ("id", "nom", "siret", "commune_id")
    rangees = ((n, f"Porteur {n}", None, None) for n in range(1, 2_502))
    with transaction.atomic():
        verser(Organisme, colonnes, rangees)
    assert Organisme.objects.count() == 2_501
    assert set(Organisme.objects.values_list("version", flat=True)) == {1}


def test_les_lots_couvrent_tout_une_fois() -> None:
    assert [list(lot) for lot in lots(range(5), 2)] == [[0, 1], [2, 3], [4]]
