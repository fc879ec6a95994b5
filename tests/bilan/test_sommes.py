"""Any part of the year is a look-up: what the database would add up if it were asked."""

from decimal import Decimal

from actions.models import Action
from actions.questions.combien import Effectif
from bilan.sommes import RIEN, Figures, Repartition, Sommes, relever
from consultation.perimetre import Perimetre
from consultation.ventilation import argent_par_financeur, repartir, ventiler
from financement.models import Financeur
from financement.montants import Montant, Montants
from territoires.models import Commune

ALES, THEME, VILLE, ETAT = 1, 7, 100, 200


def accorde(somme: int, lignes: int = 1, inconnues: int = 0) -> Montants:
    return Montants(accorde=Montant(Decimal(somme), lignes, inconnues))


def test_une_case_vide_n_est_pas_une_case_inconnue() -> None:
    sommes = Sommes(
        [(ALES, THEME, Effectif(actions=2)), (None, THEME, Effectif(animations=1))],
        [(ALES, THEME, VILLE, accorde(0, 1, 1))],
    )
    assert sommes.argent(ALES, THEME).accorde.valeur is None
    assert sommes.argent(None, THEME).accorde.valeur == 0
    assert sommes.argent(ALES, THEME, [ETAT]).accorde.valeur == 0
    assert sommes.figures(99, 99) == RIEN
    assert RIEN.vides
    assert not sommes.figures(None, THEME).vides


def test_chaque_part_est_la_somme_des_siennes() -> None:
    sommes = Sommes(
        [(ALES, 1, Effectif(actions=2)), (ALES, 2, Effectif(1, 1)), (None, 1, Effectif(0, 0, 1))],
        [
            (ALES, 1, VILLE, accorde(10)),
            (ALES, 1, ETAT, accorde(5, 2, 1)),
            (ALES, 2, VILLE, accorde(7)),
            (None, 1, ETAT, accorde(3)),
        ],
    )
    assert sommes.effectif() == Effectif(3, 1, 1)
    assert sommes.argent().accorde == Montant(Decimal(25), 5, 1)
    assert sommes.argent(theme=1, financeurs={ETAT}).accorde == Montant(Decimal(8), 3, 1)
    assert sommes.argent_par_financeur(ALES) == {VILLE: accorde(17, 2), ETAT: accorde(5, 2, 1)}
    assert sommes.par_commune() == Repartition(
        {ALES: sommes.figures(ALES), None: sommes.figures(None)}, sommes.figures()
    )
    assert sommes.par_theme().de(2) == Figures(Effectif(1, 1), accorde(7))


def test_les_figures_de_2004_sont_celles_que_la_base_additionne(contrat_2004: None) -> None:
    lignes = Action.objects.de_l_exercice(2004)
    perimetre = Perimetre(lambda: lignes, {})
    ventilees, relevees = ventiler(perimetre), relever(2004).sommes
    assert ventilees.figures() == relevees.figures() == perimetre.figures()
    assert ventilees.figures().accorde == Montant(
        Decimal("1028246.00"), lignes.montants().accorde.lignes, 0
    )
    for champ, repartition in (
        ("commune", ventilees.par_commune()),
        ("theme", ventilees.par_theme()),
    ):
        assert repartition == repartir(perimetre, champ)
    assert ventilees.argent_par_financeur() == argent_par_financeur(perimetre)

    ales = Commune.objects.get(code_insee="30007").pk
    ville = Financeur.objects.get(code="VILLE").pk
    siennes = lignes.filter(commune=ales)
    assert ventilees.figures(ales) == Figures(siennes.effectif(), siennes.montants())
    assert ventilees.argent(ales, financeurs=[ville]) == siennes.montants(["VILLE"])
