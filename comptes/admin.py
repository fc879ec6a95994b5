from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from comptes.administration import Administration
from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.personnes import retirer_les_acces

# Only a superuser makes another: else, whoever keeps the accounts could give herself every right.
RESERVES = ("is_superuser", "user_permissions")


@admin.register(Utilisateur)
class UtilisateurAdmin(Administration[Utilisateur], UserAdmin[Utilisateur]):
    """Accounts; Django's own page, plus the communes that an account is limited to."""

    fieldsets = (*(UserAdmin.fieldsets or ()), ("Périmètre", {"fields": ("communes",)}))
    filter_horizontal = ("groups", "user_permissions", "communes")
    list_display = ("username", "first_name", "last_name", "email", "roles", "is_active")
    list_filter = ("groups", "is_active", "is_superuser")
    actions = ("retirer_le_second_facteur",)

    @admin.display(description="rôles")
    def roles(self, utilisateur: Utilisateur) -> str:
        return ", ".join(groupe.name for groupe in utilisateur.groups.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Utilisateur | None = None
    ) -> tuple[str, ...]:
        champs = tuple(super().get_readonly_fields(request, obj))
        return champs if _superuser(request) else (*champs, *RESERVES)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _peut_toucher(request, None) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Utilisateur | None = None) -> bool:
        return _peut_toucher(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Utilisateur | None = None) -> bool:
        return _peut_toucher(request, obj) and super().has_delete_permission(request, obj)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Utilisateur], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        compte = form.instance
        if compte.groups.exists() and not compte.is_staff:
            compte.is_staff = True
            compte.save(update_fields=["is_staff"])
            self.message_user(
                request,
                "Ce compte a un rôle : les pages d'administration lui sont ouvertes.",
                messages.INFO,
            )

    @admin.action(
        description="Retirer le second facteur et terminer les sessions", permissions=["change"]
    )
    def retirer_le_second_facteur(
        self, request: HttpRequest, choisis: QuerySet[Utilisateur]
    ) -> None:
        """For whoever has lost her telephone and her recovery codes."""
        permis = [compte for compte in choisis if _peut_toucher(request, compte)]
        for compte in permis:
            retirer_les_acces(compte)
            consigner(Evenement.Genre.SECRET, request, detail=f"{compte} : second facteur retiré")
        self.message_user(request, f"Second facteur retiré et sessions terminées : {len(permis)}.")

    def log_change(self, request: HttpRequest, obj: Utilisateur, message: Any) -> Any:
        entree = super().log_change(request, obj, message)
        detail = f"{obj} : {entree.get_change_message()}"
        consigner(Evenement.Genre.COMPTE, request, detail=detail)
        return entree

    def log_addition(self, request: HttpRequest, obj: Utilisateur, message: Any) -> Any:
        consigner(Evenement.Genre.COMPTE, request, detail=f"{obj} : compte ouvert")
        return super().log_addition(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for compte in queryset:
            consigner(Evenement.Genre.COMPTE, request, detail=f"{compte} : compte supprimé")
        return super().log_deletions(request, queryset)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Administration[Group], GroupAdmin):
    """Roles, as Django shows them."""


@admin.register(Evenement)
class EvenementAdmin(Administration[Evenement]):
    """The audit log: read, never written by hand."""

    list_display = ("le", "genre", "compte", "adresse", "detail")
    list_filter = ("genre",)
    list_select_related = ("compte",)
    search_fields = ("compte__username", "adresse", "detail")
    date_hierarchy = "le"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Evenement | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Evenement | None = None) -> bool:
        return False


def _superuser(request: HttpRequest) -> bool:
    return compte_de(request).is_superuser


def _peut_toucher(request: HttpRequest, compte: Utilisateur | None) -> bool:
    """Whoever is limited to some communes could lift her own limit: she only reads the accounts."""
    if compte_de(request).perimetre:
        return False
    return compte is None or not compte.is_superuser or _superuser(request)
