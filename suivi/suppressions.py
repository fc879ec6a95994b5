"""Deleting in the administration: what goes is shown first, kept in the corbeille, and restored."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.views.defaults import page_not_found

from comptes.administration import Administration
from comptes.permissions import communes_de, compte_de
from comptes.saisies import lire_entier
from listes.chiffres import denombrer
from listes.recherche import sans_accents
from suivi import corbeille, historique
from suivi.disparus import DisparuError, disparition
from suivi.models import Suppression
from suivi.versions import Versionne

M = TypeVar("M", bound=Versionne)
NOMMEES = 10  # of what was chosen and has gone
MONTREES = 200  # of what one gesture deleted


class AvecCorbeille(Administration[M]):
    """What one may delete here, one may restore."""

    lignes: historique.Lignes = {}

    def argent_de(self, cles: Collection[int]) -> dict[int | None, str]:
        """The amounts that go with each of these objects, in words; those of all under None."""
        return {}

    def dans_la_corbeille(self, request: HttpRequest) -> Q:
        """What this account may restore of this kind, having the right to delete it."""
        siennes = Q(modele=self.opts.label_lower)
        communes = communes_de(request)
        return siennes & Q(commune__in=communes) if communes else siennes

    # --- Deleting -----------------------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self._jeter(request, [obj.pk])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        with transaction.atomic():
            self._jeter(request, list(queryset.values_list("pk", flat=True)))

    def _jeter(self, request: HttpRequest, cles: list[int]) -> None:
        request.geste = corbeille.jeter(  # type: ignore[attr-defined]  # told once it is done
            self.model, cles, self.lignes, compte_de(request), self.argent_de(cles)
        )

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        context |= self._ce_qui_part([context["object"].pk])
        return super().render_delete_form(request, context)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        reponse = super().response_delete(request, obj_display, obj_id)
        if IS_POPUP_VAR not in request.POST:
            self._dire_la_corbeille(request)
        return reponse

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[M], *args: Any
    ) -> HttpResponse | None:
        if refus := self._choisis_disparus(request, queryset):
            return refus
        reponse = super().response_action(request, queryset, *args)
        self._dire_la_corbeille(request)
        contexte = getattr(reponse, "context_data", None)
        if contexte is not None and "deletable_objects" in contexte:
            contexte |= self._ce_qui_part([objet.pk for objet in contexte["queryset"]])
        return reponse

    def _ce_qui_part(self, cles: list[int]) -> dict[str, Any]:
        """What the confirmation says besides the number of rows."""
        jours = settings.CORBEILLE_JOURS
        return {
            "argent": self.argent_de(cles).get(None, ""),
            "corbeille_jours": jours,
            "corbeille_jusqu_au": timezone.localdate() + timedelta(days=jours),
        }

    def _dire_la_corbeille(self, request: HttpRequest) -> None:
        geste: UUID | None = getattr(request, "geste", None)
        if geste is not None:
            self.message_user(
                request,
                format_html(
                    'Gardé dans la corbeille {}. <a href="{}">Annuler la suppression</a>',
                    denombrer(settings.CORBEILLE_JOURS, "jour"),
                    reverse("admin:suivi_suppression_ensemble", args=[geste]),
                ),
            )

    # --- What was deleted while somebody worked on it -------------------------------------------

    def _disparus(self, request: HttpRequest, cles: Iterable[int]) -> list[str]:
        """A sentence for each of these objects that was deleted, as far as one may know."""
        trouvees = (
            disparition(communes_de(request), self.model, id=cle) for cle in list(cles)[:NOMMEES]
        )
        return [trouvee.phrase for trouvee in trouvees if trouvee is not None]

    def _choisis_disparus(self, request: HttpRequest, queryset: QuerySet[M]) -> HttpResponse | None:
        """Say what was chosen in a list and has gone since; go back to it where nothing is left."""
        if request.POST.get("select_across") == "1":
            return None
        choisis = {
            cle
            for texte in request.POST.getlist(ACTION_CHECKBOX_NAME)
            if (cle := lire_entier(texte)) is not None
        }
        presents = set(queryset.filter(pk__in=choisis).values_list("pk", flat=True))
        phrases = self._disparus(request, sorted(choisis - presents))
        for phrase in phrases:
            self.message_user(request, f"Laissé de côté. {phrase}", messages.WARNING)
        return HttpResponseRedirect(request.get_full_path()) if phrases and not presents else None

    def _retirer_les_disparues(self, request: HttpRequest, donnees: QueryDict) -> None:
        """Take out of a list that is saved the lines that were deleted since it was shown, and say
        so: the others are saved.
        """
        nombre = lire_entier(donnees.get("form-TOTAL_FORMS", "")) or 0
        cles = {rang: lire_entier(donnees.get(f"form-{rang}-id", "")) for rang in range(nombre)}
        demandees = [cle for cle in cles.values() if cle is not None]
        presentes = set(
            self.get_queryset(request).filter(pk__in=demandees).values_list("pk", flat=True)
        )
        gardes = [rang for rang, cle in cles.items() if cle is None or cle in presentes]
        if len(gardes) == len(cles):
            return
        absentes = [cle for cle in demandees if cle not in presentes]
        for phrase in self._disparus(request, absentes):
            self.message_user(request, f"Ligne non enregistrée. {phrase}", messages.WARNING)
        place = {f"form-{ancien}-": f"form-{rang}-" for rang, ancien in enumerate(gardes)}
        lignes = []
        for nom, valeurs in list(donnees.lists()):
            tete, _, champ = nom.rpartition("-")
            if tete.startswith("form-") and lire_entier(tete.removeprefix("form-")) is not None:
                lignes.append((place.get(f"{tete}-"), champ, valeurs))
                del donnees[nom]
        for debut, champ, valeurs in lignes:
            if debut is not None:
                donnees.setlist(f"{debut}{champ}", valeurs)
        for compte in ("form-TOTAL_FORMS", "form-INITIAL_FORMS"):
            donnees[compte] = str(len(gardes))


class Sorte(admin.SimpleListFilter):
    """The kinds of objects that the account may restore."""

    title = "sorte"
    parameter_name = "sorte"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (page.opts.label_lower, capfirst(str(page.opts.verbose_name_plural)))
            for page in pages_avec_corbeille(request)
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Suppression]
    ) -> QuerySet[Suppression]:
        return queryset.filter(modele=self.value()) if self.value() else queryset


def pages_avec_corbeille(request: HttpRequest) -> list[AvecCorbeille[Any]]:
    """The kinds of objects that this account may delete, and so restore."""
    return [
        page
        for page in admin.site._registry.values()
        if isinstance(page, AvecCorbeille) and page.has_delete_permission(request)
    ]


def restaurables_par(request: HttpRequest) -> QuerySet[Suppression]:
    """What this account may restore now."""
    visibles = Q(pk__in=())
    if getattr(request.user, "is_staff", False):
        for page in pages_avec_corbeille(request):
            visibles |= page.dans_la_corbeille(request)
    return Suppression.objects.restaurables().filter(visibles)


@admin.register(Suppression)
class CorbeilleAdmin(Administration[Suppression]):
    """What was deleted and can still come back: who, when, what went with it, for how long."""

    change_list_template = "admin/suivi/corbeille.html"
    list_display = ["objet", "retablir", "reste", "sorte", "quand", "par", "ce_qui_va_avec"]
    list_display_links = None
    list_filter = [Sorte]
    list_select_related = ["par"]
    search_fields = ["nom__sans_accents__contains"]
    show_full_result_count = False
    list_per_page = 50
    actions = ["retablir_la_selection"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        return restaurables_par(request).defer("contenu")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        return super().get_search_results(request, queryset, sans_accents(search_term))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return bool(pages_avec_corbeille(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "suppression/<uuid:geste>/",
                self.admin_site.admin_view(self.geste_view),
                name="suivi_suppression_ensemble",
            ),
            path(
                "<int:cle>/retablir/",
                self.admin_site.admin_view(self.retablir_view),
                name="suivi_suppression_retablir",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """An object of the corbeille has one page, that restores it."""
        if lire_entier(object_id) is None:
            raise Http404("Cet objet n'est pas dans la corbeille.")
        return HttpResponseRedirect(reverse("admin:suivi_suppression_retablir", args=[object_id]))

    # --- The list -----------------------------------------------------------------------------

    @admin.display(description="objet", ordering="nom")
    def objet(self, suppression: Suppression) -> str:
        adresse = reverse("admin:suivi_suppression_retablir", args=[suppression.pk])
        return format_html('<a href="{}">{}</a>', adresse, suppression.nom)

    @admin.display(description="sorte", ordering="modele")
    def sorte(self, suppression: Suppression) -> str:
        return sorte_de(suppression)

    @admin.display(description="avec", empty_value="")
    def ce_qui_va_avec(self, suppression: Suppression) -> str:
        return suppression.avec

    @admin.display(description="reste", ordering="le")
    def reste(self, suppression: Suppression) -> str:
        return denombrer(suppression.jours_restants, "jour").replace(" ", "\u00a0")

    @admin.display(description="supprimé le", ordering="le")
    def quand(self, suppression: Suppression) -> str:
        return f"{timezone.localtime(suppression.le):%d/%m/%Y à %H:%M}"

    @admin.display(description="rétablir")
    def retablir(self, suppression: Suppression) -> str:
        """A button of the list's own form, which holds its token."""
        return format_html(
            '<button class="button" type="submit" formaction="{}">Rétablir'
            '<span class="visually-hidden"> « {} »</span></button>',
            reverse("admin:suivi_suppression_retablir", args=[suppression.pk]),
            suppression.nom,
        )

    @admin.action(description="Rétablir la sélection", permissions=["view"])
    def retablir_la_selection(
        self, request: HttpRequest, queryset: QuerySet[Suppression]
    ) -> HttpResponse:
        return self._retablir(request, queryset)

    # --- Restoring ----------------------------------------------------------------------------

    def retablir_view(self, request: HttpRequest, cle: int) -> HttpResponse:
        """Ask, then restore one object."""
        return self._demander(request, restaurables_par(request).filter(pk=cle))

    def geste_view(self, request: HttpRequest, geste: UUID) -> HttpResponse:
        """Ask, then restore all that was deleted at once."""
        return self._demander(request, restaurables_par(request).filter(geste=geste))

    def _demander(self, request: HttpRequest, choisies: QuerySet[Suppression]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        nombre = choisies.count()
        if not nombre:
            self.message_user(
                request,
                "Ce que vous cherchez n'est pas, ou plus, dans la corbeille : c'est peut-être déjà "
                "rétabli.",
                messages.WARNING,
            )
            return HttpResponseRedirect(reverse("admin:suivi_suppression_changelist"))
        if request.method == "POST":
            return self._retablir(request, choisies)
        montrees = list(choisies.select_related("par").defer("contenu")[:MONTREES])
        contexte = {
            **self.admin_site.each_context(request),
            "title": "Rétablir depuis la corbeille",
            "opts": self.opts,
            "suppressions": [(s, sorte_de(s)) for s in montrees],
            "nombre": nombre,
            "ensemble": (
                restaurables_par(request).filter(geste=montrees[0].geste).count()
                if nombre == 1
                else 0
            ),
        }
        return TemplateResponse(request, "admin/suivi/retablir.html", contexte)

    def _retablir(self, request: HttpRequest, choisies: QuerySet[Suppression]) -> HttpResponse:
        """Each in a transaction of its own: what can't come back keeps nothing else away."""
        rendus: list[corbeille.Retabli] = []
        # What was deleted last comes back first: it may be what the others point to.
        for cle in list(choisies.order_by("-le", "pk").values_list("pk", flat=True)):
            suppression = choisies.filter(pk=cle).first()
            if suppression is None:
                continue  # somebody else has just restored it
            try:
                rendu = corbeille.retablir(suppression, compte_de(request))
            except corbeille.RetablissementRefuseError as refus:
                self._dire_le_refus(request, suppression, refus)
                continue
            rendus.append(rendu)
            for reserve in rendu.reserves:
                self.message_user(request, f"« {rendu.objet} » : {reserve}", messages.WARNING)
        if len(rendus) == 1:
            (rendu,) = rendus
            options = rendu.objet._meta
            adresse = reverse(
                f"admin:{options.app_label}_{options.model_name}_change", args=[rendu.objet.pk]
            )
            self.message_user(
                request,
                format_html(
                    '« <a href="{}">{}</a> » : rétabli{} depuis la corbeille.',
                    adresse,
                    str(rendu.objet),
                    "e" if rendu.objet.feminin else "",
                ),
            )
            if choisies.count() == 0:
                return HttpResponseRedirect(adresse)
        elif rendus:
            rendus_dits = denombrer(len(rendus), "objet rétabli", "objets rétablis")
            self.message_user(request, f"{rendus_dits} depuis la corbeille.")
        return HttpResponseRedirect(reverse("admin:suivi_suppression_changelist"))

    def _dire_le_refus(
        self,
        request: HttpRequest,
        suppression: Suppression,
        refus: corbeille.RetablissementRefuseError,
    ) -> None:
        dabord = {motif.dabord.pk for motif in refus.motifs if motif.dabord is not None}
        offerts = set(restaurables_par(request).filter(pk__in=dabord).values_list("pk", flat=True))
        phrases = format_html_join(
            " ",
            "{}",
            ((_dire_le_motif(motif, offerts),) for motif in refus.motifs),
        )
        self.message_user(
            request,
            format_html("« {} » n'est pas rétabli. {}", suppression.nom, phrases),
            messages.ERROR,
        )


def _dire_le_motif(motif: corbeille.Motif, offerts: set[int]) -> str:
    if motif.dabord is None:
        return motif.phrase
    if motif.dabord.pk not in offerts:
        return format_html("À rétablir d'abord, par qui en a le droit : {}.", motif.phrase)
    adresse = reverse("admin:suivi_suppression_retablir", args=[motif.dabord.pk])
    return format_html('À rétablir d\'abord : <a href="{}">{}</a>.', adresse, motif.phrase)


def sorte_de(suppression: Suppression) -> str:
    """« Action », « Quartier »: what it is called, if the site still knows it."""
    try:
        return capfirst(str(apps.get_model(suppression.modele)._meta.verbose_name))
    except LookupError:
        return suppression.modele


def page_absente(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The site's page for what isn't there: 410 for what was deleted, 404 for the rest."""
    if not isinstance(exception, DisparuError):
        return page_not_found(request, exception)
    suppression = exception.disparition.suppression
    offerte = (
        suppression is not None and restaurables_par(request).filter(pk=suppression.pk).exists()
    )
    contexte = {
        "phrase": str(exception),
        "suppression": suppression,
        "restauration": (
            reverse("admin:suivi_suppression_retablir", args=[suppression.pk])
            if suppression is not None and offerte
            else ""
        ),
        "ecriture": request.method == "POST",
        "adresse": request.get_full_path(),
        "fichiers": request.method == "POST" and bool(request.FILES),
        "saisies": [
            (nom, valeur)
            for nom, valeurs in (request.POST.lists() if request.method == "POST" else ())
            for valeur in valeurs
            if nom != "csrfmiddlewaretoken"
        ],
    }
    return render(request, "410.html", contexte, status=410)
