"""Funders, as the administrator keeps them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils.html import format_html

from financement.models import EN_ARBRE, NIVEAU, Financeur
from listes.chiffres import nombre
from suivi.admin import AdminSuivi


@admin.register(Financeur)
class FinanceurAdmin(AdminSuivi[Financeur]):
    list_display = ["intitule", "code", "parent", "colonne", "ordre", "subventions"]
    list_select_related = ["parent"]
    list_filter = ["colonne"]
    search_fields = ["nom__sans_accents__contains", "code__sans_accents__contains"]
    autocomplete_fields = ["parent"]
    comptes = {"nombre_de_subventions": "subventions"}
    fields = ["code", "nom", "parent", "colonne", "ordre"]

    def get_ordering(self, request: HttpRequest) -> Any:
        return EN_ARBRE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Financeur]:
        """Sorted, or without those between, a service isn't under what it reports to."""
        niveau = Value(0) if {"o", "q"}.intersection(request.GET) else NIVEAU
        return super().get_queryset(request).annotate(niveau=niveau)  # type: ignore[no-redef]  # as read en_arbre

    @admin.display(description="nom", ordering="nom")
    def intitule(self, financeur: Any) -> str:
        return format_html(
            '<span class="niveau-{}">{}</span>', str(financeur.niveau), financeur.nom
        )

    @admin.display(description="subventions", ordering="nombre_de_subventions")
    def subventions(self, financeur: Any) -> str:
        return nombre(financeur.nombre_de_subventions)
