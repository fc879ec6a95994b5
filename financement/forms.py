"""Amounts as people type them, and shown back as they are written in French."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from listes.chiffres import MontantIllisibleError, lire_montant, nombre

_RETRAIT: Final = "\u2003"  # an em space: a list of options keeps no other indent


class ChoixDeFinanceurs(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at run time
    """Funders read ``en_arbre``, each indented by its depth."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{_RETRAIT * obj.niveau}{obj.nom}"


class ChampMontant(forms.DecimalField):
    """An amount in €: ``1 234,56``, ``1234.5``, ``1 234 €``; empty is unknown, not 0."""

    widget = forms.TextInput

    def to_python(  # type: ignore[override]  # the stubs have it return an int
        self, value: Any
    ) -> Decimal | None:
        if value in self.empty_values or isinstance(value, Decimal):
            return value if isinstance(value, Decimal) else None
        try:
            return lire_montant(str(value))
        except MontantIllisibleError as erreur:
            raise ValidationError(str(erreur)) from erreur

    def prepare_value(self, value: Any) -> Any:
        return nombre(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            "inputmode": "decimal",
            "autocomplete": "off",
            "class": "montant",
            "size": "11",
        }
