"""A day as people write it in French, ``1/9/5``, ``01.09.2005``, ``1er sept. 2005``, and where it
begins.
"""

import datetime
import re
from typing import Final

from django.utils import timezone

from listes.recherche import sans_accents

_MOIS: Final = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout"),
    *("septembre", "octobre", "novembre", "decembre"),
)
_ENTRE = r"(?:[/.\-]| +)"
_DATE = re.compile(
    rf"([0-9]{{1,2}})(?:er)?{_ENTRE}(?:([0-9]{{1,2}})|([a-z]{{3,}})\.?){_ENTRE}([0-9]{{4}}|[0-9]{{1,2}})"
)
_DATE_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
_SIECLE_SUIVANT: Final = 70  # 69 is 2069, 70 is 1970, where no year is near


def lire_jour(texte: str, annee: int | None = None) -> datetime.date | None:
    """The day that was written, the day before the month; None for anything else.

    ``annee`` is the year that it should be near: « 5 » is then 2005 beside 2004, and 2025 beside
    2026; without it a year has two digits at least.
    """
    texte = texte.strip()
    if iso := _DATE_ISO.fullmatch(texte):
        return _jour(*(int(partie) for partie in iso.groups()))
    lu = _DATE.fullmatch(sans_accents(texte))
    if lu is None:
        return None
    mois = int(lu[2]) if lu[2] else _mois(lu[3])
    an = int(lu[4]) if len(lu[4]) == 4 else _pres_de(annee, lu[4])
    return None if mois is None or an is None else _jour(an, mois, int(lu[1]))


def lundi() -> datetime.date:
    """The Monday of this week, here."""
    aujourd_hui = timezone.localdate()
    return aujourd_hui - datetime.timedelta(days=aujourd_hui.weekday())


def minuit(jour: datetime.date) -> datetime.datetime:
    """When a day begins, here."""
    return timezone.make_aware(datetime.datetime.combine(jour, datetime.time.min))


def est_plausible(jour: datetime.date) -> bool:
    """Whether an action, or a milestone, can stand on this day."""
    return 1900 <= jour.year <= 2100


def _jour(annee: int, mois: int, jour: int) -> datetime.date | None:
    try:
        return datetime.date(annee, mois, jour)
    except ValueError:
        return None


def _mois(debut: str) -> int | None:
    """The only month that begins so: « jui » may be June or July."""
    trouves = [rang for rang, nom in enumerate(_MOIS, 1) if nom.startswith(debut)]
    return trouves[0] if len(trouves) == 1 else None


def _pres_de(annee: int | None, chiffres: str) -> int | None:
    """The nearest year that ends in these digits; None where two are as near."""
    fin = int(chiffres)
    if annee is None:
        return None if len(chiffres) == 1 else fin + (2000 if fin < _SIECLE_SUIVANT else 1900)
    periode = 100 if len(chiffres) == 2 else 10
    ecart = (fin - annee) % periode
    if ecart * 2 == periode:
        return None
    return annee + (ecart if ecart * 2 < periode else ecart - periode)
