"""The page of an action, filled in from top to bottom, and the list that leads to it."""

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from actions.admin.lignes import PieceInline, SubventionInline, sobre
from actions.admin.selection import ActionsSurSelection
from actions.forms import ActionForm
from actions.models import Action, Exercice
from comptes.permissions import communes_de
from financement.models import Subvention
from listes.chiffres import montant
from suivi.admin import AdminSuivi
from territoires.perimetre import ChoixLimites, FiltreCommune

# Beyond, the sum of a list takes too long for a page that one opens all day.
LIGNES_TOTALISEES = 50_000
ETAPES = ("demande", "accorde", "verse")


@admin.register(Action)
class ActionAdmin(ChoixLimites, ActionsSurSelection, AdminSuivi[Action]):
    form = ActionForm
    change_form_template = "admin/actions/action/change_form.html"
    change_list_template = "admin/actions/action/change_list.html"
    lignes = {Subvention: "action"}
    commun = False
    par_commune = "commune"
    inlines = [SubventionInline, PieceInline]
    autocomplete_fields = ["porteur", "commune", "quartier", "theme"]
    fieldsets = [
        (None, {"fields": ["exercice", "intitule", "porteur", "theme"]}),
        ("Où", {"fields": ["commune", "quartier"]}),
        ("Quoi", {"fields": ["description", "public", ("date_debut", "date_fin")]}),
        ("Suivi", {"fields": ["statut", "reference", "nature", "axes", "origine"]}),
    ]
    readonly_fields = ["origine"]

    list_display = ["intitule", "accorde", "statut", "ou", "theme", "porteur", "exercice"]
    list_editable = ["statut"]
    list_select_related = ["exercice", "theme", "commune", "porteur"]
    list_filter = [
        "exercice",
        "statut",
        "theme",
        ("commune", FiltreCommune),
        "axes",
        "nature",
        "provenance",
    ]
    date_hierarchy = "date_debut"
    search_fields = [
        "intitule__sans_accents__contains",
        "reference__sans_accents__contains",
        "porteur__nom__sans_accents__contains",
    ]
    list_per_page = 50

    # --- Who sees and changes what ----

    def get_queryset(self, request: HttpRequest) -> QuerySet[Action]:
        visibles = super().get_queryset(request)
        return visibles.select_related("exercice", "theme", "commune", "porteur")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Action | None:
        action = super().get_object(request, *args, **kwargs)
        if action is not None and action.renouvelee_de_id is not None:
            visibles = self.get_queryset(request)
            action.origine_visible = (  # type: ignore[attr-defined]  # told to its page
                not communes_de(request) or visibles.filter(pk=action.renouvelee_de_id).exists()
            )
        return action

    def has_change_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return _ouverte(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return _ouverte(obj) and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Action | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Action]]:
        formulaire = super().get_form(request, obj, change=change, **kwargs)
        limites = {
            "visibles": Action.objects.visibles_par(request.user),
            "communes": communes_de(request),
        }
        return type(formulaire.__name__, (formulaire,), limites)

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "exercice":
            ouverts = Exercice.objects.filter(clos=False)
            kwargs["queryset"] = ouverts
            kwargs["empty_label"] = None
            kwargs["initial"] = ouverts.first()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Fewer stops for the keyboard: only what is made in place while typing has its button."""
        champ = super().formfield_for_dbfield(db_field, request, **kwargs)
        sobre(champ, garder_l_ajout=db_field.name in ("porteur", "quartier"))
        return champ

    # --- The page ----

    @admin.display(description="origine")
    def origine(self, action: Action) -> str:
        if action.renouvelee_de is None:
            return action.get_provenance_display()
        if not action.origine_visible:  # type: ignore[attr-defined]  # set as the page opens
            return f"{action.get_provenance_display()}, renouvelle une action hors de vos communes"
        return format_html(
            '{}, renouvelle <a href="{}">{} ({})</a>',
            action.get_provenance_display(),
            reverse("admin:actions_action_change", args=[action.renouvelee_de_id]),
            action.renouvelee_de,
            action.renouvelee_de.exercice,
        )

    def usages(self, request: HttpRequest, objet: Action) -> list[tuple[str, int, str]]:
        """An action is used by nothing but its own lines, which the page shows."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        action = context.get("original")
        if action is not None and action.pk:
            context["totaux"] = action.subventions.montants()
            context["clos"] = action.exercice.clos
        context["aucun_exercice"] = not Exercice.objects.filter(clos=False).exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Action], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if formsets:
            self._dire_les_montants(request, form.instance)

    def _dire_les_montants(self, request: HttpRequest, action: Action) -> None:
        for ligne in action.subventions.select_related("financeur"):
            for moins, plus, phrase in (
                ("demande", "accorde", "l'accordé dépasse le demandé"),
                ("accorde", "verse", "le versé dépasse l'accordé"),
            ):
                plafond: Decimal | None = getattr(ligne, f"montant_{moins}")
                depasse: Decimal | None = getattr(ligne, f"montant_{plus}")
                if plafond is not None and depasse is not None and depasse > plafond:
                    self.message_user(
                        request,
                        f"{ligne.financeur} : {phrase} ({montant(depasse)} pour "
                        f"{montant(plafond)}). Vérifiez ces montants.",
                        messages.WARNING,
                    )

    # --- The list ----

    @admin.display(description="commune", ordering="commune__numero", empty_value="")
    def ou(self, action: Action) -> str:
        return "Transterritorial" if action.commune is None else action.commune.nom

    @admin.display(description="accordé")
    def accorde(self, action: Action) -> str:
        return montant(action.montants.accorde if action.montants else None)  # type: ignore[attr-defined]  # set by the list

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, its amounts asked for once for the whole page, and its totals."""
        liste: Any = super().get_changelist_instance(request)
        actions = list(liste.result_list)  # which keeps them: the list then shows these very ones
        sommes = Subvention.objects.montants_par_action([action.pk for action in actions])
        for action in actions:
            action.montants = sommes.get(action.pk)
        return liste

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        reponse = super().changelist_view(request, extra_context)
        contexte = getattr(reponse, "context_data", None) or {}
        liste = contexte.get("cl")
        if liste is not None and liste.result_count <= LIGNES_TOTALISEES:
            selection = liste.queryset.order_by().values("pk")
            contexte["totaux"] = Subvention.objects.filter(action__in=selection).montants()
            contexte["nombre"] = liste.result_count
        return reponse

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[ModelForm[Action]]:
        classe = super().get_changelist_form(request, form=ModelForm, **kwargs)

        class LigneDeListe(classe):  # type: ignore[misc, valid-type]  # made per request
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                if "statut" in self.fields and not _ouverte(self.instance):
                    self.fields["statut"].disabled = True

        return LigneDeListe

    class Media:
        js = ["admin-saisie.js"]


def _ouverte(action: Action | None) -> bool:
    return action is None or action.exercice_id is None or not action.exercice.clos
