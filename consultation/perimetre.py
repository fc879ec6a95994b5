"""A part of the contract: its lines, their money, and the address of the list that shows it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from actions.liens import TRANSTERRITORIAL, Valeur, lien_actions
from actions.models import Action, ActionQuerySet, Exercice, Theme
from actions.questions.argent import Moyenne
from actions.questions.combien import Cercles
from axes.models import AxeTransversal
from bilan.sommes import Figures
from financement.models import Financeur, Subvention
from financement.montants import Montants
from territoires.models import Commune, Organisme, Quartier


@dataclass(frozen=True)
class Perimetre:
    """Lines, and the filters under which the actions list shows exactly them.

    ``lire`` gives the lines, asked for only where they are read: most parts are made for their
    address. ``financeurs`` are codes: with some, only the lines that they help, among
    ``assiette``, and only their money count.
    """

    lire: Callable[[], ActionQuerySet]
    filtres: Mapping[str, Valeur]
    financeurs: tuple[str, ...] = ()

    @cached_property
    def assiette(self) -> ActionQuerySet:
        return self.lire()

    @property
    def actions(self) -> ActionQuerySet:
        cles = self.cles_des_financeurs
        return self.assiette.aidees_par(cles) if cles else self.assiette

    @cached_property
    def cles_des_financeurs(self) -> tuple[int, ...]:
        """The ids of the funders and of those below them, asked once; none where all count."""
        if not self.financeurs:
            return ()
        sous = Financeur.objects.sous_l_un_de(self.financeurs).order_by()
        return tuple(sous.values_list("pk", flat=True))

    def effectifs(self, *champs: str) -> list[tuple[Any, ...]]:
        """Its lines by these fields, as (each field's value…, its Effectif)."""
        return self.actions.effectifs_par(*champs)

    def sommes(self, *champs: str) -> list[tuple[Any, ...]]:
        """The money that counts, as (each field's value…, its Montants)."""
        return self.assiette.sommes_par(*champs, financeurs=self.cles_des_financeurs)

    def cercles(self) -> Cercles:
        """``assiette`` by the circle of funders that helps each of its lines."""
        return self.assiette.par_cercle_de_financeurs()

    @property
    def lien(self) -> str:
        return lien_actions(**self.filtres)

    def argent(self) -> Figures:
        """The money of the whole, without counting its lines, in one query at most."""
        return Figures(argent=self.assiette.montants(self.financeurs))

    def figures(self) -> Figures:
        """The figures of the whole, in two queries at most."""
        return replace(self.argent(), effectif=self.actions.effectif())

    def premieres(self, combien: int) -> list[Action]:
        """The first lines in the usual order; ids first, so that only those shown are joined."""
        cles = self.actions.premieres(combien)
        lignes = Action.objects.select_related("theme", "commune", "porteur")
        lues = lignes.defer("commune__contour").in_bulk(cles)
        return [lues[cle] for cle in cles if cle in lues]

    def moyenne(self) -> Moyenne:
        """What its actions are granted on average, in one query."""
        return self.assiette.moyenne_accordee(self.cles_des_financeurs)

    def credits_de(self, actions: Collection[int]) -> dict[int, Montants]:
        """The money of each of these lines (ids) that has some, in one query."""
        return Subvention.objects.montants_par_action(actions, self.financeurs)

    def de_la_commune(self, commune: Commune | None) -> "Perimetre":
        """Its lines; of None, the transterritorial ones."""
        code = TRANSTERRITORIAL if commune is None else commune.code_insee
        return self._restreint(lambda lignes: lignes.filter(commune=commune), commune=code)

    def des_communes(self, communes: Iterable[Commune]) -> "Perimetre":
        choisies = list(communes)
        return self._restreint(
            lambda lignes: lignes.filter(commune__in=[commune.pk for commune in choisies]),
            commune=[commune.code_insee for commune in choisies],
        )

    def du_quartier(self, quartier: Quartier) -> "Perimetre":
        return self._restreint(
            lambda lignes: lignes.filter(quartier=quartier), quartier=quartier.pk
        )

    def du_theme(self, theme: Theme) -> "Perimetre":
        return self._restreint(lambda lignes: lignes.filter(theme=theme), theme=theme.numero)

    def du_porteur(self, porteur: Organisme) -> "Perimetre":
        return self._restreint(lambda lignes: lignes.filter(porteur=porteur), porteur=porteur.pk)

    def des_axes(self, axes: Collection[AxeTransversal]) -> "Perimetre":
        """Lines that serve one of these axes at least."""
        return self._restreint(
            lambda lignes: lignes.des_axes([axe.pk for axe in axes]),
            axe=[axe.numero for axe in axes],
        )

    def par_axe_servi(self) -> "Perimetre":
        """The lines that serve an axis, once for each."""
        return self._restreint(ActionQuerySet.par_axe_servi)

    def des_financeurs(self, financeurs: Iterable[Financeur]) -> "Perimetre":
        """Lines that these funders, or those below them, help: and their money only."""
        codes = tuple(financeur.code for financeur in financeurs)
        return replace(self, filtres={**self.filtres, "financeur": list(codes)}, financeurs=codes)

    def _restreint(
        self, restreindre: Callable[[ActionQuerySet], ActionQuerySet], **filtres: Valeur
    ) -> "Perimetre":
        return replace(
            self,
            lire=lambda: restreindre(self.assiette),
            filtres={**self.filtres, **filtres},
        )


def des_exercices(
    exercices: Collection[Exercice], lecteur: AbstractBaseUser | AnonymousUser
) -> Perimetre:
    """What this account may see of these budget years."""
    lignes = Action.objects.visibles_par(lecteur).des_exercices(exercices)
    annees = [exercice.annee for exercice in exercices]
    return Perimetre(lambda: lignes, {"exercice": annees})
