"""Several actions changed at once: foreseen, then written in one transaction, then undone.

What is written goes by batches (``suivi.masse``): the same history as one by one, in a number of
queries that doesn't grow with each action.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import transaction

from actions.models import Action, ActionQuerySet, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Subvention
from listes.parmi import parmi
from suivi.declencheurs import refus_traduits
from suivi.historique import Ecart, moment_du_changement
from suivi.masse import LOT, EcritureSuivie, lots

ACTIONS_MAX: Final = 2_000
"""How many are changed at once: what one page can foresee, and one transaction hold."""

MOTIF: Final = "Modification de plusieurs actions"
MOTIF_D_ANNULATION: Final = "Annulation d'une modification de plusieurs actions"
_CHAMPS: Final = ("statut", "theme", "modifiee_le")
_AUCUN: Final = "aucun"


class TropDActionsError(Exception):
    """More are chosen than can be changed at once; nothing has been written."""


class PrevisionDepasseeError(Exception):
    """Something has changed since it was foreseen; nothing has been written."""


@dataclass(frozen=True)
class Modification:
    """What is to become of each action; what is empty stays as it is."""

    statut: str = ""
    theme: Theme | None = None
    axes_en_plus: tuple[AxeTransversal, ...] = ()
    axes_en_moins: tuple[AxeTransversal, ...] = ()


@dataclass(frozen=True)
class Etat:
    """What can be changed of an action: its status, its theme's id, its axes' ids."""

    statut: str
    theme: int
    axes: frozenset[int]

    @classmethod
    def de(cls, action: Action) -> "Etat":
        """``axes`` being read beforehand."""
        return cls(action.statut, action.theme_id, frozenset(a.pk for a in action.axes.all()))

    def apres(self, modification: Modification) -> "Etat":
        axes = self.axes | {axe.pk for axe in modification.axes_en_plus}
        return Etat(
            modification.statut or self.statut,
            self.theme if modification.theme is None else modification.theme.pk,
            axes - {axe.pk for axe in modification.axes_en_moins},
        )


@dataclass(frozen=True)
class Prevue:
    """One action, what would become of it, and that field by field, as one reads it."""

    action: Action
    apres: Etat
    ecarts: tuple[Ecart, ...]


@dataclass(frozen=True)
class Prevision:
    """What a modification would do to some actions.

    Those of a closed year are left aside (``closes``), as well as those that are so already.
    ``empreinte`` is another one as soon as any of this is.
    """

    changees: tuple[Prevue, ...]
    inchangees: int
    closes: tuple[Action, ...]
    empreinte: str


def prevoir(lignes: ActionQuerySet, modification: Modification) -> Prevision:
    """In three queries. Raises TropDActionsError."""
    lues = lignes.select_related("exercice", "theme").prefetch_related("axes")
    actions = list(lues[: ACTIONS_MAX + 1])
    if len(actions) > ACTIONS_MAX:
        raise TropDActionsError
    closes = tuple(action for action in actions if action.exercice.clos)
    ouvertes = [action for action in actions if not action.exercice.clos]
    prevues = [_prevoir(action, modification) for action in ouvertes]
    changees = tuple(prevue for prevue in prevues if prevue.ecarts)
    vu = sorted((action.pk, action.version) for action in actions)
    return Prevision(
        changees,
        len(ouvertes) - len(changees),
        closes,
        sha256(repr((vu, _en_clair(modification))).encode()).hexdigest(),
    )


def _en_clair(modification: Modification) -> tuple[Any, ...]:
    return (
        modification.statut,
        modification.theme and modification.theme.pk,
        sorted(axe.pk for axe in modification.axes_en_plus),
        sorted(axe.pk for axe in modification.axes_en_moins),
    )


def _prevoir(action: Action, modification: Modification) -> Prevue:
    avant = Etat.de(action)
    apres = avant.apres(modification)
    ecarts = []
    if apres.statut != avant.statut:
        nouveau = Action.Statut(apres.statut).label
        ecarts.append(Ecart("statut", action.get_statut_display(), nouveau))
    if modification.theme is not None and apres.theme != avant.theme:
        ecarts.append(Ecart("thème", str(action.theme), str(modification.theme)))
    if apres.axes != avant.axes:
        axes = [*action.axes.all(), *modification.axes_en_plus]
        numeros = {axe.pk: axe.numero for axe in axes}
        ecarts.append(Ecart("axes", *(_dire(numeros, lus) for lus in (avant.axes, apres.axes))))
    return Prevue(action, apres, tuple(ecarts))


def _dire(numeros: Mapping[int, int], axes: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numeros[axe] for axe in axes))) or _AUCUN


@dataclass(frozen=True)
class Faite:
    """What has been written: how many actions, at which moment; how many were left aside."""

    moment: datetime
    changees: int
    closes: int = 0
    depassees: int = 0


def appliquer(
    lignes: ActionQuerySet,
    modification: Modification,
    auteur: Utilisateur,
    empreinte: str | None = None,
) -> Faite:
    """Change these lines, those of closed years and those that are so already left as they are.

    Raises TropDActionsError; PrevisionDepasseeError where this isn't what was foreseen under that
    ``empreinte``; RefusError.
    """
    moment = moment_du_changement()
    with refus_traduits(), transaction.atomic():
        prevision = prevoir(_verrouiller(lignes), modification)
        if empreinte not in (None, prevision.empreinte):
            raise PrevisionDepasseeError
        changements = [(prevue.action, prevue.apres) for prevue in prevision.changees]
        _ecrire(changements, EcritureSuivie(auteur, moment, MOTIF))
    return Faite(moment, len(prevision.changees), len(prevision.closes))


def _verrouiller(lignes: ActionQuerySet) -> ActionQuerySet:
    """The same lines, locked: no other change may come between the reading and the writing.

    In the order of ids, as everywhere: two that change the same lines wait in line.
    """
    cles = lignes.order_by("pk").values_list("pk", flat=True)[: ACTIONS_MAX + 1]
    siennes = Action.objects.filter(pk__in=parmi(list(cles))).order_by("pk")
    list(siennes.select_for_update(of=("self",)).values_list("pk"))
    return siennes


def _ecrire(changements: Collection[tuple[Action, Etat]], suivie: EcritureSuivie) -> None:
    """Bring open actions to these states; their ``axes`` have been read."""
    cles = [action.pk for action, _ in changements]
    if not cles:
        return
    suivie.poser_les_departs(Action, cles, ["axes"])
    subventions = Subvention.objects.filter(action__in=parmi(cles)).values_list("pk", flat=True)
    suivie.poser_les_departs(Subvention, list(subventions))
    en_plus: list[tuple[int, int]] = []
    en_moins: dict[int, list[int]] = {}
    for action, etat in changements:
        avant = Etat.de(action)
        en_plus += [(action.pk, axe) for axe in sorted(etat.axes - avant.axes)]
        for axe in avant.axes - etat.axes:
            en_moins.setdefault(axe, []).append(action.pk)
        action.statut, action.theme_id = etat.statut, etat.theme
    suivie.modifier([action for action, _ in changements], _CHAMPS)
    liens: Any = Action.axes.through
    for axe, actions in en_moins.items():
        retires = liens._default_manager.filter(axetransversal_id=axe)
        retires.filter(action_id__in=parmi(actions)).delete()
    liens._default_manager.bulk_create(
        [liens(action_id=action, axetransversal_id=axe) for action, axe in en_plus], batch_size=LOT
    )
    suivie.garder_liens(Action, "axes", cles)


def faite_par(auteur: Utilisateur, moment: datetime) -> int:
    """How many actions this account changed at once at that moment; 0 where it didn't."""
    return int(_versions(auteur, moment).count())


