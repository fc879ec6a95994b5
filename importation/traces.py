"""History of what is written in bulk, which sends no signal: the same rows as one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, OuterRef, Subquery, Value

from actions.models import Action
from comptes.models import Utilisateur
from importation.insertion import copier, lots


@dataclass(frozen=True)
class Trace:
    """Who writes, when and why. The database copies its own rows, as they are when it is asked."""

    utilisateur: Utilisateur | None
    moment: datetime
    motif: str

    def garder(self, modele: type[Model], pks: Sequence[int], genre: str) -> None:
        """Write the history of these objects; ``genre`` is ``+``, ``~`` or, beforehand, ``-``."""
        historique: Any = modele.historique.model  # type: ignore[attr-defined]  # simple-history's
        suivis = {champ.attname: champ.attname for champ in historique.tracked_fields}
        ajoutes = {
            champ: Value(valeur, historique._meta.get_field(champ))
            for champ, valeur in {
                "history_date": self.moment,
                "history_user": self.utilisateur and self.utilisateur.pk,
                "history_type": genre,
                "history_change_reason": self.motif[:100],
            }.items()
        }
        for lot in lots(pks):
            objets = modele._base_manager.filter(pk__in=lot).order_by("pk")
            copier(objets, historique, suivis | ajoutes)

    def garder_axes(self, pks: Sequence[int]) -> None:
        """The axes of these actions, as they now are, tied to the last line of their history."""
        liens: Any = Action.historique.model._meta.get_field("historicalaction_axes").related_model
        derniere = Action.historique.filter(id=OuterRef("action_id")).order_by("-history_id")
        for lot in lots(pks):
            actuels = Action.axes.through._base_manager.filter(action__in=lot).order_by("pk")
            copier(
                actuels,
                liens,
                {champ: champ for champ in ("id", "action_id", "axetransversal_id")}
                | {"history_id": Subquery(derniere.values("history_id")[:1])},
            )
