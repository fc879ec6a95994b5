"""The contract's years: opened, closed with a reason, opened again with a reason."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from actions.forms import ClotureForm
from actions.models import Cloture, Exercice
from comptes.permissions import communes_de, compte_de
from suivi.admin import AdminSuivi, nombre_d_actions


class ClotureInline(admin.TabularInline[Cloture, Exercice]):
    """Who decided what, and why; decided on its own page, never typed here."""

    model = Cloture
    verbose_name_plural = "clôtures et réouvertures"
    fields = ("le", "geste", "motif", "par")
    readonly_fields = ("le", "geste", "motif", "par")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("par", "exercice")

    @admin.display(description="décision")
    def geste(self, cloture: Cloture) -> str:
        return "Clôture" if cloture.clos else "Réouverture"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("actions.view_exercice")


@admin.register(Exercice)
class ExerciceAdmin(AdminSuivi[Exercice]):
    change_form_template = "admin/actions/exercice/change_form.html"
    list_display = ["annee", "etat", nombre_d_actions]
    search_fields = ["annee__startswith"]
    fields = ["annee", "etat"]
    readonly_fields = ["etat"]
    inlines = [ClotureInline]
    comptes = {"nombre_d_actions": "actions"}

    @admin.display(description="état")
    def etat(self, exercice: Exercice) -> str:
        return "Clos" if exercice.clos else "Ouvert"

    def has_change_permission(self, request: HttpRequest, obj: Exercice | None = None) -> bool:
        """A closed exercice keeps its year; only the decision to open it again remains."""
        return super().has_change_permission(request, obj) and not (obj is not None and obj.clos)

    def has_cloturer_permission(self, request: HttpRequest) -> bool:
        """An exercice is everybody's: not for who is limited to some communes."""
        return request.user.has_perm("actions.cloturer_exercice") and not communes_de(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["peut_cloturer"] = self.has_cloturer_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/cloture/",
                self.admin_site.admin_view(self.cloture_view),
                name="actions_exercice_cloture",
            ),
            *super().get_urls(),
        ]

    def cloture_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Close an open exercice, or open a closed one again, with the reason."""
        if not self.has_cloturer_permission(request):
            raise PermissionDenied
        exercice = self.get_object(request, object_id)
        if exercice is None:
            raise self._absence(request, object_id)
        # The page says what it would do: two people must not undo each other unknowingly.
        clore = request.POST.get("clos", "non" if exercice.clos else "oui") == "oui"
        formulaire = ClotureForm(request.POST or None)
        retour = HttpResponseRedirect(reverse("admin:actions_exercice_change", args=[exercice.pk]))
        deja = request.method == "POST" and clore == exercice.clos
        if not deja and formulaire.is_valid():
            decider = exercice.cloturer if clore else exercice.rouvrir
            deja = not decider(formulaire.cleaned_data["motif"], compte_de(request))
            if not deja:
                etat = "clos : ses actions se lisent, sans se modifier" if clore else "rouvert"
                self.message_user(request, f"L'exercice {exercice} est {etat}.")
                return retour
        if deja:
            etat = "clos" if clore else "ouvert"
            self.message_user(request, f"L'exercice {exercice} était déjà {etat}.")
            return retour
        contexte = {
            **self.admin_site.each_context(request),
            "title": f"{'Clore' if clore else 'Rouvrir'} l'exercice {exercice}",
            "opts": self.opts,
            "object": exercice,
            "clore": clore,
            "form": formulaire,
        }
        return TemplateResponse(request, "admin/actions/exercice/cloture.html", contexte)
