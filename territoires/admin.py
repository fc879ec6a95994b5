"""Communes, neighbourhoods and organisations, as the administrator keeps them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from comptes.permissions import communes_de, compte_de
from comptes.saisies import lire_entier
from listes.chiffres import denombrer, nombre
from suivi.admin import AdminSuivi, nombre_d_actions
from suivi.declencheurs import RefusError, refus_traduits
from territoires.fusion import fusionner
from territoires.models import Commune, Organisme, Quartier


class ChoixLimites(admin.options.BaseModelAdmin[Any]):
    """Offers, and takes, only the communes and neighbourhoods that the account may see."""

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        communes = communes_de(request)
        cible: type[Model] = db_field.related_model
        if communes and cible is Commune:
            kwargs["queryset"] = Commune.objects.filter(pk__in=communes)
        elif communes and cible is Quartier:
            kwargs["queryset"] = Quartier.objects.filter(commune__in=communes)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FiltreCommune(admin.RelatedFieldListFilter):
    """The list's filter by commune, with those that the account may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> Any:
        communes = communes_de(request)
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": communes} if communes else {},
        )


@admin.register(Commune)
class CommuneAdmin(AdminSuivi[Commune]):
    commun = False
    par_commune = "pk"
    list_display = ["numero", "nom", "libelle_tableau", "code_insee", "habitants", nombre_d_actions]
    list_display_links = ["nom"]
    comptes = {"nombre_d_actions": "actions"}
    search_fields = [
        "nom__sans_accents__contains",
        "libelle_tableau__sans_accents__contains",
        "libelle_legende__sans_accents__contains",
        "code_insee__startswith",
    ]
    fieldsets = [
        (None, {"fields": ["numero", "nom", "code_insee"]}),
        ("Dans les documents de 2004", {"fields": ["libelle_tableau", "libelle_legende"]}),
        ("Population et carte", {"fields": ["population", "annee_population", "contour"]}),
    ]

    @admin.display(description="population", ordering="population")
    def habitants(self, commune: Commune) -> str:
        return nombre(commune.population)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever is limited to some communes wouldn't see the one that she adds."""
        return not communes_de(request) and super().has_add_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Commune]:
        return super().get_queryset(request).defer("contour")


@admin.register(Quartier)
class QuartierAdmin(ChoixLimites, AdminSuivi[Quartier]):
    commun = False
    par_commune = "commune"
    list_display = ["nom", "commune", "classement", nombre_d_actions]
    list_select_related = ["commune"]
    list_filter = ["classement", ("commune", FiltreCommune)]
    search_fields = ["nom__sans_accents__contains"]
    autocomplete_fields = ["commune"]
    fields = ["commune", "nom", "classement", "code"]
    comptes = {"nombre_d_actions": "actions"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quartier]:
        return super().get_queryset(request).select_related("commune")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Quartier], search_term: str
    ) -> tuple[QuerySet[Quartier], bool]:
        """An action's page asks for the neighbourhoods of the commune that it has just chosen."""
        commune = lire_entier(request.GET.get("commune", ""))
        if request.path.endswith("/autocomplete/") and commune is not None:
            queryset = queryset.filter(commune_id=commune)
        return super().get_search_results(request, queryset, search_term)


@admin.register(Organisme)
class OrganismeAdmin(ChoixLimites, AdminSuivi[Organisme]):
    commun = False
    list_display = ["nom", "type", "siret", "commune", nombre_d_actions]
    list_select_related = ["commune"]
    list_filter = ["type", ("commune", FiltreCommune)]
    search_fields = ["nom__sans_accents__contains", "siret__startswith"]
    autocomplete_fields = ["commune"]
    fields = ["nom", "type", "siret", "commune"]
    actions = ["fusionner_la_selection"]
    comptes = {"nombre_d_actions": "actions"}

    def has_change_permission(self, request: HttpRequest, obj: Organisme | None = None) -> bool:
        return _du_perimetre(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Organisme | None = None) -> bool:
        return _du_perimetre(request, obj) and super().has_delete_permission(request, obj)

    def dans_la_corbeille(self, request: HttpRequest) -> Q:
        """Those of her communes, and those whose seat nobody knows, as she may delete them."""
        sans_siege = Q(modele=self.opts.label_lower, commune=None)
        return super().dans_la_corbeille(request) | sans_siege

    def has_fusion_permission(self, request: HttpRequest) -> bool:
        """Merging deletes: it takes the right to, over the whole territory."""
        return (
            self.has_change_permission(request)
            and self.has_delete_permission(request)
            and not communes_de(request)
        )

    @admin.action(description="Fusionner les organismes choisis", permissions=["fusion"])
    def fusionner_la_selection(
        self, request: HttpRequest, queryset: QuerySet[Organisme]
    ) -> HttpResponse | None:
        organismes = list(queryset)
        if len(organismes) < 2:
            self.message_user(request, "Choisissez au moins deux organismes.", messages.WARNING)
            return None
        garde = next(
            (o for o in organismes if str(o.pk) == request.POST.get("organisme_garde")), None
        )
        if garde is None:
            contexte = {
                **self.admin_site.each_context(request),
                "title": "Fusionner des organismes",
                "opts": self.opts,
                "organismes": organismes,
            }
            return TemplateResponse(request, "admin/territoires/organisme/fusionner.html", contexte)
        try:
            with refus_traduits():
                deplaces = fusionner(garde, organismes, compte_de(request))
        except RefusError as refus:
            self.message_user(request, f"Fusion impossible. {refus}", messages.ERROR)
        else:
            liens = denombrer(deplaces, "lien repris", "liens repris")
            self.message_user(request, f"Organismes fusionnés dans « {garde} » : {liens}.")
        return HttpResponseRedirect(request.get_full_path())


def _du_perimetre(request: HttpRequest, organisme: Organisme | None) -> bool:
    """Whether the account may change it: limited to some communes, not those of others."""
    communes = communes_de(request)
    if not communes or organisme is None or organisme.commune_id is None:
        return True
    return organisme.commune_id in communes
