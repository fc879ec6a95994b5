"""A dry run as the command prints it and as the pages keep it: plain data."""

from typing import Any

from importation.fiches import Changement
from importation.plan import ActionPlanifiee
from importation.problemes import Probleme
from importation.verification import Verification

MONTRES = 500  # problems and actions kept for the pages, of each kind; the annotated file has all


def resultat_json(verification: Verification) -> dict[str, Any]:
    """The command's result: every error and warning, the counts, the totals."""
    plan = verification.plan
    return {
        "lignes": verification.lignes,
        "creees": len(plan.creees),
        "modifiees": len(plan.modifiees),
        "inchangees": plan.inchangees,
        "erreurs": [probleme.en_json() for probleme in verification.erreurs],
        "avertissements": [probleme.en_json() for probleme in verification.avertissements],
        "totaux": {"avant": plan.avant.en_json(), "apres": plan.apres.en_json()},
    }


def rapport_de(verification: Verification) -> dict[str, Any]:
    """What the preview shows: the first of each kind, the totals, what would be created."""
    plan = verification.plan
    return {
        "erreurs": _premiers(verification.erreurs),
        "avertissements": _premiers(verification.avertissements),
        "creees": [_creee(action) for action in plan.creees[:MONTRES]],
        "modifiees": [_modifiee(action) for action in plan.modifiees[:MONTRES]],
        "organismes": [
            {"nom": organisme.nom, "siret": organisme.siret or ""}
            for organisme in plan.organismes[:MONTRES]
        ],
        "organismes_nombre": len(plan.organismes),
        "ignores": verification.ignores,
        "totaux": {"avant": plan.avant.en_json(), "apres": plan.apres.en_json()},
    }


def _premiers(problemes: list[Probleme]) -> list[dict[str, str | int]]:
    return [probleme.en_json() for probleme in problemes[:MONTRES]]


def _creee(action: ActionPlanifiee) -> dict[str, Any]:
    return {
        "feuille": action.feuille,
        "ligne": action.lignes[0],
        "intitule": action.apres.intitule,
    }


def _modifiee(action: ActionPlanifiee) -> dict[str, Any]:
    changements: list[Changement] = action.changements
    return _creee(action) | {
        "changements": [[c.rubrique, c.avant, c.apres] for c in changements],
    }
