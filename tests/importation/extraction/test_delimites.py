"""Quotes left open in a csv: no row disappears in a description."""

import pytest

from importation.extraction.bornes import RefusError
from importation.extraction.delimites import lire_csv

ENTETES = ["Réf", "Intitulé", "Description", "Ville"]


def lire(*lignes: str, separateur: str = ";") -> list[list[str]]:
    return [cellules for _, cellules in lire_csv("\r\n".join([separateur.join(ENTETES), *lignes]))]


def test_un_guillemet_jamais_referme_n_avale_pas_les_lignes_suivantes() -> None:
    assert lire('R1;Fête;"Ensemble, plus loin;1500', "R2;Jeux;Tournoi;900") == [
        ENTETES,
        ["R1", "Fête", '"Ensemble, plus loin', "1500"],
        ["R2", "Jeux", "Tournoi", "900"],
    ]


@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_un_guillemet_referme_plus_bas_non_plus(separateur: str) -> None:
    lignes = ['R1;Fête;"Ensemble;1500', "R2;Jeux;Tournoi;900", 'R3;Danse;Stage";700']

    lues = lire(*(ligne.replace(";", separateur) for ligne in lignes), separateur=separateur)

    assert [(ligne[0], ligne[3]) for ligne in lues[1:]] == [
        ("R1", "1500"),
        ("R2", "900"),
        ("R3", "700"),
    ]


def test_des_guillemets_dans_un_texte_restent_dans_le_texte() -> None:
    assert lire('R1;Fête;"Ensemble" pour tous;5', 'R2;Le "bal";Stage "découverte" d\'été;7')[
        1:
    ] == [
        ["R1", "Fête", "Ensemble pour tous", "5"],
        ["R2", 'Le "bal"', 'Stage "découverte" d\'été', "7"],
    ]


def test_un_vrai_texte_de_plusieurs_lignes_reste_une_cellule() -> None:
    lues = lire(
        'R1;Fête;"Un ""bal"" ; des jeux ; du sport ;\r\nle soir, un repas",1500'.replace(
            '",', '";'
        ),
        'R2;Jeux;"Contes\n\ndanse ; chant ; musique ; rire\nfin";900',
    )

    assert lues[1:] == [
        ["R1", "Fête", 'Un "bal" ; des jeux ; du sport ;\r\nle soir, un repas', "1500"],
        ["R2", "Jeux", "Contes\n\ndanse ; chant ; musique ; rire\nfin", "900"],
    ]


def test_un_guillemet_dont_la_place_est_perdue_est_dit_avec_sa_ligne() -> None:
    with pytest.raises(RefusError) as refus:
        lire("R1;Fête;Bal;5", 'R2;Jeux;"Tournoi; finale;900', "R3;Danse;Stage;700")

    assert str(refus.value) == (
        "Ligne 3 : un guillemet est ouvert et n'est pas refermé à sa place, les lignes suivantes "
        'seraient avalées (« "Tournoi; finale;900 »). Retirez ce guillemet, ou doublez ceux qui '
        "sont dans un texte."
    )
