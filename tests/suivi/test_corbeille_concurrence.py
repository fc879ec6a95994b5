"""Two people at one object of the corbeille, at the very same time, on both databases."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from actions.models import Action, Exercice, Theme
from financement.models import Financeur, Subvention
from suivi import corbeille
from suivi.models import Suppression

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def action() -> Action:
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )
    for rang in range(10):
        financeur = Financeur.objects.create(code=f"F{rang}", nom=f"F{rang}")
        Subvention.objects.create(action=action, financeur=financeur, montant_accorde=Decimal(1))
    return action


def ensemble(*gestes: Callable[[], str]) -> list[str]:
    """What each of these ends with, begun at once."""
    depart, issues = Barrier(len(gestes)), []

    def faire(geste: Callable[[], str]) -> None:
        try:
            depart.wait()
            issues.append(geste())
        finally:
            connection.close()

    fils = [Thread(target=faire, args=[geste]) for geste in gestes]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return sorted(issues)


def jeter(action: Action) -> str:
    try:
        with transaction.atomic():
            corbeille.jeter(Action, [action.pk], {Subvention: "action"}, None)
    except corbeille.EncoreUtiliseError:
        return "déjà supprimée"
    return "supprimée"


def test_de_deux_suppressions_a_la_fois_une_seule_va_dans_la_corbeille(action: Action) -> None:
    assert ensemble(lambda: jeter(action), lambda: jeter(action)) == ["déjà supprimée", "supprimée"]
    assert Suppression.objects.count() == 1


def test_de_deux_retablissements_a_la_fois_un_seul_passe(action: Action) -> None:
    jeter(action)
    suppression = Suppression.objects.get()

    def retablir() -> str:
        try:
            corbeille.retablir(suppression, None)
        except corbeille.RetablissementRefuseError as refus:
            return str(refus)
        return "rétablie"

    assert ensemble(retablir, retablir, retablir) == [
        "Cet objet n'est plus dans la corbeille.",
        "Cet objet n'est plus dans la corbeille.",
        "rétablie",
    ]
    assert Subvention.objects.count() == 10


def test_ce_qui_est_ecrit_pendant_la_suppression_est_garde_ou_refuse(action: Action) -> None:
    """No amount is saved to be lost: it is in what comes back, or was never saved."""
    ecrits: list[Decimal] = []

    def ecrire() -> str:
        for rang in range(2, 40):
            try:
                with transaction.atomic():
                    ligne = Subvention.objects.select_for_update().order_by("pk").first()
                    if ligne is None:
                        return "écriture"
                    ligne.montant_accorde = Decimal(rang)
                    ligne.save()
                ecrits.append(Decimal(rang))
            except DatabaseError:  # a deadlock: one of the two was undone, and says so
                return "écriture"
        return "écriture"

    def supprimer() -> str:
        for _ in range(5):
            try:
                return jeter(action)
            except DatabaseError:
                continue
        return "occupée"

    assert ensemble(ecrire, supprimer) == ["supprimée", "écriture"]
    corbeille.retablir(Suppression.objects.get(), None)
    ligne = Subvention.objects.order_by("pk")[0]
    assert ligne.montant_accorde == (ecrits[-1] if ecrits else Decimal(1))
    assert Subvention.objects.count() == 10
