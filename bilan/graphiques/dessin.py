"""A pen: SVG elements, texts, marks that lead somewhere, and about how wide a text comes out. Pure.

Sizes are pixels. The frame is fixed: no position depends on the fonts of the machine that draws.
A colour is a CSS variable of the page with the value that it has on a light one, which is the one
that paper takes.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import accumulate, takewhile
from typing import Final
from urllib.parse import urlsplit

from django.utils.safestring import SafeString

LARGE: Final = 560
ETROIT: Final = 340
"""Of a drawing, where there is room and where there isn't (a telephone)."""
CORPS: Final = 14
PETIT: Final = 12

# What a pasted name may hold and no XML can.
_HORS_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COULEUR: Final = re.compile(r"var\(--[\w-]+, (#\w{6})\)")


def couleur(variable: str, claire: str) -> SafeString:
    """The page's colour of that name; without a page, or where it says nothing, the light one."""
    return SafeString(f"var(--{variable}, {claire})")


def sur_papier(peinture: str) -> str:
    """A colour as paper takes it."""
    return _COULEUR.sub(r"\1", peinture)


FOND: Final = couleur("surface", "#ffffff")
ENCRE: Final = couleur("bs-body-color", "#1c2530")
ENCRE_DOUCE: Final = couleur("bs-secondary-color", "#515c68")


@dataclass(frozen=True)
class Graphique:
    """A chart: its two drawings, and one sentence for those who don't see it."""

    code: str
    titre: str
    description: str
    large: SafeString
    etroit: SafeString

    @property
    def svg(self) -> SafeString:
        """Both: the page shows the one that it has room for."""
        return self.large + self.etroit


def dessiner(
    code: str, titre: str, description: str, tracer: Callable[[int], tuple[float, SafeString]]
) -> Graphique:
    """The chart that ``tracer`` draws in a given width: it answers its height and its elements."""
    return Graphique(
        code,
        titre,
        description,
        _feuille(description, "graphique graphique-large", LARGE, *tracer(LARGE)),
        _feuille(description, "graphique graphique-etroit", ETROIT, *tracer(ETROIT)),
    )


def _feuille(
    description: str, classe: str, largeur: int, hauteur: float, contenu: SafeString
) -> SafeString:
    return element(
        "svg",
        contenu,
        xmlns="http://www.w3.org/2000/svg",
        width=largeur,
        height=round(hauteur),
        viewBox=f"0 0 {largeur} {round(hauteur)}",
        role="group",
        aria_label=description,
        class_=classe,
        font_size=CORPS,
        fill=ENCRE,
    )


def element(nom: str, contenu: str = "", /, **attributs: str | float) -> SafeString:
    """``<nom …>contenu</nom>``; a content that isn't already drawn is a text.

    An attribute's ``_`` is a hyphen, but for the one that ends ``class_``.
    """
    ecrits = "".join(f' {_attribut(cle)}="{_valeur(v)}"' for cle, v in attributs.items())
    fin = f">{_valeur(contenu)}</{nom}>" if contenu else "/>"
    return SafeString(f"<{nom}{ecrits}{fin}")


@cache
def _attribut(cle: str) -> str:
    return cle.rstrip("_").replace("_", "-")


def _valeur(valeur: str | float) -> str:
    if isinstance(valeur, SafeString):
        return valeur
    if isinstance(valeur, str):
        return escape(_HORS_XML.sub("", valeur))
    return f"{round(valeur, 2):g}"


def ensemble(elements: Iterable[SafeString]) -> SafeString:
    """Elements one after the other: the last one stands on top."""
    return SafeString("".join(elements))


def pour_les_yeux(elements: Iterable[SafeString], **attributs: str) -> SafeString:
    """What repeats or frames the marks: hidden from screen readers, deaf to the pointer."""
    contenu = ensemble(elements)
    return element("g", contenu, aria_hidden="true", pointer_events="none", **attributs)


