"""Roles whose people sign in with a second factor, or go no further than setting one up."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from comptes.models import Utilisateur

TOUS = "tous"  # written in place of a role's name: every account must have one
# What one needs to set a second factor up, to prove who one is, or to leave.
OUVERTES = frozenset({"account_logout", "account_reauthenticate", "vivant", "pret"})


class SecondFacteurExige(MiddlewareMixin):
    """Sends whoever must have a second factor, and has none, to where she makes one."""

    def process_view(
        self,
        request: HttpRequest,
        vue: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        nom = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if not settings.SECOND_FACTEUR_ROLES or nom in OUVERTES or nom.startswith("mfa_"):
            return None
        compte = request.user
        if not isinstance(compte, Utilisateur) or not doit_en_avoir(compte) or en_a(compte):
            return None
        messages.warning(
            request,
            "Votre rôle demande un second facteur : activez une application de codes ou une clé "
            "d'accès pour continuer.",
        )
        return HttpResponseRedirect(reverse("mfa_index"))


def doit_en_avoir(compte: Utilisateur) -> bool:
    """Whether one of her roles asks for it. Superusers have every role."""
    roles = settings.SECOND_FACTEUR_ROLES
    if compte.is_superuser or TOUS in roles:
        return True
    return compte.groups.filter(name__in=roles).exists()


def en_a(compte: Utilisateur) -> bool:
    """Whether she has one that can't be written down on paper once and for all."""
    forts = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    presents: bool = Authenticator.objects.filter(user=compte, type__in=forts).exists()
    return presents
