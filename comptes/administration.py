"""What every page of the administration shares: no address makes it fail."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest

from comptes.saisies import COUPEE, couper, est_coupee, lire_entier

M = TypeVar("M", bound=Model)


class ChoixSur(AutocompleteSelect):
    """Django's, which asks the database for whatever was sent, numbers or not."""

    def optgroups(self, name: str, value: Any, attr: dict[str, Any] | None = None) -> Any:
        lisibles = [cle for cle in value if lire_entier(str(cle)) is not None]
        return super().optgroups(name, lisibles or [""], attr)


class Administration(admin.ModelAdmin[M]):
    """Django's page, which fails on what it believes of an address: a search of any length, a year
    that no calendar has, a number that no database holds.
    """

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        if est_coupee(search_term) and not request.path.endswith("/autocomplete/"):
            self.message_user(request, COUPEE, messages.WARNING)
        return super().get_search_results(request, queryset, couper(search_term))

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChoixSur(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list; of an address that it can't read, the whole list, as for other mistakes."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, ValidationError) as erreur:
            raise IncorrectLookupParameters(erreur) from erreur

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> M | None:
        try:
            return super().get_object(request, object_id, from_field or None)
        except (FieldDoesNotExist, OverflowError):
            return None

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What an address fills in beforehand; for a field that points to a row, numbers only."""
        donnees = super().get_changeform_initial_data(request)
        liens = {champ.name for champ in self.opts.fields if isinstance(champ, ForeignKey)}
        return {
            nom: valeur
            for nom, valeur in donnees.items()
            if nom not in liens or lire_entier(str(valeur)) is not None
        }
