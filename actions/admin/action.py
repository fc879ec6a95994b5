"""The page of an action, filled in from top to bottom, with its funding lines and its documents;
the list that leads to it.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db.models import DecimalField, ForeignKey, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from actions.admin.filtres import FiltreFinanceur, FiltrePorteur
from actions.admin.selection import ActionsSurSelection
from actions.forms import ActionForm, PieceForm
from actions.models import Action, Exercice
from actions.pieces import Piece
from actions.views import LIGNES
from comptes.permissions import communes_de, compte_de
from comptes.saisies import lire_entier
from financement.forms import ChampMontant
from financement.models import Financeur, Subvention
from financement.montants import Montants
from listes.chiffres import dire_la_somme, montant
from suivi.admin import AdminSuivi
from territoires.admin import ChoixLimites, FiltreCommune

# With more lines, the list shows no totals: they would take too long for a page opened all day.
LIGNES_TOTALISEES = 50_000


class ChoixDeFinanceur(AutocompleteSelect):
    """The funder's autocomplete; one query for the names in all the lines of a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Shared by the copies of this widget that the forms of one page make.
        self.noms: dict[str, str] = {}

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        if not self.noms:
            connus = Financeur.objects.values_list("pk", "nom")
            self.noms.update((str(cle), nom) for cle, nom in connus)
        choisis = [str(cle) for cle in value if str(cle) in self.noms]
        options = [
            self.create_option(name, cle, self.noms[cle], selected=True, index=rang)
            for rang, cle in enumerate(choisis)
        ]
        if not self.is_required:
            options.append(self.create_option(name, "", "", selected=False, index=0))
        return [(None, options, 0)]


