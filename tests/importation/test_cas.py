"""Small files that once lost or misread something: each gives its right value, or says so."""

from collections.abc import Callable
from pathlib import Path

import openpyxl

from importation.corrections import Correction
from importation.verification import Verification
from listes.chiffres import montant

CAS = Path(__file__).parent / "cas"
Verifier = Callable[..., Verification]


def accordes(verification: Verification) -> dict[str, str]:
    """Reference → € granted."""
    return {
        str(action.apres.reference): montant(
            sum(a or 0 for _, a, _ in action.apres.subventions.values())
        )
        for action in verification.plan.creees
    }


def test_un_fichier_du_macintosh(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "codage-mac.csv")

    [action] = verification.plan.creees
    assert action.apres.intitule == "Médiation et santé"
    assert [organisme.nom for organisme in verification.plan.organismes] == [
        "Association du quartier rénové"
    ]
    assert (2, "Médiation") in [(p.ligne, p.valeur) for p in verification.avertissements]


def test_un_fichier_de_deux_codages(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "codage-melange.csv")

    assert [action.apres.intitule for action in verification.plan.creees] == [
        "L'AMICALE LAÏQUE",
        "Fête d'été",
    ]
    assert accordes(verification) == {"R1": "1\u202f500\u00a0€", "R2": "900\u00a0€"}
    assert verification.erreurs == []


def test_un_guillemet_ouvert_n_avale_aucune_ligne(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "guillemet-ouvert.csv")

    assert accordes(verification) == {
        "R1": "1\u202f500\u00a0€",
        "R2": "900\u00a0€",
        "R3": "700\u00a0€",
    }
    assert verification.erreurs == []


def test_des_accents_codes_deux_fois_sont_retablis_et_dits(
    verifier_fichier: Verifier, xlsx: Callable[..., Path]
) -> None:
    verification = verifier_fichier(
        xlsx([["Intitulé", "Porteur", "Commune", "Thème"], ["CÃƒâ€¦Ã¢â‚¬â„¢UR", "Élan", "Alès", 4]])
    )

    [action] = verification.plan.creees
    assert action.apres.intitule == "CŒUR"
    assert [(p.ligne, p.valeur, p.message) for p in verification.avertissements] == [
        (
            2,
            "CÃƒâ€¦Ã¢â‚¬â„¢UR",
            "Accents codés deux fois, rétablis (« CŒUR ») : vérifiez-les.",
        )
    ]


def erreurs(verification: Verification) -> list[tuple[int, str, str, str]]:
    return [(p.ligne, p.colonne, p.valeur, p.message) for p in verification.erreurs]


def test_un_pourcentage_et_des_k_euros_ne_sont_pas_des_euros(verifier_fichier: Verifier) -> None:
    attendu = "Un montant est attendu ; la cellule est"

    assert erreurs(verifier_fichier(CAS / "pourcentage.xlsx")) == [
        (2, "État accordé", "75%", f"{attendu} un pourcentage."),
        (3, "État accordé", "12,5 k€", f"{attendu} en milliers d'euros."),
    ]


def test_moins_d_un_euro_se_verifie(verifier_fichier: Verifier, xlsx: Callable[..., Path]) -> None:
    verification = verifier_fichier(
        xlsx(
            [
                ["Intitulé", "Porteur", "Commune", "Thème", "État demandé"],
                ["Fête", "Élan", "Alès", "Culture", 0.75],
            ]
        )
    )

    assert [(p.ligne, p.valeur, p.message) for p in verification.avertissements] == [
        (2, "0.75", "Moins d'un euro : vérifiez l'unité.")
    ]


def test_des_cellules_fusionnees_valent_pour_toutes_leurs_lignes(
    verifier_fichier: Verifier,
) -> None:
    verification = verifier_fichier(CAS / "cellules-fusionnees.xlsx")

    assert [
        (action.apres.reference, action.apres.statut, action.apres.porteur)
        for action in verification.plan.creees
    ] == [(f"R{n}", "ACCORDEE", verification.plan.organismes[0]) for n in (1, 2, 3)]
    assert (verification.erreurs, verification.avertissements) == ([], [])


