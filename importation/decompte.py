"""What became of a sheet's rows and of its euros: read, kept, set aside and why."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from importation.rubriques import ETAPES
from listes.chiffres import brut, denombrer, montant

Euros = list[tuple[int, str, Decimal]]  # the amounts of a row: column, stage, €


@dataclass(slots=True)
class Part:
    """Some rows, and their € by stage: running costs and investment, every funder."""

    lignes: int = 0
    montants: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def ajouter(self, euros: Euros) -> None:
        """A row."""
        self.lignes += 1
        for _, etape, valeur in euros:
            self.montants[etape] += valeur

    def __str__(self) -> str:
        """« 12 lignes, 34 000 € accordés »."""
        dits = [
            f"{montant(self.montants[etape])} {libelle}s"
            for etape, libelle in ETAPES.items()
            if self.montants.get(etape)
        ]
        return ", ".join([denombrer(self.lignes, "ligne"), *dits])

    def en_json(self) -> dict[str, Any]:
        return {"lignes": self.lignes} | {
            etape: brut(self.montants[etape]) for etape in ETAPES if etape in self.montants
        }


@dataclass(slots=True)
class Decompte:
    """A sheet's: ``gardees`` and, by reason, ``ecartees``; ``lues`` is both together.

    ``colonnes``: heading → € that stand in none of them, for the column isn't imported.
    """

    feuille: str
    gardees: Part = field(default_factory=Part)
    ecartees: dict[str, Part] = field(default_factory=dict)
    colonnes: dict[str, Decimal] = field(default_factory=dict)

    @property
    def lues(self) -> Part:
        lues = Part()
        for part in (self.gardees, *self.ecartees.values()):
            lues.lignes += part.lignes
            for etape, valeur in part.montants.items():
                lues.montants[etape] += valeur
        return lues

    def __str__(self) -> str:
        """« Feuille « X » : 3 lignes lues, 900 € accordés ; … »."""
        dits = [f"gardé : {self.gardees}"]
        dits += [f"{motif} : {part}" for motif, part in self.ecartees.items()]
        dits += [f"colonne « {nom} » : {montant(s)}" for nom, s in self.colonnes.items()]
        return f"Feuille « {self.feuille} », lu : {self.lues}. " + " ; ".join(dits) + "."

    def ecarter(self, motif: str, euros: Euros) -> None:
        """Set a row aside."""
        self.ecartees.setdefault(motif, Part()).ajouter(euros)

    def en_json(self) -> dict[str, Any]:
        return {
            "feuille": self.feuille,
            "lues": self.lues.en_json(),
            "gardees": self.gardees.en_json(),
            "ecartees": {motif: part.en_json() for motif, part in self.ecartees.items()},
            "colonnes": {entete: brut(somme) for entete, somme in self.colonnes.items()},
        }


def montrer(decomptes: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The stages that hold euros, and of each sheet, from results of ``Decompte.en_json``: its
    parts (name, rows, € by stage, None where there is none), and its columns set aside.
    """
    etapes = [e for e in ETAPES if any(e in d["lues"] for d in decomptes)]

    def part(libelle: str, lue: dict[str, Any]) -> tuple[str, int, list[Decimal | None]]:
        montants = [Decimal(str(lue[etape])) if etape in lue else None for etape in etapes]
        return libelle, lue["lignes"], montants

    montres = []
    for decompte in decomptes:
        # PostgreSQL doesn't keep the order of an object's keys.
        ecartees, colonnes = (sorted(decompte[nom].items()) for nom in ("ecartees", "colonnes"))
        gardees = [part("gardé", decompte["gardees"])] if ecartees else []
        montres.append(
            {
                "feuille": decompte["feuille"],
                "parts": [
                    part("lu", decompte["lues"]),
                    *gardees,
                    *(part(motif, ecartee) for motif, ecartee in ecartees),
                ],
                "colonnes": [(nom, Decimal(str(somme))) for nom, somme in colonnes],
            }
        )
    return [ETAPES[etape].capitalize() for etape in etapes], montres