def annuler(auteur: Utilisateur, moment: datetime) -> Faite:
    """Give back what one has changed at once at that moment, but for what has changed since, or is
    no longer in one's reach or in an open year. Raises RefusError.
    """
    with refus_traduits(), transaction.atomic():
        ecrites = dict(_versions(auteur, moment).values_list("id", "history_id"))
        lignes = Action.objects.visibles_par(auteur).filter(
            pk__in=parmi(list(ecrites)), exercice__clos=False
        )
        actions = list(_verrouiller(lignes).prefetch_related("axes"))
        avant = _etats_precedents({action.pk: ecrites[action.pk] for action in actions})
        changements = [(action, avant[action.pk]) for action in actions if action.pk in avant]
        retour = moment_du_changement()
        _ecrire(changements, EcritureSuivie(auteur, retour, MOTIF_D_ANNULATION))
    return Faite(retour, len(changements), depassees=len(ecrites) - len(changements))


def _versions(auteur: Utilisateur, moment: datetime) -> Any:
    return Action.historique.filter(
        history_user=auteur, history_date=moment, history_change_reason=MOTIF
    ).order_by()


def _etats_precedents(ecrites: Mapping[int, int]) -> dict[int, Etat]:
    """The state of each action (id) before this version of it (id), where it is still the last."""
    precedentes: dict[int, tuple[int, str, int]] = {}
    for lot in lots(list(ecrites)):
        gardees = Action.historique.filter(id__in=lot).order_by("id", "history_id")
        versions: dict[int, list[tuple[int, str, int]]] = {}
        for cle, version, statut, theme in gardees.values_list(
            "id", "history_id", "statut", "theme_id"
        ):
            versions.setdefault(cle, []).append((version, statut, theme))
        for cle, siennes in versions.items():
            if len(siennes) > 1 and siennes[-1][0] == ecrites[cle]:
                precedentes[cle] = siennes[-2]
    liens: Any = Action.historique.model.axes.model
    axes: dict[int, set[int]] = {}
    for lot in lots([version for version, _, _ in precedentes.values()]):
        lus = liens._default_manager.filter(history__in=lot)
        for version, axe in lus.values_list("history_id", "axetransversal_id"):
            axes.setdefault(version, set()).add(axe)
    return {
        cle: Etat(statut, theme, frozenset(axes.get(version, ())))
        for cle, (version, statut, theme) in precedentes.items()
    }
