"""What every list and every page of figures does: one shape for each kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from actions.models import Theme
from actions.views import (
    banniere,
    est_dit_en_banniere,
    mention_des_ecartees,
    mentions_de_reconstitution,
    reconstitution_en_bref,
)
from axes.models import AxeTransversal
from bilan.controle import Recalcul
from bilan.document import ChiffreCle
from bilan.exercices import choisir
from bilan.graphiques import Graphique
from bilan.sommes import Figures, Repartition
from comptes.permissions import CONNECTE, compte_de
from consultation import filters
from consultation.decoupages import Decoupage, Part, decouper
from consultation.figures import chiffres_cles
from consultation.perimetre import Perimetre, des_exercices
from consultation.ventilation import (
    Arbre,
    repartir_par_axe,
    repartir_par_financeur,
    ventiler,
)
from consultation.visibles import communes_visibles
from financement.models import Financeur
from financement.montants import Montants
from listes.tables import Totaux
from listes.views import ListeView
from territoires.models import Commune

ARGENT = "Montants : crédits de fonctionnement."
ACTIONS_MONTREES = 20
SANS_LIGNE = Montants()


@dataclass(frozen=True)
class Voisin:
    """The page before or after this one in its list."""

    libelle: str
    page: str


@dataclass(frozen=True)
class Vue:
    """What a page shows of its subject in one year.

    ``tete`` is a part of it that holds its first lines, where there is a smaller one.
    """

    perimetre: Perimetre
    figures: Figures
    total: Figures
    decoupages: tuple[Decoupage | None, ...]
    croisement: Decoupage | None = None
    recalculs: tuple[Recalcul, ...] = ()
    carte: Graphique | None = None
    cles: tuple[ChiffreCle, ...] = ()
    tete: Perimetre | None = None


class PageDeFigures(View):
    """A page of figures; a subclass finds its subject, then says what it shows of it."""

    permission = CONNECTE
    template_name: ClassVar[str] = "consultation/fiche.html"
    liste: ClassVar[str]
    titre_liste: ClassVar[str]
    retour: ClassVar[str]
    suite: str = ""

    def trouver(self, cle: Any) -> Any:
        """The subject; raises Http404 with a sentence."""
        raise NotImplementedError

    def montrer(self, sujet: Any, annee: int, ensemble: Perimetre) -> Vue:
        """What the year, as this account may see it, holds of the subject."""
        raise NotImplementedError

    def contexte(self, sujet: Any, vue: Vue | None) -> dict[str, Any]:
        """The title and the neighbours at least."""
        raise NotImplementedError

    def get(self, request: HttpRequest, cle: str | int) -> HttpResponse:
        choix = choisir(request)
        self.compte = compte_de(request)
        self.suite = choix.suite
        sujet = self.trouver(cle)
        vue = None
        if choix.exercice is not None:
            ensemble = des_exercices([choix.exercice], self.compte)
            vue = self.montrer(sujet, choix.exercice.annee, ensemble)
        contexte = {
            "sujet": sujet,
            "choix": choix,
            "url_liste": reverse(self.liste) + self.suite,
            "titre_liste": self.titre_liste,
            "retour": self.retour,
            "annee": choix.annee,
            "limite": bool(self.compte.perimetre),
        }
        if vue is not None:
            contexte |= _contexte_de(vue, contexte["limite"])
        return render(request, self.template_name, contexte | self.contexte(sujet, vue))

    def vue_simple(self, vue: Perimetre, ensemble: Perimetre, par_commune: bool = True) -> Vue:
        """What is shown of a subject that the published tables don't know."""
        sommes = ventiler(vue)
        figures, total = sommes.figures(), ensemble.argent()
        if not figures.lignes and not figures.effectif.ecartees:
            return Vue(vue, figures, total, decoupages=())
        communes = list(communes_visibles(self.compte).order_by("numero")) if par_commune else []
        return Vue(
            perimetre=vue,
            figures=figures,
            total=total,
            decoupages=(
                self.par_theme(vue, sommes.par_theme(), total),
                self.par_commune(vue, communes, sommes.par_commune(), total)
                if par_commune
                else None,
                self.par_financeur(vue, sommes.argent_par_financeur(), figures, total),
            ),
            tete=tete(vue, communes, sommes.par_commune()),
        )

    # --- The breakdowns that several pages share ------------------------------------------------
    def par_commune(
        self, vue: Perimetre, communes: Iterable[Commune], repartition: Repartition, total: Figures
    ) -> Decoupage | None:
        parts = [
            Part(
                commune.nom,
                self.page("consultation:commune", commune.code_insee),
                vue.de_la_commune(commune).lien,
                repartition.de(commune.pk),
                numero=commune.numero,
            )
            for commune in communes
        ]
        transterritorial = Part(
            "Transterritorial", "", vue.de_la_commune(None).lien, repartition.de(None)
        )
        return decouper(
            "communes",
            "Par commune",
            "Commune",
            [*parts, transterritorial],
            base=total.accorde,
            total=(repartition.ensemble, vue.lien),
        )

    def par_theme(
        self, vue: Perimetre, repartition: Repartition, total: Figures
    ) -> Decoupage | None:
        parts = [
            Part(
                theme.nom,
                self.page("consultation:theme", theme.numero),
                vue.du_theme(theme).lien,
                repartition.de(theme.pk),
                numero=theme.numero,
            )
            for theme in self.themes
        ]
        return decouper(
            "themes",
            "Par thème",
            "Thème",
            parts,
            base=total.accorde,
            total=(repartition.ensemble, vue.lien),
        )

    def par_financeur(
        self,
        vue: Perimetre,
        argent: dict[int, Montants],
        figures: Figures,
        total: Figures,
        sous: Financeur | None = None,
    ) -> Decoupage | None:
        """Every funder, or those below one."""
        arbre = self.arbre
        repartition = repartir_par_financeur(vue, argent, figures, arbre)
        parts = [
            Part(
                financeur.nom,
                self.page("consultation:financeur", financeur.code),
                vue.des_financeurs([financeur]).lien,
                repartition.de(financeur.pk),
                niveau=arbre.niveau(financeur.pk)
                - (0 if sous is None else 1 + arbre.niveau(sous.pk)),
            )
            for financeur in arbre.en_ordre(None if sous is None else sous.pk)
        ]
        return decouper(
            "financeurs",
            "Par financeur",
            "Financeur",
            parts,
            base=total.accorde,
            total=(figures, vue.lien),
            note="Les chiffres d'un financeur comprennent ceux des services qui en relèvent\u00a0; "
            "une action que plusieurs financeurs aident compte sous chacun, une fois dans le "
            "total.",
        )

    def par_axe(self, vue: Perimetre, figures: Figures, total: Figures) -> Decoupage | None:
        repartition = repartir_par_axe(vue, figures)
        if not repartition.cases:
            return None
        parts = [
            Part(
                str(axe),
                self.page("consultation:axe", axe.numero),
                vue.des_axes([axe]).lien,
                repartition.de(axe.pk),
            )
            for axe in AxeTransversal.objects.order_by("numero")
        ]
        return decouper(
            "axes",
            "Par axe transversal",
            "Axe",
            parts,
            base=total.accorde,
            total=None,
            note="Une action peut servir plusieurs axes, ou aucun\u00a0: "
            "ces lignes ne s'ajoutent pas.",
            dessin=False,
        )

    @cached_property
    def themes(self) -> list[Theme]:
        """Every theme, in the contract's order."""
        return list(Theme.objects.order_by("numero"))

    @cached_property
    def arbre(self) -> Arbre:
        return Arbre.lire()

    def page(self, nom: str, cle: str | int) -> str:
        """Another page, of the same year."""
        return reverse(nom, args=[cle]) + self.suite


