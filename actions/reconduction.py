"""A year begun from the last one: which of its actions go on, chosen on a page, then seen, then
made.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from actions.liens import lien_actions
from actions.models import Action, ActionQuerySet, Exercice
from actions.renouvellement import Obstacles, renouveler
from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.saisies import lire_entier
from financement.models import Subvention
from financement.montants import Montants
from listes.chiffres import accord, denombrer
from suivi.declencheurs import RefusError, refus_traduits
from travaux.taches import Suite, confier, tache

LIGNES_MAX = 800
"""Actions that one page lets choose; a larger year is renewed by parts, from its list."""


@dataclass(frozen=True)
class Proposition:
    """An action of the last year: chosen beforehand, or left aside and why."""

    action: Action
    montants: Montants
    cochee: bool
    raison: str = ""


class RenouvelerUneAnnee(View):
    """The actions of the year before, to be renewed into this one."""

    permission = "actions.add_action"

    def get(self, request: HttpRequest, annee: int) -> HttpResponse:
        vers, depuis = self._exercices(request, annee)
        candidates = self._candidates(request, vers, depuis)
        montrees = [action.pk for action, _ in candidates[:LIGNES_MAX]]
        sommes = Subvention.objects.montants_par_action(montrees)
        aucune = request.GET.get("cocher") == "aucune"
        return render(
            request,
            "actions/reconduction.html",
            {
                "vers": vers,
                "depuis": depuis,
                "annee": str(vers),
                "propositions": [
                    Proposition(
                        action,
                        sommes.get(action.pk, Montants()),
                        not aucune and not action.ecartee,
                        raison,
                    )
                    for action, raison in candidates[:LIGNES_MAX]
                ],
                "trop": len(candidates) > LIGNES_MAX,
                "liste": depuis and lien_actions(exercice=depuis.annee),
                "aucune": aucune,
            },
        )

    def post(self, request: HttpRequest, annee: int) -> HttpResponseBase:
        vers, depuis = self._exercices(request, annee)
        voulues = {lire_entier(texte) for texte in request.POST.getlist("action")}
        actions = [
            action
            for action, raison in self._candidates(request, vers, depuis)
            if action.pk in voulues and not raison
        ]
        choisies = sorted(action.pk for action in actions)
        if not choisies:
            messages.warning(request, "Cochez au moins une action à renouveler.")
            return redirect(request.path)
        if "_confirmer" in request.POST:
            return confier(
                request,
                renouveler_l_annee,
                f"Renouvellement en {vers}",
                actions=choisies,
                annee=annee,
            )
        contexte = {
            "vers": vers,
            "depuis": depuis,
            "annee": str(vers),
            "choisies": choisies,
            "par_theme": _compter(action.theme.nom for action in actions),
            "par_commune": _compter(
                action.commune.nom if action.commune else "Transterritorial" for action in actions
            ),
        }
        return render(request, "actions/reconduction_apercu.html", contexte)

    def _exercices(self, request: HttpRequest, annee: int) -> tuple[Exercice, Exercice | None]:
        """The year to fill, and the one before it to fill it from, if any."""
        vers = Exercice.objects.filter(annee=annee).first()
        if vers is None:
            raise Http404(f"L'exercice {annee} n'existe pas.")
        siennes = Action.objects.visibles_par(compte_de(request))
        return vers, Exercice.objects.filter(annee__lt=annee).dernier_rempli(siennes)

    def _candidates(
        self, request: HttpRequest, vers: Exercice, depuis: Exercice | None
    ) -> list[tuple[Action, str]]:
        """Last year's actions that one sees, each with why it can't be renewed; none into a closed
        year.
        """
        if depuis is None or vers.clos:
            return []
        obstacles = Obstacles(vers)
        actions = _visibles(request).filter(exercice=depuis).order_by("commune", "theme", "pk")
        return [(action, obstacles.raison(action)) for action in actions]


def _visibles(request: HttpRequest) -> ActionQuerySet:
    visibles = Action.objects.visibles_par(compte_de(request))
    return visibles.select_related("exercice", "theme", "commune", "porteur")


def _compter(noms: Any) -> list[tuple[str, int]]:
    return sorted(Counter(noms).items(), key=lambda compte: (-compte[1], compte[0]))


@tache
def renouveler_l_annee(compte: Utilisateur, *, actions: list[int], annee: int) -> Suite:
    """Renew these actions into that year; asked again, what is renewed stays so."""
    vers = Exercice.objects.filter(annee=annee).first()
    if vers is None:
        raise Http404(f"L'exercice {annee} n'existe pas.")
    siennes = Action.objects.visibles_par(compte).filter(pk__in=actions).order_by("pk")
    retour = reverse("actions:renouveler", args=[annee])
    try:
        with refus_traduits():
            fait = renouveler(
                siennes.select_related("exercice").prefetch_related("axes", "subventions"), vers
            )
    except RefusError as refus:
        return Suite(retour, str(refus), reussie=False)
    phrase = f"{denombrer(len(fait.faites), 'action renouvelée', 'actions renouvelées')} en {vers}."
    if laissees := len(fait.ecartees):
        phrase += f" {laissees} {accord(laissees, 'l’était déjà', 'l’étaient déjà')}."
    return Suite(lien_actions(exercice=annee), phrase, reussie=bool(fait.faites))
