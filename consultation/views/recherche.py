"""One box over everything: actions, porteurs, communes, themes, axes, funders."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from actions.liens import TOUS_LES_EXERCICES
from actions.models import Action, Theme
from axes.models import AxeTransversal
from comptes.permissions import CONNECTE, compte_de
from comptes.saisies import COUPEE, LONGUEUR_MAX, couper, est_coupee
from consultation.filters import (
    AxeFiltres,
    CommuneFiltres,
    FinanceurFiltres,
    PorteurFiltres,
    ThemeFiltres,
    contenant,
)
from consultation.templatetags.navigation import annee_demandee
from consultation.visibles import communes_visibles
from financement.models import Financeur
from listes.recherche import approchant

TROUVAILLES_MONTREES = 8
ACTIONS_COMPTEES = 1000


@dataclass(frozen=True)
class Trouvaille:
    objet: Any
    libelle: str
    page: str
    precision: str = ""
    reconstituee: bool = False


@dataclass(frozen=True)
class Groupe:
    """What was found of one kind: the first ones, how many in all, and the list of all.

    ``davantage``: there are more than ``nombre``, which nobody would go through.
    """

    titre: str
    code: str
    trouvailles: tuple[Trouvaille, ...]
    nombre: int
    liste: str
    davantage: bool = False


class Recherche(View):
    """Every word must be found, whatever accents or case; the lists' own filters read the same."""

    permission = CONNECTE

    def get(self, request: HttpRequest) -> HttpResponse:
        saisie = request.GET.get("q", "").replace("\0", "").strip()
        texte = couper(saisie)
        self.annee = annee_demandee(request)
        self.compte = compte_de(request)
        groupes = [groupe for groupe in self._groupes(texte) if groupe.nombre] if texte else []
        proche = "" if groupes or not texte else approchant(texte, self._textes())
        if proche:
            groupes = [groupe for groupe in self._groupes(proche) if groupe.nombre]
        contexte = {
            "q": texte,
            "proche": proche if groupes else "",
            "coupee": COUPEE if est_coupee(saisie) else "",
            "longueur": LONGUEUR_MAX,
            "groupes": groupes,
            "annee": self.annee,
            "nombre": sum(groupe.nombre for groupe in groupes),
            "davantage": any(groupe.davantage for groupe in groupes),
        }
        return render(request, "consultation/recherche.html", contexte)

    def _textes(self) -> Iterable[str]:
        """Every name and title that the account may see."""
        actions = Action.objects.visibles_par(self.compte)
        for trouves, champ in (
            (communes_visibles(self.compte), "nom"),
            (Theme.objects.all(), "nom"),
            (Financeur.objects.all(), "nom"),
            (AxeTransversal.objects.all(), "titre"),
            (Action.objects.porteurs_visibles_par(self.compte), "nom"),
            (actions, "intitule"),
        ):
            noms = trouves.order_by().values_list(champ, flat=True)
            yield from noms.distinct().iterator()

    def _groupes(self, texte: str) -> Iterable[Groupe]:
        communes = contenant(communes_visibles(self.compte), CommuneFiltres.recherches, texte)
        yield self._groupe(
            "Communes",
            "consultation:communes",
            "consultation:commune",
            "code_insee",
            communes,
            texte,
        )
        themes = contenant(Theme.objects.all(), ThemeFiltres.recherches, texte)
        yield self._groupe(
            "Thèmes", "consultation:themes", "consultation:theme", "numero", themes, texte
        )
        financeurs = contenant(Financeur.objects.all(), FinanceurFiltres.recherches, texte)
        yield self._groupe(
            "Financeurs",
            "consultation:financeurs",
            "consultation:financeur",
            "code",
            financeurs,
            texte,
        )
        axes = contenant(AxeTransversal.objects.all(), AxeFiltres.recherches, texte)
        yield self._groupe(
            "Axes transversaux", "consultation:axes", "consultation:axe", "numero", axes, texte
        )
        porteurs = contenant(
            Action.objects.porteurs_visibles_par(self.compte), PorteurFiltres.recherches, texte
        )
        yield self._groupe(
            "Porteurs", "consultation:porteurs", "consultation:porteur", "pk", porteurs, texte
        )
        yield self._actions(texte)

    def _groupe(
        self, titre: str, liste: str, page: str, cle: str, trouves: "QuerySet[Any]", texte: str
    ) -> Groupe:
        """The first ones and their number, in two queries; their pages are of the year read."""
        annee = {"exercice": self.annee} if self.annee else {}
        suite = f"?{urlencode(annee)}" if annee else ""
        return Groupe(
            titre,
            liste.partition(":")[2] if liste != "consultation:axes" else "axes",
            tuple(
                Trouvaille(trouve, str(trouve), reverse(page, args=[getattr(trouve, cle)]) + suite)
                for trouve in trouves[:TROUVAILLES_MONTREES]
            ),
            trouves.order_by().count(),
            f"{reverse(liste)}?{urlencode({'q': texte} | annee)}",
        )

    def _actions(self, texte: str) -> Groupe:
        """The last ones entered, of all years; one reading of the table finds and counts them."""
        actions = Action.objects.visibles_par(self.compte).contenant(texte)
        cles = list(actions.order_by("-pk").values_list("pk", flat=True)[: ACTIONS_COMPTEES + 1])
        nombre = len(cles)
        premieres = Action.objects.filter(pk__in=cles[:TROUVAILLES_MONTREES])
        trouvees = premieres.select_related("exercice", "commune").order_by("-pk")
        return Groupe(
            "Actions",
            "actions",
            tuple(
                Trouvaille(
                    action,
                    action.intitule,
                    reverse("actions:fiche", args=[action.pk]),
                    f"{action.exercice}, {action.commune or 'transterritoriale'}",
                    action.provenance == Action.Provenance.RECONSTITUTION,
                )
                for action in trouvees
            ),
            min(nombre, ACTIONS_COMPTEES),
            f"{reverse('actions:liste')}?{urlencode({'q': texte, 'exercice': TOUS_LES_EXERCICES})}",
            davantage=nombre > ACTIONS_COMPTEES,
        )
