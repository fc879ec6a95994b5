"""The work that this process is doing, and how far it says it is."""

from contextvars import ContextVar

from travaux import dossier
from travaux.models import Travail

travail_en_cours: ContextVar[Travail | None] = ContextVar("travail_en_cours", default=None)
"""None in a page's own request."""


def noter_progression(pourcent: int) -> None:
    """Say how far the work under way is; nothing in a page's own request."""
    travail = travail_en_cours.get()
    if travail is not None:
        dossier.noter_progression(travail.cle, pourcent)