class DansUneAction(admin.TabularInline[Any, Action]):
    """Follows its action: read-only once the exercice is closed."""

    def has_add_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return _ouverte(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return _ouverte(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return _ouverte(obj) and super().has_delete_permission(request, obj)


class PlanDeFinancement(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # not at run time
    """The funding lines of an action, told apart by what people call them."""

    def validate_unique(self) -> None:
        """Say of which funder there are two lines alike, on the second of them."""
        vues = set()
        for formulaire in self.forms:
            if formulaire in self.deleted_forms:
                continue
            lus = getattr(formulaire, "cleaned_data", {})
            financeur, nature, credit = (lus.get(c) for c in ("financeur", "nature", "credit"))
            if financeur is None or nature is None or credit is None:
                continue
            if (financeur, nature, credit) in vues:
                genre, credits = Subvention.Nature(nature).label, Subvention.Credit(credit).label
                formulaire.add_error(
                    "financeur",
                    f"{financeur} a déjà une ligne de {genre.lower()} en {credits.lower()} : "
                    "réunissez leurs montants, ou changez la nature ou les crédits de l'une.",
                )
            vues.add((financeur, nature, credit))


class SubventionInline(DansUneAction):
    model = Subvention
    formset = PlanDeFinancement
    template = "admin/actions/action/subventions.html"
    autocomplete_fields = ["financeur"]
    fields = [
        "financeur",
        "montant_demande",
        "montant_accorde",
        "montant_verse",
        "nature",
        "credit",
    ]
    formfield_overrides = {DecimalField: {"form_class": ChampMontant}}
    verbose_name = "ligne"
    verbose_name_plural = "plan de financement"

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "financeur":
            kwargs["widget"] = ChoixDeFinanceur(db_field, self.admin_site)
            kwargs["error_messages"] = {
                "required": "Choisissez le financeur, ou effacez les montants de cette ligne."
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        champ = super().formfield_for_dbfield(db_field, request, **kwargs)
        _sobre(champ)
        return champ

    def get_extra(self, request: HttpRequest, obj: Action | None = None, **kwargs: Any) -> int:
        return 3 if obj is None else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subvention]:
        return super().get_queryset(request).select_related("financeur", "action")


class PieceInline(DansUneAction):
    """Documents are joined or taken away, never changed."""

    model = Piece
    form = PieceForm
    fields = ["fichier"]
    verbose_name_plural = "pièces"

    def get_extra(self, request: HttpRequest, obj: Action | None = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Piece]:
        return super().get_queryset(request).select_related("ajoutee_par")

    def get_fields(self, request: HttpRequest, obj: Action | None = None) -> Any:
        return ["telecharger", "fichier", "ajoutee_par"] if obj else ["fichier"]

    def get_readonly_fields(self, request: HttpRequest, obj: Action | None = None) -> list[str]:
        return ["telecharger", "ajoutee_par"] if obj else []

    @admin.display(description="document")
    def telecharger(self, piece: Piece) -> str:
        if not piece.nom:
            return ""
        return format_html(
            '<a href="{}">{}</a>', reverse("actions:piece", args=[piece.pk]), piece.nom
        )

    def get_formset(self, request: HttpRequest, obj: Action | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)

        class FormsetDePieces(formset):  # type: ignore[misc, valid-type]  # made per request
            def add_fields(self, form: forms.ModelForm[Piece], index: int | None) -> None:
                super().add_fields(form, index)
                if form.instance.pk:
                    # A stored document is replaced by joining another.
                    form.fields["fichier"].disabled = True
                    form.fields["fichier"].widget = forms.HiddenInput()

            def save_new(self, form: forms.ModelForm[Piece], commit: bool = True) -> Piece:
                piece: Piece = super().save_new(form, commit=False)
                piece.recevoir(form.cleaned_data["fichier"], compte_de(request))
                if commit:
                    piece.save()
                return piece

        return FormsetDePieces


@admin.register(Action)
class ActionAdmin(ChoixLimites, ActionsSurSelection, AdminSuivi[Action]):
    form = ActionForm
    change_form_template = "admin/actions/action/change_form.html"
    change_list_template = "admin/actions/action/change_list.html"
    lignes = LIGNES
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
        FiltreFinanceur,
        FiltrePorteur,
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

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A year may be named by what it is called, as the site's addresses do."""
        donnees = super().get_changeform_initial_data(request)
        annee = lire_entier(donnees.pop("annee", "")) or 0
        ouvert = Exercice.objects.filter(clos=False, annee=annee).first()
        return donnees | ({"exercice": ouvert.pk} if ouvert else {})

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
        _sobre(champ, garder_l_ajout=db_field.name in ("porteur", "quartier"))
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

    def argent_de(self, cles: Collection[int]) -> dict[int | None, str]:
        par_action = Subvention.objects.montants_par_action(cles)
        dits: dict[int | None, str] = {cle: _en_mots(lus) for cle, lus in par_action.items()}
        return dits | {None: _en_mots(Montants.somme(par_action.values()))}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        action = context.get("original")
        context["totaux"] = Montants()
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
        accorde = form.instance.subventions.montants().accorde_en_tout
        if reserve := Action.Statut(form.instance.statut).reserve(accorde):
            self.message_user(request, f"{form.instance} : {reserve}", messages.WARNING)

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

    @admin.display(description="accordé", empty_value="")
    def accorde(self, action: Action) -> str:
        return dire_la_somme(action.montants.accorde)  # type: ignore[attr-defined]  # set by the list

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, its amounts asked for once for the whole page, and its totals."""
        liste: Any = super().get_changelist_instance(request)
        actions = list(liste.result_list)  # read and kept: the list shows these same objects
        sommes = Subvention.objects.montants_par_action([action.pk for action in actions])
        for action in actions:
            action.montants = sommes.get(action.pk, Montants())
        return liste

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        reponse = super().changelist_view(request, extra_context)
        contexte = getattr(reponse, "context_data", None) or {}
        liste = contexte.get("cl")
        if liste is not None and liste.result_count <= LIGNES_TOTALISEES:
            contexte["totaux"] = liste.queryset.montants()
            contexte["nombre"] = liste.result_count
            contexte["ecartees"] = liste.queryset.ecartees().count()
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
        js = ["js/montants.js", "admin-saisie.js", "js/saisie-clavier.js"]


def _en_mots(montants: Montants) -> str:
    """« demandé 1 200 €, accordé 800 €, versé — », and the investment where there is some."""
    dits = [
        ("demandé", montants.demande),
        ("accordé", montants.accorde),
        ("versé", montants.verse),
        ("investissement accordé", montants.investissement),
    ]
    return ", ".join(f"{etape} {dire_la_somme(somme)}" for etape, somme in dits if somme.lignes)


def _ouverte(action: Action | None) -> bool:
    return action is None or action.exercice_id is None or not action.exercice.clos


def _sobre(champ: Any, garder_l_ajout: bool = False) -> None:
    """Take away the buttons around a choice: each is one more stop for the keyboard."""
    habillage = getattr(champ, "widget", None)
    if isinstance(habillage, RelatedFieldWidgetWrapper):
        habillage.can_change_related = False
        habillage.can_delete_related = False
        habillage.can_view_related = False
        habillage.can_add_related = habillage.can_add_related and garder_l_ajout
