"""The one gate: no view answers before its declared permission has been checked."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.deprecation import MiddlewareMixin

from comptes.permissions import CONNECTE, PUBLIC, permission_declaree

# These check for themselves: the admin asks its site, the sign-in pages come from a library.
APPLICATIONS_AUTONOMES = frozenset({"admin"})
VUES_DE_CONNEXION = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
    }
)
PAGES_DU_COMPTE = ("account_", "mfa_", "usersessions_")


class PermissionExigee(MiddlewareMixin):
    """Refuses a view that declares no permission (fails closed), then applies the declared one."""

    def process_view(
        self,
        request: HttpRequest,
        vue: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        permission = permission_de(vue, request.resolver_match)
        if permission is None:
            raise ImproperlyConfigured(f"La vue {vue!r} ne déclare aucune permission.")
        if permission == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if permission != CONNECTE and not request.user.has_perm(permission):
            raise PermissionDenied
        return None


def permission_de(vue: Callable[..., Any], page: ResolverMatch | None) -> str | None:
    """The permission that stands for a view: its own, or that of the library it comes from."""
    if page is not None:
        if page.app_names and page.app_names[0] in APPLICATIONS_AUTONOMES:
            return PUBLIC
        if page.url_name in VUES_DE_CONNEXION:
            return PUBLIC
        if page.url_name is not None and page.url_name.startswith(PAGES_DU_COMPTE):
            return CONNECTE
    return permission_declaree(vue)
