"""Actions of the budget year that one of the file, new, looks like: said, as on entry."""

from collections import defaultdict
from functools import cache

from actions.forms import se_ressemblent
from importation.fiches import FicheAction
from importation.referentiel import cle_organisme, mots_rares

_COMPARAISONS_MAX = 10  # with the actions that share a word


class Semblables:
    """The recorded actions, to be found by a title that is nearly theirs."""

    def __init__(self, fiches: dict[int, FicheAction]) -> None:
        self._par_porteur: defaultdict[object, list[FicheAction]] = defaultdict(list)
        for fiche in fiches.values():
            if fiche.porteur is not None:
                self._par_porteur[fiche.porteur].append(fiche)
        self._par_mot = cache(self._ranger_par_mot)

    def de(self, nouvelle: FicheAction) -> FicheAction | None:
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
