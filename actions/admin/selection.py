"""What one does to several actions at once, chosen in the list."""

from typing import TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from actions.models import Action, ActionQuerySet, Exercice
from actions.modification import Modification, TropDActionsError, appliquer
from actions.renouvellement import renouveler
from actions.saisie_en_lot import TROP, dire
from actions.tables import ActionTable, ajouter_les_axes, ajouter_les_montants
from actions.views import mention_des_ecartees
from axes.models import AxeTransversal
from comptes.permissions import compte_de
from listes.chiffres import denombrer
from listes.exports import ListeExportee, csv_excel
from suivi.admin import RETOUR, retour_de
from travaux.taches import Fichier, repondre

MONTREES = 200  # more than a page of the list holds
F = TypeVar("F", bound=forms.Form)


class StatutForm(forms.Form):
    statut = forms.ChoiceField(label="Nouveau statut", choices=Action.Statut.choices)


class AxeForm(forms.Form):
    axe = ModelChoiceField(label="Axe à ajouter", queryset=AxeTransversal.objects.all())


class RenouvellementForm(forms.Form):
    exercice = ModelChoiceField(
        label="Renouveler en",
        queryset=Exercice.objects.filter(clos=False),
        help_text="Les montants seront à saisir ; les financeurs sont repris.",
    )


class ActionsSurSelection(admin.ModelAdmin[Action]):
    """Status, axis, renewal: each asks, then changes all that it may, in one transaction."""

    actions = ["changer_le_statut", "ajouter_un_axe", "renouveler_la_selection", "exporter"]

    @admin.action(description="Changer le statut", permissions=["change"])
    def changer_le_statut(
        self, request: HttpRequest, queryset: ActionQuerySet
    ) -> HttpResponse | None:
        formulaire = self._demander(request, StatutForm)
        if not formulaire.is_valid():
            return self._page(request, queryset, formulaire, "changer_le_statut")

        statut = formulaire.cleaned_data["statut"]
        reponse = self._appliquer(request, queryset, Modification(statut=statut))
        suivi = queryset.a_suivre()
        if combien := suivi.decidees + suivi.ecartees_aidees:
            accordees = denombrer(combien, "action choisie a", "actions choisies ont")
            self.message_user(
                request,
                f"{accordees} un montant accordé que ce statut contredit : voyez « À regarder », "
                "au tableau de bord.",
                messages.WARNING,
            )
        return reponse

    @admin.action(description="Ajouter un axe transversal", permissions=["change"])
    def ajouter_un_axe(self, request: HttpRequest, queryset: ActionQuerySet) -> HttpResponse | None:
        formulaire = self._demander(request, AxeForm)
        if not formulaire.is_valid():
            return self._page(request, queryset, formulaire, "ajouter_un_axe")
        axe = formulaire.cleaned_data["axe"]
        return self._appliquer(request, queryset, Modification(axes_en_plus=(axe,)))

    @admin.action(description="Renouveler dans un autre exercice", permissions=["add"])
    def renouveler_la_selection(
        self, request: HttpRequest, queryset: QuerySet[Action]
    ) -> HttpResponse | None:
        formulaire = self._demander(request, RenouvellementForm)
        if not formulaire.is_valid():
            return self._page(request, queryset, formulaire, "renouveler_la_selection")
        vers = formulaire.cleaned_data["exercice"]
        fait = renouveler(
            queryset.select_related("exercice").prefetch_related("axes", "subventions"), vers
        )
        self.message_user(request, f"{denombrer(len(fait.faites), 'action renouvelée')} en {vers}.")
        for action, raison in fait.ecartees:
            self.message_user(
                request, f"« {action} » n'est pas renouvelée : {raison}.", messages.WARNING
            )
        if len(fait.faites) == 1 and (retour := retour_de(request)):
            suite = urlencode({RETOUR: retour})
            adresse = reverse("admin:actions_action_change", args=[fait.faites[0].pk])
            return HttpResponseRedirect(f"{adresse}?{suite}")
        return HttpResponseRedirect(retour_de(request) or request.get_full_path())

    @admin.action(description="Exporter en CSV pour Excel", permissions=["view"])
    def exporter(self, request: HttpRequest, queryset: ActionQuerySet) -> HttpResponseBase:
        return repondre(request, Fichier("actions.csv", csv_excel(_feuille(queryset))))

    def _demander(self, request: HttpRequest, classe: type[F]) -> F:
        return classe(request.POST if "_confirmer" in request.POST else None)

    def _page(
        self,
        request: HttpRequest,
        queryset: QuerySet[Action],
        formulaire: forms.Form,
        action: str,
    ) -> HttpResponse:
        contexte = {
            **self.admin_site.each_context(request),
            "title": getattr(type(self), action).short_description,
            "retour": retour_de(request),
            "opts": self.opts,
            "form": formulaire,
            "action": action,
            # All of a list is named by « select_across », not by thousands of hidden fields.
            "toute_la_liste": request.POST.get("select_across") == "1",
            "nombre": queryset.count(),
            "selection": queryset[:MONTREES],
        }
        return TemplateResponse(request, "admin/actions/action/selection.html", contexte)

    def _appliquer(
        self, request: HttpRequest, queryset: ActionQuerySet, modification: Modification
    ) -> HttpResponse | None:
        try:
            dire(request, appliquer(queryset, modification, compte_de(request)))
        except TropDActionsError:
            messages.warning(request, TROP)
        return HttpResponseRedirect(request.get_full_path())


def _feuille(selection: ActionQuerySet) -> ListeExportee:
    """The columns of the actions list, for the chosen lines."""
    colonnes = ActionTable.base_columns
    demandes = {champ for colonne in colonnes.values() for champ in colonne.champs}
    cles = list(selection.values_list("pk", flat=True))
    lignes = list(Action.objects.filter(pk__in=cles).values("pk", *demandes))
    ajouter_les_montants(lignes)
    ajouter_les_axes(lignes)
    totaux = dict(selection.retenues().montants().par_champ())
    ecrites = [
        ecrite
        for nom, colonne in colonnes.items()
        if nom not in ActionTable.vaines(totaux)
        for ecrite in colonne.en_fichier(str(colonne.verbose_name), totaux.get(nom))
    ]
    return ListeExportee(
        titre="Actions",
        mentions=mention_des_ecartees({"ecartees": selection.ecartees().count()}),
        entetes=[ecrite.entete for ecrite in ecrites],
        formats=[ecrite.format for ecrite in ecrites],
        lignes=([ecrite.lire(ligne) for ecrite in ecrites] for ligne in lignes),
        totaux=[
            f"Total : {denombrer(len(cles), 'ligne')}",
            *(ecrite.total for ecrite in ecrites[1:]),
        ],
    )
