"""How much money these lines are given, as the tables count it."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, NamedTuple, Self, TypeVar

from django.db import models
from django.db.models import Aggregate, Count, OuterRef, Q, Subquery

from actions.statuts import ECARTES
from financement.models import Financeur, SubventionQuerySet
from financement.montants import Montants, Nature, SommeExacte, agregats

Ligne = TypeVar("Ligne", bound=models.Model)


class Moyenne(NamedTuple):
    """What ``actions`` actions, all those whose amount is known, are granted in all (€)."""

    somme: Decimal | None
    actions: int

    @property
    def valeur(self) -> Decimal | None:
        """To the cent; None without any action."""
        return round(self.somme / self.actions, 2) if self.somme is not None else None


def _sommes(codes: Collection[str]) -> dict[str, Aggregate]:
    """What the money comes to; of the funders of these codes, if some are given."""
    leurs = None
    if codes:
        leurs = Q(subventions__financeur__in=Financeur.objects.sous_l_un_de(codes))
    return agregats("subventions__", leurs)


class Argent(models.QuerySet[Ligne]):
    model: Any  # the action's model, which is made with this class

    def lignes_de_financement(self, financeurs: Collection[int] = ()) -> Self:
        """One row for each funding line of those of these actions that count; of these funders
        (ids), if any.

        To be grouped and summed: the money is read beside its action, in one pass, where ids put
        in a condition make the database read the actions twice. No action is to be counted here.
        """
        leurs = {"subventions__financeur__in": financeurs} if financeurs else {}
        comptees = self.exclude(statut__in=ECARTES)
        return comptees.filter(subventions__isnull=False, **leurs).order_by()

    def sommes_par(self, *champs: str, financeurs: Collection[int] = ()) -> list[tuple[Any, ...]]:
        """The money of these lines, as (each field's value…, its Montants); one query.

        Of these funders (ids), if some are given.
        """
        groupes = self.lignes_de_financement(financeurs).values_list(*champs)
        cles = len(champs)
        return [
            (*groupe[:cles], Montants.lus(*groupe[cles:]))
            for groupe in groupes.annotate(**agregats("subventions__"))
        ]

    def montants(self, codes: Collection[str] = ()) -> Montants:
        """The money of these actions; of the funders of these codes, and of those below
        them, only, if some are given.

        The funders sort the sums and not the lines: by them, the database would look for lines of
        every year.
        """
        sommes = self.lignes_de_financement().aggregate(**_sommes(codes))
        return Montants.lus(*sommes.values())

    def montants_par(self, champ: str, codes: Collection[str] = ()) -> dict[Any, Montants]:
        """The same by a field's value, of those that have money; one query."""
        groupes = self.lignes_de_financement().values_list(champ).annotate(**_sommes(codes))
        return {cle: Montants.lus(*lues) for cle, *lues in groupes}

    def moyenne_accordee(self, financeurs: Collection[int] = ()) -> Moyenne:
        """The running costs granted to those of these lines that the tables count as actions and
        that have a known amount: the € and how many actions, in one query. Of these funders (ids),
        if some are given.
        """
        leurs = {"subventions__financeur__in": financeurs} if financeurs else {}
        connues = self.exclude(statut__in=ECARTES).filter(
            nature=self.model.Nature.ACTION,
            subventions__nature=Nature.FONCTIONNEMENT,
            subventions__montant_accorde__isnull=False,
            **leurs,
        )
        return Moyenne(
            **connues.order_by().aggregate(
                somme=SommeExacte("subventions__montant_accorde"),
                actions=Count("pk", distinct=True),
            )
        )

    def avec_montant(self, etape: str, subventions: SubventionQuerySet) -> Self:
        """Adds ``somme_<etape>``: the € of these funding lines at one stage, NULL when unknown."""
        somme = (
            subventions.filter(action=OuterRef("pk"))
            .order_by()
            .values("action")
            .annotate(somme=SommeExacte(f"montant_{etape}"))
            .values("somme")
        )
        return self.alias(**{f"somme_{etape}": Subquery(somme)})

    def recevant(
        self,
        subventions: SubventionQuerySet,
        *,
        au_moins: Decimal | None = None,
        au_plus: Decimal | None = None,
    ) -> Self:
        """Lines to which this money grants, in all, so many €; an unknown sum is never enough."""
        bornes = {"somme_accorde__gte": au_moins, "somme_accorde__lte": au_plus}
        posees = {borne: valeur for borne, valeur in bornes.items() if valeur is not None}
        return self.avec_montant("accorde", subventions).filter(**posees)
