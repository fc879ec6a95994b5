"""Bar charts: of communes, of themes stacked by funder, of anything else. Pure.

Where there is room, a row's name stands on the left of its bar; where there isn't, above it.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import floor, log10
from typing import Final, NamedTuple

from django.utils.safestring import SafeString

from actions.liens import TRANSTERRITORIAL
from bilan.graphiques.dessin import (
    ENCRE_DOUCE,
    LARGE,
    PETIT,
    Graphique,
    abrege,
    couleur,
    dessiner,
    dire,
    element,
    en_lignes,
    ensemble,
    largeur_estimee,
    marque,
    pour_les_yeux,
    rectangle,
    texte,
    trait,
)
from bilan.tableaux import (
    ACTIONS,
    FINANCEMENT,
    FINANCEMENT_TOTAL,
    Colonne,
    Ligne,
    Tableau,
    TableauTerritorial,
    TableauThematique,
)
from listes.chiffres import denombrer, montant, pourcentage

_CLAIR: Final = "#ffffff"
_FONCE: Final = "#1c2530"
# Okabe–Ito, ordered so that neighbours differ in lightness too; the letter's colour reads on it.
COULEURS: Final = (
    ("#0072b2", _CLAIR),
    ("#e69f00", _FONCE),
    ("#009e73", _FONCE),
    ("#f0e442", _FONCE),
    ("#cc79a7", _FONCE),
)
_SERIES: Final = tuple(
    (couleur(f"graphique-{rang}", fond), couleur(f"graphique-lettre-{rang}", lettre))
    for rang, (fond, lettre) in enumerate(COULEURS, start=1)
)
COULEUR: Final = _SERIES[0][0]
COULEUR_HORS_COMMUNE: Final = couleur("graphique-hors-commune", "#6c7681")
AXE: Final = couleur("graphique-axe", "#8a95a1")
GRILLE: Final = couleur("graphique-grille", "#e3e8ee")
CONTOUR: Final = couleur("graphique-contour", _FONCE)

_BORD: Final = 12
_ECART: Final = 8
_NOM_MAX: Final = 198
_NUMERO: Final = 36
_PAS: Final = 27
_PAS_DE_DEUX_LIGNES: Final = 38
# Where the name stands above the bar: the row's height, the bar's, the middles of both.
_SOUS_LE_NOM: Final = (44, 16.5, 12.5, 31.5)
_INTERLIGNE: Final = 16
_FIN: Final = 0.8
_AXE: Final = 34
_CARRE: Final = 15
_LIGNE_DE_LEGENDE: Final = 26


class Part(NamedTuple):
    """A share of a bar: its amount in €, what it leads to, what is said and shown of it."""

    valeur: Decimal | int
    lien: str
    dite: str
    lettre: str
    serie: int


class Barre(NamedTuple):
    """A row of a bar chart: an amount in € (None: unknown) and what it leads to.

    ``precision`` completes the sentence that is said of it (« 7 actions »). ``parts`` add up to the
    amount, where the bar is made of several. ``affiche`` is what is written of the amount, where it
    isn't all of it: « 4 200 €, 1 inconnu », or nothing where no line makes it.
    """

    libelle: str
    valeur: Decimal | int | None
    lien: str
    precision: str = ""
    numero: int | None = None
    couleur: str = COULEUR
    parts: tuple[Part, ...] = ()
    affiche: str | None = None

    @property
    def ecrit(self) -> str:
        return montant(self.valeur) if self.affiche is None else self.affiche

    @property
    def dite(self) -> str:
        """What is said of it: « Cendras : 39 200 €, 7 actions »."""
        if self.ecrit == "":
            return dire(self.libelle, "aucune ligne de financement", self.precision)
        somme = "montant inconnu" if self.valeur is None else self.ecrit
        return dire(self.libelle, somme, self.precision)


def rangee(tableau: Tableau, ligne: Ligne) -> Barre:
    """A row of a table that has a total amount and a number of actions."""
    par_code = dict(zip((c.code for c in tableau.colonnes), ligne.chiffres, strict=True))
    argent = par_code.get(FINANCEMENT_TOTAL.code) or par_code[FINANCEMENT.code]
    nombre = par_code[ACTIONS.code].valeur
    return Barre(
        libelle=ligne.nom or ligne.libelle,
        valeur=argent.valeur,
        lien=argent.lien,
        precision="" if nombre is None else denombrer(nombre, "action"),
        numero=ligne.numero,
        couleur=COULEUR_HORS_COMMUNE if ligne.code == TRANSTERRITORIAL else COULEUR,
        affiche=argent.affiche,
    )


def barres_territoriales(tableau: TableauTerritorial) -> Graphique:
    """Funding by commune, in the document's order, the transterritorial line last."""
    rangees = [rangee(tableau, ligne) for ligne in tableau.lignes]
    total = rangee(tableau, tableau.total).valeur
    return barres(
        "Financement par commune",
        f"Barres horizontales du financement de chaque commune. {_en_tete(rangees, total)}",
        rangees,
        code="barres-territoriales",
    )


