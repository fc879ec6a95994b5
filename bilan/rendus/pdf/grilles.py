"""Tables of figures and registers as reportlab tables: texts only, cut beforehand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from reportlab.platypus import Table, TableStyle

from bilan.document import Cellule, Registre
from bilan.rendus.pdf.toile import LARGEUR_PAYSAGE, LARGEUR_PORTRAIT
from bilan.rendus.pdf.typographie import (
    BLEU,
    ENCRE,
    ENCRE_DOUCE,
    FILET,
    FOND_TETE,
    GRAS,
    NORMAL,
    ROUGE,
    couper,
    en_ligne,
    largeur,
    morceler,
    propre,
)
from bilan.tableaux import Chiffre, Colonne, Ligne, Tableau
from financement.montants import Montant
from listes.chiffres import dire_la_somme, nombre

CONTROLE: Final = "controle"
_RESPIRATION: Final = 60
"""What a column may grow beyond its content, at most, in points."""

_NUMERO: Final = "00"

Commande = tuple[object, ...]


@dataclass(frozen=True)
class Mesures:
    """The sizes of a table: upright tables breathe, wide ones are set smaller."""

    corps: float
    interligne: float
    marge: float
    haut: float = 2
    bas: float = 3.5
    libelle: float = 0

    def largeur(self, texte: str, police: str = NORMAL) -> float:
        lignes = texte.split("\n")
        return max(largeur(ligne, police, self.corps) for ligne in lignes) + 2 * self.marge

    def couper(self, texte: str, place: float, police: str = NORMAL) -> str:
        return "\n".join(couper(texte, police, self.corps, place - 2 * self.marge))


AISE: Final = Mesures(corps=9, interligne=11.5, marge=5, libelle=105)
SERRE: Final = Mesures(corps=7.4, interligne=8.8, marge=3, haut=1.5, bas=2.5, libelle=70)


@dataclass(frozen=True)
class _Pile:
    """A printed column: one of the table, or those that share a heading, one above another."""

    titre: str
    rangs: tuple[int, ...]


def est_large(tableau: Tableau) -> bool:
    """Whether the table needs a wide page."""
    piles = _piles(tableau.colonnes)
    chiffres = sum(_besoins(tableau, piles, AISE))
    return bool(AISE.largeur(_NUMERO) + AISE.libelle + chiffres > LARGEUR_PORTRAIT)


def grille(tableau: Tableau, base_url: str, controle: bool) -> Table:
    """The table; ``controle`` says whether a gap can point to the check's annex."""
    large = est_large(tableau)
    mesures = SERRE if large else AISE
    piles = _piles(tableau.colonnes)
    besoins = _besoins(tableau, piles, mesures)
    place = LARGEUR_PAYSAGE if large else LARGEUR_PORTRAIT
    numero = mesures.largeur(_NUMERO)
    libelles = [mesures.largeur(propre(li.libelle), GRAS) for li in tableau.toutes_les_lignes]
    libelle = max(mesures.libelle, min(max(libelles), place - numero - sum(besoins)))
    reste = (place - numero - libelle - sum(besoins)) / max(1, len(besoins))
    colonnes = [besoin + min(max(0, reste), _RESPIRATION) for besoin in besoins]
    libelle = place - numero - sum(colonnes)
    tete = [
        "N°",
        mesures.couper(tableau.entete, libelle, GRAS),
        *(
            mesures.couper(pile.titre, place, GRAS)
            for pile, place in zip(piles, colonnes, strict=True)
        ),
    ]
    lignes = [
        [
            "" if ligne.numero is None else str(ligne.numero),
            mesures.couper(ligne.libelle, libelle, NORMAL if ligne.numero else GRAS),
            *(_case(ligne, pile) for pile in piles),
        ]
        for ligne in tableau.toutes_les_lignes
    ]
    marques = [
        commande
        for y, ligne in enumerate(tableau.toutes_les_lignes, 1)
        for x, pile in enumerate(piles, 2)
        for commande in _marques(ligne, pile, (x, y), base_url, controle)
    ]
    style = [
        *commandes(mesures),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("ALIGN", (0, 0), (0, -1), "RIGHT"),
        ("TEXTCOLOR", (0, 1), (0, -1), ENCRE_DOUCE),
        ("FONTNAME", (0, -1), (-1, -1), GRAS),
        ("LINEABOVE", (0, -1), (-1, -1), 1, BLEU),
        ("NOSPLIT", (0, -min(3, len(lignes))), (-1, -1)),
        *marques,
    ]
    return Table(
        [tete, *lignes],
        colWidths=[numero, libelle, *colonnes],
        repeatRows=1,
        hAlign="LEFT",
        spaceAfter=14,
        style=TableStyle(style),
    )


def commandes(mesures: Mesures) -> list[Commande]:
    """What every table of the report has in common."""
    return [
        ("FONT", (0, 0), (-1, -1), NORMAL, mesures.corps, mesures.interligne),
        ("FONTNAME", (0, 0), (-1, 0), GRAS),
        ("TEXTCOLOR", (0, 0), (-1, -1), ENCRE),
        ("TEXTCOLOR", (0, 0), (-1, 0), BLEU),
        ("BACKGROUND", (0, 0), (-1, 0), FOND_TETE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), mesures.marge),
        ("RIGHTPADDING", (0, 0), (-1, -1), mesures.marge),
        ("TOPPADDING", (0, 0), (-1, -1), mesures.haut),
        ("BOTTOMPADDING", (0, 0), (-1, -1), mesures.bas),
        ("LINEBELOW", (0, 0), (-1, 0), 1, BLEU),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, FILET),
    ]


