"""What each role may do; a migration makes one group of each.

Any signed-in account reads the site's pages. Roles say who opens the administration's pages, and
who changes what there. Nobody changes a closed exercice, whatever the role.
"""

from collections.abc import Iterable, Iterator
from typing import Final

VOIR: Final = ("view",)
SAISIR: Final = ("view", "add", "change")
TOUT: Final = ("view", "add", "change", "delete")

ACTIONS: Final = ("actions.action", "actions.piece", "financement.subvention")
REFERENTIEL: Final = (
    "territoires.commune",
    "territoires.quartier",
    "territoires.organisme",
    "financement.financeur",
    "actions.theme",
    "axes.axetransversal",
    "axes.jalon",
)
CONTRAT: Final = ("actions.exercice", "actions.cloture", "bilan.chiffrepublie")
COMPTES: Final = ("comptes.utilisateur",)
JOURNAL: Final = ("comptes.evenement",)


def _droits(gestes: Iterable[str], modeles: Iterable[str]) -> Iterator[str]:
    for modele in modeles:
        application, nom = modele.split(".")
        for geste in gestes:
            yield f"{application}.{geste}_{nom}"


ROLES: Final[dict[str, frozenset[str]]] = {
    "Lecture": frozenset(_droits(VOIR, (*ACTIONS, *REFERENTIEL, *CONTRAT))),
    "Saisie": frozenset(
        (
            *_droits(VOIR, (*REFERENTIEL, *CONTRAT)),
            *_droits(SAISIR, (*ACTIONS, "territoires.organisme")),
            *_droits(SAISIR, ("importation.importation",)),
            # To take away a line typed by mistake: the action's history can give it back.
            "financement.delete_subvention",
        )
    ),
    "Coordination": frozenset(
        (
            *_droits(TOUT, (*ACTIONS, *REFERENTIEL)),
            *_droits(VOIR, CONTRAT),
            *_droits(SAISIR, ("actions.exercice", "importation.importation")),
            "actions.cloturer_exercice",
            "importation.annuler_importation",
        )
    ),
    "Administration": frozenset(
        (
            *_droits(VOIR, (*ACTIONS, *CONTRAT, *JOURNAL)),
            *_droits(TOUT, (*REFERENTIEL, *COMPTES)),
            "auth.view_group",
            "sauvegarde.view_sauvegarde",
        )
    ),
}
"""The permissions of each group, in Django's words."""

SANS_ROLE: Final = "lit les pages du site, et rien de l’administration."
PHRASES: Final[dict[str, str]] = {
    "Lecture": "lit tout, jusque dans les pages d’administration, et n’écrit rien.",
    "Saisie": "saisit les actions, leurs financements et les organismes ; importe des tableurs.",
    "Coordination": (
        "écrit tout ce qui touche aux actions et aux listes de référence ; ouvre et clôt un "
        "exercice, annule un import."
    ),
    "Administration": (
        "tient les comptes et les listes de référence, lit le journal des accès ; lit les actions "
        "sans les écrire."
    ),
}
"""What a role is for, after its name and a colon."""
