"""What there is to say of a cell besides its value: why it can't be read, what its format shows.

A format shows a number as a text, in a unit that may not be the euro. Formats are in Excel's own
code, which its files write the same in every language.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DECIMALES_MAX = 15
_INTEGRES = {2: "0.00", 9: "0%", 10: "0.00%"}  # those that every workbook has, by number

_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*')  # the first is of positive numbers
# Tried in this order: a text, a sign shown as it is, a symbol of money, an option, a blank of some
# width or a filling, figures, anything else.
_MORCEAU = re.compile(
    r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|(?:\[[^\]]*\]|_.|\*.)'
    r"|([0#?][0#?,]*(?:\.[0#?]*,*)?)|(.)"
)
_MULTIPLES = tuple(
    (
        re.compile(rf"\s*(?:{mots})\s*(?:d.)?\s*(?:(?:€|euros?|eur|e\b).*)?", re.I),
        f"en {nom} d'euros",
    )
    for mots, nom in (
        ("k|milliers?|mille", "milliers"),
        ("m|millions?", "millions"),
        ("mds?|milliards?", "milliards"),
    )
)
POUR_CENT = "un pourcentage"


@dataclass(frozen=True, slots=True)
class Format:
    """How a number is shown. ``unite``: why it isn't euros, "" where it can be.

    ``gabarit`` is its integer part, zeros to fill in and signs among them; ``decimales`` the fewest
    and the most of them.
    """

    unite: str = ""
    avant: str = ""
    gabarit: str = "0"
    decimales: tuple[int, int] = (0, DECIMALES_MAX)
    apres: str = ""
    facteur: float = 1

    def texte(self, nombre: float) -> str:
        """The number as the cell shows it; a decimal point, nothing between thousands."""
        moins, plus = self.decimales
        if self.gabarit == "0" and moins == plus and not self.avant and self.facteur == 1:
            return f"{nombre:.{plus}f}{self.apres}"
        entier, _, reste = f"{abs(nombre) * self.facteur:.{plus}f}".partition(".")
        reste = reste.rstrip("0").ljust(moins, "0")
        signe = "-" if nombre < 0 else ""
        return f"{signe}{self.avant}{self._remplir(entier)}{'.' * bool(reste)}{reste}{self.apres}"

    def _remplir(self, entier: str) -> str:
        """The figures in their places, from the right; those that have none lead."""
        chiffres = list(entier.lstrip("0"))
        montres = [
            (chiffres.pop() if chiffres else "0" * (place == "0")) if place in "0#?" else place
            for place in reversed(self.gabarit)
        ]
        return "".join(chiffres) + "".join(reversed(montres))


def lire_format(code: str) -> Format | None:
    """What a format changes; None where it shows the bare number, or isn't one of a number."""
    section = _SECTION.match(code)
    ecrit = re.sub(
        "general|standard", "#.###############", section[0] if section else "", flags=re.I
    )
    avant = gabarit = fraction = apres = ""
    virgules, facteur = 0, 1.0
    for texte, signe, devise, chiffres, autre in _MORCEAU.findall(ecrit):
        if chiffres:
            if fraction:
                return None
            entiers, _, fraction = chiffres.partition(".")
            virgules = chiffres.count(",") - entiers.rstrip(",").count(",")
            gabarit, apres = gabarit + apres + entiers.rstrip(","), ""
            fraction = fraction.rstrip(",")
            continue
        if autre and autre not in " -+()/:.,%€$£":
            return None  # a date, a power of ten, a text
        facteur *= 100 if autre == "%" else 1
        if gabarit:
            apres += texte or signe or devise or autre
        else:
            avant += texte or signe or devise or autre
    unite = _unite(avant, apres, virgules)
    nu = not (avant + apres).strip() and gabarit in ("#", "0", "?") and "0" not in fraction
    if not gabarit or re.search(r"[#?]/", gabarit):  # no figure, a fraction
        return None
    if not unite and (nu or "," in gabarit or "€" in avant + apres):
        return None
    return Format(
        unite,
        avant,
        gabarit.replace(",", ""),
        (fraction.count("0"), len(fraction)),
        apres,
        facteur / 1000**virgules,
    )


def _unite(avant: str, apres: str, virgules: int) -> str:
    """What the number counts, from the texts around it and the commas that divide it."""
    if "%" in avant + apres:
        return POUR_CENT
    dites = [
        unite for texte in (apres, avant) for forme, unite in _MULTIPLES if forme.fullmatch(texte)
    ]
    if virgules and not dites:
        dites = [unite for _, unite in _MULTIPLES[virgules - 1 : virgules]]
    return dites[0] if dites else ""


def formats_des_styles(codes: Mapping[int, str], styles: Iterable[int]) -> dict[int, Format]:
    """The formats that change what a number says, by the rank of the style that names them.

    ``codes``: the workbook's own formats, by number. ``styles``: the number that each style names.
    """
    lus = {numero: lire_format(code) for numero, code in {**_INTEGRES, **codes}.items()}
    return {rang: lu for rang, numero in enumerate(styles) if (lu := lus.get(numero)) is not None}


SANS_RESULTAT = (
    "formule dont le fichier ne contient pas le résultat : ouvrez le classeur dans le tableur, "
    "enregistrez-le, ou remplacez la formule par sa valeur"
)

Marque = str | Format  # why the cell can't be read, or how its number is shown


@dataclass(slots=True)
class LigneMarquee:
    """A row, from 1, whether it is hidden, and its marked cells by column, from 0."""

    numero: int
    cellules: dict[int, Marque] = field(default_factory=dict)
    masquee: bool = False
