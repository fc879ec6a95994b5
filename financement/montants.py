"""What an amount of money is: the € that are known, of how many funding lines, how many unknown.

An amount that nobody gave is NULL on its line. A sum is 0 where there is no line, unknown where
there are lines of which none is known, and otherwise the sum of those that are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.db.models import Aggregate, Count, Q, Sum

ETAPES: Final = ("demande", "accorde", "verse")


class Nature(models.TextChoices):
    FONCTIONNEMENT = "FONCTIONNEMENT", "Fonctionnement"
    INVESTISSEMENT = "INVESTISSEMENT", "Investissement"


@dataclass(frozen=True, slots=True)
class Montant:
    """The € of some funding lines at one stage; ``inconnues`` of these ``lignes`` have none.

    ``autres`` more lines were left out, being of funders that nobody asked for.
    """

    connu: Decimal = Decimal(0)
    lignes: int = 0
    inconnues: int = 0
    autres: int = field(default=0, compare=False)

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
            sum(part.autres for part in lues),
        )

    @property
    def valeur(self) -> Decimal | None:
        """What is shown: 0 without a line, None where no line has an amount."""
        return None if self.lignes and self.lignes == self.inconnues else self.connu


@dataclass(frozen=True, slots=True)
class Montants:
    """The running costs of some funding lines, stage by stage, and the investment granted: these
    two never add up.
    """

    demande: Montant = Montant()
    accorde: Montant = Montant()
    verse: Montant = Montant()
    investissement: Montant = Montant()

    @classmethod
    def lus(cls, *lues: Any) -> "Montants":
        """What the database answers to ``agregats``, in their order."""
        montants = []
        lignes: dict[str, tuple[int, int]] = {}
        reste = iter(lues)
        avec_toutes = len(lues) > 2 * len(_SOMMES) + len(Nature)
        for nature in Nature:
            siennes = next(reste)
            lignes[nature] = siennes, next(reste) - siennes if avec_toutes else 0
        for nature, _ in _SOMMES.values():
            somme, connues = next(reste), next(reste)
            siennes, autres = lignes[nature]
            montants.append(Montant(somme or Decimal(0), siennes, siennes - connues, autres))
        return cls(*montants)

    @classmethod
    def somme(cls, parts: Iterable["Montants"]) -> "Montants":
        """Of parts that share no line."""
        lues = list(parts)
        return cls(*(Montant.somme(getattr(part, nom) for part in lues) for nom in _SOMMES))

    @property
    def accorde_en_tout(self) -> Montant:
        """What is granted by lines of every nature: to know whether something is, not to add up."""
        return Montant.somme([self.accorde, self.investissement])

    def par_champ(self) -> Iterator[tuple[str, Montant]]:
        """Each under the name of its column: that of the funding lines' own field, for the running
        costs.
        """
        for nom, (nature, champ) in _SOMMES.items():
            yield (champ if nature == Nature.FONCTIONNEMENT else nom), getattr(self, nom)


class SommeExacte(Sum):
    """A sum of €, to the cent. SQLite adds up floats, of which only the cents are meant: 0,10 and
    0,20 would be more than 0,30.
    """

    def as_sqlite(self, compiler: Any, connection: Any, **contexte: Any) -> Any:
        ordre, parametres = self.as_sql(compiler, connection, **contexte)
        return f"CAST(ROUND({ordre}, 2) AS NUMERIC)", parametres


_SOMMES: Final = {
    **{etape: (Nature.FONCTIONNEMENT, f"montant_{etape}") for etape in ETAPES},
    "investissement": (Nature.INVESTISSEMENT, "montant_accorde"),
}
"""Each field of ``Montants``: the nature of its lines, and which of their amounts."""


def agregats(chemin: str = "", choisies: Q | None = None) -> dict[str, Aggregate]:
    """What ``Montants`` are made of, asked of funding lines or, by a path, of what they aid.

    ``choisies`` leaves the other lines out of the sums, not out of the groups; how many there are
    with them is then asked too.
    """
    demandes: dict[str, Aggregate] = {}
    retenues = Q() if choisies is None else choisies
    for nature in Nature:
        siennes = Q(**{f"{chemin}nature": nature})
        demandes[f"lignes_{nature}"] = Count(f"{chemin}nature", filter=siennes & retenues)
        if choisies is not None:
            demandes[f"toutes_{nature}"] = Count(f"{chemin}nature", filter=siennes)
    for nom, (nature, champ) in _SOMMES.items():
        siennes = Q(**{f"{chemin}nature": nature}) & retenues
        demandes[nom] = SommeExacte(f"{chemin}{champ}", filter=siennes)
        demandes[f"{nom}_connus"] = Count(f"{chemin}{champ}", filter=siennes)
    return demandes
