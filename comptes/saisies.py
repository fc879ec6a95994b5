"""What people send in an address, a form or a file: how far it is read, how its spaces are kept."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime

# The database reads the whole table once for each word.
LONGUEUR_MAX: Final = 200
MOTS_MAX: Final = 10
COUPEE: Final = (
    f"La recherche est trop longue : seuls ses {MOTS_MAX} premiers mots, en {LONGUEUR_MAX} "
    "caractères au plus, ont été cherchés."
)
_CHIFFRES_MAX: Final = 18  # more would not fit the database's integers


def lire_entier(texte: str) -> int | None:
    """A whole number without a sign, as an address or a form writes it; None for anything else."""
    lisible = texte.isascii() and texte.isdigit() and len(texte) <= _CHIFFRES_MAX
    return int(texte) if lisible else None


def lire_moment(texte: str) -> datetime | None:
    """A moment as our addresses write it, in our time zone; None for anything else: naive, without
    a year here, or no date at all.
    """
    with suppress(ValueError, OverflowError):
        lu = parse_datetime(texte)
        return None if lu is None else timezone.localtime(lu)
    return None


def en_une_ligne(texte: str) -> str:
    """A text whose spaces, tabs and line breaks are single spaces."""
    return " ".join(texte.split())


def en_paragraphes(texte: str) -> str:
    """A text that keeps its lines, each as ``en_une_ligne`` leaves it."""
    return "\n".join(map(en_une_ligne, texte.strip().splitlines()))


def couper(texte: str) -> str:
    """The part of a text that is looked for. Where it isn't all of it (``est_coupee``), the page
    says so (``COUPEE``).
    """
    return " ".join(texte[:LONGUEUR_MAX].split()[:MOTS_MAX])


def est_coupee(texte: str) -> bool:
    return couper(texte) != en_une_ligne(texte)


def citer(valeur: str) -> str:
    """A value as a message quotes it: short, and without characters that can't be seen."""
    lisible = "".join(c if c.isprintable() else "�" for c in valeur[:60])
    return f"« {lisible}{'…' if len(valeur) > 60 else ''} »"
