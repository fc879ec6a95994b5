"""History of what is written in bulk, which sends no signal: the same rows as one by one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model

from actions.models import Action
from comptes.models import Utilisateur

LOT = 500


def tracer(
    modele: type[Model],
    objets: Iterable[Model],
    genre: str,
    motif: str,
    utilisateur: Utilisateur | None,
    moment: datetime,
) -> list[Any]:
    """Write the history of these objects; ``genre`` is ``+``, ``~`` or ``-``."""
    historique: Any = modele.historique.model  # type: ignore[attr-defined]  # by simple-history
    champs = [champ.attname for champ in historique.tracked_fields]
    lignes = [
        historique(
            history_date=moment,
            history_user=utilisateur,
            history_type=genre,
            history_change_reason=motif[:100],
            **{champ: getattr(objet, champ) for champ in champs},
        )
        for objet in objets
    ]
    return list(historique.objects.bulk_create(lignes, batch_size=LOT))


def tracer_axes(lignes: Sequence[Any]) -> None:
    """The axes that each of these lines of the actions' history serves, as they now are."""
    liens: Any = Action.historique.model._meta.get_field("historicalaction_axes").related_model
    for debut in range(0, len(lignes), LOT):
        par_action = {ligne.id: ligne.history_id for ligne in lignes[debut : debut + LOT]}
        actuels = Action.axes.through._default_manager.filter(action_id__in=list(par_action))
        liens.objects.bulk_create(
            [
                liens(id=pk, history_id=par_action[action], action_id=action, axetransversal_id=axe)
                for pk, action, axe in actuels.order_by("pk").values_list(
                    "pk", "action_id", "axetransversal_id"
                )
            ],
            batch_size=LOT,
        )
