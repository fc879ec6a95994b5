"""Funders, as the administrator keeps them."""

from typing import Any

from django.contrib import admin

from financement.models import Financeur
from listes.chiffres import nombre
from suivi.admin import AdminSuivi


@admin.register(Financeur)
class FinanceurAdmin(AdminSuivi[Financeur]):
    list_display = ["nom", "code", "parent", "colonne", "ordre", "subventions"]
    list_select_related = ["parent"]
    list_filter = ["colonne"]
    search_fields = ["nom__sans_accents__contains", "code__sans_accents__contains"]
    autocomplete_fields = ["parent"]
    comptes = {"nombre_de_subventions": "subventions"}
    fields = ["code", "nom", "parent", "colonne", "ordre"]

    @admin.display(description="subventions", ordering="nombre_de_subventions")
    def subventions(self, financeur: Any) -> str:
        return nombre(financeur.nombre_de_subventions)
