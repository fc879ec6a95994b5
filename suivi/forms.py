"""What the forms of the administration read more widely than Django's."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from comptes.saisies import citer
from listes.jours import est_plausible, lire_jour


class ChampDate(forms.DateField):
    """A day as people write it; the digits of a short year are read near ``annee()``, or now."""

    annee: Callable[[], int | None] | None = None

    def to_python(self, value: Any) -> datetime.date | None:
        if not isinstance(value, str) or value in self.empty_values:
            return super().to_python(value)
        annee = self.annee() if self.annee else None
        jour = lire_jour(value, annee or timezone.localdate().year)
        if jour is None or not est_plausible(jour):
            raise ValidationError(
                f"{citer(value)} n'est pas une date : écrivez par exemple 01/09/2005.",
                code="invalid",
            )
        return jour