def barres_thematiques(tableau: TableauThematique) -> Graphique:
    """Funding by theme, each bar made of its funders' shares, always in the same order.

    Told apart without colours: the order, the letter in each share, the lightness, the outline.
    """
    financeurs = [(place, tableau.colonnes[place]) for place in tableau.rangs_des_financeurs]
    rangees = [
        barre._replace(parts=tuple(_parts(barre, ligne, financeurs)))
        for ligne in tableau.lignes
        for barre in [rangee(tableau, ligne)]
    ]
    total = rangee(tableau, tableau.total).valeur
    noms = ", ".join(colonne.titre for _, colonne in financeurs)
    return barres(
        "Financement par thème et par financeur",
        f"Barres horizontales du financement de chaque thème, partagées entre financeurs "
        f"({noms}). {_en_tete(rangees, total)}",
        rangees,
        code="barres-thematiques",
        legende=[_en_legende(colonne) for _, colonne in financeurs],
    )


def _parts(barre: Barre, ligne: Ligne, financeurs: Iterable[tuple[int, Colonne]]) -> Iterator[Part]:
    """The funders' shares of a theme, one after the other; nothing for 0 and for unknown."""
    for serie, (place, colonne) in enumerate(financeurs):
        chiffre = ligne.chiffres[place]
        if chiffre.valeur:
            dite = dire(f"{barre.libelle}, {colonne.titre}", chiffre.affiche)
            yield Part(chiffre.valeur, chiffre.lien, dite, _lettre(colonne), serie)


def _lettre(colonne: Colonne) -> str:
    return colonne.titre if len(colonne.titre) <= 2 else colonne.titre[:1]


def _en_legende(colonne: Colonne) -> str:
    lettre = _lettre(colonne)
    return colonne.titre if lettre == colonne.titre else f"{colonne.titre} ({lettre})"


def _en_tete(rangees: Sequence[Barre], total: Decimal | int | None) -> str:
    """Who gets most, in one sentence."""
    connues = sorted(
        ((barre.valeur, barre) for barre in rangees if barre.valeur), key=lambda c: -c[0]
    )
    if not connues:
        return "Aucun financement."
    (plus_grand, premiere), *suite = connues[:3]
    part = f", soit {pourcentage(Decimal(plus_grand) / total)} du total" if total else ""
    phrase = f"Le plus élevé : {premiere.libelle}, {montant(plus_grand)}{part}"
    if suite:
        phrase += " ; puis " + ", ".join(f"{b.libelle}, {montant(valeur)}" for valeur, b in suite)
    return f"{phrase}."


def _inconnus(rangees: Iterable[Barre]) -> str:
    noms = [barre.libelle for barre in rangees if barre.valeur is None]
    return f" Montant inconnu : {', '.join(noms)}." if noms else ""


