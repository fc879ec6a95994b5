"""A chart drawn for a page: SVG without style or script, that a keyboard can follow."""

import re
from hashlib import sha256
from importlib.metadata import version
from json import dumps
from typing import Any, Final
from xml.etree import ElementTree as ET

import vl_convert
from django.core.cache import caches
from django.utils.safestring import SafeString

from bilan.graphiques.trait import Graphique, relatif
from listes.chiffres import ESPACE_FINE, ESPACE_INSECABLE

SVG: Final = "{http://www.w3.org/2000/svg}"
_XLINK_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_LANGUE: Final = {
    "decimal": ",",
    "thousands": ESPACE_FINE,
    "grouping": [3],
    "currency": ["", f"{ESPACE_INSECABLE}€"],
    "percent": f"{ESPACE_INSECABLE}%",
    "minus": "−",
}
# To be raised when this module draws otherwise: what was cached before is then drawn anew.
_EDITION: Final = (1, version("vl-convert-python"))
# What a pasted name may hold and no XML can: a control character kills the renderer's process.
_HORS_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECIMALES: Final = re.compile(r"-?\d+\.\d{3,}")

ET.register_namespace("", SVG.strip("{}"))


def svg(graphique: Graphique) -> SafeString:
    """The chart as inline SVG: drawn once for the same content, whatever the page."""
    cle = cle_du_cache(graphique)
    cache = caches["dessins"]
    dessin: str | None = cache.get(cle)
    if dessin is None:
        dessin = dessiner(graphique)
        cache.set(cle, dessin, timeout=None)
    return SafeString(dessin)


def cle_du_cache(graphique: Graphique) -> str:
    """Where the drawing of this content is kept."""
    contenu = dumps(
        [*_EDITION, graphique.description, graphique.specification],
        sort_keys=True,
    )
    return f"bilan.svg.{sha256(contenu.encode()).hexdigest()}"


def dessiner(graphique: Graphique) -> str:
    """The chart drawn anew, without any access to the network."""
    brut = vl_convert.vegalite_to_svg(
        _imprimable(graphique.specification),
        vl_version="6.4",
        format_locale=_LANGUE,
        allowed_base_urls=[],
    )
    racine = ET.fromstring(brut)  # noqa: S314 — what the renderer has just written
    _nettoyer(racine)
    _rendre_accessible(racine, graphique.description)
    return ET.tostring(racine, encoding="unicode")


def _imprimable(valeur: Any) -> Any:
    """The same specification without the characters that can't be drawn."""
    if isinstance(valeur, str):
        return _HORS_XML.sub("", valeur)
    if isinstance(valeur, dict):
        return {cle: _imprimable(contenu) for cle, contenu in valeur.items()}
    return [_imprimable(v) for v in valeur] if isinstance(valeur, list | tuple) else valeur


def _nettoyer(racine: ET.Element) -> None:
    """Drop what the renderer leaves without effect, and what would speak English."""
    for parent in list(racine.iter()):
        for enfant in list(parent):
            if _sans_effet(enfant):
                parent.remove(enfant)
    for element in racine.iter():
        if element.get("aria-hidden") == "true":
            element.set("pointer-events", "none")
        if element.get("fill") == "transparent":
            element.set("fill", "none")
            element.set("pointer-events", "all")
        for attribut in ("class", "role", "aria-roledescription", "opacity", "font-family"):
            element.attrib.pop(attribut, None)
        for attribut in ("d", "transform", "x2", "y2"):
            if attribut in element.attrib:
                element.set(attribut, _DECIMALES.sub(_deux_decimales, element.attrib[attribut]))


def _sans_effet(element: ET.Element) -> bool:
    return (
        element.get("display") == "none"
        or element.get("opacity") == "0"
        or element.get("class") in ("background", "foreground")
    )


def _deux_decimales(nombre: re.Match[str]) -> str:
    return f"{float(nombre[0]):.2f}".rstrip("0").rstrip(".")


def _rendre_accessible(racine: ET.Element, description: str) -> None:
    """One sentence for the whole; each mark is a link with its own, or a named image."""
    for element in list(racine.iter(f"{SVG}a")):
        lien = relatif(element.attrib.pop(_XLINK_HREF))
        nom = element[0].attrib.pop("aria-label")
        if lien is None:
            element.tag = f"{SVG}g"
            element.attrib |= {"role": "img", "aria-label": nom}
        else:
            element.set("href", lien)
            titre = ET.Element(f"{SVG}title")
            titre.text = nom
            element.insert(0, titre)
    racine.attrib |= {
        "role": "group",
        "aria-label": _imprimable(description),
        "class": "graphique img-fluid d-block rounded",
        "data-bs-theme": "light",  # its ground stays white: so must the colour of the focus
    }
