"""A year's lines, whose ids are bounded, are asked the same questions as any others."""

from decimal import Decimal

import pytest

from actions.models import Action, Exercice, Theme
from actions.questions import ActionQuerySet
from axes.models import AxeTransversal
from financement.models import Financeur, Subvention
from listes.reponses import Reponses

pytestmark = pytest.mark.django_db


def inscrire(annee: int, accorde: int) -> Action:
    """A line that the CG helps, and that serves the first axis."""
    exercice, _ = Exercice.objects.get_or_create(annee=annee)
    action = Action.objects.create(
        exercice=exercice,
        intitule=f"Action de {annee}",
        theme=Theme.objects.earliest("numero"),
        provenance=Action.Provenance.IMPORT,
    )
    action.axes.add(AxeTransversal.objects.earliest("numero"))
    Subvention.objects.create(
        action=action, financeur=Financeur.objects.get(code="CG"), montant_accorde=accorde
    )
    return action


def lignes_de(*annees: int) -> ActionQuerySet:
    exercices = Exercice.objects.avec_bornes().filter(annee__in=annees)
    return Action.objects.des_exercices(exercices)


def reponses_de(lignes: ActionQuerySet) -> list[object]:
    """Every question that reads what is joined to the lines."""
    cg, axe = Financeur.objects.get(code="CG"), AxeTransversal.objects.earliest("numero")
    return [
        lignes.effectif(),
        lignes.montants(),
        lignes.montants(["CG", "ETAT"]),
        sorted(lignes.sommes_par("theme", "subventions__financeur")),
        lignes.sommes_par("theme", etapes=["accorde"], financeurs=[cg.pk]),
        lignes.par_cercle_de_financeurs(),
        lignes.aidees_par([cg.pk]).effectif(),
        lignes.des_axes([axe.pk]).montants(),
        lignes.par_axe_servi().effectifs_par("axes"),
        lignes.par_axe_servi().sommes_par("axes"),
        lignes.premieres(1000),
    ]


def test_bounded_or_not_the_answers_are_the_same(contrat_2004: None) -> None:
    """Whatever the order in which the lines of several years were entered."""
    for annee, accorde in ((2005, 10), (2004, 20), (2006, 40), (2005, 80), (2004, 160)):
        inscrire(annee, accorde)
    for annees in ((2004,), (2005,), (2006,), (2004, 2006)):
        libres = Action.objects.filter(exercice__annee__in=annees)
        assert lignes_de(*annees).bornes is not None
        assert reponses_de(lignes_de(*annees)) == reponses_de(libres), annees
    assert lignes_de(2004).montants().accorde == Decimal(1_028_246 + 20 + 160)


def test_a_year_without_lines_has_nothing_to_look_for(contrat_2004: None) -> None:
    Exercice.objects.create(annee=2005)
    vides = reponses_de(Action.objects.none())
    assert reponses_de(lignes_de(2005)) == reponses_de(lignes_de()) == vides
    ordre = str(lignes_de(2005).lignes_de_credit(financeurs=[1]).query)
    assert '"action_id" >= 0 AND "financement_subvention"."action_id" <= 0' in ordre
    assert reponses_de(lignes_de(2004, 2005)) == reponses_de(lignes_de(2004))


def test_bounds_follow_the_lines_wherever_they_are_filtered(contrat_2004: None) -> None:
    """Only the year's own funding lines are read: the statement says between which ids."""
    lignes = lignes_de(2004)
    plus_fines = lignes.comptees().filter(commune__code_insee="30007").order_by("pk")
    assert plus_fines.bornes == lignes.bornes
    cles = Action.objects.order_by("pk").values_list("pk", flat=True)
    assert lignes.bornes == (cles.first(), cles.last())
    ordre = str(plus_fines.lignes_de_credit().query)
    assert ordre.count('"financement_subvention"."action_id" >=') == 1


def test_what_was_asked_under_older_bounds_is_not_kept_for_newer_ones(contrat_2004: None) -> None:
    """Bounds are read before the mark: between the two, someone may have entered a line."""
    anciennes = lignes_de(2004)
    inscrire(2004, 500)
    reponses = Reponses.actuelles()
    assert reponses.a(ActionQuerySet.montants, anciennes).accorde == Decimal(1_028_246)
    assert reponses.a(ActionQuerySet.montants, lignes_de(2004)).accorde == Decimal(1_028_746)
