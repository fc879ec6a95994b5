"""Which recorded action a row names: by its reference, else by porteur, title and commune."""

from typing import Any

from importation.fiches import Fiche, NouvelOrganisme
from importation.lignes import LigneVerifiee
from importation.referentiel import cle_organisme

Identite = tuple[Any, ...]


def identite(champs: dict[str, Any]) -> Identite:
    """What makes two rows of the file the same new action."""
    if "reference" in champs:
        return ("reference", champs["reference"])
    porteur = champs.get("porteur")
    porteur = id(porteur) if isinstance(porteur, NouvelOrganisme) else porteur
    return (porteur, cle_organisme(champs["intitule"]), champs.get("commune", ""))


class ActionsConnues:
    """The actions of the budget year, to be found by what a row says of them."""

    def __init__(self, fiches: dict[int, Fiche]) -> None:
        self.fiches = fiches
        self._par_reference = {f.reference: pk for pk, f in fiches.items() if f.reference}
        self._par_intitule: dict[str, list[int]] = {}
        for pk, fiche in fiches.items():
            self._par_intitule.setdefault(cle_organisme(fiche.intitule), []).append(pk)

    def designee_par(self, ligne: LigneVerifiee) -> int | None:
        """The recorded action that a row names: by reference, else by porteur, title, commune."""
        champs = ligne.champs
        reference = champs.get("reference")
        if reference in self._par_reference:
            return self._par_reference[reference]
        if "intitule" not in champs:
            ligne.refuser(
                "intitule",
                "Aucune action n'a cette référence : pour la créer, donnez son intitulé.",
            )
            return None
        candidats = [
            pk
            for pk in self._par_intitule.get(cle_organisme(champs["intitule"]), ())
            if all(
                champ not in champs or getattr(self.fiches[pk], champ) == champs[champ]
                for champ in ("porteur", "commune")
            )
        ]
        if reference:
            sans_reference = [pk for pk in candidats if not self.fiches[pk].reference]
            if candidats and not sans_reference:
                autre = self.fiches[candidats[0]].reference
                ligne.avertir(
                    "reference",
                    "Même intitulé, porteur et commune que l'action "
                    f"{autre} : une autre action sera créée.",
                )
            candidats = sans_reference
        if len(candidats) > 1 and "porteur" not in champs:
            candidats = [pk for pk in candidats if self.fiches[pk].porteur is None] or candidats
        if len(candidats) > 1:
            ligne.refuser(
                "intitule",
                f"{len(candidats)} actions enregistrées ont cet intitulé, ce "
                "porteur et cette commune : donnez la référence de celle-ci.",
            )
        return candidats[0] if candidats else None
