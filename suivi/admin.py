"""The admin page of what is followed: nobody's change is lost, and who changed what is told."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import DateField, Model, QuerySet
from django.forms import BaseForm, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst

from comptes.permissions import communes_de, dans_les_communes, introuvable
from comptes.saisies import citer, lire_entier, lire_moment
from listes.chiffres import accord, denombrer, nombre
from listes.recherche import sans_accents
from suivi import conflit, historique
from suivi.declencheurs import RefusError, refus_traduits
from suivi.disparus import DisparuError, absent
from suivi.forms import ChampDate
from suivi.suppressions import AvecCorbeille
from suivi.usages import nombre_lie, usagers, usages
from suivi.versions import VersionDepasseeError, Versionne

M = TypeVar("M", bound=Versionne)
USAGERS_NOMMES = 100
RETOUR = "_retour"
"""Names, in the address of a form and among what it sends, the page to go back to once saved."""
RETOUR_MAX = 2_000  # characters


def retour_de(request: HttpRequest) -> str:
    """The page of this site to go back to; empty where none is asked for."""
    voulu = request.POST.get(RETOUR) or request.GET.get(RETOUR) or ""
    sur = len(voulu) <= RETOUR_MAX and voulu.startswith("/") and "\0" not in voulu
    return voulu if sur and url_has_allowed_host_and_scheme(voulu, allowed_hosts=None) else ""


@admin.display(description="actions", ordering="nombre_d_actions")
def nombre_d_actions(objet: Any) -> str:
    """A list's column, for what has ``comptes = {"nombre_d_actions": "actions"}``."""
    return nombre(objet.nombre_d_actions)


