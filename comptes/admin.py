from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.views.decorators.http import require_POST

from comptes.administration import Administration
from comptes.etat import dire_les_droits, etat_du_compte, mot_de_l_etat
from comptes.forms import CompteForm
from comptes.invitations import annuler, inviter
from comptes.journal import Evenement, consigner
from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.personnes import retirer_les_acces, terminer_les_sessions
from comptes.roles import PHRASES

# Nobody gives herself a right, nor takes the last one away from herself by mistake.
CE_QU_ON_PEUT = ("role", "etendue", "communes", "actif", "is_superuser")


@admin.register(Utilisateur)
class UtilisateurAdmin(Administration[Utilisateur]):
    """An account on one screen: who, which role, where; then its state, and what can be done."""

    form = CompteForm
    list_display = ("username", "first_name", "last_name", "email", "roles", "etat")
    list_filter = ("groups", "is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    list_select_related = ("invitation",)

    @admin.display(description="rôles")
    def roles(self, utilisateur: Utilisateur) -> str:
        return ", ".join(groupe.name for groupe in utilisateur.groups.all())

    @admin.display(description="état")
    def etat(self, utilisateur: Utilisateur) -> str:
        return mot_de_l_etat(utilisateur)

    @admin.display(description="rôle")
    def role(self, utilisateur: Utilisateur) -> str:
        return self.roles(utilisateur) or "Aucun"

    @admin.display(description="compte actif")
    def actif(self, utilisateur: Utilisateur) -> str:
        return "Oui" if utilisateur.is_active else "Non"

    @admin.display(description="communes")
    def etendue(self, utilisateur: Utilisateur) -> str:
        limite = utilisateur.communes.exists()
        return "Seulement les communes cochées" if limite else "Tout le territoire"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Utilisateur | None = None) -> Any:
        ecrit = self.has_change_permission(request, obj) and not _soi_meme(request, obj)
        droits = ("role", "etendue", "communes", "is_active" if ecrit else "actif")
        return (
            (None, {"fields": ("username", "first_name", "last_name", "email")}),
            ("Ce que ce compte peut faire", {"fields": droits}),
            *(
                [("Superutilisateur", {"fields": ("is_superuser",), "classes": ("collapse",)})]
                if _superuser(request) and ecrit
                else []
            ),
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Utilisateur | None = None
    ) -> tuple[str, ...]:
        return CE_QU_ON_PEUT if _soi_meme(request, obj) else ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by the password: a list that it filters would tell it, one character at a time."""
        if lookup.startswith("password"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _peut_toucher(request, None) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Utilisateur | None = None) -> bool:
        return _peut_toucher(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Utilisateur | None = None) -> bool:
        return _peut_toucher(request, obj) and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        geste = self.admin_site.admin_view(self.geste)
        return [
            path("<path:object_id>/geste/", geste, name="comptes_utilisateur_geste"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One button: what follows is the invitation."""
        contexte = {
            "title": "Ouvrir un compte",
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().add_view(request, form_url, contexte | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        compte = kwargs.get("obj")
        if isinstance(compte, Utilisateur):
            permis = self.has_change_permission(request, compte)
            context |= {
                "title": "Compte : modification" if permis else "Compte",
                "etat_du_compte": etat_du_compte(compte),
                "peut_agir": permis and not _soi_meme(request, compte),
                "soi_meme": _soi_meme(request, compte),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Utilisateur, form: ModelForm[Utilisateur], change: bool
    ) -> None:
        """Whoever has a role opens the administration's pages; whoever has left is out at once."""
        groupes = form.groupes() if isinstance(form, CompteForm) else None
        if not change:
            obj.set_unusable_password()
        if "is_superuser" in form.changed_data or groupes is not None:
            roles = groupes if groupes is not None else [*obj.groups.all()] if change else []
            obj.is_staff = bool(roles) or obj.is_superuser
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            _fermer(request, obj)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Utilisateur], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        groupes = form.groupes() if isinstance(form, CompteForm) else None
        if groupes is not None:
            form.instance.groups.set(groupes)

    def response_add(
        self, request: HttpRequest, obj: Utilisateur, post_url_continue: str | None = None
    ) -> HttpResponse:
        if not obj.is_active:
            return super().response_add(request, obj, post_url_continue)
        return self._remettre(request, obj)

    @method_decorator(require_POST)
    def geste(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One of the buttons beside the state of an account."""
        compte = self.get_object(request, object_id)
        if compte is None:
            raise Http404("Ce compte n'existe pas.")
        if not self.has_change_permission(request, compte) or _soi_meme(request, compte):
            raise PermissionDenied
        demande = request.POST.get("geste", "")
        if demande == "inviter" and compte.is_active:
            return self._remettre(request, compte)
        if demande not in GESTES:
            raise BadRequest(f"Geste inconnu : {demande[:40]!r}")
        with transaction.atomic():
            self.message_user(request, GESTES[demande](request, compte), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:comptes_utilisateur_change", args=[compte.pk]))

    def _remettre(self, request: HttpRequest, compte: Utilisateur) -> HttpResponse:
        """The page that shows the link: this once, since nothing keeps it."""
        contexte = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": compte,
            "title": f"Invitation de {compte.get_full_name() or compte}",
            "lien": inviter(compte, request),
            "expire_le": compte.invitation.expire_le,
        }
        return TemplateResponse(request, "admin/comptes/utilisateur/invitation.html", contexte)

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


def _annuler_l_invitation(request: HttpRequest, compte: Utilisateur) -> str:
    annulee = annuler(compte, request)
    return "L’invitation est annulée." if annulee else "Il n’y avait pas d’invitation à annuler."


def _desactiver(request: HttpRequest, compte: Utilisateur) -> str:
    compte.is_active = False
    compte.save(update_fields=["is_active"])
    consigner(Evenement.Genre.COMPTE, request, detail=f"{compte} : compte désactivé")
    _fermer(request, compte)
    return "Le compte est désactivé : plus aucune page ne s’ouvre, ses sessions sont terminées."


def _reactiver(request: HttpRequest, compte: Utilisateur) -> str:
    compte.is_active = True
    compte.save(update_fields=["is_active"])
    consigner(Evenement.Genre.COMPTE, request, detail=f"{compte} : compte réactivé")
    return "Le compte est réactivé."


def _retirer_le_second_facteur(request: HttpRequest, compte: Utilisateur) -> str:
    """For whoever has lost her telephone and her recovery codes."""
    retirer_les_acces(compte)
    consigner(Evenement.Genre.SECRET, request, detail=f"{compte} : second facteur retiré")
    return "Le second facteur est retiré, et les sessions sont terminées."


GESTES: dict[str, Callable[[HttpRequest, Utilisateur], str]] = {
    "annuler": _annuler_l_invitation,
    "desactiver": _desactiver,
    "reactiver": _reactiver,
    "retirer_le_second_facteur": _retirer_le_second_facteur,
}


def _fermer(request: HttpRequest, compte: Utilisateur) -> None:
    annuler(compte, request)
    terminer_les_sessions(compte)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Administration[Group], GroupAdmin):
    """What each role may do, read: a migration makes the roles, an account's page gives them."""

    fields = ("name", "sert_a", "comptes", "droits")
    list_display = ("name", "sert_a", "comptes")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(nombre_de_comptes=Count("user"))

    @admin.display(description="à quoi il sert")
    def sert_a(self, groupe: Group) -> str:
        return PHRASES.get(groupe.name, "")

    @admin.display(description="comptes", ordering="nombre_de_comptes")
    def comptes(self, groupe: Group) -> int:
        return groupe.nombre_de_comptes  # type: ignore[attr-defined, no-any-return]  # annotated

    @admin.display(description="droits")
    def droits(self, groupe: Group) -> str:
        return format_html_join("", "<div>{} : {}</div>", dire_les_droits(groupe))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False


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


def _soi_meme(request: HttpRequest, compte: Utilisateur | None) -> bool:
    return compte is not None and compte.pk == compte_de(request).pk


def _peut_toucher(request: HttpRequest, compte: Utilisateur | None) -> bool:
    """Whoever is limited to some communes could lift her own limit: she only reads the accounts."""
    if compte_de(request).perimetre:
        return False
    return compte is None or not compte.is_superuser or _superuser(request)
