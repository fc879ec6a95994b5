"""What a file would do: actions created, changed or left, and the totals before and after."""

import hashlib
from dataclasses import dataclass, field

from importation.fiches import Changement, Fiche, NouvelOrganisme
from importation.totaux import Totaux


@dataclass(slots=True)
class ActionPlanifiee:
    """An action of the file: what is on record (None: nothing), and what would be."""

    feuille: str
    lignes: list[int]
    pk: int | None
    avant: Fiche | None
    apres: Fiche
    changements: list[Changement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    creees: list[ActionPlanifiee]
    modifiees: list[ActionPlanifiee]
    inchangees: int
    organismes: list[NouvelOrganisme]
    avant: Totaux
    apres: Totaux

    @property
    def empreinte(self) -> str:
        """The same for the same changes to the same data: what was previewed is what is applied."""
        somme = hashlib.sha256()
        for action in self.creees:
            somme.update(repr((action.feuille, action.lignes, action.apres.intitule)).encode())
        for action in self.modifiees:
            somme.update(repr((action.pk, *map(str, action.changements))).encode())
        for organisme in self.organismes:
            somme.update(repr((organisme.nom, organisme.siret)).encode())
        return somme.hexdigest()
