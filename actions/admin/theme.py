"""The lines of the thematic table."""

from django.contrib import admin

from actions.models import Theme
from suivi.admin import AdminSuivi, nombre_d_actions


@admin.register(Theme)
class ThemeAdmin(AdminSuivi[Theme]):
    list_display = ["numero", "nom", "libelle_tableau", nombre_d_actions]
    list_display_links = ["nom"]
    search_fields = [
        "nom__sans_accents__contains",
        "libelle_tableau__sans_accents__contains",
        "libelle_legende__sans_accents__contains",
    ]
    fields = ["numero", "nom", "libelle_tableau", "libelle_legende"]
    comptes = {"nombre_d_actions": "actions"}
