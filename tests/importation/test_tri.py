"""Which rows are actions: printed tables have totals, titles, headings again, other years."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from importation.verification import Verification

CAS = Path(__file__).parent / "cas"
Verifier = Callable[..., Verification]
Ecrire = Callable[[str], Path]
DEBUT = "Référence;Intitulé;Porteur;Commune;Thème;État accordé\n"
TOTAL = "Ligne de total : non importée."


def _ecarts(verification: Verification) -> list[tuple[int, str]]:
    return [(p.ligne, p.message) for p in verification.avertissements if not p.colonne]


def test_les_en_tetes_repetes_sont_sautes(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "entetes-repetes.xlsx")

    assert verification.erreurs == []
    assert _ecarts(verification) == [
        (3, TOTAL),
        (4, "En-têtes répétés : ligne non importée."),
    ]
    assert verification.plan.apres.accorde == 2400
    [decompte] = verification.decomptes
    assert decompte.en_json() == {
        "feuille": "Sheet",
        "lues": {"lignes": 4, "accorde": 3900},
        "gardees": {"lignes": 2, "accorde": 2400},
        "ecartees": {
            "lignes de total": {"lignes": 1, "accorde": 1500},
            "en-têtes répétés": {"lignes": 1},
        },
        "colonnes": {},
    }


def test_les_deux_lignes_d_en_tetes_repetees_sont_sautees(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    entetes = "Intitulé;Porteur;Commune;Thème;État;;Ville;\n;;;;demandé;accordé;demandé;accordé\n"
    lignes = "Un;A;Alès;1;4;3;2;1\n"

    verification = verifier_fichier(csv(entetes + lignes + entetes + lignes.replace("Un", "Deux")))

    assert verification.erreurs == []
    assert [ligne for ligne, _ in _ecarts(verification)] == [4, 5]
    assert verification.plan.apres.accorde == 8


def test_une_espace_devant_un_total_est_une_cellule_vide(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(
        CAS / "total-importe.xlsx",
        colonnes={
            "Code": "",
            "Type": "",
            "Thème": "",
            "Commune": "",
            "Structure": "porteur",
            "Nom du projet": "intitule",
        },
        constantes={"commune": "Alès", "theme": "Culture"},
    )

    assert verification.erreurs == []
    assert _ecarts(verification) == [(4, TOTAL)]
    assert verification.plan.apres.accorde == 2400


@pytest.mark.parametrize(
    "total",
    [
        "Total;;;;;2200",
        ";Total;;;;2200",
        " ;TOTAL GÉNÉRAL;;;;2200",
        ";;;;Total : ;2200",
        "Sous-total Sport;;;;Sport;2200",
        ";Sous-total Sport;;;Sport;2200",
        ";Sous total;;Alès;Sport;2200",
        ";S/Total;;;;2200",
        ";Ensemble;;;;2200",
        ";Total Roue libre;Roue libre;Alès;Sport;2200",
        ";;;;;2200",
        ";Récapitulatif;;;;2200",
    ],
)
def test_une_ligne_de_total_n_est_pas_une_action(
    verifier_fichier: Verifier, csv: Ecrire, total: str
) -> None:
    verification = verifier_fichier(
        csv(f"{DEBUT}R1;Chorale;A;Alès;Culture;1500\nR2;Vélo;B;Alès;Sport;700\n{total}\n")
    )

    assert verification.erreurs == []
    assert len(_ecarts(verification)) == 1
    assert verification.plan.apres.accorde == 2200
    [decompte] = verification.decomptes
    assert decompte.gardees.montants == {"accorde": Decimal(2200)}
    assert decompte.ecartees["lignes de total"].montants == {"accorde": Decimal(2200)}


@pytest.mark.parametrize(
    ("ligne", "accorde", "doute"),
    [
        ("R3;Total danse;C;Alès;Sport;300", 2500, ""),
        (
            "R3;Danse;C;Alès;Sport;2200",
            4400,
            "Ses montants sont la somme des lignes 2 à 3 : est-ce un total ?",
        ),
        (
            ";Danse;;Alès;Sport;2200",
            4400,
            "Ses montants sont la somme des lignes 2 à 3 : est-ce un total ?",
        ),
    ],
)
def test_une_action_qui_ressemble_a_un_total_est_gardee_et_dite(
    verifier_fichier: Verifier, csv: Ecrire, ligne: str, accorde: int, doute: str
) -> None:
    verification = verifier_fichier(
        csv(f"{DEBUT}R1;Chorale;A;Alès;Culture;1500\nR2;Vélo;B;Alès;Sport;700\n{ligne}\n")
    )

    assert verification.erreurs == []
    assert verification.plan.apres.accorde == accorde
    assert [m for n, m in _ecarts(verification) if n == 4] == [doute] * bool(doute)


def test_un_titre_de_partie_n_est_pas_une_action(verifier_fichier: Verifier, csv: Ecrire) -> None:
    verification = verifier_fichier(
        csv(f"{DEBUT}Culture;;;;;\nR1;Chorale;A;Alès;Culture;1500\n;Thème : Sport;;;;\n;Vélo;;;;\n")
    )

    assert _ecarts(verification) == [
        (2, "Ligne de titre : non importée."),
        (4, "Ligne de titre : non importée."),
    ]
    assert {erreur.ligne for erreur in verification.erreurs} == {5}  # a title alone is an action


def test_les_lignes_d_autres_exercices_sont_dites_et_laissees(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv(
            "Année;Intitulé;Porteur;Commune;Thème;État accordé\n"
            "2004;Un;A;Alès;1;100\n2005;Un;A;Alès;1;30\n2004;Deux;A;inconnue;1;1000\n"
        )
    )

    assert verification.erreurs == []
    assert [(p.ligne, p.colonne, p.message) for p in verification.avertissements][:1] == [
        (
            2,
            "Année",
            "2 lignes, 1\u202f100\u00a0€ accordés de l'exercice 2004, alors que l'import porte sur "
            "2005 : non importé.",
        )
    ]
    assert verification.plan.apres.accorde == 30
    assert verification.decomptes[0].ecartees["exercice 2004"].lignes == 2


def test_un_fichier_d_un_autre_exercice_est_une_erreur(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv("Exercice;Intitulé;Porteur;Commune;Thème;État accordé\n2004;Un;A;Alès;1;100\n")
    )

    assert [(p.ligne, p.colonne, p.message) for p in verification.erreurs] == [
        (
            2,
            "Exercice",
            "1 ligne, 100\u00a0€ accordés de l'exercice 2004, alors que l'import porte sur 2005 : "
            "importez ce fichier dans l'exercice 2004.",
        )
    ]


def test_le_decompte_dit_les_lignes_en_erreur_et_les_colonnes_ecartees(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv(
            "Intitulé;Porteur;Commune;Thème;État demandé;État accordé;CAF;Coût total;Choisie (€)\n"
            "Un;A;Alès;1;150;100;20;900;7\nDeux;A;Ailleurs;1;40;30,50;;;\n"
        ),
        colonnes={"Choisie (€)": ""},
    )

    [decompte] = verification.decomptes
    assert {**decompte.en_json(), "feuille": "actions"} == {
        "feuille": "actions",
        "lues": {"lignes": 2, "demande": 190, "accorde": 130.5},
        "gardees": {"lignes": 1, "demande": 150, "accorde": 100},
        "ecartees": {"lignes en erreur": {"lignes": 1, "demande": 40, "accorde": 30.5}},
        "colonnes": {"CAF": 20, "Coût total": 900, "Choisie (€)": 7},
    }


def test_un_second_tableau_aux_colonnes_dans_un_autre_ordre_n_est_pas_lu_comme_le_premier(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    debut = "Référence;Intitulé;Porteur;Commune;Thème;Statut;Public;Début;Fin;Quartier;"
    ligne = ";Un;A;Alès;1;Accordée;;;;;100;3\n"
    verification = verifier_fichier(
        csv(f"{debut}État accordé;Ville accordé\n{ligne}{debut}Ville accordé;État accordé\n")
    )

    assert {erreur.ligne for erreur in verification.erreurs} == {3}


@pytest.mark.parametrize("choisie", [False, True])
def test_des_chiffres_au_dessus_des_en_tetes_font_demander_ou_ils_sont(
    verifier_fichier: Verifier, csv: Ecrire, choisie: bool
) -> None:
    verification = verifier_fichier(
        csv(
            "Libelle complet;Qui;Où;Theme n°;Etat\nUn;A;Alès;1;100\nDeux;B;Alès;1;50\n"
            "Intitulé;Porteur;Commune;Thème;État accordé\nTrois;C;Alès;1;7\n"
        ),
        entetes={"actions": [4]} if choisie else {},
    )

    problemes = verification.avertissements if choisie else verification.erreurs
    assert (2, "2 lignes de chiffres au-dessus des en-têtes (ligne 4) : non importé") in [
        (p.ligne, p.message.split(" ;")[0].rstrip(".")) for p in problemes
    ]
    assert (verification.erreurs == []) == choisie
