"""Every view says who may open it; a view that says nothing opens for nobody.

A view declares either ``PUBLIC`` (no account needed), ``CONNECTE`` (any signed-in account) or a
permission in Django's words (``"actions.change_action"``).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from comptes.models import Utilisateur

PUBLIC = "public"
CONNECTE = "connecte"

Vue = TypeVar("Vue", bound=Callable[..., Any])
Lignes = TypeVar("Lignes", bound=QuerySet[Any])


def exige(permission: str) -> Callable[[Vue], Vue]:
    """Declare the permission of a function view; a class-based view sets ``permission = …``."""

    def declarer(vue: Vue) -> Vue:
        vue.permission = permission  # type: ignore[attr-defined]
        return vue

    return declarer


def permission_declaree(vue: Callable[..., Any]) -> str | None:
    """The permission that a view declares, or None where it declares nothing."""
    classe = getattr(vue, "view_class", None)
    porteur = classe if classe is not None else vue
    return getattr(porteur, "permission", None)


def compte_de(request: HttpRequest) -> Utilisateur:
    """The account that asks. Raises PermissionDenied for a visitor, whom no permission let in."""
    if not isinstance(request.user, Utilisateur):
        raise PermissionDenied
    return request.user


def dans_les_communes(lignes: Lignes, communes: frozenset[int], par: str = "commune") -> Lignes:
    """The rows of these communes, to which ``par`` leads; all of them where there is no limit.

    What belongs to no commune is nobody's own: a limit leaves it out.
    """
    return lignes.filter(**{f"{par}__in": communes}) if communes else lignes


def communes_de(request: HttpRequest) -> frozenset[int]:
    """The ids of the communes that whoever asks is limited to; empty means no limit."""
    return request.user.perimetre if isinstance(request.user, Utilisateur) else frozenset()


def introuvable(request: HttpRequest, quoi: str) -> Http404:
    """What to raise where nothing is shown. Whoever is limited is told both reasons, always: she
    learns neither what there is elsewhere, nor that a colleague's link is broken when it isn't.
    """
    ailleurs = ", ou est hors de vos communes" if communes_de(request) else ""
    return Http404(f"{quoi} n'existe pas{ailleurs}.")
