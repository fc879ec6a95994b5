"""The page where several actions of the list are changed at once, and the one that undoes it."""

from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views import View

from actions.filters import ActionFiltres
from actions.forms import ModificationForm
from actions.models import Action, ActionQuerySet
from actions.modification import (
    ACTIONS_MAX,
    Faite,
    Prevision,
    PrevisionDepasseeError,
    TropDActionsError,
    annuler,
    appliquer,
    faite_par,
    prevoir,
)
from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.saisies import lire_entier, lire_moment
from listes.adresse import PARAMETRES
from listes.chiffres import accord, denombrer
from suivi.declencheurs import RefusError

MONTREES = 200
TROP = f"{denombrer(ACTIONS_MAX, 'action')} au plus se modifient à la fois : filtrez la liste."
_ADRESSE_MAX = 4_000


class ModifierEnLot(View):
    """Chosen in the list, ticked or all that its filters find: what changes, what that would do,
    then it is done, if nothing has changed meanwhile.
    """

    permission = "actions.change_action"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing is chosen."""
        return HttpResponseRedirect(reverse("actions:liste"))

    def post(self, request: HttpRequest) -> HttpResponse:
        compte = compte_de(request)
        adresse = request.POST.get("liste", "")
        retour = (
            f"{reverse('actions:liste')}{f'?{adresse}' if 0 < len(adresse) <= _ADRESSE_MAX else ''}"
        )
        cles = [cle for c in request.POST.getlist("action") if (cle := lire_entier(c)) is not None]
        tout = "tout" in request.POST
        lignes = _trouvees(adresse, compte) if tout else _cochees(cles, compte)
        choix = ("statut", "theme", "ajouter", "retirer", "prevoir")
        formulaire = ModificationForm(
            request.POST if any(nom in request.POST for nom in choix) else None
        )
        prevision: Prevision | None = None
        try:
            if lignes is None or (nombre := lignes.count()) == 0:
                messages.warning(request, "Aucune action n'est choisie.")
                return HttpResponseRedirect(retour)
            if nombre > ACTIONS_MAX:
                raise TropDActionsError
            if formulaire.is_valid():
                modification = formulaire.modification()
                if empreinte := request.POST.get("appliquer"):
                    with suppress(PrevisionDepasseeError):
                        faite = appliquer(lignes, modification, compte, empreinte)
                        dire(request, faite)
                        return HttpResponseRedirect(retour)
                    messages.warning(
                        request,
                        "Quelque chose a changé entre-temps : rien n'est écrit, relisez l'aperçu.",
                    )
                prevision = prevoir(lignes, modification)
        except TropDActionsError:
            messages.warning(request, TROP)
            return HttpResponseRedirect(retour)
        except RefusError as refus:
            messages.error(request, str(refus))
            return HttpResponseRedirect(retour)
        return render(
            request,
            "actions/en_lot.html",
            {
                "form": formulaire,
                "prevision": prevision,
                "montrees": [] if prevision is None else prevision.changees[:MONTREES],
                "closes": [] if prevision is None else prevision.closes[:MONTREES],
                "nombre": nombre,
                "hors": 0 if tout else len(set(cles)) - nombre,
                "cles": [] if tout else list(map(str, cles)),
                "tout": tout,
                "adresse": adresse,
                "retour": retour,
            },
        )


def _cochees(cles: list[int], compte: Utilisateur) -> ActionQuerySet:
    return Action.objects.visibles_par(compte).filter(pk__in=cles)


def _trouvees(adresse: str, compte: Utilisateur) -> ActionQuerySet | None:
    """What the list of this address finds; None where it isn't understood, rather than more."""
    if len(adresse) > _ADRESSE_MAX:
        return None
    try:
        parametres = QueryDict(adresse)
    except TooManyFieldsSent:
        return None
    filtres = ActionFiltres(parametres, Action.objects.visibles_par(compte), compte=compte)
    connus = {*filtres.filters, *PARAMETRES}
    if filtres.anomalies() or not connus.issuperset(parametres):
        return None
    lignes: ActionQuerySet = filtres.qs
    return lignes


def dire(request: HttpRequest, faite: Faite) -> None:
    """What has been done, with the way back."""
    phrase = f"{denombrer(faite.changees, 'action modifiée')}."
    if faite.changees:
        suite = urlencode({"moment": faite.moment.isoformat()})
        adresse = f"{reverse('actions:annuler_en_lot')}?{suite}"
        phrase = format_html('{} <a href="{}">Annuler cette modification</a>', phrase, adresse)
    messages.success(request, phrase)
    if faite.closes:
        messages.warning(
            request,
            f"{denombrer(faite.closes, 'action')} d'un exercice clos : "
            f"{accord(faite.closes, 'laissée telle quelle')}.",
        )


class AnnulerEnLot(View):
    """Asks, then gives back what one has changed at once, as far as nothing has changed since."""

    permission = "actions.change_action"

    def get(self, request: HttpRequest) -> HttpResponse:
        moment, nombre = self._lire(request)
        return render(request, "actions/annuler_en_lot.html", {"moment": moment, "nombre": nombre})

    def post(self, request: HttpRequest) -> HttpResponse:
        moment, _ = self._lire(request)
        try:
            faite = annuler(compte_de(request), moment)
        except RefusError as refus:
            messages.error(request, str(refus))
            return HttpResponseRedirect(reverse("actions:liste"))
        avant = accord(faite.changees, "à son état d'avant", "à leur état d'avant")
        messages.success(request, f"{denombrer(faite.changees, 'action rendue')} {avant}.")
        if faite.depassees:
            messages.warning(
                request,
                f"{denombrer(faite.depassees, 'action')} {accord(faite.depassees, 'laissée')} de "
                "côté : changée depuis, d'un exercice clos, ou hors de vos communes.",
            )
        return HttpResponseRedirect(reverse("actions:liste"))

    def _lire(self, request: HttpRequest) -> tuple[datetime, int]:
        moment = lire_moment(request.GET.get("moment", ""))
        nombre = faite_par(compte_de(request), moment) if moment is not None else 0
        if moment is None or not nombre:
            raise Http404("Vous n'avez rien modifié en lot à ce moment-là.")
        return moment, nombre