def barres(
    titre: str,
    description: str,
    rangees: Iterable[Barre],
    code: str = "barres",
    legende: Sequence[str] = (),
) -> Graphique:
    """Amounts one under the other, in the order given; ``legende`` names the series of shares."""
    lues = tuple(rangees)
    return dessiner(
        code, titre, description + _inconnus(lues), lambda largeur: _tracer(lues, legende, largeur)
    )


def _tracer(
    rangees: tuple[Barre, ...], legende: Sequence[str], largeur: int
) -> tuple[float, SafeString]:
    trame = _Trame(rangees, largeur)
    entete, trame.haut = _legende(legende, trame.debut_des_noms if trame.large else _BORD, largeur)
    axe = list(trame.axe()) if trame.large else []
    marques = [marque for rang in range(len(rangees)) for marque in trame.marques(rang)]
    elements = (
        pour_les_yeux([*entete, *axe, *trame.lignes()]),
        element("g", ensemble(marques), fill="none", stroke=CONTOUR, stroke_width=_FIN),
        pour_les_yeux(trame.lettres(), font_weight="bold", text_anchor="middle"),
    )
    return trame.bas + (_AXE if axe else _BORD), ensemble(elements)


def _legende(noms: Sequence[str], debut: float, largeur: int) -> tuple[list[SafeString], float]:
    """The series' squares and names, on as many lines as they take; and where they end."""
    elements: list[SafeString] = []
    x, y = debut, float(_BORD + _CARRE / 2)
    for serie, nom in enumerate(noms):
        fin = x + _CARRE + 6 + largeur_estimee(nom)
        if x > debut and fin > largeur - _BORD:
            x, fin, y = debut, fin - x + debut, y + _LIGNE_DE_LEGENDE
        carre = rectangle(x, y - _CARRE / 2, _CARRE, _CARRE, fill=_serie(serie)[0], stroke=CONTOUR)
        elements += [carre, texte(x + _CARRE + 6, y, nom)]
        x = fin + 16
    return elements, y + _LIGNE_DE_LEGENDE if noms else _BORD


def _serie(rang: int) -> tuple[str, str]:
    """The colour of a series of shares, and its letter's."""
    return _SERIES[rang % len(_SERIES)]


