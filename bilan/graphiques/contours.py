"""Communes' outlines on the sheet: from longitudes and latitudes to pixels. Pure.

A territory is some thirty kilometres wide: there, degrees shortened by the latitude's cosine are a
map without visible distortion.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from json import loads
from math import cos, hypot, radians
from typing import Any, Final

Point = tuple[float, float]
Anneau = tuple[Point, ...]
Polygone = tuple[Anneau, ...]

_KM_PAR_DEGRE: Final = 111.2
_HORIZONTALES: Final = 24


@dataclass(frozen=True)
class Trace:
    """A commune drawn: its SVG path, and where its number is best read."""

    chemin: str
    ancre: Point


@dataclass(frozen=True)
class Feuille:
    """The sheet: how many pixels a kilometre takes, and what stands at its top left."""

    ouest: float
    nord: float
    cosinus: float
    pixels_par_km: float
    largeur: float
    hauteur: float

    @classmethod
    def de(cls, contours: Iterable[Mapping[str, Any]], largeur: float, hauteur: float) -> "Feuille":
        """The sheet that these outlines fill, at most that wide and high."""
        points = [p for c in contours for polygone in _polygones(c) for p in polygone[0]]
        ouest, est = min(x for x, _ in points), max(x for x, _ in points)
        sud, nord = min(y for _, y in points), max(y for _, y in points)
        cosinus = cos(radians((sud + nord) / 2))
        large = max((est - ouest) * cosinus * _KM_PAR_DEGRE, 0.1)
        haut = max((nord - sud) * _KM_PAR_DEGRE, 0.1)
        echelle = min(largeur / large, hauteur / haut)
        return cls(ouest, nord, cosinus, echelle, large * echelle, haut * echelle)

    def dessiner(self, contour: Mapping[str, Any]) -> tuple[Polygone, ...]:
        """A GeoJSON Polygon or MultiPolygon in pixels, to a tenth."""
        return tuple(
            tuple(tuple(_sans_repetition(map(self._pixel, anneau))) for anneau in polygone)
            for polygone in _polygones(contour)
        )

    def _pixel(self, point: Sequence[float]) -> Point:
        echelle = self.pixels_par_km * _KM_PAR_DEGRE
        x = (point[0] - self.ouest) * self.cosinus * echelle
        return round(x, 1), round((self.nord - point[1]) * echelle, 1)


@lru_cache(maxsize=32)
def etaler(
    contours: tuple[str | None, ...], largeur: float, hauteur: float
) -> tuple[Feuille, tuple[Trace | None, ...]] | None:
    """These outlines (GeoJSON texts) on the sheet that they fill: read and drawn once.

    None in the place of what has no surface to draw, and where nothing has one.
    """
    lus = [loads(contour) if contour else None for contour in contours]
    dessinables = [lu if lu and _est_dessinable(lu) else None for lu in lus]
    if not any(dessinables):
        return None
    feuille = Feuille.de([lu for lu in dessinables if lu], largeur, hauteur)
    return feuille, tuple(lu and _trace(feuille.dessiner(lu)) for lu in dessinables)


def _trace(polygones: tuple[Polygone, ...]) -> Trace:
    chemin = "".join(_chemin(anneau) for polygone in polygones for anneau in polygone)
    return Trace(chemin, au_large(polygones))


def _chemin(anneau: Anneau) -> str:
    """A closed line as an SVG path, each point from the one before: half as long."""
    dixiemes = [(round(x * 10), round(y * 10)) for x, y in anneau]
    pas = [f"{(x - x0) / 10:g},{(y - y0) / 10:g}" for (x0, y0), (x, y) in pairwise(dixiemes)]
    return f"M{anneau[0][0]:g},{anneau[0][1]:g}l{' '.join(pas)}z"


def _sans_repetition(points: Iterable[Point]) -> Iterator[Point]:
    precedent: Point | None = None
    for point in points:
        if point != precedent:
            yield point
            precedent = point


def _est_dessinable(contour: Mapping[str, Any]) -> bool:
    """Whether a GeoJSON geometry has a surface to draw."""
    return any(polygone[0] for polygone in _polygones(contour) if polygone)


def au_large(polygones: tuple[Polygone, ...]) -> Point:
    """The point inside that is farthest from the outline, or nearly: where a number is best read.

    Tried in the middle of the spans that some horizontals cut.
    """
    anneaux = [anneau for polygone in polygones for anneau in polygone]
    sommets = [point for anneau in anneaux for point in anneau]
    bas, haut = min(y for _, y in sommets), max(y for _, y in sommets)

    def eloignement(point: Point) -> float:
        return min(hypot(point[0] - x, point[1] - y) for x, y in sommets)

    milieux = [
        ((gauche + droite) / 2, y)
        for rang in range(1, _HORIZONTALES)
        for y in [bas + (haut - bas) * rang / _HORIZONTALES]
        for gauche, droite in _traversees(anneaux, y)
    ]
    x, y = max(milieux, key=eloignement, default=sommets[0])
    return round(x, 1), round(y, 1)


def _traversees(anneaux: Iterable[Anneau], y: float) -> Iterator[Point]:
    """Where a horizontal enters and leaves the outlines, pair by pair."""
    coupes = sorted(
        (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for anneau in anneaux
        for (x1, y1), (x2, y2) in zip(anneau, (*anneau[1:], anneau[0]), strict=True)
        if (y1 > y) != (y2 > y)
    )
    return zip(coupes[::2], coupes[1::2], strict=True)


def _polygones(contour: Mapping[str, Any]) -> list[list[list[Sequence[float]]]]:
    """The polygons of a GeoJSON geometry; none for a point or a line."""
    coordonnees = contour.get("coordinates") or []
    if contour.get("type") == "Polygon":
        return [coordonnees] if coordonnees else []
    return list(coordonnees) if contour.get("type") == "MultiPolygon" else []