def texte(
    x: float, y: float, ecrit: str, corps: int = CORPS, entier: str = "", **attributs: str | float
) -> SafeString:
    """A text whose middle stands at ``y``; ``entier`` is what it is short for, said on hover."""
    contenu: str = ecrit
    if entier and entier != ecrit:
        contenu = element("title", entier) + SafeString(_valeur(ecrit))
        attributs["pointer_events"] = "all"
    if corps != CORPS:
        attributs["font_size"] = corps
    return element("text", contenu, x=x, y=y + 0.35 * corps, **attributs)


def rectangle(
    x: float, y: float, largeur: float, hauteur: float, **attributs: str | float
) -> SafeString:
    return element("rect", x=x, y=y, width=largeur, height=hauteur, **attributs)


def trait(
    x1: float, y1: float, x2: float, y2: float, stroke: str, **attributs: float
) -> SafeString:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **attributs)


def marque(lien: str, dite: str, forme: SafeString) -> SafeString:
    """A shape that says its sentence and leads somewhere; a named image where it leads nowhere."""
    if not _est_suivi(lien):
        return element("g", element("title", dite) + forme, role="img", aria_label=dite)
    return element("a", element("title", dite) + forme, href=lien)


def _est_suivi(lien: str) -> bool:
    """Our own pages, and the web's: no other scheme."""
    if lien.startswith("/") and not lien.startswith("//"):
        return True
    return urlsplit(lien).scheme in ("http", "https")


def dire(libelle: str, somme: str, precision: str = "") -> str:
    """What is said of a mark: « Cendras : 39 200 €, 7 actions »."""
    return f"{libelle} : {somme}" + (f", {precision}" if precision else "")


# --- Widths of texts ------------------------------------------------------------------------------
# In ems, of the widest of the usual sans serifs (DejaVu Sans): in any other a text takes less, so
# that it never runs over what stands beside it.
_EMS: Final = {
    signe: largeur
    for largeur, signes in (
        (0.28, "'ijlîï"),
        (0.36, " \u00a0\u202f’,.:;/\\|-IJf"),
        (0.42, "()[]!rt"),
        (0.56, '"*_`–cçsz?L'),
        (0.72, "ABCKRVXZÀÂÇ"),
        (0.8, "&DGHNOQUÔÖÙÛÜ"),
        (0.87, "wM#+<=>^~"),
        (1.05, "mW@%æœÆŒ…—"),
    )
    for signe in signes
}
_EM_ORDINAIRE: Final = 0.65
_EM_ETRANGER: Final = 1.0
_GRAS: Final = 1.12


def largeur_estimee(ecrit: str, corps: int = CORPS, gras: bool = False) -> float:
    """About how wide a text comes out at most, whatever sans serif the reader has."""
    return sum(map(_ems, ecrit)) * corps * (_GRAS if gras else 1)


def _ems(signe: str) -> float:
    return _EMS.get(signe, _EM_ORDINAIRE if signe < "\u0250" or signe == "€" else _EM_ETRANGER)


def en_lignes(ecrit: str, largeur: float, corps: int = CORPS) -> tuple[str, ...]:
    """A label in one line or two, cut after a word; what doesn't fit ends with an ellipsis."""
    if largeur_estimee(ecrit, corps) <= largeur:
        return (ecrit,)
    tient = _qui_tient(ecrit, largeur, corps)
    coupe = max(ecrit.rfind(signe, 0, tient + (signe == " ")) for signe in (" ", "/", "-")) + 1
    if not coupe:
        return (abrege(ecrit, largeur, corps),)
    return ecrit[:coupe].strip(), abrege(ecrit[coupe:].strip(), largeur, corps)


def abrege(ecrit: str, largeur: float, corps: int = CORPS) -> str:
    """A label in one line, with an ellipsis where it doesn't fit."""
    if largeur_estimee(ecrit, corps) <= largeur:
        return ecrit
    return ecrit[: _qui_tient(ecrit, largeur - largeur_estimee("…", corps), corps)].rstrip() + "…"


def _qui_tient(ecrit: str, largeur: float, corps: int) -> int:
    """How many of the first characters fit."""
    cumul = accumulate(_ems(signe) * corps for signe in ecrit)
    return sum(1 for _ in takewhile(lambda fin: fin <= largeur, cumul))
