"""How much money: the running costs of these lines, as the tables count them."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum

from actions.statuts import ECARTES
from financement.models import Financeur, Subvention, SubventionQuerySet
from financement.montants import Montants, agregats

Ligne = TypeVar("Ligne", bound=models.Model)


class Argent(models.QuerySet[Ligne]):
    model: Any  # the action's model, which is made with this class

    def lignes_de_credit(self, financeurs: Collection[int] = ()) -> Self:
        """One row for each running-cost line of those of these actions that count; of these
        funders (ids), if any.

        To be grouped and summed: the money is read beside its action, in one pass, where ids put
        in a condition make the database read the actions twice. No action is to be counted here.
        """
        leurs = {"subventions__financeur__in": financeurs} if financeurs else {}
        comptees = self.exclude(statut__in=ECARTES)
        return comptees.filter(
            subventions__nature=Subvention.Nature.FONCTIONNEMENT, **leurs
        ).order_by()

    def sommes_par(self, *champs: str, financeurs: Collection[int] = ()) -> list[tuple[Any, ...]]:
        """The money of these lines, as (each field's value…, its Montants); one query.

        Of these funders (ids), if some are given.
        """
        groupes = self.lignes_de_credit(financeurs).values_list(*champs)
        cles = len(champs)
        return [
            (*groupe[:cles], Montants.lus(*groupe[cles:]))
            for groupe in groupes.annotate(**agregats("subventions__"))
        ]

    def montants(self, codes: Collection[str] = ()) -> Montants:
        """The running costs of these actions; of the funders of these codes, and of those below
        them, only, if some are given.

        The funders sort the sums and not the lines: by them, the database would look for lines of
        every year.
        """
        leurs = None
        if codes:
            leurs = Q(subventions__financeur__in=Financeur.objects.sous_l_un_de(codes))
        sommes = self.lignes_de_credit().aggregate(**agregats("subventions__", leurs))
        return Montants.lus(*sommes.values())

    def avec_montant(self, etape: str, subventions: SubventionQuerySet) -> Self:
        """Adds ``somme_<etape>``: the € of these funding lines at one stage, NULL when unknown."""
        somme = (
            subventions.filter(action=OuterRef("pk"))
            .order_by()
            .values("action")
            .annotate(somme=Sum(f"montant_{etape}"))
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
