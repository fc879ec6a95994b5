"""The admin page of anything that two people may edit."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from listes.etat import lire_entier
from suivi import conflit
from suivi.versions import VersionDepasseeError, Versionne

M = TypeVar("M", bound=Versionne)


class AdminVersionne(admin.ModelAdmin[M]):
    """Refuses to save over what someone else has saved meanwhile, and lets one choose."""

    change_form_template = "admin/edition/change_form.html"
    change_list_template = "admin/edition/change_list.html"
    show_full_result_count = False

    # --- The form says what it was filled from ----

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        objet = context.get("original")
        if objet is not None and objet.pk:
            if request.method == "POST":
                version, vu = _version_lue(request, objet), request.POST.get(conflit.VU, "")
            else:
                formulaires = [context["adminform"].form]
                for formset in context["inline_admin_formsets"]:
                    formulaires += formset.formset.initial_forms
                version, vu = objet.version, json.dumps(conflit.saisies(formulaires))
            context |= {"versions": {objet.pk: version}, "vu": vu}
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "_save" in request.POST and self.list_editable:
            if not self.has_change_permission(request):
                raise PermissionDenied
            donnees = self._tranchees(request)
            self._reprendre_les_lignes_intactes(request, donnees)
            request.POST = donnees  # type: ignore[assignment]  # Django's own attribute, replaced
            try:
                return super().changelist_view(request, extra_context)
            except VersionDepasseeError:
                return self._page_de_conflit_de_liste(request)
        reponse = super().changelist_view(request, extra_context)
        contexte = getattr(reponse, "context_data", None) or {}
        formset = getattr(contexte.get("cl"), "formset", None)
        if formset is not None and isinstance(reponse, TemplateResponse):
            contexte |= {
                "versions": {
                    formulaire.instance.pk: formulaire.instance.version
                    for formulaire in formset.initial_forms
                },
                "vu": json.dumps(conflit.saisies(formset.initial_forms)),
            }
            reponse.context_data = contexte
        return reponse

    # --- Saving ----

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.POST = self._tranchees(request)  # type: ignore[assignment]  # as above
        objet = self.get_object(request, unquote(object_id))
        if objet is None or not self.has_change_permission(request, objet):
            return super().changeform_view(request, object_id, form_url, extra_context)
        if objet.version != _version_lue(request, objet):
            return self._page_de_conflit(request, objet)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except VersionDepasseeError:
            frais = self.get_object(request, unquote(object_id))
            return self._page_de_conflit(request, frais or objet)

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        if change:
            obj.prendre(_version_lue(request, obj))
        super().save_model(request, obj, form, change)

    def _tranchees(self, request: HttpRequest) -> QueryDict:
        if conflit.ARBITRAGE in request.POST:
            return conflit.trancher(request.POST)
        return request.POST.copy()

    # --- The choice ----

    def _page_de_conflit(self, request: HttpRequest, objet: M) -> HttpResponse:
        donnees = request.POST.copy()
        base = conflit.vu(donnees)
        leurs = self.get_form(request, objet, change=True)(instance=objet)
        trouvees = list(conflit.differences(leurs, donnees, base))
        montres: list[Any] = [leurs]
        for classe, inline in self.get_formsets_with_inlines(request, objet):
            formset = classe(
                instance=objet,
                prefix=classe.get_default_prefix(),
                queryset=inline.get_queryset(request),
            )
            trouvees += conflit.reporter_les_lignes(formset, donnees, base)
            montres += formset.initial_forms
        donnees[f"{conflit.VERSION}{objet.pk}"] = str(objet.version)
        donnees[conflit.VU] = json.dumps(conflit.saisies(montres))
        return self._rendre_le_conflit(request, donnees, trouvees, [objet])

    def _page_de_conflit_de_liste(self, request: HttpRequest) -> HttpResponse:
        donnees = request.POST.copy()
        trouvees: list[conflit.Difference] = []
        objets = []
        for objet, formulaire in self._lignes_perimees(request, donnees):
            objets.append(objet)
            trouvees += conflit.differences(
                formulaire, donnees, conflit.vu(donnees), sur=f"« {objet} » : "
            )
            donnees[f"{conflit.VERSION}{objet.pk}"] = str(objet.version)
        return self._rendre_le_conflit(request, donnees, trouvees, objets)

    def _reprendre_les_lignes_intactes(self, request: HttpRequest, donnees: QueryDict) -> None:
        """Give way, without a question, wherever only the other person touched a line."""
        base = conflit.vu(donnees)
        with transaction.atomic():
            for objet, formulaire in self._lignes_perimees(request, donnees):
                ecarts = list(conflit.differences(formulaire, donnees, base))
                for ecart in ecarts:
                    if ecart.prendre_leur:
                        donnees.setlist(ecart.cle, ecart.valeurs_leur)
                if all(ecart.prendre_leur for ecart in ecarts):
                    donnees[f"{conflit.VERSION}{objet.pk}"] = str(objet.version)

    def _lignes_perimees(
        self, request: HttpRequest, donnees: QueryDict
    ) -> Iterator[tuple[M, ModelForm[M]]]:
        """The list's lines that someone has saved since they were shown, each with its form."""
        classe = self.get_changelist_formset(request).form
        nombre = lire_entier(donnees.get("form-TOTAL_FORMS", "")) or 0
        places = {
            cle: f"form-{rang}"
            for rang in range(nombre)
            if (cle := lire_entier(donnees.get(f"form-{rang}-id", ""))) is not None
        }
        for objet in self.get_queryset(request).filter(pk__in=places):
            if donnees.get(f"{conflit.VERSION}{objet.pk}") != str(objet.version):
                yield objet, classe(instance=objet, prefix=places[objet.pk])

    def _rendre_le_conflit(
        self,
        request: HttpRequest,
        donnees: QueryDict,
        trouvees: list[conflit.Difference],
        objets: list[M],
    ) -> HttpResponse:
        reprises = ("csrfmiddlewaretoken", conflit.CHOIX, conflit.LEUR, conflit.ARBITRAGE)
        contexte = {
            **self.admin_site.each_context(request),
            "title": "Quelqu'un d'autre a enregistré entre-temps",
            "opts": self.opts,
            "objets": objets,
            "auteurs": [self.dernier_auteur(objet) for objet in objets],
            "differences": trouvees,
            "fichiers": bool(request.FILES),
            "saisies": [
                (cle, valeur)
                for cle, valeurs in donnees.lists()
                if not cle.startswith(reprises)
                for valeur in valeurs
            ],
        }
        return TemplateResponse(request, "admin/edition/conflit.html", contexte, status=409)

    def dernier_auteur(self, objet: Model) -> str:
        """Who saved last, and when, in words; empty when nobody knows."""
        return ""


def _version_lue(request: HttpRequest, objet: Versionne) -> int:
    """The version that the form was filled from; 0, which no object has, where it doesn't say."""
    return lire_entier(request.POST.get(f"{conflit.VERSION}{objet.pk}", "")) or 0
