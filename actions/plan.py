"""The funding plan of one action: its lines by funder, and their totals by kind of money."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from financement.models import Montants, Subvention


@dataclass(frozen=True)
class PartieDuPlan:
    """The lines of one kind (running costs or investment), with their sums by stage."""

    libelle: str
    lignes: tuple[Subvention, ...]
    totaux: Montants


def plan_de_financement(subventions: Iterable[Subvention]) -> list[PartieDuPlan]:
    """One part by kind of money that has lines, running costs first: they never add up."""
    lues = list(subventions)
    parties = []
    for nature in Subvention.Nature:
        lignes = tuple(ligne for ligne in lues if ligne.nature == nature)
        if lignes:
            totaux = Montants(
                demande=_somme(ligne.montant_demande for ligne in lignes),
                accorde=_somme(ligne.montant_accorde for ligne in lignes),
                verse=_somme(ligne.montant_verse for ligne in lignes),
            )
            parties.append(PartieDuPlan(nature.label, lignes, totaux))
    return parties


def _somme(montants: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of those known, None where none is."""
    connus = [montant for montant in montants if montant is not None]
    return sum(connus, Decimal(0)) if connus else None
