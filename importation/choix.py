"""Cells that hold one of a few words: an action's nature and status, a funding line's kinds."""

from collections.abc import Callable

from actions.models import Action
from financement.models import Subvention
from importation.lecture import Cellule
from importation.referentiel import cle
from importation.valeurs import ValeurRefuseeError, nettoyer


def _choix(attendus: str, valeurs: dict[str, str]) -> Callable[[Cellule], str | None]:
    formes = {cle(forme): valeur for forme, valeur in valeurs.items()}

    def lire(cellule: Cellule) -> str | None:
        texte = nettoyer(cellule)
        if not texte:
            return None
        if cle(texte) not in formes:
            raise ValeurRefuseeError(f"Attendu : {attendus}.")
        return formes[cle(texte)]

    return lire


def _formes(choix: list[tuple[str, str]]) -> dict[str, str]:
    return {libelle: code for code, libelle in choix} | {code: code for code, _ in choix}


lire_nature = _choix(
    ", ".join(Action.Nature.labels),
    _formes(Action.Nature.choices)
    | {"FPH": "FONDS", "Fonds": "FONDS", "Animation du contrat de ville": "ANIMATION"},
)
lire_statut = _choix(
    ", ".join(Action.Statut.labels),
    _formes(Action.Statut.choices)
    | {"déposé": "DEPOSEE", "en cours": "DEPOSEE", "en instruction": "DEPOSEE"}
    | {"accordé": "ACCORDEE", "acceptée": "ACCORDEE", "accepté": "ACCORDEE", "retenue": "ACCORDEE"}
    | {"favorable": "ACCORDEE", "validée": "ACCORDEE", "refusé": "REFUSEE", "rejetée": "REFUSEE"}
    | {"défavorable": "REFUSEE", "réalisé": "REALISEE", "terminée": "REALISEE"}
    | {"abandonné": "ABANDONNEE", "annulée": "ABANDONNEE"},
)
lire_nature_financement = _choix(
    ", ".join(Subvention.Nature.labels), _formes(Subvention.Nature.choices)
)
lire_credit = _choix(
    ", ".join(Subvention.Credit.labels),
    _formes(Subvention.Credit.choices)
    | {"spécifiques": "SPECIFIQUE", "politique de la ville": "SPECIFIQUE"},
)
