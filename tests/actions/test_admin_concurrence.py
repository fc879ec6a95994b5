"""Two saves at the very same time: exactly one gets through, on both databases."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from actions.cloture import ExerciceClosError
from actions.models import Action, Cloture, Exercice, Theme
from comptes.models import Utilisateur
from suivi.declencheurs import refus_traduits
from suivi.versions import VersionDepasseeError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def action() -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )


def test_de_deux_enregistrements_a_la_fois_l_un_est_refuse(action: Action) -> None:
    version = Action.objects.get().version
    depart = Barrier(4)
    issues: list[str] = []

    def enregistrer(nom: str) -> None:
        try:
            depart.wait()
            with transaction.atomic():
                action.prendre(version)
                Action.objects.filter(pk=action.pk).update(intitule=nom)
            issues.append(nom)
        except VersionDepasseeError:
            issues.append("refusé")
        finally:
            connection.close()

    fils = [Thread(target=enregistrer, args=[f"Titre {rang}"]) for rang in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    (gagnant,) = [issue for issue in issues if issue != "refusé"]
    assert len(issues) == 4
    assert Action.objects.get().intitule == gagnant


def test_une_ecriture_en_cours_a_la_cloture_est_prise_ou_refusee(action: Action) -> None:
    """Never a row that slips into an exercice already closed."""
    depart = Barrier(2)
    refus: list[str] = []

    def ecrire() -> None:
        try:
            depart.wait()
            for rang in range(20):
                with refus_traduits(), transaction.atomic():
                    Action.objects.create(
                        exercice_id=action.exercice_id,
                        theme_id=action.theme_id,
                        intitule=f"Action {rang}",
                    )
        except ExerciceClosError as erreur:
            refus.append(str(erreur))
        finally:
            connection.close()

    fil = Thread(target=ecrire)
    fil.start()
    depart.wait()
    Exercice.objects.filter(pk=action.exercice_id).update(clos=True)
    au_moment_de_clore = Action.objects.count()
    fil.join()

    assert Action.objects.count() == au_moment_de_clore
    assert refus or au_moment_de_clore == 21
    Exercice.objects.update(clos=False)  # the test database is emptied row by row


def test_deux_reouvertures_a_la_fois_font_une_decision(action: Action) -> None:
    par = Utilisateur.objects.create_user("coordination")
    Exercice.objects.get().cloturer("Bilan publié", par)
    depart = Barrier(2)
    issues: list[bool] = []

    def rouvrir() -> None:
        try:
            exercice = Exercice.objects.get()
            depart.wait()
            issues.append(exercice.rouvrir("Erreur relevée", par))
        finally:
            connection.close()

    fils = [Thread(target=rouvrir) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    assert sorted(issues) == [False, True]
    assert [c.clos for c in Cloture.objects.order_by("pk")] == [True, False]
