"""The figures that the published report prints, to read: the source is never corrected."""

from django.contrib import admin
from django.http import HttpRequest

from bilan.models import ChiffrePublie
from comptes.administration import Administration


@admin.register(ChiffrePublie)
class ChiffrePublieAdmin(Administration[ChiffrePublie]):
    list_display = ["exercice", "tableau", "ligne", "libelle", "colonne", "imprime"]
    list_display_links = ["libelle"]
    list_select_related = ["exercice"]
    list_filter = ["exercice", "tableau", "colonne"]
    search_fields = ["libelle"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ChiffrePublie | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ChiffrePublie | None = None) -> bool:
        return False
