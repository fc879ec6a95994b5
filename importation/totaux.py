"""Actions counted and credits granted, as the tables count them, before and after an import."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actions.models import Action
from importation.fiches import Fiche
from importation.referentiel import TRANSTERRITORIAL, Referentiel, nom_court
from listes.chiffres import brut

_ACTION = Action.Nature.ACTION.value

Groupe = tuple[int | None, int | None]  # commune's id (None: transterritorial), theme's id


@dataclass(slots=True)
class Totaux:
    """Actions, and € of running costs granted; a group without a known amount is left out."""

    ref: Referentiel
    nombres: defaultdict[Groupe, int] = field(default_factory=lambda: defaultdict(int))
    accordes: defaultdict[tuple[Groupe, int], Decimal] = field(  # by group and funder's id
        default_factory=lambda: defaultdict(Decimal)
    )

    @classmethod
    def des_fiches(cls, fiches: Iterable[Fiche], ref: Referentiel) -> "Totaux":
        totaux = cls(ref)
        for fiche in fiches:
            totaux.compter(fiche, 1)
        return totaux

    def copier(self) -> "Totaux":
        return Totaux(self.ref, self.nombres.copy(), self.accordes.copy())

    def compter(self, fiche: Fiche, fois: int) -> None:
        """Add an action's figures, or take them away."""
        groupe = (fiche.commune, fiche.theme)
        if fiche.nature == _ACTION:
            self.nombres[groupe] += fois
        for financeur, accorde in fiche.accordes():
            self.accordes[groupe, financeur] += accorde * fois

    @property
    def actions(self) -> int:
        return sum(self.nombres.values())

    @property
    def accorde(self) -> Decimal:
        return sum(self.accordes.values(), Decimal(0))

    def en_json(self) -> dict[str, Any]:
        """By names, in the order of the reference data; plain numbers."""
        ref = self.ref
        return {
            "actions": self.actions,
            "accorde": brut(self.accorde),
            "communes": self._par(0, {**ref.communes.noms, None: TRANSTERRITORIAL}),
            "themes": self._par(1, ref.themes.noms),
            "financeurs": self._par_financeur(),
        }

    def _par(self, rang: int, noms: Mapping[Any, str]) -> dict[str, dict[str, Any]]:
        """By the group's commune (``rang`` 0) or theme (1), those that have something."""
        actions: dict[int | None, int] = defaultdict(int)
        accordes: dict[int | None, Decimal] = defaultdict(Decimal)
        for groupe, nombre in self.nombres.items():
            actions[groupe[rang]] += nombre
        for (groupe, _), accorde in self.accordes.items():
            accordes[groupe[rang]] += accorde
        return {
            nom: {"actions": actions[pk], "accorde": brut(accordes[pk])}
            for pk, nom in noms.items()
            if pk in actions or pk in accordes
        }

    def _par_financeur(self) -> dict[str, dict[str, Any]]:
        accordes: dict[int, Decimal] = defaultdict(Decimal)
        for (_, financeur), accorde in self.accordes.items():
            accordes[financeur] += accorde
        return {
            nom_court(nom): {"accorde": brut(accordes[pk])}
            for pk, nom in self.ref.financeurs.noms.items()
            if pk in accordes
        }


@dataclass(frozen=True, slots=True)
class LigneDeTotal:
    """One line of the comparison; actions are None where they aren't counted (by funder)."""

    libelle: str
    actions_avant: int | None
    actions_apres: int | None
    avant: Decimal
    apres: Decimal

    @property
    def difference(self) -> Decimal:
        return self.apres - self.avant

    @property
    def change(self) -> bool:
        return bool(self.difference) or self.actions_avant != self.actions_apres


@dataclass(frozen=True, slots=True)
class TableauDeTotaux:
    titre: str
    lignes: list[LigneDeTotal]


def comparer_totaux(avant: dict[str, Any], apres: dict[str, Any]) -> list[TableauDeTotaux]:
    """Two results of ``Totaux.en_json`` side by side: all, then only the lines that change."""
    tableaux = [TableauDeTotaux("Ensemble", [_comparer("Total", avant, apres)])]
    for groupe, titre in (
        ("communes", "Par commune"),
        ("themes", "Par thème"),
        ("financeurs", "Par financeur"),
    ):
        lignes = [
            _comparer(nom, avant[groupe].get(nom, {}), apres[groupe].get(nom, {}))
            for nom in dict.fromkeys((*avant[groupe], *apres[groupe]))
        ]
        tableaux.append(TableauDeTotaux(titre, [ligne for ligne in lignes if ligne.change]))
    return tableaux


def _comparer(libelle: str, avant: dict[str, Any], apres: dict[str, Any]) -> LigneDeTotal:
    comptees = "actions" in avant or "actions" in apres
    return LigneDeTotal(
        libelle,
        avant.get("actions", 0) if comptees else None,
        apres.get("actions", 0) if comptees else None,
        Decimal(str(avant.get("accorde", 0))),
        Decimal(str(apres.get("accorde", 0))),
    )
