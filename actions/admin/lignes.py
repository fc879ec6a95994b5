"""What stands under an action on its page: its funding lines and its documents."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db.models import DecimalField, ForeignKey, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from actions.forms import PieceForm
from actions.models import Action
from actions.pieces import Piece
from comptes.permissions import compte_de
from financement.forms import ChampMontant
from financement.models import Financeur, Subvention


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
        return not _close(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return not _close(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Action | None = None) -> bool:
        return not _close(obj) and super().has_delete_permission(request, obj)


def sobre(champ: Any, garder_l_ajout: bool = False) -> None:
    """Take away the buttons around a choice: each is one more stop for the keyboard."""
    habillage = getattr(champ, "widget", None)
    if isinstance(habillage, RelatedFieldWidgetWrapper):
        habillage.can_change_related = False
        habillage.can_delete_related = False
        habillage.can_view_related = False
        habillage.can_add_related = habillage.can_add_related and garder_l_ajout


def _close(action: Action | None) -> bool:
    return action is not None and action.pk is not None and action.exercice.clos


class SubventionInline(DansUneAction):
    model = Subvention
    template = "admin/actions/action/subventions.html"
    autocomplete_fields = ["financeur"]
    fields = [
        "financeur",
        "nature",
        "credit",
        "montant_demande",
        "montant_accorde",
        "montant_verse",
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
        sobre(champ)
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
    extra = 0

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
