"""What isn't there any more: who deleted it and when, told to whoever could read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404
from django.utils import timezone

from suivi.models import FichierGarde, Suppression
from suivi.versions import Versionne


@dataclass(frozen=True)
class Disparition:
    """A deletion; ``suppression`` is its place in the corbeille, as long as it has one."""

    modele: type[Versionne]
    nom: str
    quand: datetime
    qui: str
    motif: str
    suppression: Suppression | None

    @property
    def phrase(self) -> str:
        """« Cette action, « Ateliers », a été supprimée le 12/03/2026 à 10:12 par nadia. »"""
        options, feminin = self.modele._meta, self.modele.feminin
        ce = "Cette" if feminin else "Cet" if _elide(str(options.verbose_name)) else "Ce"
        nom = f", «\u00a0{self.nom}\u00a0»," if self.nom else ""
        quand = f"{timezone.localtime(self.quand):%d/%m/%Y à %H:%M}"
        par = f" par {self.qui}" if self.qui else ""
        motif = f" ({self.motif})" if self.motif else ""
        e = "e" if feminin else ""
        return f"{ce} {options.verbose_name}{nom} a été supprimé{e} le {quand}{par}{motif}."


def _elide(mot: str) -> bool:
    return mot[:1] in "aeiouyéèh"


class DisparuError(Http404):
    """What was asked for has been deleted: the site's page for it says so (410)."""

    def __init__(self, disparition: Disparition, consequence: str = "") -> None:
        super().__init__(f"{disparition.phrase} {consequence}".strip())
        self.disparition = disparition


def disparition(
    communes: frozenset[int], modele: type[Versionne], **cle: Any
) -> Disparition | None:
    """The deletion of what this key named; None where there was none that one may know of: whoever
    is limited to these communes knows of what was there last in one of them.
    """
    if any(isinstance(valeur, str) and "\0" in valeur for valeur in cle.values()):
        return None  # no text has one, and PostgreSQL refuses to look for it
    suivi: Any = modele.historique  # type: ignore[attr-defined]  # simple-history's
    gardee = (
        suivi.filter(**cle, history_type="-")
        .select_related("history_user")
        .order_by("-history_id")
        .first()
    )
    if gardee is None:
        return None
    if communes and modele.par_commune and getattr(gardee, modele.par_commune) not in communes:
        return None
    suppression = (
        Suppression.objects.restaurables()
        .filter(modele=modele._meta.label_lower, cle=gardee.id)
        .first()
    )
    return Disparition(
        modele,
        _nom(gardee) if suppression is None else suppression.nom,
        gardee.history_date,
        str(gardee.history_user or ""),
        gardee.history_change_reason or "",
        suppression,
    )


def _nom(gardee: Any) -> str:
    try:
        return str(gardee.instance)
    except ObjectDoesNotExist:  # it is named after something that has gone too
        return ""


def absent(
    communes: frozenset[int], modele: type[Versionne], sinon: Http404, **cle: Any
) -> Http404:
    """What to raise where this key names nothing: that it was deleted, or else ``sinon``."""
    trouvee = disparition(communes, modele, **cle)
    return sinon if trouvee is None else DisparuError(trouvee)


def document_absent(
    communes: frozenset[int], modele: type[Model], cle: int, sinon: Http404
) -> Http404:
    """The same for the file of a row that went with an object of the corbeille."""
    garde = (
        FichierGarde.objects.filter(modele=modele._meta.label_lower, cle=cle)
        .select_related("suppression")
        .first()
    )
    if garde is None:
        return sinon
    suivi: Any = apps.get_model(garde.suppression.modele)
    trouvee = disparition(communes, suivi, id=garde.suppression.cle)
    return sinon if trouvee is None else DisparuError(trouvee, "Ce document est parti avec.")