def dire_le_refus(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view's answer; or, where a rule of the database refused the write, its sentence."""

    @wraps(vue)
    def repondre(
        page: admin.ModelAdmin[Any], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        try:
            with refus_traduits():
                return vue(page, request, *args, **kwargs)
        except RefusError as refus:
            page.message_user(request, str(refus), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    return repondre


class AdminSuivi(AvecCorbeille[M]):
    """Reference data and actions: safe to edit by two, with a history that one can go back to.

    ``lignes`` are the models whose rows are part of the object, each with the field that points
    to it. ``search_fields`` end in ``__sans_accents__contains``. ``comptes`` are the numbers of
    related rows that the list shows, by name. What is ``commun`` belongs to no commune: whoever is
    limited to some only reads it. What belongs to one says by which field (``par_commune``):
    whoever is limited reads the rows of hers only, as they were while hers.
    """

    change_form_template = "admin/edition/change_form.html"
    change_list_template = "admin/edition/change_list.html"
    show_full_result_count = False
    comptes: dict[str, str] = {}
    commun = True
    par_commune = ""
    formfield_overrides = {DateField: {"form_class": ChampDate}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        communes = communes_de(request)
        nombres = {
            nom: nombre_lie(self.model, lien, communes) for nom, lien in self.comptes.items()
        }
        lus: QuerySet[M] = super().get_queryset(request).annotate(**nombres)
        return dans_les_communes(lus, communes, self.par_commune) if self.par_commune else lus

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        return super().get_search_results(request, queryset, sans_accents(search_term))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """No filter through rows that point here: they may be of communes that one can't see."""
        noms = {lien.name for lien in self.opts.related_objects}
        return lookup.partition("__")[0] not in noms and super().lookup_allowed(
            lookup, value, request
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._est_a_elle(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._est_a_elle(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._est_a_elle(request) and super().has_delete_permission(request, obj)

    def _est_a_elle(self, request: HttpRequest) -> bool:
        return not self.commun or not communes_de(request)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Say that it was deleted; or lead to the first page, with the same sentence as the site's
        other pages.
        """
        absence = self._absence(request, object_id)
        if isinstance(absence, DisparuError):
            raise absence
        self.message_user(request, str(absence), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:index"))

    def _absence(self, request: HttpRequest, object_id: str) -> Http404:
        """Why this key names nothing."""
        cle = lire_entier(unquote(object_id))
        sinon = introuvable(request, f"{capfirst(str(self.opts.verbose_name))} {citer(object_id)}")
        return sinon if cle is None else absent(communes_de(request), self.model, sinon, id=cle)

    # --- The page of an object: it carries its version, and never overwrites a newer one ----

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        objet: Any = context.get("original")
        connu = objet is not None and objet.pk is not None
        if connu and request.method == "POST":
            version, vu = _version_lue(request, objet), request.POST.get(conflit.VU, "")
            context |= {"versions": {objet.pk: version}, "vu": vu}
        elif connu:
            formulaires = [context["adminform"].form]
            for formset in context["inline_admin_formsets"]:
                formulaires += formset.formset.initial_forms
            context |= _ce_qui_est_montre([objet], formulaires)
        if connu:
            context["usages"] = self.usages(request, objet)
        context["retour"] = retour_de(request)
        context["resume"] = list(_erreurs(context))
        # « Ajout de action » is not French.
        geste = "modification" if connu else "ajout"
        if self.has_change_permission(request, objet) or not connu:
            context["title"] = f"{capfirst(str(self.opts.verbose_name))} : {geste}"
        return super().render_change_form(request, context, *args, **kwargs)

    @dire_le_refus
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id is not None:
            request.POST = conflit.trancher(request.POST)  # type: ignore[assignment]  # Django's own attribute, replaced
            objet = self.get_object(request, unquote(object_id))
            if objet is not None and self.has_change_permission(request, objet):
                if objet.version != _version_lue(request, objet):
                    return self._page_de_conflit(request, objet)
                try:
                    return super().changeform_view(request, object_id, form_url, extra_context)
                except VersionDepasseeError:
                    frais = self.get_object(request, unquote(object_id))
                    return self._page_de_conflit(request, frais or objet)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def response_add(
        self, request: HttpRequest, obj: M, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._vers_la_suite(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: M) -> HttpResponse:
        return self._vers_la_suite(request, super().response_change(request, obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        return self._vers_la_suite(request, super().response_delete(request, obj_display, obj_id))

    def _vers_la_suite(self, request: HttpRequest, reponse: HttpResponse) -> HttpResponse:
        """Where one came from; a form that opens again remembers it."""
        retour = retour_de(request)
        if not retour or not isinstance(reponse, HttpResponseRedirect):
            return reponse
        if {"_continue", "_addanother", "_saveasnew"} & request.POST.keys():
            if f"{RETOUR}=" in reponse.url:
                return reponse
            lien = "&" if "?" in reponse.url else "?"
            return HttpResponseRedirect(f"{reponse.url}{lien}{urlencode({RETOUR: retour})}")
        return HttpResponseRedirect(retour)

    def save_model(self, request: HttpRequest, obj: M, form: ModelForm[M], change: bool) -> None:
        """The version is claimed first: whoever comes second waits here, then is refused."""
        if change:
            obj.prendre(_version_lue(request, obj))
            depart = type(obj)._base_manager.filter(pk=obj.pk).first()
            if depart is not None:
                historique.poser_le_depart(depart, self.lignes)
        super().save_model(request, obj, form, change)

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
            "auteurs": [historique.dernier_auteur(objet, self.lignes) for objet in objets],
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

    # --- The list, some columns of which are typed in place: the same care, line by line ----

    @dire_le_refus
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and "_save" in request.POST and self.list_editable:
            if not self.has_change_permission(request):
                raise PermissionDenied
            donnees = conflit.trancher(request.POST)
            self._retirer_les_disparues(request, donnees)
            self._reprendre_les_lignes_intactes(request, donnees)
            request.POST = donnees  # type: ignore[assignment]  # as above
            try:
                return super().changelist_view(request, extra_context)
            except VersionDepasseeError:
                return self._page_de_conflit_de_liste(request)
        if settings.CORBEILLE_JOURS and self.has_delete_permission(request):
            corbeille = reverse("admin:suivi_suppression_changelist")
            sienne = f"{corbeille}?{urlencode({'sorte': self.opts.label_lower})}"
            extra_context = {"corbeille": sienne, **(extra_context or {})}
        reponse = super().changelist_view(request, extra_context)
        if isinstance(reponse, TemplateResponse) and reponse.context_data is not None:
            formset = getattr(reponse.context_data.get("cl"), "formset", None)
            if formset is not None:
                lignes = formset.initial_forms
                reponse.context_data |= _ce_qui_est_montre([f.instance for f in lignes], lignes)
        return reponse

    def _reprendre_les_lignes_intactes(self, request: HttpRequest, donnees: QueryDict) -> None:
        """Where only the other person changed a line, take her values without asking."""
        base = conflit.vu(donnees)
        with transaction.atomic():
            for objet, formulaire in self._lignes_perimees(request, donnees):
                ecarts = list(conflit.differences(formulaire, donnees, base))
                for ecart in ecarts:
                    if ecart.prendre_leur:
                        donnees.setlist(ecart.cle, ecart.valeurs_leur)
                if all(ecart.prendre_leur for ecart in ecarts):
                    donnees[f"{conflit.VERSION}{objet.pk}"] = str(objet.version)

    def _page_de_conflit_de_liste(self, request: HttpRequest) -> HttpResponse:
        donnees = request.POST.copy()
        base = conflit.vu(donnees)
        trouvees: list[conflit.Difference] = []
        objets = []
        for objet, formulaire in self._lignes_perimees(request, donnees):
            objets.append(objet)
            trouvees += conflit.differences(formulaire, donnees, base, sur=f"« {objet} » : ")
            donnees[f"{conflit.VERSION}{objet.pk}"] = str(objet.version)
        return self._rendre_le_conflit(request, donnees, trouvees, objets)

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

    # --- Deleting, and uses ----

    delete_view = dire_le_refus(admin.ModelAdmin.delete_view)

    def usages(self, request: HttpRequest, objet: M) -> list[tuple[str, int, str]]:
        """What this object is used by, as far as one may see: (name, number, list's address)."""
        trouves = []
        for modele, champ, combien in usages(objet, communes_de(request), self.lignes):
            noms = modele._meta
            adresse = ""
            if self.admin_site.is_registered(modele):
                liste = reverse(f"admin:{noms.app_label}_{noms.model_name}_changelist")
                adresse = f"{liste}?{urlencode({f'{champ}__id__exact': objet.pk})}"
            nom = accord(combien, str(noms.verbose_name), str(noms.verbose_name_plural))
            trouves.append((nom, combien, adresse))
        return trouves

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Nothing in use is deleted: neither through a foreign key nor through a many-to-many.

        What is of communes that one may not see is counted, not named.
        """
        a_supprimer, nombres, interdits, _ = super().get_deleted_objects(objs, request)
        vus, caches = usagers(self.model, objs, communes_de(request))
        proteges = [self._designer(usager) for usager in vus[:USAGERS_NOMMES]]
        if autres := len(vus[USAGERS_NOMMES:]):
            proteges.append(f"et {denombrer(autres, 'autre')}")
        for modele, combien in caches:
            noms = modele._meta
            usages = denombrer(combien, str(noms.verbose_name), str(noms.verbose_name_plural))
            proteges.append(f"{usages} hors de vos communes")
        return a_supprimer, nombres, interdits, proteges

    def _designer(self, objet: Model) -> Any:
        options = objet._meta
        if not self.admin_site.is_registered(type(objet)):
            return f"{options.verbose_name} : {objet}"
        adresse = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[objet.pk])
        return format_html('{} : <a href="{}">{}</a>', options.verbose_name, adresse, objet)

    # --- History ----

    def _limite(self, request: HttpRequest) -> historique.Limite | None:
        """What the account may read of the past; None for all of it. A commune was never another
        one: whoever may read its page may read its whole history.
        """
        communes = communes_de(request)
        limitee = communes and self.par_commune not in ("", "pk")
        return historique.Limite(self.par_commune, communes) if limitee else None

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
        limite = self._limite(request)
        racontes = historique.changements(objet, self.lignes, limite)
        contexte = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {objet}",
            "limite": limite is not None,
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
            refus = self._retablir(request, objet, moment, version)
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
                for change in historique.changements(objet, self.lignes, self._limite(request))
                if change.quand > moment
            ],
            "historique": reverse(f"{nom}_history", args=[object_id]),
        }
        return TemplateResponse(request, "admin/edition/retablir.html", contexte)

    def _retablir(self, request: HttpRequest, objet: M, moment: datetime, version: int) -> str:
        """Why the state of a moment can't be written back; empty once it is."""
        limite = self._limite(request)
        try:
            with refus_traduits(), transaction.atomic():
                fait = historique.retablir(objet, self.lignes, moment, version, limite)
                if not self.has_change_permission(request, objet):
                    raise PermissionDenied
        except RefusError as refus:
            return str(refus)
        except PermissionDenied:
            return "Cette version sortirait de vos communes : elle n'est pas rétablie."
        except VersionDepasseeError:
            return "Quelqu'un vient d'enregistrer ici : relisez l'historique, puis recommencez."
        except ValidationError as erreur:
            return f"Cette version n'est plus permise : {' '.join(erreur.messages)}"
        except IntegrityError:
            return "Cette version n'est plus permise : ce à quoi elle renvoie a changé."
        suite = "" if limite is None else ", ou c'était hors de vos communes"
        return "" if fait else f"Rien n'est gardé de cette date{suite}."

    def _objet(self, request: HttpRequest, object_id: str) -> M:
        objet = self.get_object(request, unquote(object_id))
        if objet is None:
            if not self.has_view_or_change_permission(request):
                raise PermissionDenied
            raise self._absence(request, object_id)
        if not self.has_view_or_change_permission(request, objet):
            raise PermissionDenied
        return objet


@dataclass(frozen=True)
class ErreurDite:
    """One thing to mend in a form, and the field where; ``ancre`` is empty for the whole form."""

    ancre: str
    champ: str
    texte: str


def _erreurs(contexte: dict[str, Any]) -> Iterator[ErreurDite]:
    """All that a form that was given back must have mended, from top to bottom."""
    yield from _erreurs_de(contexte["adminform"].form, "")
    for groupe in contexte["inline_admin_formsets"]:
        nom = capfirst(str(groupe.opts.verbose_name_plural))
        for texte in groupe.formset.non_form_errors():
            yield ErreurDite("", "", f"{nom} : {texte}")
        for rang, formulaire in enumerate(groupe.formset.forms, 1):
            if formulaire.is_bound:
                yield from _erreurs_de(formulaire, f"{nom}, ligne {rang}, ")


def _erreurs_de(formulaire: BaseForm, ou: str) -> Iterator[ErreurDite]:
    for nom, erreurs in formulaire.errors.items():
        for texte in erreurs:
            if nom in formulaire.fields:
                champ = formulaire[nom]
                libelle = str(champ.label)
                dit = f"{ou}{libelle[:1].lower()}{libelle[1:]}" if ou else capfirst(libelle)
                yield ErreurDite(champ.id_for_label, dit, str(texte))
            else:
                yield ErreurDite("", "", f"{ou}{texte}" if ou else str(texte))


def _version_lue(request: HttpRequest, objet: Versionne) -> int:
    """The version that the form was filled from; 0, which no object has, where it doesn't say."""
    return lire_entier(request.POST.get(f"{conflit.VERSION}{objet.pk}", "")) or 0


def _ce_qui_est_montre(
    objets: Iterable[Versionne], formulaires: Iterable[BaseForm]
) -> dict[str, Any]:
    """What a page must carry along, for its answer to be compared with what others save."""
    return {
        "versions": {objet.pk: objet.version for objet in objets},
        "vu": json.dumps(conflit.saisies(formulaires)),
    }


def _moment(texte: str) -> datetime:
    moment = lire_moment(texte)
    if moment is None:
        raise Http404("Cette date n'est pas dans l'historique.")
    return moment
