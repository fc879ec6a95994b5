"""What we ask of the sign-in library beyond its settings."""

from typing import Any
from unicodedata import normalize

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render

from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur


class Adaptateur(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are opened by an administrator, never by a visitor; who is locked out is noted."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            consigner(Evenement.Genre.BLOCAGE, request, detail=nom_connu(credentials))
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for an account, however its name is written.

        The library's own key holds the Host header too: whoever adds another port to it at each
        try would never be locked out.
        """
        nom = normalize("NFKC", str(credentials.get("username", "")))
        return nom.upper().casefold()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is sent: the site asks for no mail server. The audit log has it all."""


def nom_connu(credentials: dict[str, Any]) -> str:
    """The name of the account that was tried, if there is one: people type passwords there."""
    nom = str(credentials.get("username", ""))[:150]
    return nom if Utilisateur.objects.filter(username__iexact=nom).exists() else ""


class Federation(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Single sign-on: the provider vouches for an e-mail address; the account that has it is hers.

    Who isn't known here doesn't come in, unless the settings allow it.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        verifiees = {a.email.lower() for a in sociallogin.email_addresses if a.verified}
        toutes = {a.email.lower() for a in sociallogin.email_addresses}
        homonymes = [
            compte
            for compte in Utilisateur.objects.exclude(email="")
            if compte.email.lower() in toutes
        ]
        # One account, and an address that the provider has checked: else anyone could name it.
        if len(homonymes) == 1 and homonymes[0].email.lower() in verifiees:
            sociallogin.connect(request, homonymes[0])
            return
        if homonymes or not verifiees or not settings.OIDC_CREER_COMPTES:
            consigner(Evenement.Genre.ECHEC, request, detail="Connexion fédérée : inconnu ici.")
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.OIDC_CREER_COMPTES)
