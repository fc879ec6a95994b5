"""What the sign-in library and Django announce, written into the audit log."""

from typing import Any

from allauth.account import signals as compte_signals
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from django.contrib.auth import signals as auth_signals
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed
from django.http import HttpRequest

from comptes.adaptateur import nom_connu
from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur

Genre = Evenement.Genre


def ecouter() -> None:
    """Once, when the applications are ready."""
    compte_signals.user_logged_in.connect(_connexion)
    auth_signals.user_logged_out.connect(_deconnexion)
    auth_signals.user_login_failed.connect(_echec)
    mfa_signals.authentication_failed.connect(_echec_du_second_facteur)
    compte_signals.password_changed.connect(_mot_de_passe)
    compte_signals.password_set.connect(_mot_de_passe)
    mfa_signals.authenticator_added.connect(_ajoute)
    mfa_signals.authenticator_removed.connect(_retire)
    mfa_signals.authenticator_reset.connect(_refait)
    m2m_changed.connect(_roles, sender=Utilisateur.groups.through)


def _connexion(request: HttpRequest, user: Utilisateur, **kwargs: Any) -> None:
    consigner(Genre.CONNEXION, request, user)


def _deconnexion(request: HttpRequest, user: Utilisateur | None, **kwargs: Any) -> None:
    if user is not None:
        consigner(Genre.DECONNEXION, request, user)


def _echec(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    consigner(Genre.ECHEC, request, detail=nom_connu(credentials))


def _echec_du_second_facteur(request: HttpRequest, user: Utilisateur, **kwargs: Any) -> None:
    consigner(Genre.ECHEC, request, user, "second facteur")


def _mot_de_passe(request: HttpRequest, user: Utilisateur, **kwargs: Any) -> None:
    consigner(Genre.SECRET, request, user, "mot de passe")


def _ajoute(request: HttpRequest, user: Utilisateur, authenticator: Any, **kwargs: Any) -> None:
    consigner(Genre.SECRET, request, user, f"ajout : {authenticator.get_type_display()}")


def _retire(request: HttpRequest, user: Utilisateur, authenticator: Any, **kwargs: Any) -> None:
    consigner(Genre.SECRET, request, user, f"retrait : {authenticator.get_type_display()}")


def _refait(request: HttpRequest, user: Utilisateur, authenticator: Any, **kwargs: Any) -> None:
    consigner(Genre.SECRET, request, user, f"nouveaux : {authenticator.get_type_display()}")


def _roles(
    instance: Utilisateur | Group, action: str, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Whichever side the change comes from: an account's roles, or a role's accounts."""
    mot = {"post_add": "ajout", "post_remove": "retrait", "pre_clear": "retrait de tous"}.get(
        action
    )
    if mot is None or (pk_set is not None and not pk_set):
        return
    if isinstance(instance, Group):
        comptes = Utilisateur.objects.filter(pk__in=pk_set or ())
        detail = f"{instance} : {mot} de {', '.join(c.username for c in comptes) or 'tous'}"
    else:
        roles = ", ".join(Group.objects.filter(pk__in=pk_set or ()).values_list("name", flat=True))
        detail = f"{instance.username} : {mot} {roles}".rstrip()
    consigner(Genre.ROLE, context.request, detail=detail)
