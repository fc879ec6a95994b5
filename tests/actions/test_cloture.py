"""A closed exercice refuses every write, whatever the path; the database itself says no."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from actions.cloture import ExerciceClosError
from actions.models import Action, Cloture, Exercice, Piece, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.declencheurs import refus_traduits

pytestmark = pytest.mark.django_db


@pytest.fixture
def close() -> Action:
    """An action of 2003, with a funding line, an axis and a document; 2003 is then closed."""
    exercice = Exercice.objects.create(annee=2003)
    theme = Theme.objects.create(numero=1, nom="Culture")
    action = Action.objects.create(exercice=exercice, theme=theme, intitule="Ateliers")
    action.axes.add(AxeTransversal.objects.create(numero=1, titre="Lecture"))
    Subvention.objects.create(
        action=action, financeur=Financeur.objects.create(code="CG", nom="CG")
    )
    Piece.objects.create(action=action, fichier="pieces/a.pdf", nom="bilan.pdf", extension="pdf")
    exercice.cloturer("Bilan publié", Utilisateur.objects.create_user("coordination"))
    return action


@pytest.fixture
def ouverte(close: Action) -> Action:
    """An action of 2004, which stays open."""
    exercice = Exercice.objects.create(annee=2004)
    return Action.objects.create(exercice=exercice, theme=close.theme, intitule="Ateliers")


def refuse(ecrire: Callable[[], object]) -> None:
    with pytest.raises(ExerciceClosError), refus_traduits(), transaction.atomic():
        ecrire()


def test_le_refus_dit_quel_exercice_et_que_faire(close: Action) -> None:
    with pytest.raises(ExerciceClosError) as refus, refus_traduits(), transaction.atomic():
        close.save()

    annee = "L'exercice 2003" if connection.vendor == "postgresql" else "Cet exercice"
    assert str(refus.value) == (
        f"{annee} est clos : rien n'a été enregistré. Pour corriger ses actions, demandez à la "
        "coordination de le rouvrir."
    )


def test_aucun_chemin_n_ecrit_les_actions_d_un_exercice_clos(
    close: Action, ouverte: Action
) -> None:
    actions = Action.objects.filter(pk=close.pk)
    neuve = Action(exercice=close.exercice, theme=close.theme, intitule="Neuve")
    close.intitule = "Changée"

    refuse(close.save)
    refuse(close.delete)
    refuse(neuve.save)
    refuse(lambda: actions.update(intitule="Changée"))
    refuse(actions.delete)
    refuse(lambda: Action.objects.bulk_create([neuve]))
    refuse(lambda: Action.objects.bulk_update([close], ["intitule"]))
    refuse(lambda: actions.update(exercice=ouverte.exercice))
    refuse(lambda: Action.objects.filter(pk=ouverte.pk).update(exercice=close.exercice))
    refuse(lambda: executer("UPDATE actions_action SET intitule = 'Changée'"))
    assert list(
        Action.objects.order_by("exercice__annee").values_list("intitule", "exercice__annee")
    ) == [
        ("Ateliers", 2003),
        ("Ateliers", 2004),
    ]


def test_ni_leur_argent_ni_leurs_axes_ni_leurs_pieces(close: Action, ouverte: Action) -> None:
    lignes = Subvention.objects.filter(action=close)
    financeur = Financeur.objects.create(code="ETAT", nom="État")
    axe = AxeTransversal.objects.create(numero=2, titre="Écriture")
    etrangere = Subvention.objects.create(action=ouverte, financeur=financeur)

    refuse(lambda: lignes.update(montant_accorde=Decimal(1)))
    refuse(lambda: lignes.update(action=ouverte))
    refuse(lignes.delete)
    refuse(lambda: Subvention.objects.create(action=close, financeur=financeur))
    refuse(lambda: Subvention.objects.filter(pk=etrangere.pk).update(action=close))
    refuse(lambda: close.axes.add(axe))
    refuse(close.axes.clear)
    refuse(AxeTransversal.objects.get(numero=1).delete)
    refuse(close.pieces.all().delete)
    refuse(lambda: close.pieces.update(nom="autre.pdf"))
    assert lignes.get().montant_accorde is None
    assert [str(axe) for axe in close.axes.all()] == ["1 – Lecture"]


def test_un_exercice_ouvert_et_le_referentiel_s_ecrivent_toujours(
    close: Action, ouverte: Action
) -> None:
    ouverte.axes.add(AxeTransversal.objects.get(numero=1))
    Subvention.objects.create(action=ouverte, financeur=Financeur.objects.get(code="CG"))
    Theme.objects.filter(pk=close.theme_id).update(nom="Culture et lecture")
    ouverte.delete()

    assert Action.objects.get() == close


def test_rouvert_avec_un_motif_il_s_ecrit_de_nouveau(close: Action) -> None:
    close.exercice.rouvrir("Erreur de saisie", Utilisateur.objects.get())
    close.intitule = "Corrigée"

    close.save()

    assert Action.objects.get().intitule == "Corrigée"
    assert list(
        Cloture.objects.values_list("exercice__annee", "clos", "motif", "par__username")
    ) == [
        (2003, False, "Erreur de saisie", "coordination"),
        (2003, True, "Bilan publié", "coordination"),
    ]


def executer(ordre: str) -> None:
    with connection.cursor() as curseur:
        curseur.execute(ordre)
