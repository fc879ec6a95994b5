"""The actions list, one action's page, its documents handed over, and the porteurs that a search as
you type suggests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from actions.filters import ActionFiltres
from actions.models import Action, ActionQuerySet
from actions.pieces import Piece
from actions.tables import ActionTable
from comptes.permissions import CONNECTE, communes_de, compte_de, exige, introuvable
from financement.models import Subvention
from financement.montants import ETAPES, Montant
from listes.chiffres import denombrer, nombre
from listes.recherche import mots
from listes.tables import Totaux
from listes.views import ListeView
from suivi.disparus import absent, document_absent
from suivi.historique import Lignes, Limite, changements
from territoires.models import Organisme

_IRREELLES = "composées pour retrouver tous leurs totaux. Ce ne sont pas des actions réelles."
MENTION_RECONSTITUTION = (
    "Données reconstituées : le document d'origine ne donne que ses deux tableaux ; ces actions "
    f"ont été {_IRREELLES}"
)
_MELANGE = "Données en partie reconstituées : "
_SUGGESTIONS = 12
CHANGEMENTS_MONTRES = 5
LIGNES: Lignes = {Subvention: "action"}
"""What is told in the history of an action, with it."""


def mentions_de_reconstitution(totaux: Totaux) -> list[str]:
    """What must be said of rebuilt lines among these, and how many they are among real ones."""
    reconstituees, reelles = totaux["reconstituees"], totaux["lignes_reelles"]
    if not reconstituees:
        return []
    if not reelles:
        return [MENTION_RECONSTITUTION]
    toutes = nombre(reconstituees + reelles)
    return [
        f"{_MELANGE}{nombre(reconstituees)} des {toutes} lignes. Le document d'origine ne donne "
        f"que ses deux tableaux ; elles ont été {_IRREELLES}"
    ]


def reconstitution_en_bref(totaux: Totaux) -> str:
    """The same, for the name of a file."""
    if not totaux["reconstituees"]:
        return ""
    return "en partie reconstituées" if totaux["lignes_reelles"] else "reconstituées"


def mention_des_ecartees(totaux: Totaux) -> list[str]:
    """What must be said of the lines that no total counts, where there are some."""
    combien = totaux["ecartees"]
    if not combien:
        return []
    lignes = denombrer(combien, "ligne refusée ou abandonnée", "lignes refusées ou abandonnées")
    return [f"{lignes}, à part : les totaux ne comptent ni ces lignes ni leur argent."]


def banniere(mentions: Sequence[str]) -> dict[str, Any]:
    """What the banner of a page says where these sentences go with its rows."""
    dites = [mention for mention in mentions if est_dit_en_banniere(mention)]
    melange = next((mention for mention in dites if mention.startswith(_MELANGE)), "")
    return {"reconstitue": bool(dites), "melange": melange}


def est_dit_en_banniere(mention: str) -> bool:
    return mention == MENTION_RECONSTITUTION or mention.startswith(_MELANGE)


class ActionListe(ListeView):
    """Every line of the contract: actions, residents' fund, running of the contract."""

    permission = CONNECTE
    titre = "Actions"
    nom_fichier = "actions"
    filterset_class = ActionFiltres
    table_class = ActionTable
    principaux = ("q", "exercice", "commune", "theme", "financeur", "porteur", "attendu")
    pour_les_programmes = ("statut", "provenance")
    template_name = "actions/liste.html"
    en_lot = ("actions:modifier", "actions.change_action")
    filtres: ActionFiltres

    def get_queryset(self) -> ActionQuerySet:
        return Action.objects.visibles_par(self.compte)

    def mentions(self, totaux: Totaux) -> list[str]:
        implicite = bool(self.filtres.implicites()) or len(self.filtres.annees) > 1
        return [
            *([self.filtres.periode] if implicite else []),
            *mentions_de_reconstitution(totaux),
            *mention_des_ecartees(totaux),
            *self._part_des_financeurs,
        ]

    def precision(self, totaux: Totaux) -> str:
        return reconstitution_en_bref(totaux)

    def contexte(self, mentions: Sequence[str]) -> dict[str, Any]:
        annees = self.filtres.annees
        return {
            **banniere(mentions),
            "titre": f"{self.titre} {self.filtres.annees_dites}".strip(),
            "annee": annees[0] if len(annees) == 1 else "",
            "propose": "actions/_saisir.html",
            "avertissement": " ".join(m for m in mentions if not est_dit_en_banniere(m)),
        }

    @cached_property
    def _part_des_financeurs(self) -> list[str]:
        """Under a funder, a line's amounts are not all that it receives: the list says so."""
        if not self.filtres.financeurs:
            return []
        noms = [actif.texte for actif in self.filtres.actifs() if actif.parametre == "financeur"]
        ceux_de = "ce financeur" if len(noms) == 1 else "ces financeurs"
        return [f"Montants de {ceux_de} seulement : {', '.join(noms)}."]


