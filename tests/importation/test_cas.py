"""Small files that once lost or misread something: each gives its right value, or says so."""

from collections.abc import Callable
from pathlib import Path

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
