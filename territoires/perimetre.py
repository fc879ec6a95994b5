"""What the communes that an account is limited to leave of the admin's choices."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField
from django.http import HttpRequest

from comptes.permissions import communes_de
from territoires.models import Commune, Quartier


class ChoixLimites(admin.options.BaseModelAdmin[Any]):
    """Offers, and takes, only the communes and neighbourhoods that the account may see."""

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        communes = communes_de(request)
        cible: type[Model] = db_field.related_model
        if communes and cible is Commune:
            kwargs["queryset"] = Commune.objects.filter(pk__in=communes)
        elif communes and cible is Quartier:
            kwargs["queryset"] = Quartier.objects.filter(commune__in=communes)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FiltreCommune(admin.RelatedFieldListFilter):
    """The list's filter by commune, with those that the account may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> Any:
        communes = communes_de(request)
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": communes} if communes else {},
        )
