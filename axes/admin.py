from typing import TYPE_CHECKING

from django.contrib import admin

from axes.models import AxeTransversal, Jalon
from suivi.admin import AdminSuivi

if TYPE_CHECKING:
    JalonInlineBase = admin.TabularInline[Jalon, AxeTransversal]
else:
    JalonInlineBase = admin.TabularInline


class JalonInline(JalonInlineBase):
    model = Jalon
    extra = 0


@admin.register(AxeTransversal)
class AxeTransversalAdmin(AdminSuivi[AxeTransversal]):
    """An axis and its calendar on one page."""

    list_display = ["numero", "titre", "thematique", "annee_debut"]
    list_display_links = ["titre"]
    search_fields = [
        "titre__sans_accents__contains",
        "thematique__sans_accents__contains",
        "objectifs__sans_accents__contains",
    ]
    lignes = {Jalon: "axe"}
    filter_horizontal = ["communes", "financeurs"]
    inlines = [JalonInline]
