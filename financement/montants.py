"""What an amount of money is: the € that are known, of how many funding lines, how many unknown.

An amount that nobody gave is NULL on its line. A sum is 0 where there is no line, unknown where
there are lines of which none is known, and otherwise the sum of those that are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Aggregate, Count, Q, Sum

ETAPES: Final = ("demande", "accorde", "verse")


@dataclass(frozen=True, slots=True)
class Montant:
    """The € of some funding lines at one stage; ``inconnues`` of these ``lignes`` have none."""

    connu: Decimal = Decimal(0)
    lignes: int = 0
    inconnues: int = 0

    @classmethod
    def des_lignes(cls, valeurs: Iterable[Decimal | None]) -> "Montant":
        """Of lines, one value each."""
        lues = list(valeurs)
        connues = [valeur for valeur in lues if valeur is not None]
        return cls(sum(connues, Decimal(0)), len(lues), len(lues) - len(connues))

    @classmethod
    def somme(cls, parts: Iterable["Montant"]) -> "Montant":
        """Of parts that share no line."""
        lues = list(parts)
        return cls(
            sum((part.connu for part in lues), Decimal(0)),
            sum(part.lignes for part in lues),
            sum(part.inconnues for part in lues),
        )

    @property
    def valeur(self) -> Decimal | None:
        """What is shown: 0 without a line, None where no line has an amount."""
        return None if self.lignes and self.lignes == self.inconnues else self.connu


@dataclass(frozen=True, slots=True)
class Montants:
    """The € of some funding lines, stage by stage."""

    demande: Montant = Montant()
    accorde: Montant = Montant()
    verse: Montant = Montant()

    @classmethod
    def lus(cls, lignes: int, *sommes_et_connus: Any) -> "Montants":
        """What the database answers to ``agregats``, in their order.

        SQLite adds up floats, of which only the cents are meant: they are rounded here, once.
        """
        paires = zip(sommes_et_connus[::2], sommes_et_connus[1::2], strict=True)
        return cls(
            *(Montant(round(somme or Decimal(0), 2), lignes, lignes - n) for somme, n in paires)
        )

    @classmethod
    def somme(cls, parts: Iterable["Montants"]) -> "Montants":
        """Of parts that share no line."""
        lues = list(parts)
        return cls(*(Montant.somme(getattr(part, etape) for part in lues) for etape in ETAPES))

    def valeurs(self) -> dict[str, Decimal | None]:
        """What is shown of each stage, under the name of the funding lines' own field."""
        return {f"montant_{etape}": getattr(self, etape).valeur for etape in ETAPES}


def agregats(chemin: str = "", lignes: Q | None = None) -> dict[str, Aggregate]:
    """What ``Montants`` are made of, asked of funding lines or, by a path, of what they aid.

    ``lignes`` leaves the others out of the sums, not out of the groups.
    """
    demandes: dict[str, Aggregate] = {"lignes": Count(f"{chemin}nature", filter=lignes)}
    for etape in ETAPES:
        demandes[etape] = Sum(f"{chemin}montant_{etape}", filter=lignes)
        demandes[f"{etape}_connus"] = Count(f"{chemin}montant_{etape}", filter=lignes)
    return demandes
