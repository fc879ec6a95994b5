"""From a figure to the actions behind it: the address of the list that gives that very figure."""

from collections.abc import Iterable
from functools import cache
from typing import Final
from urllib.parse import urlencode

from django.urls import get_script_prefix, reverse

TRANSTERRITORIAL: Final = "transterritorial"
"""What the ``commune`` filter says for the lines of the whole territory, whose commune is NULL."""
TOUS_LES_EXERCICES: Final = "tous"
"""What the ``exercice`` filter says for every year: without it, a list is of the newest one."""
SANS_PORTEUR: Final = "aucun"
"""What the ``porteur`` filter says for the lines that have none."""

Valeur = str | int | Iterable[str | int] | None


def lien_actions(**filtres: Valeur) -> str:
    """``/actions/?exercice=2004&theme=3``: the list under these filters, in the order given.

    A filter that is None is left out; a sequence repeats its parameter.
    """
    paires = [(nom, valeur) for nom, brute in filtres.items() for valeur in _valeurs(brute)]
    adresse = _liste(get_script_prefix())
    return f"{adresse}?{urlencode(paires)}" if paires else adresse


@cache
def _liste(prefixe: str) -> str:
    """The list's address below a prefix, found once: hundreds of links stand on a page."""
    return reverse("actions:liste")


def _valeurs(brute: Valeur) -> list[str | int]:
    if brute is None:
        return []
    return [brute] if isinstance(brute, str | int) else list(brute)
