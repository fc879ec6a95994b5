"""The rows of a year added up along every dimension at once, so that a cell is a look-up."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Final

from actions.models import Action
from bilan.releve import Releve

TOUT: Final = "*"
"""In the place of a commune, a theme or a column: all of them."""

Dimension = int | str | None


class Cumul:
    """Sums of one ``Releve`` by commune (None: transterritorial), theme and funders' column."""

    def __init__(self, releve: Releve) -> None:
        self.releve = releve
        colonnes = {financeur.pk: financeur.tableau for financeur in releve.financeurs}
        self._nombres: Counter[tuple[Dimension, Dimension, str]] = Counter()
        self._reconstitues: set[tuple[Dimension, Dimension]] = set()
        self._connus: defaultdict[tuple[Dimension, Dimension, str], Decimal] = defaultdict(Decimal)
        self._lignes: set[tuple[Dimension, Dimension, str]] = set()
        for (commune, theme, nature, provenance), nombre in releve.nombres.items():
            for case in _cases(commune, theme):
                self._nombres[*case, nature] += nombre
                if provenance == Action.Provenance.RECONSTITUTION:
                    self._reconstitues.add(case)
        for (commune, theme, financeur), somme in releve.montants.items():
            for case in _cases(commune, theme):
                for colonne in (colonnes[financeur], TOUT):
                    self._lignes.add((*case, colonne))
                    if somme is not None:
                        self._connus[*case, colonne] += somme

    def nombre(self, nature: str, commune: Dimension = TOUT, theme: Dimension = TOUT) -> int:
        """How many lines of this nature."""
        return self._nombres[commune, theme, nature]

    def montant(
        self, commune: Dimension = TOUT, theme: Dimension = TOUT, colonne: str = TOUT
    ) -> Decimal | None:
        """Granted €: the sum of the known amounts, 0 without any line, None where none is known."""
        case = (commune, theme, colonne)
        if case in self._lignes and case not in self._connus:
            return None
        return self._connus.get(case, Decimal(0))

    def reconstitue(self, commune: Dimension = TOUT, theme: Dimension = TOUT) -> bool:
        """Whether some line of this part was reconstructed."""
        return (commune, theme) in self._reconstitues


def _cases(commune: int | None, theme: int) -> tuple[tuple[Dimension, Dimension], ...]:
    return ((commune, theme), (commune, TOUT), (TOUT, theme), (TOUT, TOUT))