def test_une_ligne_masquee_est_dite(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "lignes-masquees.xlsx")

    assert accordes(verification) == {"R1": "1\u202f500\u00a0€", "R2": "900\u00a0€"}
    assert [(p.ligne, p.message) for p in verification.avertissements if not p.colonne] == [
        (3, "1 ligne masquée, importée comme les autres.")
    ]


def test_un_siret_pour_deux_noms_sans_rapport_est_une_erreur(verifier_fichier: Verifier) -> None:
    assert erreurs(verifier_fichier(CAS / "meme-siret-deux-noms.csv")) == [
        (
            3,
            "SIRET",
            "73282932000074",
            "Ce numéro est celui de « Menuiserie Dubois », et la ligne nomme « Fonderie du Gardon »"
            ", qui n'a rien de commun : corrigez le numéro, ou le nom.",
        )
    ]


def test_un_reversement_ne_devient_pas_un_versement(verifier_fichier: Verifier) -> None:
    assert erreurs(verifier_fichier(CAS / "montant-negatif.csv")) == [
        (
            3,
            "État versé",
            "-500",
            "Un reversement ne s'importe pas : écrivez le montant net sur la ligne de l'action.",
        )
    ]


def test_un_montant_fusionne_sur_plusieurs_lignes_est_a_repartir(
    verifier_fichier: Verifier, tmp_path: Path
) -> None:
    classeur = openpyxl.Workbook()
    for ligne in (
        ["Intitulé", "Porteur", "Commune", "Thème", "État accordé"],
        ["Fête", "Élan", "Alès", "Culture", 1500],
        ["Bal", "Élan", "Alès", "Culture", None],
        ["Jeux", "Élan", "Alès", "Culture", 700],
    ):
        classeur.active.append(ligne)
    classeur.active.merge_cells("E2:E3")
    classeur.active.merge_cells("A4:A6")
    classeur.save(tmp_path / "fusion.xlsx")

    verification = verifier_fichier(tmp_path / "fusion.xlsx")

    phrase = (
        "Un montant est attendu ; la cellule est fusionnée sur les lignes 2 à 3 : répartissez-le "
        "entre elles."
    )
    assert erreurs(verification) == [(ligne, "État accordé", "1500", phrase) for ligne in (2, 3)]


def test_des_references_gardent_leurs_zeros(verifier_fichier: Verifier, tmp_path: Path) -> None:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    feuille.append(["Référence", "Intitulé", "Porteur", "Commune", "Thème", "État accordé"])
    feuille.append([7, "Fête", "Élan", "Alès", "Culture", 1500])
    feuille.append([2.1, "Bal", "Élan", "Alès", "Culture", 900])
    feuille.append([2.10, "Jeux", "Élan", "Alès", 4, 700])
    for case, code in (("A2", "000"), ("A3", "0.0"), ("A4", "0.00"), ("E4", "0.00"), ("F4", "0.0")):
        feuille[case].number_format = code
    classeur.save(tmp_path / "zeros.xlsx")

    assert accordes(verifier_fichier(tmp_path / "zeros.xlsx")) == {
        "007": "1\u202f500\u00a0€",
        "2.1": "900\u00a0€",
        "2.10": "700\u00a0€",
    }


def test_un_pourcentage_se_corrige_dans_la_page(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(
        CAS / "pourcentage.xlsx",
        corrections=[
            Correction("Sheet", 2, "État accordé", "75%", "750"),
            Correction("Sheet", 3, "État accordé", "12,5 k€", "12 500"),
        ],
    )

    assert accordes(verification) == {"R1": "750\u00a0€", "R2": "12\u202f500\u00a0€"}
    assert verification.erreurs == []
