"""What every page of the administration shares: no address makes it fail."""

from typing import Any, TypeVar

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

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

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Each under its kind's name, in the French way; the links between rows, which have no name
        of their own, aren't told.
        """
        a_supprimer, nombres, interdits, proteges = super().get_deleted_objects(objs, request)
        liens = {
            str(modele._meta.verbose_name_plural)
            for modele in apps.get_models(include_auto_created=True)
            if modele._meta.auto_created
        }
        comptes = {nom: combien for nom, combien in nombres.items() if str(nom) not in liens}
        return _dire(a_supprimer), comptes, interdits, _dire(proteges)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What an address fills in beforehand; for a field that points to a row, numbers only."""
        donnees = super().get_changeform_initial_data(request)
        liens = {champ.name for champ in self.opts.fields if isinstance(champ, ForeignKey)}
        return {
            nom: valeur
            for nom, valeur in donnees.items()
            if nom not in liens or lire_entier(str(valeur)) is not None
        }


def _dire(arbre: list[Any]) -> list[Any]:
    """Django writes « Action: Fête », and a link between two rows by the name of its table."""
    liens = tuple(
        f"{capfirst(modele._meta.verbose_name)}: "
        for modele in apps.get_models(include_auto_created=True)
        if modele._meta.auto_created
    )
    return [
        _dire(ligne) if isinstance(ligne, list) else _avec_une_espace(ligne)
        for ligne in arbre
        if isinstance(ligne, list) or not str(ligne).startswith(liens)
    ]


def _avec_une_espace(ligne: str) -> str:
    """Before the colon that follows a kind's name; what is safe to show stays so."""
    nom, deux_points, suite = ligne.partition(": ")
    dite = f"{nom.rstrip()} : {suite}" if deux_points else ligne
    return mark_safe(dite) if isinstance(ligne, SafeString) else dite  # noqa: S308  # it was so
