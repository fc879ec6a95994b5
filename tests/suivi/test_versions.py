"""An action's version grows with every change of it or of its parts, whatever the path."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from financement.models import Financeur, Subvention
from suivi.versions import VersionDepasseeError

pytestmark = pytest.mark.django_db


@pytest.fixture
def action() -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )


def grandit(action: Action, ecrire: Callable[[], object]) -> bool:
    lire = Action.objects.values_list("version", flat=True).get
    avant = lire(pk=action.pk)
    ecrire()
    return lire(pk=action.pk) > avant


def test_chaque_changement_compte(action: Action) -> None:
    actions = Action.objects.filter(pk=action.pk)
    perimee = actions.get()
    cg = Financeur.objects.create(code="CG", nom="CG")
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    ligne = Subvention(action=action, financeur=cg)

    assert grandit(action, action.save)
    assert grandit(action, perimee.save)
    assert grandit(action, lambda: actions.update(intitule="Autre"))
    assert grandit(action, lambda: Action.objects.bulk_update([action], ["intitule"]))
    assert grandit(action, lambda: Subvention.objects.bulk_create([ligne]))
    assert grandit(action, lambda: action.subventions.update(montant_verse=Decimal(1)))
    assert grandit(action, action.subventions.all().delete)
    assert grandit(action, lambda: action.axes.add(axe))
    assert grandit(action, action.axes.clear)


def test_deplacer_une_ligne_change_les_deux_actions(action: Action) -> None:
    autre = Action.objects.create(exercice=action.exercice, theme=action.theme, intitule="Autre")
    cg = Financeur.objects.create(code="CG", nom="CG")
    Subvention.objects.create(action=action, financeur=cg)

    assert grandit(
        autre,
        lambda: (
            grandit(action, lambda: Subvention.objects.update(action=autre))
            or pytest.fail("l'action")
        ),
    )


def test_deux_prises_d_une_version_ne_reussissent_pas_toutes_deux(action: Action) -> None:
    version = Action.objects.get().version

    with transaction.atomic():
        action.prendre(version)
    with pytest.raises(VersionDepasseeError) as refus, transaction.atomic():
        action.prendre(version)

    assert str(refus.value) == "« Ateliers » a été modifié entre-temps."


def test_les_autres_actions_gardent_leur_version(action: Action) -> None:
    autre = Action.objects.create(exercice=action.exercice, theme=action.theme, intitule="Autre")

    assert not grandit(autre, action.save)


def test_les_regles_sont_dans_la_base_que_laissent_les_migrations() -> None:
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'contrat_%%'"
            if connection.vendor == "sqlite"
            else "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'contrat_%%'"
        )
        (nombre,) = curseur.fetchone()

    assert nombre > 20
