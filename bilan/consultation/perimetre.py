"""A part of the contract: its lines, their money, and the address of the list that shows it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from actions.liens import TRANSTERRITORIAL, Valeur, lien_actions
from actions.models import Action, ActionQuerySet, Exercice, Theme
from axes.models import AxeTransversal
from bilan.consultation.figures import Figures
from financement.models import Financeur, Subvention, SubventionQuerySet
from territoires.models import Commune, Organisme, Quartier


@dataclass(frozen=True)
class Perimetre:
    """Lines, and the filters under which the actions list shows exactly them.

    ``financeurs`` are codes: with some, only the lines that they help, among ``assiette``, and only
    their money count.
    """

    assiette: ActionQuerySet
    filtres: Mapping[str, Valeur]
    financeurs: tuple[str, ...] = ()

    @property
    def actions(self) -> ActionQuerySet:
        return self.assiette.aidees_par(self.financeurs) if self.financeurs else self.assiette

    @property
    def subventions(self) -> SubventionQuerySet:
        """The money that counts: running costs. A funder's is only on lines that it helps."""
        lignes = Subvention.objects.de_fonctionnement().sur(self.assiette)
        return lignes.des_financeurs(self.financeurs) if self.financeurs else lignes

    @property
    def lien(self) -> str:
        return lien_actions(**self.filtres)

    def argent(self) -> Figures:
        """The money of the whole, without counting its lines, in one query."""
        return Figures.de_l_argent(self.subventions.montants())

    def figures(self) -> Figures:
        """The figures of the whole, in two queries."""
        effectif = self.actions.effectif()
        montants = self.subventions.montants()
        aidees = any(montant != 0 for montant in vars(montants).values())
        return replace(
            Figures.de_l_argent(montants),
            actions=effectif.actions,
            lignes=effectif.lignes,
            reconstituees=effectif.reconstituees,
            aidees=aidees,
        )

    def de_la_commune(self, commune: Commune | None) -> "Perimetre":
        """Its lines; of None, the transterritorial ones."""
        code = TRANSTERRITORIAL if commune is None else commune.code_insee
        return self._restreint(self.assiette.filter(commune=commune), commune=code)

    def du_quartier(self, quartier: Quartier) -> "Perimetre":
        return self._restreint(self.assiette.filter(quartier=quartier), quartier=quartier.pk)

    def du_theme(self, theme: Theme) -> "Perimetre":
        return self._restreint(self.assiette.filter(theme=theme), theme=theme.numero)

    def du_porteur(self, porteur: Organisme) -> "Perimetre":
        return self._restreint(self.assiette.filter(porteur=porteur), porteur=porteur.pk)

    def des_axes(self, axes: Collection[AxeTransversal]) -> "Perimetre":
        """Lines that serve one of these axes at least."""
        return self._restreint(
            self.assiette.des_axes([axe.pk for axe in axes]), axe=[axe.numero for axe in axes]
        )

    def des_financeurs(self, financeurs: Iterable[Financeur]) -> "Perimetre":
        """Lines that these funders, or those below them, help: and their money only."""
        codes = tuple(financeur.code for financeur in financeurs)
        return replace(self._restreint(self.assiette, financeur=list(codes)), financeurs=codes)

    def _restreint(self, assiette: ActionQuerySet, **filtres: Valeur) -> "Perimetre":
        return replace(self, assiette=assiette, filtres={**self.filtres, **filtres})


def des_exercices(
    exercices: Collection[Exercice], lecteur: AbstractBaseUser | AnonymousUser
) -> Perimetre:
    """What this account may see of these budget years."""
    return Perimetre(
        Action.objects.visibles_par(lecteur).filter(
            exercice__in=[exercice.pk for exercice in exercices]
        ),
        {"exercice": [exercice.annee for exercice in exercices]},
    )
