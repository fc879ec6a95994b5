"""The map of the territory: communes by funding, numbered as in the document's legend. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bilan.graphiques.classes import intitules, seuils
from bilan.graphiques.contours import Feuille, Point, Polygone, au_large, est_dessinable
from bilan.graphiques.trait import (
    ENCRE,
    ENCRE_DOUCE,
    FOND,
    PETIT,
    Graphique,
    Marges,
    Specification,
    abrege,
    absolu,
    dire,
    place,
    specification,
    textes,
)
from bilan.graphiques.trame import Barre, rangee
from bilan.tableaux import TableauTerritorial

# ColorBrewer « Blues », five classes, from the least to the most; the number's colour on each.
TEINTES: Final = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
ENCRES: Final = (ENCRE, ENCRE, ENCRE, FOND, FOND)
_TRAIT: Final = "#3d4a58"
_COTE: Final = 326
_HAUT: Final = 420
_BORD: Final = 14
_ECART: Final = 18
_LIGNE: Final = 20
_CLASSE: Final = 21
_NUMERO: Final = 16
_NOM_MAX: Final = 164


@dataclass(frozen=True)
class _Commune:
    """A commune on the sheet."""

    barre: Barre
    trace: tuple[Polygone, ...]
    ancre: Point


@dataclass(frozen=True)
class _Classe:
    """A colour of the map, what the legend says of it, and the colour of a number on it."""

    nom: str
    teinte: str
    encre: str


_RIEN: Final = _Classe("0\u00a0€", FOND, ENCRE)
_INCONNU: Final = _Classe("Montant inconnu", "#d5dbe3", ENCRE)


@dataclass(frozen=True)
class _Echelle:
    """The classes in the legend's order, the most funded first."""

    seuils: list[float]
    pleines: list[_Classe]

    @classmethod
    def de(cls, barres: Sequence[Barre]) -> "_Echelle":
        positives = [float(barre.valeur) for barre in barres if barre.valeur]
        bornes = seuils(positives, len(TEINTES))
        noms = intitules(bornes)
        pas = (len(TEINTES) - 1) / max(len(noms) - 1, 1)
        couleurs = [(TEINTES[round(i * pas)], ENCRES[round(i * pas)]) for i in range(len(noms))]
        return cls(bornes, [_Classe(n, *c) for n, c in zip(noms, couleurs, strict=True)])

    def classe(self, barre: Barre) -> _Classe:
        if barre.valeur is None:
            return _INCONNU
        if not barre.valeur:
            return _RIEN
        return self.pleines[bisect_right(self.seuils, float(barre.valeur))]

    def legende(self, barres: Iterable[Barre]) -> list[_Classe]:
        """The classes in use, from the most to nothing, then the unknown."""
        utilisees = {self.classe(barre) for barre in barres}
        return [c for c in (*reversed(self.pleines), _RIEN, _INCONNU) if c in utilisees]


def carte_territoriale(
    tableau: TableauTerritorial, contours: Mapping[str, Mapping[str, Any] | None]
) -> Graphique | None:
    """Communes coloured by their funding; None where no commune of the table has an outline.

    ``contours``: INSEE code → GeoJSON geometry (Polygon or MultiPolygon, WGS84).
    """
    dessinables = {code: contour for code, contour in contours.items() if est_dessinable(contour)}
    lignes = [ligne for ligne in tableau.lignes if ligne.code in dessinables]
    if not lignes:
        return None
    feuille = Feuille.de([dessinables[ligne.code] for ligne in lignes], _COTE, _HAUT)
    traces = [feuille.dessiner(dessinables[ligne.code]) for ligne in lignes]
    communes = [
        _Commune(rangee(tableau, ligne), trace, au_large(trace))
        for ligne, trace in zip(lignes, traces, strict=True)
    ]
    barres = [commune.barre for commune in communes]
    echelle = _Echelle.de(barres)
    legende = echelle.legende(barres)
    dite = _dite(tableau, communes, legende)
    debut_des_noms = _CLASSE * len(legende) + _LIGNE
    hauteur = max(feuille.hauteur + 2 * _LIGNE, debut_des_noms + _LIGNE * len(communes))
    couches = [
        _aplats(communes, echelle, legende, feuille.largeur + _ECART),
        *_numeros(communes, echelle),
        *_nomenclature(barres, feuille.largeur + _ECART, debut_des_noms),
        *_echelle_graphique(feuille),
    ]
    return Graphique(
        "carte-territoriale",
        "Carte du financement par commune",
        dite,
        specification(dite, round(hauteur), Marges(_BORD, _BORD, _BORD, _BORD), couches),
    )