def _piles(colonnes: Sequence[Colonne]) -> list[_Pile]:
    rangees = enumerate(colonnes)
    return [
        _Pile(groupe or colonnes[rang].titre, (rang, *(r for r, _ in suite if groupe)))
        for groupe, membres in groupby(rangees, key=lambda paire: paire[1].groupe)
        for (rang, _), *suite in ([list(membres)] if groupe else [[m] for m in membres])
    ]


def _besoins(tableau: Tableau, piles: Iterable[_Pile], mesures: Mesures) -> list[float]:
    """The width that each column's figures need, and the longest word of its heading."""
    return [
        max(
            *(mesures.largeur(_case(li, pile), GRAS) for li in tableau.toutes_les_lignes),
            *(mesures.largeur(mot, GRAS) for mot in morceler(propre(pile.titre) or "…")),
        )
        for pile in piles
    ]


def _case(ligne: Ligne, pile: _Pile) -> str:
    return "\n".join(imprime(ligne.chiffres[rang]) for rang in pile.rangs).rstrip("\n")


def imprime(chiffre: Chiffre) -> str:
    """The recomputed figure and, beneath it where it differs, the published one."""
    affiche = _partie_connue(chiffre.affiche) if chiffre.inconnus else en_ligne(chiffre.affiche)
    if not chiffre.differe or chiffre.publication is None:
        return affiche
    return f"{affiche}\n≠ publié : {nombre(chiffre.publication.valeur)}"


def somme_imprimee(somme: Montant) -> str:
    """A sum as the legend tells it apart, how many amounts it lacks on a second line."""
    return _partie_connue(dire_la_somme(somme))


def _partie_connue(somme: str) -> str:
    connue, _, inconnus = somme.partition(", ")
    return "\n".join(en_ligne(partie) for partie in (connue, inconnus) if partie)


def _marques(
    ligne: Ligne, pile: _Pile, case: tuple[int, int], base_url: str, controle: bool
) -> Iterable[Commande]:
    chiffres = [ligne.chiffres[rang] for rang in pile.rangs]
    if any(chiffre.differe for chiffre in chiffres):
        yield ("TEXTCOLOR", case, case, ROUGE)
        if controle:
            yield ("DESTINATION", case, case, CONTROLE)
            return
    elif not any(chiffre.valeur or chiffre.texte for chiffre in chiffres):
        yield ("TEXTCOLOR", case, case, ENCRE_DOUCE)
    if base_url and chiffres[0].lien:
        yield ("HREF", case, case, base_url + chiffres[0].lien)


def registre(bloc: Registre, base_url: str) -> Table:
    """A register: words on the left, figures on the right; a gap is set in bold."""
    mesures = Mesures(corps=8, interligne=10, marge=4)
    cases = [[_mot(cellule) for cellule in ligne] for ligne in bloc.lignes]
    largeurs = _partage(bloc, cases, mesures)
    a_droite = [
        x
        for x in range(len(bloc.entetes))
        if bloc.lignes and isinstance(bloc.lignes[0][x], Chiffre)
    ]
    coupees = [
        [mesures.couper(mot, place, GRAS) for mot, place in zip(ligne, largeurs, strict=True)]
        for ligne in ([propre(e) for e in bloc.entetes], *cases)
    ]
    style = [
        *commandes(mesures),
        *(("ALIGN", (x, 0), (x, -1), "RIGHT") for x in a_droite),
        *_ecarts(bloc.lignes),
        *(
            ("HREF", (x, y), (x, y), base_url + cellule.lien)
            for y, ligne in enumerate(bloc.lignes, 1)
            for x, cellule in enumerate(ligne)
            if base_url and isinstance(cellule, Chiffre) and cellule.lien
        ),
    ]
    return Table(coupees, colWidths=largeurs, repeatRows=1, hAlign="LEFT", style=TableStyle(style))


def _mot(cellule: Cellule) -> str:
    return imprime(cellule) if isinstance(cellule, Chiffre) else propre(cellule)


def _ecarts(lignes: Iterable[Sequence[Cellule]]) -> Iterable[Commande]:
    """Bold for the rows that hold a figure other than 0 under a heading of gaps."""
    for y, ligne in enumerate(lignes, 1):
        if any(isinstance(c, Chiffre) and c.texte and c.valeur for c in ligne):
            yield ("FONTNAME", (0, y), (-1, y), GRAS)
            yield ("TEXTCOLOR", (0, y), (-1, y), ROUGE)


def _partage(bloc: Registre, cases: list[list[str]], mesures: Mesures) -> list[float]:
    """Natural widths; where they exceed the page, the widest columns give way."""
    naturelles = [
        max(
            [mesures.largeur(propre(entete), GRAS), *(mesures.largeur(li[x], GRAS) for li in cases)]
        )
        for x, entete in enumerate(bloc.entetes)
    ]
    plafond = max(naturelles, default=0)
    while sum(min(n, plafond) for n in naturelles) > LARGEUR_PORTRAIT:
        plafond -= 2
    largeurs = [min(n, plafond) for n in naturelles]
    reste = (LARGEUR_PORTRAIT - sum(largeurs)) / max(1, len(largeurs))
    return [place + min(reste, _RESPIRATION / 3) for place in largeurs]
