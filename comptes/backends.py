"""Who signs in, and what she may do, asked of the database once a page."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Value

from comptes.models import Utilisateur


class Comptes(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """The sign-in library's own accounts; both sources of permissions come in one query."""

    def get_user(self, user_id: int) -> Utilisateur | None:
        """The account of a session, knowing already whether it is limited to some communes."""
        limites = Utilisateur.communes.through._default_manager.filter(utilisateur=OuterRef("pk"))
        compte = Utilisateur.objects.annotate(est_limite=Exists(limites)).filter(pk=user_id).first()
        return compte if compte is not None and self.user_can_authenticate(compte) else None

    def _get_permissions(self, user_obj: Utilisateur, obj: Any, from_name: str) -> set[str]:
        """An account's own permissions (``user``) or those of its roles (``group``)."""
        if not user_obj.pk:
            return set()
        if not hasattr(user_obj, "_user_perm_cache") and _a_lire(user_obj, obj):
            siennes, par_role = (
                Permission.objects.filter(**filtre)
                .order_by()
                .values_list("content_type__app_label", "codename", Value(origine))
                for filtre, origine in (
                    ({"user": user_obj}, "user"),
                    ({"group__user": user_obj}, "group"),
                )
            )
            lues: dict[str, set[str]] = {"user": set(), "group": set()}
            for application, code, origine in siennes.union(par_role):
                lues[origine].add(f"{application}.{code}")
            user_obj._user_perm_cache = lues["user"]  # type: ignore[attr-defined]  # Django's
            user_obj._group_perm_cache = lues["group"]  # type: ignore[attr-defined]  # Django's
        permissions: set[str] = super()._get_permissions(user_obj, obj, from_name)
        return permissions


def _a_lire(compte: Utilisateur, obj: Any) -> bool:
    """A superuser has everything, an inactive account nothing: the parent class says so."""
    return compte.is_active and not compte.is_anonymous and not compte.is_superuser and obj is None
