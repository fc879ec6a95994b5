"""The actions of the budget year, to be found by what a row of the file says of one."""

from collections import defaultdict
from functools import cache
from typing import Any

from actions.forms import se_ressemblent
from importation.fiches import FicheAction
from importation.lignes import LigneVerifiee
from importation.referentiel import NouvelOrganisme, cle_organisme, mots_rares

_COMPARAISONS_MAX = 10  # with the actions that share a word

Identite = tuple[Any, ...]


def identite(champs: dict[str, Any]) -> Identite:
    """What makes two rows of the file the same new action."""
    if "reference" in champs:
        return ("reference", champs["reference"])
    porteur = champs.get("porteur")
    porteur = id(porteur) if isinstance(porteur, NouvelOrganisme) else porteur
    return (porteur, cle_organisme(champs["intitule"]), champs.get("commune", ""))


class ActionsConnues:
    """Found by reference, else by porteur, title and commune; or by a nearly equal title."""

    def __init__(self, fiches: dict[int, FicheAction]) -> None:
        self.fiches = fiches
        self._par_reference = {f.reference: pk for pk, f in fiches.items() if f.reference}
        self._par_intitule: dict[str, list[int]] = {}
        for pk, fiche in fiches.items():
            self._par_intitule.setdefault(cle_organisme(fiche.intitule), []).append(pk)
        self._par_porteur: defaultdict[object, list[FicheAction]] = defaultdict(list)
        for fiche in fiches.values():
            if fiche.porteur is not None:
                self._par_porteur[fiche.porteur].append(fiche)
        self._par_mot = cache(self._ranger_par_mot)

    def a_la_reference(self, champs: dict[str, Any]) -> bool:
        """Whether one of them has the reference of these fields."""
        return champs.get("reference") in self._par_reference

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

    def ressemblant_a(self, nouvelle: FicheAction) -> FicheAction | None:
        """The same porteur's action, in the same commune, whose title is nearly this one's."""
        if nouvelle.porteur not in self._par_porteur:
            return None
        par_mot = self._par_mot(nouvelle.porteur)
        for mot in mots_rares(cle_organisme(nouvelle.intitule)):
            for fiche in par_mot.get(mot, [])[:_COMPARAISONS_MAX]:
                if fiche.commune == nouvelle.commune and se_ressemblent(
                    fiche.intitule, nouvelle.intitule
                ):
                    return fiche
        return None

    def _ranger_par_mot(self, porteur: object) -> dict[str, list[FicheAction]]:
        par_mot: defaultdict[str, list[FicheAction]] = defaultdict(list)
        for fiche in self._par_porteur[porteur]:
            for mot in mots_rares(cle_organisme(fiche.intitule)):
                par_mot[mot].append(fiche)
        return par_mot
