"""The map of the territory: communes by funding, numbered as in the document's legend. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from bilan.graphiques.barres import Barre, rangee
from bilan.graphiques.classes import intitules, seuils
from bilan.graphiques.contours import Planche, Trace, etaler
from bilan.graphiques.dessin import (
    ENCRE,
    ENCRE_DOUCE,
    FOND,
    LARGE,
    PETIT,
    Graphique,
    abrege,
    couleur,
    dessiner,
    element,
    ensemble,
    marque,
    pour_les_yeux,
    rectangle,
    texte,
    trait,
)
from bilan.tableaux import TableauTerritorial
from listes.chiffres import accord, denombrer

# After ColorBrewer's « Blues », from the least to the most; the number's colour on each. White is
# for those that receive nothing: the palest stands out from it.
TEINTES: Final = (
    ("#c6dbef", "#1c2530"),
    ("#9ecae1", "#1c2530"),
    ("#6baed6", "#1c2530"),
    ("#2d7ab5", "#ffffff"),
    ("#08519c", "#ffffff"),
)
_TRAIT: Final = couleur("graphique-trait", "#1c2530")
_EN_AVANT: Final = couleur("accent", "#b4541a")
_COTE: Final = 316
_HAUT: Final = 420
_BORD: Final = 12
_ECART: Final = 22
_LIGNE: Final = 20
_CLASSE: Final = 21
_CARRE: Final = 15
_NUMERO: Final = 20


@dataclass(frozen=True)
class _Classe:
    """A colour of the map, what the legend says of it, and the colour of a number on it."""

    nom: str
    teinte: str
    encre: str


_RIEN: Final = _Classe("0\u00a0€", FOND, ENCRE)
_INCONNU: Final = _Classe("Montant inconnu (?)", couleur("graphique-inconnu", "#d5dbe3"), ENCRE)
_PLEINES: Final = tuple(
    (couleur(f"graphique-teinte-{rang}", teinte), couleur(f"graphique-numero-{rang}", encre))
    for rang, (teinte, encre) in enumerate(TEINTES, start=1)
)


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
        couleurs = [_PLEINES[round(i * pas)] for i in range(len(noms))]
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


@dataclass(frozen=True)
class _Commune:
    """A commune on the sheet."""

    barre: Barre
    trace: Trace
    classe: _Classe
    en_avant: bool


def carte_territoriale(
    tableau: TableauTerritorial, contours: Mapping[str, str | None], en_avant: str = ""
) -> Graphique | None:
    """Communes coloured by their funding; None where no commune of the table has an outline.

    ``contours``: INSEE code → GeoJSON text of a geometry (Polygon or MultiPolygon, WGS84).
    ``en_avant``: the code of the one that a thick line goes round.
    """
    etales = etaler_les_communes({ligne.code: contours.get(ligne.code) for ligne in tableau.lignes})
    if etales is None:
        return None
    planche, traces = etales
    dessinees = [
        (rangee(tableau, ligne), traces[ligne.code], ligne.code)
        for ligne in tableau.lignes
        if ligne.code in traces
    ]
    echelle = _Echelle.de([barre for barre, _, _ in dessinees])
    communes = [
        _Commune(barre, trace, echelle.classe(barre), bool(en_avant) and code == en_avant)
        for barre, trace, code in dessinees
    ]
    legende = echelle.legende(commune.barre for commune in communes)
    aplats = _aplats(communes)
    return dessiner(
        "carte-territoriale",
        "Carte du financement par commune",
        _dite(tableau, communes, legende),
        lambda largeur: _tracer(planche, aplats, communes, legende, largeur),
    )


def etaler_les_communes(
    contours: Mapping[str, str | None],
) -> tuple[Planche, dict[str, Trace]] | None:
    """The outlines that there are, on the map's sheet: drawn once by a process, the same again."""
    connus = tuple((code, contour) for code, contour in contours.items() if contour)
    return etaler(connus, _COTE, _HAUT)


def _dite(
    tableau: TableauTerritorial, communes: Sequence[_Commune], legende: Sequence[_Classe]
) -> str:
    """What the map shows: how many communes in each class, and what it can't show."""
    dessinees = {commune.barre.numero for commune in communes}
    absentes = [
        rangee(tableau, ligne).libelle for ligne in tableau.lignes if ligne.numero not in dessinees
    ]
    inconnues = [c.barre.libelle for c in communes if c.barre.valeur is None]
    combien = len(communes)
    phrase = (
        f"Carte de {denombrer(combien, 'commune')}, {accord(combien, 'numérotée')} comme dans le "
        "tableau, d'une teinte d'autant plus marquée que leur financement est élevé, en "
        f"{denombrer(len(legende), 'classe')}."
    )
    if inconnues:
        phrase += f" Montant inconnu : {', '.join(inconnues)}."
    if absentes:
        phrase += f" Hors de la carte : {', '.join(absentes)}."
    for commune in communes:
        if commune.en_avant:
            phrase += f" {commune.barre.libelle} est entourée d'un trait épais."
    return phrase


