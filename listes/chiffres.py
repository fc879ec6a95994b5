"""French figures: how they are shown, how words agree with them, and how people type them.

Shown: ``563 152 €`` with U+202F between thousands and U+00A0 before €; cents only when there are
any; ``—`` where the amount is unknown, which is not zero; nothing where there is no line.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

ESPACE_FINE = "\u202f"
ESPACE_INSECABLE = "\u00a0"
INCONNU = "—"
HORS_FILTRE = "hors filtre"
LEGENDE = (
    "« 0 € » : rien n'est accordé ; « — » : montant inconnu ; « 1 inconnu » : un montant manque à "
    "la somme ; case vide : aucune ligne de financement."
)
LEGENDE_FILTREE = f"« {HORS_FILTRE} » : seuls d'autres financeurs que ceux choisis."

_ESPACES = re.compile(r"[ \u00a0\u202f\u2009]")
_EUROS = re.compile(r" *(?:€|eur|euros?)$", re.I | re.A)
_MONTANT = re.compile(r"([0-9]+)(?:[.,]([0-9]{1,2}))?")
_PAR_MILLIERS = re.compile(
    r"([1-9][0-9]{0,2}(?P<milliers>[ .,])[0-9]{3}(?:(?P=milliers)[0-9]{3})*)"
    r"(?:(?!(?P=milliers))[.,]([0-9]{1,2}))?"
)
_DEUX_LECTURES = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
_ENTIER_MAX = 10


class Somme(Protocol):
    """The € of some lines, of which ``inconnues`` have no amount; ``valeur`` is None where none
    has. ``autres`` lines are of funders that were not chosen.
    """

    @property
    def valeur(self) -> Decimal | None: ...
    @property
    def lignes(self) -> int: ...
    @property
    def inconnues(self) -> int: ...
    @property
    def autres(self) -> int: ...


class MontantIllisibleError(ValueError):
    """What was typed can't be read as an amount; the message says what would be right."""


def nombre(valeur: int | Decimal | None) -> str:
    """A number as French readers write it; decimals only when there are any, two of them."""
    if valeur is None:
        return INCONNU
    arrondi = round(Decimal(valeur), 2)
    signe = "−" if arrondi < 0 else ""
    entier, _, cents = f"{abs(arrondi):.2f}".partition(".")
    texte = f"{int(entier):,}".replace(",", ESPACE_FINE)
    return f"{signe}{texte}" if cents == "00" else f"{signe}{texte},{cents}"


def accord(effectif: int | Decimal | None, singulier: str, pluriel: str = "") -> str:
    """The words as French has them beside this number: in the plural from 2, not for 0.

    ``pluriel`` where it isn't the same with an « s » at the end of each word.
    """
    if effectif is None or effectif < 2:
        return singulier
    return pluriel or " ".join(f"{mot}s" for mot in singulier.split())


def denombrer(effectif: int | Decimal | None, singulier: str, pluriel: str = "") -> str:
    """How many of what: « 0 action », « 1 234 actions »."""
    return f"{nombre(effectif)} {accord(effectif, singulier, pluriel)}"


def montant(valeur: int | Decimal | None) -> str:
    """An amount in €, or the dash of an unknown one."""
    return INCONNU if valeur is None else f"{nombre(valeur)}{ESPACE_INSECABLE}€"


def dire_la_somme(somme: Somme) -> str:
    """A sum in words: « 0 € », « — » when unknown, « 4 200,50 €, 1 inconnu » when partly so,
    nothing without a line, « hors filtre » where the only lines are of funders not chosen.
    """
    if not somme.lignes:
        return HORS_FILTRE if somme.autres else ""
    return f"{montant(somme.valeur)}{dire_les_inconnus(somme.valeur, somme.inconnues)}"


def dire_les_inconnus(valeur: int | Decimal | None, inconnus: int) -> str:
    """What must follow a sum that some unknown amounts are missing from; else nothing."""
    if valeur is None or not inconnus:
        return ""
    return f", {denombrer(inconnus, 'inconnu').replace(' ', ESPACE_INSECABLE)}"


def ecart(valeur: int | Decimal) -> str:
    """A difference with its sign: ``+30 110``, ``−16 110``, ``0``."""
    return f"+{nombre(valeur)}" if valeur > 0 else nombre(valeur)


def pourcentage(part: Decimal | None) -> str:
    """A share, given as a fraction of 1, to one decimal: ``12,5 %``; dash when unknown."""
    if part is None:
        return INCONNU
    return f"{round(part * 100, 1):.1f}".replace(".", ",") + f"{ESPACE_INSECABLE}%"


def brut(valeur: int | Decimal | None) -> int | float | None:
    """The plain number that a program reads: an int when whole, else a float with its cents."""
    if valeur is None:
        return None
    return int(valeur) if valeur == int(valeur) else float(valeur)


def lire_montant(texte: str) -> Decimal:
    """The amount in € that someone typed: ``1 234,56``, ``1234.5``, ``3.500,50``, ``1 234 EUR``.

    ``static/js/montants.js`` reads the same; tests/listes/montants.json holds both to it. Raises
    MontantIllisibleError on anything else: exponents, signs, letters, and ``3.500``, which may be
    3 500 or 3,50.
    """
    nettoye = _EUROS.sub("", _ESPACES.sub(" ", texte.strip()))
    if double := _DEUX_LECTURES.fullmatch(nettoye):
        entier, centimes = int("".join(double.groups())), Decimal(".".join(double.groups()))
        lectures = nombre(entier), nombre(centimes.quantize(Decimal("0.01"), ROUND_HALF_UP))
        raise MontantIllisibleError(
            f"« {texte} » se lit de deux façons : écrivez {lectures[0]} ou {lectures[1]}."
        )
    lu = _MONTANT.fullmatch(nettoye)
    par_milliers = lu is None and _PAR_MILLIERS.fullmatch(nettoye)
    if par_milliers:
        chiffres, cents = re.sub(r"[ .,]", "", par_milliers[1]), par_milliers[3]
    elif lu:
        chiffres, cents = lu[1], lu[2]
    else:
        raise MontantIllisibleError(_refus(texte))
    if len(chiffres.lstrip("0")) > _ENTIER_MAX:
        raise MontantIllisibleError(
            f"« {texte} » est trop grand : dix chiffres au plus avant la virgule."
        )
    return Decimal(f"{chiffres}.{cents or '0'}")


def _refus(texte: str) -> str:
    return f"« {texte} » n'est pas un montant : écrivez par exemple 1234,56 ou 1 234 €."
