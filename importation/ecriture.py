"""Actions and their money written in bulk, with their history; used to apply and to undo.

Every function is called inside a transaction that its caller opened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from actions.cloture import ExerciceClosError
from actions.models import Action, Exercice
from financement.models import Subvention
from importation.fiches import CHAMPS, COLONNES, MONTANTS, CleLigne, FicheAction, Montants
from importation.referentiel import NouvelOrganisme
from suivi.masse import LOT, EcritureSuivie, lots
from territoires.models import Organisme


def verrouiller(exercice_pk: int) -> Exercice:
    """The budget year and its actions, kept from everybody else; raises ExerciceClosError."""
    exercice = Exercice.objects.select_for_update().get(pk=exercice_pk)
    if exercice.clos:
        raise ExerciceClosError(exercice.annee)
    # Who edits one of these actions meanwhile waits, or makes us see another version.
    actions = Action.objects.filter(exercice=exercice).order_by("pk")
    list(actions.select_for_update(of=("self",)).values_list("pk"))
    return exercice


def versions(pks: Sequence[int]) -> dict[int, int]:
    """The versions of those of these actions that are still there."""
    lues: dict[int, int] = {}
    for lot in lots(pks):
        lues.update(Action.objects.filter(pk__in=lot).values_list("pk", "version"))
    return lues


@dataclass(frozen=True)
class Ecriture:
    """All in one budget year, with the history of who writes, when and why."""

    exercice: Exercice
    suivie: EcritureSuivie

    def creer_organismes(self, nouveaux: Sequence[NouvelOrganisme]) -> dict[int, int]:
        """Create them; gives the id of each, by the identity of what announced it."""
        pks = self.suivie.creer(
            [Organisme(nom=nouveau.nom, siret=nouveau.siret) for nouveau in nouveaux]
        )
        return {id(nouveau): pk for nouveau, pk in zip(nouveaux, pks, strict=True)}

    def creer_actions(self, fiches: Sequence[FicheAction]) -> list[int]:
        """Create actions with their axes and money; gives their ids, in the same order."""
        pks = self.suivie.creer(
            [self._action(fiche, Action(provenance=Action.Provenance.IMPORT)) for fiche in fiches]
        )
        couples = list(zip(pks, fiches, strict=True))
        self._lier_axes((pk, fiche.axes) for pk, fiche in couples)
        self.suivie.garder_liens(Action, "axes", pks)
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
        self.suivie.modifier(touchees, [*CHAMPS, "modifiee_le"])
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
        self.suivie.garder_liens(Action, "axes", pks)
        self._modifier_subventions(changements)

    def supprimer_actions(self, pks: Sequence[int]) -> None:
        """Delete actions with their axes and money, leaving their history."""
        for lot in lots(pks):
            subventions = Subvention.objects.filter(action__in=lot)
            self.suivie.supprimer(Subvention, list(subventions.values_list("pk", flat=True)))
            Action.axes.through._default_manager.filter(action_id__in=lot).delete()
            # What else may name them has been checked by the caller.
            self.suivie.supprimer(Action, lot)

    def _action(self, fiche: FicheAction, action: Action) -> Action:
        action.exercice = self.exercice
        for champ, colonne in zip(CHAMPS, COLONNES, strict=True):
            setattr(action, colonne, getattr(fiche, champ))
        return action

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
        champs = ("action_id", "financeur_id", "nature", "credit", *MONTANTS)
        self.suivie.inserer(Subvention, champs, lignes)

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
                for champ, montant in zip(MONTANTS, montants, strict=True):
                    setattr(subvention, champ, montant)
                modifiees.append(subvention)
        self.suivie.modifier(modifiees, MONTANTS)
        self.suivie.supprimer(Subvention, retirees)
        self._creer_subventions(nouvelles)