def _dite(
    tableau: TableauTerritorial, communes: Sequence[_Commune], legende: Sequence[_Classe]
) -> str:
    """What the map shows: how many communes in each class, and what it can't show."""
    dessinees = {commune.barre.numero for commune in communes}
    absentes = [
        rangee(tableau, ligne).libelle for ligne in tableau.lignes if ligne.numero not in dessinees
    ]
    inconnues = [c.barre.libelle for c in communes if c.barre.valeur is None]
    s, es = ("s", "es") if len(communes) > 1 else ("", "e")
    classes = f"{len(legende)} classe{'s' if len(legende) > 1 else ''}"
    phrase = (
        f"Carte de {len(communes)} commune{s}, numéroté{es} comme dans le tableau et d'autant plus "
        f"foncé{es} que leur financement est élevé, en {classes}."
    )
    if inconnues:
        phrase += f" Montant inconnu : {', '.join(inconnues)}."
    if absentes:
        phrase += f" Hors de la carte : {', '.join(absentes)}."
    return phrase


def _aplats(
    communes: Sequence[_Commune], echelle: _Echelle, legende: Sequence[_Classe], x: float
) -> Specification:
    """The communes themselves: the shapes are already in pixels, nothing is left to project."""
    return {
        "data": {
            "values": [
                {
                    "type": "Feature",
                    "geometry": {"type": "MultiPolygon", "coordinates": commune.trace},
                    "classe": echelle.classe(commune.barre).nom,
                    "lien": absolu(commune.barre.lien),
                    "description": dire(
                        commune.barre.libelle, commune.barre.valeur, commune.barre.precision
                    ),
                }
                for commune in communes
            ]
        },
        "projection": {"type": "identity", "scale": 1, "translate": [0, 0]},
        "mark": {
            "type": "geoshape",
            "clip": False,
            "stroke": _TRAIT,
            "strokeWidth": 1,
            "strokeJoin": "round",
        },
        "encoding": {
            "color": {
                "field": "classe",
                "type": "nominal",
                "scale": {
                    "domain": [classe.nom for classe in legende],
                    "range": [classe.teinte for classe in legende],
                },
                "legend": {
                    "orient": "none",
                    "legendX": x,
                    "legendY": 0,
                    "rowPadding": 5,
                    "labelFontSize": PETIT,
                    "symbolStrokeColor": _TRAIT,
                    "symbolStrokeWidth": 1,
                },
            },
            "href": {"field": "lien"},
            "description": {"field": "description"},
        },
    }


def _numeros(communes: Sequence[_Commune], echelle: _Echelle) -> Iterator[Specification]:
    """Each commune's number where the commune is widest."""
    for encre in (ENCRE, FOND):
        yield textes(
            [
                {"x": c.ancre[0], "y": c.ancre[1], "texte": str(c.barre.numero)}
                for c in communes
                if echelle.classe(c.barre).encre == encre
            ],
            color=encre,
            fontSize=PETIT,
            fontWeight="bold",
        )


def _nomenclature(barres: Sequence[Barre], x: float, y: float) -> Iterator[Specification]:
    """What the numbers stand for."""
    milieux = [y + _LIGNE * (rang + 0.5) for rang in range(len(barres))]
    yield textes(
        [
            {"x": x + _NUMERO, "y": milieu, "texte": str(barre.numero)}
            for barre, milieu in zip(barres, milieux, strict=True)
        ],
        align="right",
        fontSize=PETIT,
        fontWeight="bold",
    )
    yield textes(
        [
            {"x": x + _NUMERO + 8, "y": milieu, "texte": abrege(barre.libelle, _NOM_MAX, PETIT)}
            for barre, milieu in zip(barres, milieux, strict=True)
        ],
        align="left",
        fontSize=PETIT,
    )


def _echelle_graphique(feuille: Feuille) -> Iterator[Specification]:
    """How long some kilometres are, under the map."""
    km = next((k for k in (10, 5, 2, 1) if k * feuille.pixels_par_km <= _COTE / 3), 1)
    longueur, y = km * feuille.pixels_par_km, feuille.hauteur + 1.5 * _LIGNE
    yield {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "aria": False, "color": ENCRE_DOUCE, "strokeWidth": 2},
        "encoding": {"x": place(0), "x2": place(longueur), "y": place(y)},
    }
    yield textes(
        [{"x": longueur + 8, "y": y, "texte": f"{km}\u00a0km"}],
        align="left",
        fontSize=PETIT,
        color=ENCRE_DOUCE,
    )
