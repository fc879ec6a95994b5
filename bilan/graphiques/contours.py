"""Communes' outlines on the sheet: from longitudes and latitudes to pixels. Pure.

A territory is some thirty kilometres wide: there, degrees shortened by the latitude's cosine are a
map without visible distortion.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import groupby, pairwise
from json import loads
from math import ceil, cos, radians
from typing import Any, Final

Point = tuple[float, float]
Anneau = tuple[Point, ...]
Polygone = tuple[Anneau, ...]

_KM_PAR_DEGRE: Final = 111.2
_HORIZONTALES: Final = 20
_ESSAIS: Final = 8


@dataclass(frozen=True)
class Trace:
    """A commune drawn: its SVG path, and where its number is best read."""

    chemin: str
    ancre: Point


@dataclass(frozen=True)
class Planche:
    """The sheet: how many pixels a kilometre takes, and what stands at its top left."""

    ouest: float
    nord: float
    cosinus: float
    pixels_par_km: float
    largeur: float
    hauteur: float

    @classmethod
    def de(cls, contours: Iterable[Mapping[str, Any]], largeur: float, hauteur: float) -> "Planche":
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
        return tuple(tuple(map(self._anneau, polygone)) for polygone in _polygones(contour))

    def _anneau(self, points: Iterable[Sequence[float]]) -> Anneau:
        """A ring in pixels; points that fall together are one."""
        vers_le_sud = self.pixels_par_km * _KM_PAR_DEGRE
        vers_l_est = vers_le_sud * self.cosinus
        pixels = (
            (round((p[0] - self.ouest) * vers_l_est, 1), round((self.nord - p[1]) * vers_le_sud, 1))
            for p in points
        )
        return tuple(pixel for pixel, _ in groupby(pixels))


@lru_cache(maxsize=32)
def etaler(
    contours: tuple[tuple[str, str], ...], largeur: float, hauteur: float
) -> tuple[Planche, dict[str, Trace]] | None:
    """These outlines (INSEE code, GeoJSON text) on the sheet that they fill: read and drawn once.

    Without those that have no surface to draw; None where none has one.
    """
    lus = {code: loads(contour) for code, contour in contours}
    dessinables = {code: lu for code, lu in lus.items() if lu and _est_dessinable(lu)}
    if not dessinables:
        return None
    planche = Planche.de(dessinables.values(), largeur, hauteur)
    return planche, {code: _trace(planche.dessiner(lu)) for code, lu in dessinables.items()}


def _trace(polygones: tuple[Polygone, ...]) -> Trace:
    chemin = "".join(_chemin(anneau) for polygone in polygones for anneau in polygone)
    return Trace(chemin, au_large(polygones))


def _chemin(anneau: Anneau) -> str:
    """A closed line as an SVG path, each point from the one before: half as long."""
    dixiemes = [(round(x * 10), round(y * 10)) for x, y in anneau]
    pas = [f"{(x - x0) / 10:g},{(y - y0) / 10:g}" for (x0, y0), (x, y) in pairwise(dixiemes)]
    return f"M{anneau[0][0]:g},{anneau[0][1]:g}l{' '.join(pas)}z"


def _est_dessinable(contour: Mapping[str, Any]) -> bool:
    """Whether a GeoJSON geometry has a surface to draw."""
    return any(polygone[0] for polygone in _polygones(contour) if polygone)


def au_large(polygones: tuple[Polygone, ...]) -> Point:
    """The point inside that is farthest from the outline, or nearly: where a number is best read.

    Tried in the middle of the widest spans that some horizontals cut.
    """
    anneaux = [anneau for polygone in polygones for anneau in polygone]
    sommets = [point for anneau in anneaux for point in anneau]

    def eloignement(point: Point) -> float:
        ici_x, ici_y = point
        return min((ici_x - x) ** 2 + (ici_y - y) ** 2 for x, y in sommets)

    plus_larges = nlargest(_ESSAIS, _traversees(anneaux))
    milieux = [(milieu, y) for _, milieu, y in plus_larges]
    x, y = max(milieux, key=eloignement, default=sommets[0])
    return round(x, 1), round(y, 1)


def _traversees(anneaux: list[Anneau]) -> Iterator[tuple[float, float, float]]:
    """What horizontals cut within the outlines: each span's width, its middle, its height."""
    hauteurs = [y for anneau in anneaux for _, y in anneau]
    bas = min(hauteurs)
    pas = (max(hauteurs) - bas) / _HORIZONTALES or 1
    coupes: dict[int, list[float]] = defaultdict(list)
    for anneau in anneaux:
        for (x1, y1), (x2, y2) in pairwise((*anneau, anneau[0])):
            debut, fin = ceil((y1 - bas) / pas - 0.5), ceil((y2 - bas) / pas - 0.5)
            for rang in range(min(debut, fin), max(debut, fin)):
                y = bas + (rang + 0.5) * pas
                coupes[rang].append(x1 + (x2 - x1) * (y - y1) / (y2 - y1))
    for rang, abscisses in coupes.items():
        abscisses.sort()
        for gauche, droite in zip(abscisses[::2], abscisses[1::2], strict=True):
            yield droite - gauche, (gauche + droite) / 2, bas + (rang + 0.5) * pas


def _polygones(contour: Mapping[str, Any]) -> list[list[list[Sequence[float]]]]:
    """The polygons of a GeoJSON geometry; none for a point or a line."""
    coordonnees = contour.get("coordinates") or []
    if contour.get("type") == "Polygon":
        return [coordonnees] if coordonnees else []
    return list(coordonnees) if contour.get("type") == "MultiPolygon" else []