def _aplats(communes: Sequence[_Commune]) -> SafeString:
    """The communes themselves, the line round one of them, each one's number where it is widest."""
    formes = [
        marque(
            commune.barre.lien,
            commune.barre.dite,
            _forme(commune, fill=commune.classe.teinte),
        )
        for commune in communes
    ]
    traits = [
        _forme(commune, fill="none", stroke=_EN_AVANT, stroke_width=4)
        for commune in communes
        if commune.en_avant
    ]
    numeros = [
        texte(*commune.trace.ancre, _numero(commune.barre), PETIT, fill=commune.classe.encre)
        for commune in communes
    ]
    return element(
        "g",
        ensemble(
            [
                element("g", ensemble(formes), stroke=_TRAIT),
                pour_les_yeux(traits),
                pour_les_yeux(numeros, font_weight="bold", text_anchor="middle"),
            ]
        ),
        stroke_linejoin="round",
        transform=f"translate({_BORD},{_BORD})",
    )


def _tracer(
    planche: Planche,
    aplats: SafeString,
    communes: Sequence[_Commune],
    legende: Sequence[_Classe],
    largeur: int,
) -> tuple[float, SafeString]:
    """The map, and its two legends: beside it where there is room, else below."""
    bas_de_la_carte = _BORD + planche.hauteur + 2 * _LIGNE
    x, y = (
        (_BORD + planche.largeur + _ECART, _BORD)
        if largeur >= LARGE
        else (_BORD, bas_de_la_carte + _LIGNE)
    )
    debut_des_noms = y + _CLASSE * len(legende) + _LIGNE / 2
    bas_des_noms = debut_des_noms + _LIGNE * len(communes)
    noms = _noms(communes, x, debut_des_noms, largeur - _BORD)
    elements = (
        aplats,
        pour_les_yeux(_echelle_graphique(planche)),
        pour_les_yeux(_classes(legende, x, y)),
        pour_les_yeux(noms),
    )
    return max(bas_de_la_carte, bas_des_noms) + _BORD, ensemble(elements)


def _forme(commune: _Commune, **attributs: str | float) -> SafeString:
    return element("path", d=commune.trace.chemin, **attributs)


def _numero(barre: Barre) -> str:
    return f"{barre.numero} ?" if barre.valeur is None else str(barre.numero)


def _classes(legende: Sequence[_Classe], x: float, y: float) -> Iterator[SafeString]:
    """What the colours stand for."""
    for rang, classe in enumerate(legende):
        haut = y + _CLASSE * rang
        yield rectangle(
            x + 0.5, haut + 0.5, _CARRE, _CARRE, fill=classe.teinte, stroke=_TRAIT, stroke_width=1
        )
        yield texte(x + _CARRE + 8, haut + _CARRE / 2 + 0.5, classe.nom, PETIT)


def _noms(communes: Sequence[_Commune], x: float, y: float, droite: float) -> Iterator[SafeString]:
    """What the numbers stand for."""
    debut = x + _NUMERO + 6
    for rang, commune in enumerate(communes):
        milieu, nom = y + _LIGNE * (rang + 0.5), commune.barre.libelle
        yield texte(
            x + _NUMERO, milieu, str(commune.barre.numero), PETIT,
            font_weight="bold", text_anchor="end",
        )  # fmt: skip
        yield texte(debut, milieu, abrege(nom, droite - debut, PETIT), PETIT, entier=nom)


def _echelle_graphique(planche: Planche) -> Iterator[SafeString]:
    """How long some kilometres are, under the map."""
    km = next((k for k in (10, 5, 2, 1) if k * planche.pixels_par_km <= _COTE / 3), 1)
    fin, y = _BORD + km * planche.pixels_par_km, _BORD + planche.hauteur + 1.5 * _LIGNE
    yield trait(_BORD, y, fin, y, ENCRE_DOUCE, stroke_width=2)
    yield texte(fin + 8, y, f"{km}\u00a0km", PETIT, fill=ENCRE_DOUCE)