def tete(vue: Perimetre, communes: Iterable[Commune], repartition: Repartition) -> Perimetre:
    """The first communes, in the order of lines, that hold all the lines that a page shows."""
    choisies, lignes = [], 0
    for commune in communes:
        choisies.append(commune)
        effectif = repartition.de(commune.pk).effectif
        lignes += effectif.lignes + effectif.ecartees
        if lignes >= ACTIONS_MONTREES:
            return vue.des_communes(choisies)
    return vue


def _contexte_de(vue: Vue, limite: bool) -> dict[str, Any]:
    tete = vue.perimetre if vue.tete is None else vue.tete
    effectif = vue.figures.effectif
    lignes = effectif.lignes + effectif.ecartees
    actions = tete.premieres(ACTIONS_MONTREES) if lignes else []
    montants = vue.perimetre.credits_de([action.pk for action in actions])
    return {
        "vue": vue,
        "bloc_cles": chiffres_cles(
            vue.figures,
            vue.perimetre.lien,
            vue.total,
            vue.perimetre.moyenne(),
            vue.cles,
            limite,
        )
        if lignes
        else None,
        "decoupages": [decoupage for decoupage in vue.decoupages if decoupage is not None],
        **banniere(mentions_de_reconstitution(_provenances(vue.figures))),
        "actions": [(action, montants.get(action.pk, SANS_LIGNE)) for action in actions],
        "investit": bool(vue.figures.argent.investissement.lignes),
        "lien_actions": vue.perimetre.lien,
        "lignes": lignes,
    }


def _provenances(figures: Figures) -> Totaux:
    """How many of these lines were rebuilt, and how many were not."""
    return {
        "reconstituees": figures.reconstituees,
        "lignes_reelles": figures.lignes - figures.reconstituees,
    }


class ListeDeFigures(ListeView):
    """A list whose figures are of the years chosen, the newest by default."""

    permission = CONNECTE
    template_name = "consultation/liste.html"
    principaux = ("q", "exercice")
    filtres: filters.FiguresFiltres
    note = ""

    def mentions(self, totaux: Totaux) -> list[str]:
        phrases = [f"{self.filtres.periode} {ARGENT}".strip()]
        return phrases + mentions_de_reconstitution(totaux) + mention_des_ecartees(totaux)

    def precision(self, totaux: Totaux) -> str:
        return reconstitution_en_bref(totaux)

    def contexte(self, mentions: Sequence[str]) -> dict[str, Any]:
        annees = self.filtres.annees
        return {
            **banniere(mentions),
            "titre": f"{self.titre} {self.filtres.annees_dites}".strip(),
            "annee": annees[0] if len(annees) == 1 else "",
            "periode": self.filtres.periode,
            "note": self.note,
            "avertissement": " ".join(m for m in mentions[1:] if not est_dit_en_banniere(m)),
        }
