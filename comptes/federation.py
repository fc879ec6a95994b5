"""Single sign-on: who is known here comes in; who isn't doesn't, unless the settings allow it."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur


class Federation(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """The provider vouches for an e-mail address; the account that has it is hers."""

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