@dataclass(frozen=True)
class PartieDuPlan:
    """An action's lines of one kind (running costs or investment), with their sums by stage."""

    libelle: str
    lignes: tuple[Subvention, ...]
    totaux: Mapping[str, Montant]


def plan_de_financement(subventions: Iterable[Subvention]) -> list[PartieDuPlan]:
    """One part by kind of money that has lines, running costs first: they never add up."""
    lues = list(subventions)
    parties = []
    for nature in Subvention.Nature:
        lignes = tuple(ligne for ligne in lues if ligne.nature == nature)
        if lignes:
            totaux = {
                etape: Montant.des_lignes(getattr(ligne, f"montant_{etape}") for ligne in lignes)
                for etape in ETAPES
            }
            parties.append(PartieDuPlan(nature.label, lignes, totaux))
    return parties


class ActionFiche(View):
    """One action: what it is, who pays what at each stage, its documents, what changed in it."""

    permission = CONNECTE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        action = (
            Action.objects.visibles_par(request.user)
            .select_related("exercice", "theme", "commune", "quartier", "porteur")
            .filter(pk=pk)
            .first()
        )
        if action is None:
            absence = introuvable(request, f"L'action {pk}")
            raise absent(communes_de(request), Action, absence, id=pk)
        compte = compte_de(request)
        limite = Limite("commune", compte.perimetre) if compte.perimetre else None
        contexte = {
            "action": action,
            "axes": list(action.axes.all()),
            "plan": plan_de_financement(action.subventions.select_related("financeur")),
            "pieces": list(action.pieces.select_related("ajoutee_par")),
            "changements": changements(action, LIGNES, limite)[:CHANGEMENTS_MONTRES],
            "peut_renouveler": compte.is_staff and compte.has_perm("actions.add_action"),
            "reconstitue": action.provenance == Action.Provenance.RECONSTITUTION,
            "annee": str(action.exercice),
        }
        return render(request, "actions/fiche.html", contexte)


class PorteurSuggestions(View):
    """The porteurs whose name holds the words typed so far, as options of the filter's field."""

    permission = CONNECTE

    def get(self, request: HttpRequest) -> HttpResponse:
        saisie = request.GET.get("porteur", "").replace("\0", "")
        noms: list[str] = []
        if len(saisie.strip()) > 1:
            actions = Action.objects.visibles_par(request.user).order_by()
            porteurs = Organisme.objects.filter(pk__in=actions.values("porteur_id"))
            for mot in mots(saisie):
                porteurs = porteurs.filter(nom__sans_accents__contains=mot)
            noms = list(porteurs.values_list("nom", flat=True)[:_SUGGESTIONS])
        return render(request, "actions/_suggestions.html", {"noms": noms})


@exige(CONNECTE)
def telecharger(request: HttpRequest, pk: int) -> FileResponse:
    """Always as a file to keep, never shown in the site's own pages."""
    visibles = Action.objects.visibles_par(request.user)
    piece = Piece.objects.filter(pk=pk, action__in=visibles).first()
    if piece is None:
        absence = introuvable(request, "Ce document")
        raise document_absent(communes_de(request), Piece, pk, absence)
    try:
        fichier = piece.fichier.open("rb")
    except FileNotFoundError as erreur:
        raise Http404("Le fichier de ce document n'est plus sur le serveur.") from erreur
    reponse = FileResponse(
        fichier, as_attachment=True, filename=piece.nom, content_type=piece.type_mime
    )
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return reponse
