"""The formulas that count the Actions sheet again, and the values that they have.

Criteria are numbers (of a commune, of a theme) read in a cell, never labels: a label may hold « * »
or begin with « < », which SUMIFS takes for a pattern.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from xlsxwriter.utility import xl_col_to_name

from actions.models import Action
from bilan.document import LigneAction
from bilan.rendus.xlsx.feuille import INCONNU

ACTIONS: Final = "Actions"
NATURES: Final[Mapping[str, str]] = {
    Action.Nature.ACTION.value: "Action",
    Action.Nature.FONDS.value: "FPH",
    Action.Nature.ANIMATION.value: "Animation",
}
_COMPTEE: Final = Action.Nature.ACTION.value
COMMUNE: Final = "commune"
THEME: Final = "theme"
NATURE: Final = "nature"
TOTAL: Final = "total"


@dataclass(frozen=True)
class Plages:
    """Where the columns of the Actions sheet stand. Rows count from 0, both ends included."""

    colonnes: Mapping[str, int]
    premiere: int
    derniere: int

    def plage(self, code: str) -> str:
        lettre = xl_col_to_name(self.colonnes[code], col_abs=True)
        return f"{ACTIONS}!{lettre}${self.premiere + 1}:{lettre}${self.derniere + 1}"

    def compte(self, **criteres: str) -> str:
        """The number of actions, of a commune or a theme given by the address of its number."""
        return f'COUNTIFS({self.plage(NATURE)},"{NATURES[_COMPTEE]}"{self._si(criteres)})'

    def somme(self, code: str, **criteres: str) -> str:
        """The € of a column: the sum of the known amounts; the dash where lines have none known."""
        argent, si = self.plage(code), self._si(criteres)
        somme = f"SUMIFS({argent}{si})" if criteres else f"SUM({argent})"
        return (
            f'IF(AND(COUNTIFS({argent},"{INCONNU}"{si})>0,COUNTIFS({argent},">=0"{si})=0),'
            f'"{INCONNU}",ROUND({somme},2))'
        )

    def _si(self, criteres: Mapping[str, str]) -> str:
        return "".join(f",{self.plage(code)},{adresse}" for code, adresse in criteres.items())


@dataclass
class Recompte:
    """What the formulas find, added up while the rows of the Actions sheet go by.

    A commune or a theme given as None stands for all of them.
    """

    _nombres: Counter[tuple[int | None, int | None]] = field(default_factory=Counter)
    _connus: defaultdict[tuple[int | None, int | None, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    _inconnus: set[tuple[int | None, int | None, str]] = field(default_factory=set)

    def ajouter(self, commune: int, ligne: LigneAction) -> None:
        case = (commune, ligne.numero_theme)
        if ligne.nature == _COMPTEE:
            self._nombres[case] += 1
        for code, montant in ligne.montants.items():
            if montant is None:
                self._inconnus.add((*case, code))
            else:
                self._connus[*case, code] += montant
        if ligne.montants:
            if ligne.montant is None:
                self._inconnus.add((*case, TOTAL))
            else:
                self._connus[*case, TOTAL] += ligne.montant

    def cumuler(self) -> None:
        """Once every row has gone by: the sums of communes, of themes, and of everything."""
        for (commune, theme), nombre in list(self._nombres.items()):
            for case in ((commune, None), (None, theme), (None, None)):
                self._nombres[case] += nombre
        for (commune, theme, code), montant in list(self._connus.items()):
            for case in ((commune, None), (None, theme), (None, None)):
                self._connus[*case, code] += montant
        for commune, theme, code in list(self._inconnus):
            self._inconnus |= {(commune, None, code), (None, theme, code), (None, None, code)}

    def nombre(self, commune: int | None = None, theme: int | None = None) -> int:
        return self._nombres[commune, theme]

    def montant(
        self, code: str, commune: int | None = None, theme: int | None = None
    ) -> Decimal | None:
        """None where amounts are unknown and none is known."""
        case = (commune, theme, code)
        if case in self._connus:
            return self._connus[case]
        return None if case in self._inconnus else Decimal(0)
