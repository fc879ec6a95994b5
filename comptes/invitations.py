"""Invitations: a link, good once and for a few days, by which a person chooses her password.

Nobody else ever knows it. The link is Django's own for passwords: signed, and dead as soon as the
password changes or the person signs in. It is dead too when its row is gone or has been renewed.
"""

from typing import Any

from allauth.account import signals as compte_signals
from django.contrib.auth import signals as auth_signals
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from comptes.journal import Evenement, consigner
from comptes.models import Invitation, Utilisateur
from comptes.permissions import compte_de


class Jetons(PasswordResetTokenGenerator):
    """Django's, tied to the invitation rather than to the address of a mail that isn't sent."""

    key_salt = "comptes.invitations"

    def check_token(self, user: Any, token: str | None) -> bool:
        permis = isinstance(user, Utilisateur) and user.is_active and hasattr(user, "invitation")
        return permis and super().check_token(user, token)

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        faite_le = user.invitation.le.timestamp()
        return f"{user.pk} {user.password} {user.last_login} {faite_le} {timestamp}"


JETONS = Jetons()


@transaction.atomic
def inviter(compte: Utilisateur, request: HttpRequest) -> str:
    """A new invitation, which ends the one before; the link, which nobody can read again."""
    invitation, _ = Invitation.objects.update_or_create(
        compte=compte, defaults={"le": timezone.now(), "par": compte_de(request)}
    )
    compte.invitation = invitation
    limite = timezone.localtime(invitation.expire_le)
    consigner(
        Evenement.Genre.COMPTE,
        request,
        detail=f"{compte} : invitation valable jusqu'au {limite:%d/%m/%Y à %H:%M}",
    )
    cle = urlsafe_base64_encode(force_bytes(compte.pk))
    return request.build_absolute_uri(reverse("invitation", args=[cle, JETONS.make_token(compte)]))


def annuler(compte: Utilisateur, request: HttpRequest) -> bool:
    """Whether there was one to cancel."""
    annulees, _ = Invitation.objects.filter(compte=compte).delete()
    if annulees:
        consigner(Evenement.Genre.COMPTE, request, detail=f"{compte} : invitation annulée")
    return bool(annulees)


def ecouter() -> None:
    """Once, when the applications are ready."""
    auth_signals.user_logged_in.connect(_perimer)
    compte_signals.password_changed.connect(_perimer)
    compte_signals.password_set.connect(_perimer)


def _perimer(user: Utilisateur, **kwargs: Any) -> None:
    """Who signs in, or has just changed her password, needs none: its link is dead already."""
    Invitation.objects.filter(compte=user).delete()
