"""The dashboard: what a year comes to, its check, its map, and what needs attention."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from actions.journal import Demande, Journal
from actions.liens import SANS_PORTEUR, lien_actions
from actions.models import Action
from actions.statuts import ECARTES
from bilan import graphiques
from bilan.document import ChiffreCle, ChiffresCles
from bilan.exercices import ExerciceEtabli, actions_limitees, choisir, etablir
from bilan.rapport import PARTIEL, chiffres_cles, etat_du_controle, population_de
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, compte_de, dans_les_communes, exige
from consultation.carte import carte_de_navigation
from consultation.visibles import communes_visibles
from listes.chiffres import denombrer
from listes.jours import lundi, minuit
from sauvegarde.models import AUCUNE, Sauvegarde
from territoires.models import Commune

CHANGEMENTS_MONTRES = 8


@dataclass(frozen=True)
class Attention:
    """Something to look at, in a sentence, and where."""

    texte: str
    lien: str


@exige(CONNECTE)
def accueil(request: HttpRequest) -> HttpResponse:
    """The dashboard of the year chosen, or how to begin where there is none."""
    choix = choisir(request)
    if choix.annee is None:
        return render(request, "consultation/accueil_vide.html", {"contrat": settings.CONTRAT})
    compte = compte_de(request)
    exercice = etablir(choix.annee, actions_limitees(compte))
    communes = list(communes_visibles(compte).avec_trace().order_by("numero"))
    chiffres_cles = _chiffres_cles(exercice, communes)
    if exercice.partiel:
        exercice = _reduit(exercice, communes)
    return render(
        request,
        "consultation/accueil.html",
        {
            "contrat": settings.CONTRAT,
            "choix": choix,
            "annee": exercice.annee,
            "vide": not exercice.releve.sommes.effectif().lignes,
            "reconstitue": exercice.releve.reconstitue,
            "partiel": PARTIEL if exercice.partiel else "",
            "chiffres_cles": chiffres_cles,
            "controle": exercice.controle,
            "etat_du_controle": etat_du_controle(exercice),
            "carte": carte_de_navigation(exercice.territorial, communes, choix.suite),
            "territorial": graphiques.barres_territoriales(exercice.territorial),
            "thematique": graphiques.barres_thematiques(exercice.thematique),
            "changements": _derniers_changements(compte.perimetre),
            "depuis_lundi": Journal(
                Demande(depuis=minuit(lundi()), communes=compte.perimetre)
            ).nombre_d_actions(),
            "attentions": _attentions(exercice) + _sauvegarde(compte),
        },
    )


def _reduit(exercice: ExerciceEtabli, communes: Collection[Commune]) -> ExerciceEtabli:
    """The same without the rows of the communes that the account doesn't see."""
    siennes = {commune.numero for commune in communes}
    lignes = tuple(li for li in exercice.territorial.lignes if li.numero in siennes)
    return replace(exercice, territorial=replace(exercice.territorial, lignes=lignes))


def _chiffres_cles(exercice: ExerciceEtabli, communes: list[Commune]) -> list[Any]:
    """The report's, where only what a list totals leads to a list: an average does not."""
    totaux = exercice.territorial.total.chiffres

    def cle(lue: ChiffreCle) -> ChiffreCle:
        if lue.chiffre in totaux:
            return lue
        return replace(lue, chiffre=replace(lue.chiffre, lien=""))

    return [
        ChiffresCles(tuple(map(cle, bloc.chiffres)))
        for bloc in chiffres_cles(exercice, population_de(communes)).blocs
        if isinstance(bloc, ChiffresCles)
    ]


def _derniers_changements(communes: frozenset[int]) -> list[Any]:
    """The last changes of actions while they were where the account may see, newest first."""
    historique = dans_les_communes(Action.historique.select_related("history_user"), communes)
    return list(historique.order_by("-history_date", "-history_id")[:CHANGEMENTS_MONTRES])


def _attentions(exercice: ExerciceEtabli) -> list[Attention]:
    """What someone should look at: the check's gaps, what awaits a decision, what is incomplete."""
    ecarts = len(exercice.controle.ecarts)
    suivi = exercice.actions.a_suivre()
    deposee, annee = Action.Statut.DEPOSEE.value, exercice.annee
    reelles = [p.value for p in Action.Provenance if p != Action.Provenance.RECONSTITUTION]
    possibles = (
        (
            ecarts,
            "chiffre ne correspond plus au document publié",
            "chiffres ne correspondent plus au document publié",
            reverse("bilan:chapitre", args=[exercice.annee, "controle"]),
        ),
        (
            suivi.a_decider,
            "action déposée attend une décision",
            "actions déposées attendent une décision",
            lien_actions(exercice=annee, statut=deposee, accorde="inconnu"),
        ),
        (
            suivi.decidees,
            "action a un montant accordé et reste « Déposée »",
            "actions ont un montant accordé et restent « Déposées »",
            lien_actions(exercice=annee, statut=deposee, accorde="connu"),
        ),
        (
            suivi.ecartees_aidees,
            "action refusée ou abandonnée garde un montant accordé, qui ne compte pas",
            "actions refusées ou abandonnées gardent un montant accordé, qui ne compte pas",
            lien_actions(exercice=annee, statut=ECARTES, accorde="positif"),
        ),
        (
            suivi.sans_porteur,
            "action n'a pas de porteur",
            "actions n'ont pas de porteur",
            lien_actions(exercice=annee, porteur=SANS_PORTEUR, provenance=reelles),
        ),
    )
    return [
        Attention(denombrer(combien, singulier, pluriel), lien)
        for combien, singulier, pluriel, lien in possibles
        if combien
    ]


def _sauvegarde(compte: Utilisateur) -> list[Attention]:
    """To those who administrate: the last backup, when there is none or it is old."""
    if not compte.has_perm("sauvegarde.view_sauvegarde"):
        return []
    derniere = Sauvegarde.derniere()
    if derniere is not None and not derniere.vieille:
        return []
    texte = AUCUNE if derniere is None else f"Dernière sauvegarde : {derniere}"
    return [Attention(texte, reverse("admin:index"))]
