from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import DateField
from django.http import HttpRequest

from axes.models import AxeTransversal, Jalon
from financement.forms import ChoixDeFinanceurs
from financement.models import Financeur
from suivi.admin import AdminSuivi
from suivi.forms import ChampDate

if TYPE_CHECKING:
    JalonInlineBase = admin.TabularInline[Jalon, AxeTransversal]
else:
    JalonInlineBase = admin.TabularInline


class JalonInline(JalonInlineBase):
    model = Jalon
    extra = 0
    formfield_overrides = {DateField: {"form_class": ChampDate}}


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

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Funders as the tree that they are."""
        if db_field.name == "financeurs":
            kwargs |= {"form_class": ChoixDeFinanceurs, "queryset": Financeur.objects.en_arbre()}
        return super().formfield_for_manytomany(db_field, request, **kwargs)
