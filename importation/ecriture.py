"""Actions and their money written in bulk, with their history; used to apply and to undo.

Every function is called inside a transaction that its caller opened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from financement.models import Subvention
from importation.fiches import CHAMPS, CleLigne, Fiche, Montants, NouvelOrganisme
from importation.rubriques import ETAPES
from importation.traces import LOT, tracer, tracer_axes
from territoires.models import Organisme

_CLES = frozenset({"theme", "commune", "quartier", "porteur"})
_COLONNES = [f"{champ}_id" if champ in _CLES else champ for champ in CHAMPS]
_MONTANTS = [f"montant_{etape}" for etape in ETAPES]


@dataclass(frozen=True)
class Ecriture:
    """Who writes, when and why, for the history; all in one budget year."""

    exercice: Exercice
    utilisateur: Utilisateur | None
    moment: datetime
    motif: str

    def creer_organismes(self, nouveaux: Sequence[NouvelOrganisme]) -> dict[int, int]:
        """Create them; gives the id of each, by the identity of what announced it."""
        organismes = Organisme.objects.bulk_create(
            [Organisme(nom=nouveau.nom, siret=nouveau.siret) for nouveau in nouveaux],
            batch_size=LOT,
        )
        self._tracer(Organisme, organismes, "+")
        return {
            id(nouveau): organisme.pk
            for nouveau, organisme in zip(nouveaux, organismes, strict=True)
        }

    def creer_actions(self, fiches: Sequence[Fiche]) -> list[int]:
        """Create actions with their axes and money; gives their ids, in the same order."""
        actions = Action.objects.bulk_create(
            [self._action(fiche, Action(provenance=Action.Provenance.IMPORT)) for fiche in fiches],
            batch_size=LOT,
        )
        pks = [action.pk for action in actions]
        couples = list(zip(pks, fiches, strict=True))
        self._lier_axes((pk, fiche.axes) for pk, fiche in couples)
        self._tracer_actions(actions, "+")
        self._creer_subventions(
            (pk, ligne, montants)
            for pk, fiche in couples
            for ligne, montants in fiche.subventions.items()
        )
        return pks

    def modifier_actions(self, changements: Sequence[tuple[int, Fiche, Fiche]]) -> None:
        """Bring actions from one state to another: (id, before, after)."""
        par_pk = {pk: (avant, apres) for pk, avant, apres in changements}
        touchees = [
            self._action(par_pk[action.pk][1], action)
            for lot in _lots(list(par_pk))
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
        for lot in _lots([pk for pk, avant, apres in axes if avant - apres]):
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
        self._tracer_actions(touchees, "~")
        self._modifier_subventions(changements)

    def supprimer_actions(self, pks: Sequence[int]) -> None:
        """Delete actions with their axes and money, leaving their history."""
        for lot in _lots(pks):
            self._supprimer_subventions(list(Subvention.objects.filter(action__in=lot)))
            actions = list(Action.objects.filter(pk__in=lot))
            self._tracer(Action, actions, "-")
            Action.axes.through._default_manager.filter(action_id__in=lot).delete()
            # Its history is written above, and what else may name it has been checked by the
            # caller: deleting without signals spares one query an action.
            selection = Action.objects.filter(pk__in=lot)
            selection._raw_delete(selection.db)

    def supprimer_organismes(self, organismes: Sequence[Organisme]) -> None:
        self._tracer(Organisme, organismes, "-")
        selection = Organisme.objects.filter(pk__in=[organisme.pk for organisme in organismes])
        selection._raw_delete(selection.db)

    def _action(self, fiche: Fiche, action: Action) -> Action:
        action.exercice = self.exercice
        for champ, colonne in zip(CHAMPS, _COLONNES, strict=True):
            setattr(action, colonne, getattr(fiche, champ))
        return action

    def _tracer(self, modele: Any, objets: Iterable[Any], genre: str) -> list[Any]:
        return tracer(modele, objets, genre, self.motif, self.utilisateur, self.moment)

    def _tracer_actions(self, actions: Sequence[Action], genre: str) -> None:
        tracer_axes(self._tracer(Action, actions, genre))

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

    def _creer_subventions(self, lignes: Iterable[tuple[int, CleLigne, Montants]]) -> None:
        creees = Subvention.objects.bulk_create(
            [_subvention(pk, ligne, montants) for pk, ligne, montants in lignes], batch_size=LOT
        )
        self._tracer(Subvention, creees, "+")

    def _modifier_subventions(self, changements: Sequence[tuple[int, Fiche, Fiche]]) -> None:
        nouvelles: list[tuple[int, CleLigne, Montants]] = []
        voulues: dict[tuple[int, CleLigne], Montants | None] = {}  # None: no line any more
        for pk, avant, apres in changements:
            for ligne in {**avant.subventions, **apres.subventions}:
                montants = apres.subventions.get(ligne)
                if ligne not in avant.subventions and montants is not None:
                    nouvelles.append((pk, ligne, montants))
                elif avant.subventions.get(ligne) != montants:
                    voulues[pk, ligne] = montants
        modifiees, retirees = [], []
        for lot in _lots(list(dict.fromkeys(pk for pk, _ in voulues))):
            for subvention in Subvention.objects.filter(action__in=lot):
                ligne = (subvention.financeur_id, subvention.nature, subvention.credit)
                if (subvention.action_id, ligne) not in voulues:
                    continue
                montants = voulues[subvention.action_id, ligne]
                if montants is None:
                    retirees.append(subvention)
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
        self._tracer(Subvention, modifiees, "~")
        self._supprimer_subventions(retirees)
        self._creer_subventions(nouvelles)

    def _supprimer_subventions(self, subventions: Sequence[Subvention]) -> None:
        self._tracer(Subvention, subventions, "-")
        for lot in _lots([subvention.pk for subvention in subventions]):
            selection = Subvention.objects.filter(pk__in=lot)
            selection._raw_delete(selection.db)


def _subvention(action: int, ligne: CleLigne, montants: Montants) -> Subvention:
    financeur, nature, credit = ligne
    return Subvention(
        action_id=action,
        financeur_id=financeur,
        nature=nature,
        credit=credit,
        **dict(zip(_MONTANTS, montants, strict=True)),
    )


def _lots(pks: Sequence[int]) -> Iterable[Sequence[int]]:
    return (pks[debut : debut + LOT] for debut in range(0, len(pks), LOT))
