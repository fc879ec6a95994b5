"""Made-up actions: the same every time, never among real ones, and never taken for real."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from actions.models import Action, Exercice, Theme
from amorce.volume import GenerationImpossibleError, generer
from financement.models import Subvention

pytestmark = pytest.mark.django_db


def empreinte() -> list[tuple[object, ...]]:
    """What the made-up rows say, whatever their identifiers."""
    return list(
        Subvention.objects.filter(action__exercice__annee__gte=2005)
        .order_by("pk")
        .values_list(
            "action__reference",
            "action__commune__code_insee",
            "action__theme__numero",
            "action__statut",
            "financeur__code",
            "nature",
            "montant_demande",
            "montant_accorde",
            "montant_verse",
        )
    )


def test_la_meme_graine_donne_les_memes_actions_et_une_autre_d_autres() -> None:
    def une_fois(graine: int) -> list[tuple[object, ...]]:
        with transaction.atomic():
            generer(60, [2005, 2006, 2007], graine)
            lue = empreinte()
            transaction.set_rollback(True)
        return lue

    assert une_fois(1) == une_fois(1)
    assert une_fois(1) != une_fois(2)


def test_les_actions_se_repartissent_et_se_disent_reconstituees(contrat_2004: None) -> None:
    generer(101, [2005, 2006], 1)
    nouvelles = Action.objects.filter(exercice__annee__in=[2005, 2006])
    assert [
        nouvelles.de_l_exercice(annee).filter(nature=Action.Nature.ACTION).count()
        for annee in (2005, 2006)
    ] == [51, 50]
    assert nouvelles.filter(nature=Action.Nature.ANIMATION).count() == 2
    assert set(nouvelles.values_list("provenance", flat=True)) == {"RECONSTITUTION"}
    assert not nouvelles.filter(subventions=None).exists()
    etapes = Subvention.objects.filter(action__in=nouvelles)
    assert etapes.filter(montant_accorde=None).exists()
    assert etapes.filter(montant_accorde=0).exists()


def test_apres_la_generation_on_saisit_sans_heurter_un_numero(contrat_2004: None) -> None:
    generer(10, [2005], 1)
    action = Action.objects.create(
        exercice=Exercice.objects.get(annee=2005),
        intitule="Atelier",
        theme=Theme.objects.get(numero=3),
    )
    assert action.pk == Action.objects.order_by("-pk").values_list("pk", flat=True)[0]


@pytest.mark.parametrize("provenance", ["SAISIE", "IMPORT"])
def test_une_base_qui_a_de_vraies_actions_est_refusee(contrat_2004: None, provenance: str) -> None:
    Action.objects.filter(reference="2004-001").update(provenance=provenance)
    with pytest.raises(GenerationImpossibleError, match="saisies ou importées"):
        generer(10, [2005], 1)
    assert not Exercice.objects.filter(annee=2005).exists()


def test_un_exercice_occupe_ou_clos_est_refuse(contrat_2004: None) -> None:
    Exercice.objects.create(annee=2005, clos=True)
    with pytest.raises(GenerationImpossibleError, match="déjà des actions : 2004"):
        generer(10, [2004], 1)
    with pytest.raises(GenerationImpossibleError, match="clos : 2005"):
        generer(10, [2005, 2006], 1)


def test_la_commande_dit_son_debit_et_refuse_en_une_phrase(contrat_2004: None) -> None:
    sortie, erreurs = StringIO(), StringIO()
    call_command("generer", "--actions", "5", "--exercices", "2005-2006", stdout=sortie)
    assert "lignes par seconde" in sortie.getvalue()
    with pytest.raises(SystemExit) as fin:
        call_command("generer", "--actions", "5", "--exercices", "2005", stderr=erreurs)
    assert fin.value.code == 2
    assert erreurs.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("actions", "exercices"), [("0", "2005"), ("x", "2005"), ("5", "2006-2005"), ("5", "deux")]
)
def test_de_mauvais_arguments_sont_refuses(actions: str, exercices: str) -> None:
    with pytest.raises(CommandError):
        call_command("generer", "--actions", actions, "--exercices", exercices)