class _Trame:
    """Where everything stands for these rows; ``haut`` is where the first one begins."""

    def __init__(self, rangees: tuple[Barre, ...], largeur: int) -> None:
        self.rangees, self.largeur, self.haut = rangees, largeur, float(_BORD)
        self.large = largeur >= LARGE
        numeros = any(barre.numero is not None for barre in rangees)
        self.debut_des_noms = _NUMERO if numeros else _BORD
        valeurs = [Decimal(barre.valeur) for barre in rangees if barre.valeur is not None]
        self.maximum = max(valeurs, default=Decimal(0))
        if self.large:
            self.noms = [en_lignes(barre.libelle, _NOM_MAX) for barre in rangees]
            self.pas = _PAS_DE_DEUX_LIGNES if any(len(n) > 1 for n in self.noms) else _PAS
            self.epaisseur = self.pas * 0.7
            self.centre_du_nom = self.centre = self.pas / 2
            nom = max((largeur_estimee(ligne) for nom in self.noms for ligne in nom), default=0)
            self.gauche = round(self.debut_des_noms + nom + _ECART)
        else:
            place = largeur - self.debut_des_noms - _BORD
            self.noms = [(abrege(barre.libelle, place),) for barre in rangees]
            self.pas, self.epaisseur, self.centre_du_nom, self.centre = _SOUS_LE_NOM
            self.gauche = _BORD
        chiffres = max(
            largeur_estimee(ecrit) for ecrit in (*(b.ecrit for b in rangees), montant(0))
        )
        self.place = largeur - self.gauche - round(chiffres + _ECART + _BORD)
        self.echelle = self.place / float(self.maximum or 1)

    @property
    def bas(self) -> float:
        return self.haut + self.pas * len(self.rangees)

    def axe(self) -> Iterator[SafeString]:
        """The amounts' axis, in €, from 0 to the largest one, and the line where bars start."""
        for valeur in _graduations(self.maximum, self.place):
            x, dit = self.gauche + valeur * self.echelle, montant(Decimal(valeur))
            yield trait(x, self.haut, x, self.bas, GRILLE)
            yield texte(x, self.bas + 16, dit, PETIT, fill=ENCRE_DOUCE, text_anchor="middle")
        yield trait(self.gauche, self.haut, self.gauche, self.bas, AXE)

    def lignes(self) -> Iterator[SafeString]:
        """Each row: number, name, bar if it isn't made of shares, amount; a dash where unknown."""
        for rang, (barre, nom) in enumerate(zip(self.rangees, self.noms, strict=True)):
            haut = self.haut + rang * self.pas
            x, y = self.debut_des_noms, haut + self.centre_du_nom
            if barre.numero is not None:
                numero = str(barre.numero)
                yield texte(x - _ECART, y, numero, PETIT, fill=ENCRE_DOUCE, text_anchor="end")
            for place, ligne in enumerate(nom):
                yield texte(x, y + (place - (len(nom) - 1) / 2) * _INTERLIGNE, ligne)
            longueur = float(barre.valeur or 0) * self.echelle
            if longueur and not barre.parts:
                yield self._barre(rang, self.gauche, longueur, barre.couleur)
            yield texte(self.gauche + longueur + _ECART, haut + self.centre, barre.ecrit)

    def marques(self, rang: int) -> Iterator[SafeString]:
        """The whole row answers the pointer and the keyboard, since a small bar is hard to follow;
        then each of its shares.
        """
        barre = self.rangees[rang]
        haut, largeur = self.haut + rang * self.pas, self.largeur - _BORD
        zone = rectangle(_BORD / 2, haut, largeur, self.pas, stroke="none", pointer_events="all")
        yield marque(barre.lien, barre.dite, zone)
        for part, x, longueur in self._parts(barre):
            forme = self._barre(rang, x, longueur, _serie(part.serie)[0])
            yield marque(part.lien, part.dite, forme)

    def lettres(self) -> Iterator[SafeString]:
        """The letter of each share that is wide enough for it."""
        for rang, barre in enumerate(self.rangees):
            y = self.haut + rang * self.pas + self.centre
            for part, x, longueur in self._parts(barre):
                if longueur >= largeur_estimee(part.lettre, PETIT, gras=True) + 4:
                    encre = _serie(part.serie)[1]
                    yield texte(x + longueur / 2, y, part.lettre, PETIT, fill=encre)

    def _barre(self, rang: int, x: float, longueur: float, fill: str) -> SafeString:
        y = self.haut + rang * self.pas + self.centre - self.epaisseur / 2
        return rectangle(x, y, longueur, self.epaisseur, fill=fill)

    def _parts(self, barre: Barre) -> Iterator[tuple[Part, float, float]]:
        """The shares, each with where it starts and how long it is."""
        x = float(self.gauche)
        for part in barre.parts:
            longueur = float(part.valeur) * self.echelle
            yield part, x, longueur
            x += longueur


def _graduations(maximum: Decimal, largeur: float) -> list[float]:
    """Round values (1, 2 or 5 times a power of ten apart) from 0 up, as many as fit this width."""
    if maximum <= 0:
        return [0]
    assez = min(5, max(1, floor(largeur / (largeur_estimee(montant(maximum), PETIT) + 4))))
    au_moins = float(maximum) / assez
    puissance = 10.0 ** floor(log10(au_moins))
    pas = next(m * puissance for m in (1, 2, 5, 10, 20) if m * puissance >= au_moins)
    return [pas * rang for rang in range(floor(float(maximum) / pas) + 1)]
