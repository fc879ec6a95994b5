"""The admin page of what is followed: searched without accents, with its history and its uses."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.text import capfirst

from comptes.permissions import communes_de
from listes.chiffres import nombre
from listes.etat import lire_entier
from listes.recherche import sans_accents
from suivi import historique, retour
from suivi.administration import AdminVersionne
from suivi.declencheurs import RefusError, refus_traduits
from suivi.usages import du_perimetre, liens_entrants, nombre_lie
from suivi.versions import VersionDepasseeError, Versionne

M = TypeVar("M", bound=Versionne)


@admin.display(description="actions", ordering="nombre_d_actions")
def nombre_d_actions(objet: Any) -> str:
    """A list's column, for what has ``comptes = {"nombre_d_actions": "actions"}``."""
    return nombre(objet.nombre_d_actions)


class AdminSuivi(AdminVersionne[M]):
    """Reference data and actions: safe to edit by two, with a history that one can go back to.

    ``lignes`` are the models whose rows are part of the object, each with the field that points
    to it. ``search_fields`` end in ``__sans_accents__contains``. ``comptes`` are the numbers of
    related rows that the list shows, by name. What is ``commun`` belongs to no commune: whoever is
    limited to some only reads it.
    """

    lignes: historique.Lignes = {}
    comptes: dict[str, str] = {}
    commun = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        communes = communes_de(request)
        nombres = {
            nom: nombre_lie(self.model, lien, communes) for nom, lien in self.comptes.items()
        }
        lus: QuerySet[M] = super().get_queryset(request).annotate(**nombres)
        return lus

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._est_a_elle(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._est_a_elle(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._est_a_elle(request) and super().has_delete_permission(request, obj)

    def _est_a_elle(self, request: HttpRequest) -> bool:
        return not self.commun or not communes_de(request)

    # --- Refusals ----

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._ou_dire_le_refus(
            request,
            lambda: super(AdminSuivi, self).changeform_view(
                request, object_id, form_url, extra_context
            ),
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._ou_dire_le_refus(
            request, lambda: super(AdminSuivi, self).changelist_view(request, extra_context)
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._ou_dire_le_refus(
            request, lambda: super(AdminSuivi, self).delete_view(request, object_id, extra_context)
        )

    def _ou_dire_le_refus(
        self, request: HttpRequest, repondre: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """The answer; or, where a rule of the database refused the write, its sentence."""
        try:
            with refus_traduits():
                return repondre()
        except RefusError as refus:
            self.message_user(request, str(refus), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # --- Search ----

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        return super().get_search_results(request, queryset, sans_accents(search_term))

    # --- Uses ----

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        objet = context.get("original")
        if objet is not None and objet.pk:
            context["usages"] = self.usages(request, objet)
        # « Ajout de action » is not French.
        geste = "ajout" if objet is None or not objet.pk else "modification"
        if self.has_change_permission(request, objet) or geste == "ajout":
            context["title"] = f"{capfirst(str(self.opts.verbose_name))} : {geste}"
        return super().render_change_form(request, context, *args, **kwargs)

    def usages(self, request: HttpRequest, objet: M) -> list[tuple[str, int, str]]:
        """What this object is used by, as far as one may see: (name, number, list's address)."""
        trouves = []
        communes = communes_de(request)
        for lien in liens_entrants(type(objet)):
            if lien.related_model in self.lignes:
                continue
            modele: Any = lien.related_model
            champ = lien.field.name
            nombre = du_perimetre(modele, communes).filter(**{champ: objet}).count()
            adresse = ""
            if self.admin_site.is_registered(modele):
                liste = f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist"
                adresse = f"{reverse(liste)}?{urlencode({f'{champ}__id__exact': objet.pk})}"
            if nombre:
                noms = modele._meta
                nom = noms.verbose_name_plural if nombre > 1 else noms.verbose_name
                trouves.append((str(nom), nombre, adresse))
        return trouves

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing in use is deleted: neither through a foreign key nor through a many-to-many."""
        a_supprimer, nombres, interdits, proteges = super().get_deleted_objects(objs, request)
        for lien in liens_entrants(self.model):
            if lien.many_to_many:
                modele: Any = lien.related_model
                usagers = modele._default_manager.filter(**{f"{lien.field.name}__in": objs})
                for usager in usagers.distinct()[:100]:
                    proteges.append(self._designer(usager))
        return a_supprimer, nombres, interdits, proteges

    def _designer(self, objet: Model) -> Any:
        options = objet._meta
        if not self.admin_site.is_registered(type(objet)):
            return f"{options.verbose_name} : {objet}"
        adresse = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[objet.pk])
        return format_html('{} : <a href="{}">{}</a>', options.verbose_name, adresse, objet)

    # --- History ----

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        if change:
            depart = type(obj)._base_manager.filter(pk=obj.pk).first()
            if depart is not None:
                retour.poser_le_depart(depart, self.lignes)
        super().save_model(request, obj, form, change)

    def dernier_auteur(self, objet: Model) -> str:
        racontes = historique.changements(objet, self.lignes)
        if not racontes or not racontes[0].qui:
            return ""
        return f"{racontes[0].qui}, le {timezone.localtime(racontes[0].quand):%d/%m/%Y à %H:%M}"

    def get_urls(self) -> list[URLPattern]:
        options = self.opts
        return [
            path(
                "<path:object_id>/history/retablir/",
                self.admin_site.admin_view(self.retablir_view),
                name=f"{options.app_label}_{options.model_name}_retablir",
            ),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        objet = self._objet(request, object_id)
        racontes = historique.changements(objet, self.lignes)
        contexte = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {objet}",
            "opts": self.opts,
            "object": objet,
            "changements": racontes,
            "peut_retablir": self.has_change_permission(request, objet),
            "retablir": f"admin:{self.opts.app_label}_{self.opts.model_name}_retablir",
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/edition/historique.html", contexte)

    def retablir_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then write back the state of one moment as a new change."""
        objet = self._objet(request, object_id)
        if not self.has_change_permission(request, objet):
            raise PermissionDenied
        moment = _moment(request.GET.get("moment", ""))
        nom = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if request.method == "POST":
            version = lire_entier(request.POST.get("version", "")) or 0
            refus = self._retablir(objet, moment, version)
            if refus:
                self.message_user(request, refus, messages.ERROR)
                return HttpResponseRedirect(reverse(f"{nom}_history", args=[object_id]))
            jour = f"{timezone.localtime(moment):%d/%m/%Y à %H:%M}"
            self.message_user(request, f"La version du {jour} est rétablie.")
            return HttpResponseRedirect(reverse(f"{nom}_change", args=[object_id]))
        contexte = {
            **self.admin_site.each_context(request),
            "title": "Rétablir une version",
            "opts": self.opts,
            "object": objet,
            "moment": moment,
            "abandonnes": [
                change
                for change in historique.changements(objet, self.lignes)
                if change.quand > moment
            ],
            "historique": reverse(f"{nom}_history", args=[object_id]),
        }
        return TemplateResponse(request, "admin/edition/retablir.html", contexte)

    def _retablir(self, objet: M, moment: datetime, version: int) -> str:
        """Why the state of a moment can't be written back; empty once it is."""
        try:
            with refus_traduits(), transaction.atomic():
                fait = retour.retablir(objet, self.lignes, moment, lambda: objet.prendre(version))
        except RefusError as refus:
            return str(refus)
        except VersionDepasseeError:
            return (
                "Quelqu'un vient d'enregistrer cet objet : relisez l'historique, puis recommencez."
            )
        except ValidationError as erreur:
            return f"Cette version n'est plus permise : {' '.join(erreur.messages)}"
        except IntegrityError:
            return "Cette version n'est plus permise : ce à quoi elle renvoie a changé."
        return "" if fait else "Rien n'est gardé de cette date."

    def _objet(self, request: HttpRequest, object_id: str) -> M:
        objet = self.get_object(request, unquote(object_id))
        if objet is None:
            raise Http404("Cet objet n'existe pas, ou n'est pas dans votre périmètre.")
        if not self.has_view_or_change_permission(request, objet):
            raise PermissionDenied
        return objet


class LigneDe(admin.TabularInline[Any, Any]):
    """The lines of an object, none empty unless one asks."""

    extra = 0


def _moment(texte: str) -> datetime:
    moment = None
    with suppress(ValueError):
        moment = parse_datetime(texte)
    if moment is None or timezone.is_naive(moment):
        raise Http404("Cette date n'est pas dans l'historique.")
    return moment
