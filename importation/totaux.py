"""Actions counted and credits granted, as the tables count them, before and after an import."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actions.models import Action
from importation.fiches import Fiche
from importation.referentiel import TRANSTERRITORIAL, Referentiel, nom_court
from listes.chiffres import brut


def _montants() -> defaultdict[int | None, Decimal]:
    return defaultdict(Decimal)


@dataclass(slots=True)
class Totaux:
    """Running costs granted, in €; a group without a known amount is left out."""

    ref: Referentiel
    actions: int = 0
    accorde: Decimal = Decimal(0)
    actions_par_commune: Counter[int | None] = field(default_factory=Counter)
    actions_par_theme: Counter[int | None] = field(default_factory=Counter)
    par_commune: defaultdict[int | None, Decimal] = field(default_factory=_montants)
    par_theme: defaultdict[int | None, Decimal] = field(default_factory=_montants)
    par_financeur: defaultdict[int | None, Decimal] = field(default_factory=_montants)

    @classmethod
    def des_fiches(cls, fiches: Iterable[Fiche], ref: Referentiel) -> "Totaux":
        totaux = cls(ref)
        for fiche in fiches:
            totaux.compter(fiche, 1)
        return totaux

    def copier(self) -> "Totaux":
        ref, self.ref = self.ref, Referentiel(0)
        copie = deepcopy(self)
        self.ref = copie.ref = ref
        return copie

    def compter(self, fiche: Fiche, fois: int) -> None:
        """Add an action's figures, or take them away."""
        if fiche.nature == Action.Nature.ACTION:
            self.actions += fois
            self.actions_par_commune[fiche.commune] += fois
            self.actions_par_theme[fiche.theme] += fois
        for financeur, accorde in fiche.accordes():
            valeur = accorde * fois
            self.accorde += valeur
            self.par_commune[fiche.commune] += valeur
            self.par_theme[fiche.theme] += valeur
            self.par_financeur[financeur] += valeur

    def en_json(self) -> dict[str, Any]:
        """By names, in the order of the reference data; plain numbers."""
        ref = self.ref
        communes: list[tuple[int | None, str]] = [*ref.communes.noms.items()]
        communes.append((None, TRANSTERRITORIAL))
        financeurs = {pk: nom_court(nom) for pk, nom in ref.financeurs.noms.items()}
        return {
            "actions": self.actions,
            "accorde": brut(self.accorde),
            "communes": {
                nom: {
                    "actions": self.actions_par_commune[pk],
                    "accorde": brut(self.par_commune[pk]),
                }
                for pk, nom in communes
                if pk in self.actions_par_commune or pk in self.par_commune
            },
            "themes": {
                nom: {"actions": self.actions_par_theme[pk], "accorde": brut(self.par_theme[pk])}
                for pk, nom in ref.themes.noms.items()
                if pk in self.actions_par_theme or pk in self.par_theme
            },
            "financeurs": {
                nom: {"accorde": brut(self.par_financeur[pk])}
                for pk, nom in financeurs.items()
                if pk in self.par_financeur
            },
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
