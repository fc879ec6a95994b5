"""Actions and their money written in bulk, with their history; used to apply and to undo.

Every function is called inside a transaction that its caller opened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from actions.models import Action, Exercice
from financement.models import Subvention
from importation.fiches import CHAMPS, CleLigne, FicheAction, Montants
from importation.insertion import LOT, inserer, lots
from importation.referentiel import NouvelOrganisme
from importation.rubriques import ETAPES
from importation.traces import Trace
from territoires.models import Organisme

_CLES = frozenset({"theme", "commune", "quartier", "porteur"})
_COLONNES = [f"{champ}_id" if champ in _CLES else champ for champ in CHAMPS]
_MONTANTS = [f"montant_{etape}" for etape in ETAPES]


@dataclass(frozen=True)
class Ecriture:
    """All in one budget year, with the history of who writes, when and why."""

    exercice: Exercice
    trace: Trace

    def creer_organismes(self, nouveaux: Sequence[NouvelOrganisme]) -> dict[int, int]:
        """Create them; gives the id of each, by the identity of what announced it."""
        organismes = Organisme.objects.bulk_create(
            [Organisme(nom=nouveau.nom, siret=nouveau.siret) for nouveau in nouveaux],
            batch_size=LOT,
        )
        self.trace.garder(Organisme, [organisme.pk for organisme in organismes], "+")
        return {
            id(nouveau): organisme.pk
            for nouveau, organisme in zip(nouveaux, organismes, strict=True)
        }

    def creer_actions(self, fiches: Sequence[FicheAction]) -> list[int]:
        """Create actions with their axes and money; gives their ids, in the same order."""
        actions = Action.objects.bulk_create(
            [self._action(fiche, Action(provenance=Action.Provenance.IMPORT)) for fiche in fiches],
            batch_size=LOT,
        )
        pks = [action.pk for action in actions]
        couples = list(zip(pks, fiches, strict=True))
        self._lier_axes((pk, fiche.axes) for pk, fiche in couples)
        self._tracer_actions(pks, "+")
        self._creer_subventions(
            [
                (pk, *ligne, *montants)
                for pk, fiche in couples
                for ligne, montants in fiche.subventions.items()
            ]
        )
        return pks

    def modifier_actions(self, changements: Sequence[tuple[int, FicheAction, FicheAction]]) -> None:
        """Bring actions from one state to another: (id, before, after)."""
        par_pk = {pk: apres for pk, _, apres in changements}
        pks = list(par_pk)
        touchees = [
            self._action(par_pk[action.pk], action)
            for lot in lots(pks)
            for action in Action.objects.filter(pk__in=lot)
        ]
        Action.objects.bulk_create(
            touchees,
            batch_size=LOT,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*CHAMPS, "modifiee_le"],
        )
        axes = [(pk, avant.axes, apres.axes) for pk, avant, apres in changements]
        for lot in lots([pk for pk, avant, apres in axes if avant - apres]):
            liens = Action.axes.through._default_manager.filter(action_id__in=lot)
            a_retirer = {(pk, axe) for pk, avant, apres in axes for axe in avant - apres}
            liens.filter(
                pk__in=[
                    lien_pk
                    for lien_pk, pk, axe in liens.values_list(
                        "pk", "action_id", "axetransversal_id"
                    )
                    if (pk, axe) in a_retirer
                ]
            ).delete()
        self._lier_axes((pk, apres - avant) for pk, avant, apres in axes)
        self._tracer_actions(pks, "~")
        self._modifier_subventions(changements)

    def supprimer_actions(self, pks: Sequence[int]) -> None:
        """Delete actions with their axes and money, leaving their history."""
        for lot in lots(pks):
            subventions = Subvention.objects.filter(action__in=lot)
            self._supprimer_subventions(list(subventions.values_list("pk", flat=True)))
            self.trace.garder(Action, lot, "-")
            Action.axes.through._default_manager.filter(action_id__in=lot).delete()
            # Its history is written above, and what else may name it has been checked by the
            # caller: deleting without signals spares one query an action.
            selection = Action.objects.filter(pk__in=lot)
            selection._raw_delete(selection.db)

    def supprimer_organismes(self, pks: Sequence[int]) -> None:
        self.trace.garder(Organisme, pks, "-")
        for lot in lots(pks):
            selection = Organisme.objects.filter(pk__in=lot)
            selection._raw_delete(selection.db)

    def _action(self, fiche: FicheAction, action: Action) -> Action:
        action.exercice = self.exercice
        for champ, colonne in zip(CHAMPS, _COLONNES, strict=True):
            setattr(action, colonne, getattr(fiche, champ))
        return action

    def _tracer_actions(self, pks: Sequence[int], genre: str) -> None:
        self.trace.garder(Action, pks, genre)
        self.trace.garder_axes(pks)

    @staticmethod
    def _lier_axes(liens: Iterable[tuple[int, frozenset[int]]]) -> None:
        modele: Any = Action.axes.through
        modele._default_manager.bulk_create(
            [
                modele(action_id=pk, axetransversal_id=axe)
                for pk, axes in liens
                for axe in sorted(axes)
            ],
            batch_size=LOT,
        )

    # --- Money ---------------------------------------------------------------------------------

    def _creer_subventions(self, lignes: Sequence[tuple[Any, ...]]) -> None:
        champs = ("action_id", "financeur_id", "nature", "credit", *_MONTANTS)
        self.trace.garder(Subvention, inserer(Subvention, champs, lignes), "+")

    def _modifier_subventions(
        self, changements: Sequence[tuple[int, FicheAction, FicheAction]]
    ) -> None:
        nouvelles: list[tuple[Any, ...]] = []
        voulues: dict[tuple[int, CleLigne], Montants | None] = {}  # None: no line any more
        for pk, avant, apres in changements:
            for ligne in {**avant.subventions, **apres.subventions}:
                montants = apres.subventions.get(ligne)
                if ligne not in avant.subventions and montants is not None:
                    nouvelles.append((pk, *ligne, *montants))
                elif avant.subventions.get(ligne) != montants:
                    voulues[pk, ligne] = montants
        modifiees: list[Subvention] = []
        retirees: list[int] = []
        for lot in lots(list(dict.fromkeys(pk for pk, _ in voulues))):
            for subvention in Subvention.objects.filter(action__in=lot):
                ligne = (subvention.financeur_id, subvention.nature, subvention.credit)
                if (subvention.action_id, ligne) not in voulues:
                    continue
                montants = voulues[subvention.action_id, ligne]
                if montants is None:
                    retirees.append(subvention.pk)
                    continue
                for champ, montant in zip(_MONTANTS, montants, strict=True):
                    setattr(subvention, champ, montant)
                modifiees.append(subvention)
        Subvention.objects.bulk_create(
            modifiees,
            batch_size=LOT,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=_MONTANTS,
        )
        self.trace.garder(Subvention, [modifiee.pk for modifiee in modifiees], "~")
        self._supprimer_subventions(retirees)
        self._creer_subventions(nouvelles)

    def _supprimer_subventions(self, pks: Sequence[int]) -> None:
        self.trace.garder(Subvention, pks, "-")
        for lot in lots(pks):
            selection = Subvention.objects.filter(pk__in=lot)
            selection._raw_delete(selection.db)
