"""The filters of the lists of figures: the budget years that the figures are of, and words."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from actions.filters import FiltresParAnnee
from actions.models import Exercice
from axes.models import AxeTransversal
from bilan.sommes import Figures, Repartition
from consultation.perimetre import Perimetre, des_exercices
from consultation.ventilation import (
    Arbre,
    argent_par_financeur,
    repartir,
    repartir_par_axe,
    repartir_par_financeur,
)
from financement.montants import Montants
from listes.recherche import mots


class FiguresFiltres(FiltresParAnnee):
    """``exercice`` takes no row away: it says of which years the figures are.

    ``champ`` is the field of an action that holds the row; ``cle`` the row's field that the actions
    list's filter takes; ``recherches`` those that ``q`` reads.
    """

    champ: ClassVar[str]
    cle: ClassVar[str] = "pk"
    recherches: ClassVar[tuple[str, ...]] = ("nom",)

    @cached_property
    def perimetre(self) -> Perimetre:
        exercices = Exercice.objects.filter(annee__in=self.annees)
        return des_exercices(exercices.order_by("-annee"), self.compte)

    @cached_property
    def rangees(self) -> dict[int, str | int]:
        """Every row that passes, by id, with what the actions list calls it."""
        return dict(self.qs.order_by().values_list("pk", self.cle))

    @cached_property
    def repartition(self) -> Repartition:
        """The figures of every row, whatever the page: totals, shares and order need them all."""
        return repartir(self.perimetre, self.champ)

    def textes(self) -> Iterable[str]:
        for noms in self.queryset.order_by().values_list(*self.recherches):
            yield from filter(None, noms)

    def filtrer_q(self, selection: "QuerySet[Any]", nom: str, texte: str) -> "QuerySet[Any]":
        return contenant(selection, self.recherches, texte)


def contenant(selection: "QuerySet[Any]", champs: Iterable[str], texte: str) -> "QuerySet[Any]":
    """Rows whose fields hold every word, whatever accents or case."""
    for mot in mots(texte):
        voulu = Q()
        for champ in champs:
            voulu |= Q(**{f"{champ}__sans_accents__contains": mot})
        selection = selection.filter(voulu)
    return selection


class CommuneFiltres(FiguresFiltres):
    champ = "commune"
    cle = "code_insee"
    recherches = ("nom", "libelle_tableau", "code_insee")

    @cached_property
    def communes(self) -> dict[int, tuple[str, int | None, int | None]]:
        """Every row that passes, by id: its code, its population and the year of that."""
        lues = self.qs.order_by().values_list("pk", "code_insee", "population", "annee_population")
        return {cle: (code, population, annee) for cle, code, population, annee in lues}

    @cached_property
    def rangees(self) -> dict[int, str | int]:
        return {cle: code for cle, (code, _, _) in self.communes.items()}

    @property
    def annees_des_populations(self) -> list[int]:
        connues = ((population, annee) for _, population, annee in self.communes.values())
        return sorted({annee for population, annee in connues if population and annee})

    def habitants(self, cles: Collection[int]) -> int | None:
        """The inhabitants of these communes (ids) together; None where one's number is unknown."""
        populations = [self.communes[cle][1] for cle in cles]
        connues = [population for population in populations if population is not None]
        return sum(connues) if len(connues) == len(populations) else None


class ThemeFiltres(FiguresFiltres):
    champ = "theme"
    cle = "numero"
    recherches = ("nom", "libelle_tableau")


class PorteurFiltres(FiguresFiltres):
    champ = "porteur"
    recherches = ("nom", "siret")


class QuartierFiltres(FiguresFiltres):
    champ = "quartier"
    recherches = ("nom", "commune__nom")


class FinanceurFiltres(FiguresFiltres):
    """A funder's figures include those below it: the total counts each line and amount once."""

    champ = "financeur"
    cle = "code"
    recherches = ("nom", "code")

    @cached_property
    def arbre(self) -> Arbre:
        return Arbre.lire()

    @cached_property
    def repartition(self) -> Repartition:
        argent = argent_par_financeur(self.perimetre)
        ensemble = Figures(argent=Montants.somme(argent.values()))
        return repartir_par_financeur(self.perimetre, argent, ensemble, self.arbre)


class AxeFiltres(FiguresFiltres):
    """A line may serve several axes: the total counts it once."""

    champ = "axes"
    cle = "numero"
    recherches = ("titre", "thematique")

    @cached_property
    def repartition(self) -> Repartition:
        lue = repartir_par_axe(self.perimetre, self.perimetre.argent())
        return replace(lue, reunir=self._reunir)

    def _reunir(self, cles: Collection[int]) -> Figures:
        axes = [AxeTransversal(pk=cle, numero=int(self.rangees[cle])) for cle in cles]
        return self.perimetre.des_axes(axes).figures()
