"""Actions that look like one another: typed twice, or imported and typed."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from actions.models import Action
from actions.questions import ActionQuerySet
from listes.recherche import sans_accents

RESSEMBLANCE = 0.8
_MOTS_VIDES = frozenset(
    ("a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un")
)


def se_ressemblent(un: str, autre: str) -> bool:
    """Whether two titles are nearly the same, whatever accents, case, small words and order."""
    mots_un, mots_autre = _mots(un), _mots(autre)
    if mots_un == mots_autre:
        return True
    un, autre = " ".join(mots_un), " ".join(mots_autre)
    return SequenceMatcher(None, un, autre, autojunk=False).ratio() >= RESSEMBLANCE


def _mots(intitule: str) -> list[str]:
    lettres = "".join(c if c.isalnum() else " " for c in sans_accents(intitule))
    return sorted(mot for mot in lettres.split() if mot not in _MOTS_VIDES)


def doublons_probables(action: Action, parmi: ActionQuerySet) -> list[Action]:
    """Other actions of the same exercice and porteur whose title is nearly this one's."""
    if action.porteur_id is None or action.exercice_id is None:
        return []
    voisines: Iterable[Action] = (
        parmi.filter(exercice=action.exercice_id, porteur=action.porteur_id)
        .exclude(pk=action.pk)
        .select_related("commune", "exercice")
    )
    return [autre for autre in voisines if se_ressemblent(action.intitule, autre.intitule)]
