"""Each block of the report as what flows on its pages."""

from collections.abc import Iterator
from dataclasses import replace
from functools import singledispatch
from io import StringIO
from math import ceil
from typing import Any, Final
from xml.etree import ElementTree as ET

from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.platypus import CondPageBreak, KeepTogether, Table
from svglib.svglib import svg2rlg

from bilan.document import (
    Bloc,
    BlocTableau,
    ChiffreCle,
    ChiffresCles,
    Fiche,
    Illustration,
    Legende,
    Liste,
    ListeActions,
    Paragraphe,
    Rapport,
    Registre,
)
from bilan.graphiques.dessin import Graphique, sur_papier
from bilan.rendus.pdf.grilles import grille, registre
from bilan.rendus.pdf.liste_imprimee import ListeImprimee, Pages
from bilan.rendus.pdf.toile import HAUTEUR_PORTRAIT, LARGEUR_PORTRAIT
from bilan.rendus.pdf.typographie import (
    BLEU,
    ENCRE,
    ENCRE_DOUCE,
    FILET,
    GRAS,
    INTERTITRE,
    ITALIQUE,
    LEGENDE,
    NORMAL,
    NOTE,
    PUCE,
    RUBRIQUE,
    Style,
    Texte,
    couper,
    enregistrer,
    largeur,
    propre,
)

_PAR_RANGEE = 4
_LARGEUR_DU_TRAIT = 0.77 * LARGEUR_PORTRAIT
_HAUTEUR_DU_TRAIT = HAUTEUR_PORTRAIT - 90

_TEXTE_SVG: Final = "{http://www.w3.org/2000/svg}text"
_PEINTURES: Final = ("fill", "stroke")
# Given a font file, svglib would embed a second copy of it: it draws in built-in fonts, replaced
# after by those that the report's texts use, under the same names.
_PROVISOIRE: Final = "Helvetica"
_DEFINITIVES: Final = {"Helvetica": NORMAL, "Helvetica-Bold": GRAS}


@singledispatch
def flux(bloc: Bloc, rapport: Rapport, base_url: str) -> list[Any]:
    """The flowables of a block, in order."""
    raise TypeError(f"Bloc inconnu : {type(bloc).__name__}")


@flux.register
def _(bloc: Paragraphe, _rapport: Rapport, _base_url: str) -> list[Any]:
    return [Texte(bloc.texte)]


@flux.register
def _(bloc: Liste, _rapport: Rapport, _base_url: str) -> list[Any]:
    puces = [Texte(element, PUCE, "•") for element in bloc.elements]
    if not bloc.titre:
        return list(puces)
    if not puces:
        return [KeepTogether([Texte(bloc.titre, INTERTITRE), Texte("Aucun.")])]
    return [KeepTogether([Texte(bloc.titre, INTERTITRE), puces[0]]), *puces[1:]]


@flux.register
def _(bloc: ChiffresCles, _rapport: Rapport, base_url: str) -> list[Any]:
    cote = LARGEUR_PORTRAIT / _PAR_RANGEE
    cases: list[Any] = [_carte(cle, cote - 16) for cle in bloc.chiffres]
    cases += [""] * (-len(cases) % _PAR_RANGEE)
    liens = [
        ("HREF", *[(rang % _PAR_RANGEE, rang // _PAR_RANGEE)] * 2, base_url + cle.chiffre.lien)
        for rang, cle in enumerate(bloc.chiffres)
        if base_url and cle.chiffre.lien
    ]
    style = [
        ("FONTNAME", (0, 0), (-1, -1), NORMAL),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ("LINEABOVE", (0, 0), (-1, -1), 0.6, FILET),
        *liens,
    ]
    rangees = [cases[x : x + _PAR_RANGEE] for x in range(0, len(cases), _PAR_RANGEE)]
    return [Table(rangees, colWidths=[cote] * _PAR_RANGEE, style=style, hAlign="LEFT")]


def _carte(cle: ChiffreCle, place: float) -> list[Texte]:
    affiche = propre(cle.chiffre.affiche or "aucune ligne")
    valeur, _, inconnus = affiche.partition(", ") if cle.chiffre.inconnus else (affiche, "", "")
    corps = min(19.0, 19.0 * place / max(1, largeur(valeur, GRAS, 19)))
    return [
        Texte(valeur, Style(GRAS, corps, 23, BLEU, apres=0)),
        *([Texte(inconnus, Style(GRAS, 9, 11.5, BLEU, apres=0))] if inconnus else []),
        Texte(cle.libelle, Style(GRAS, 9, 11.5, ENCRE, apres=0)),
        *([Texte(cle.note, Style(ITALIQUE, 8, 10, ENCRE_DOUCE, apres=0))] if cle.note else []),
    ]


@flux.register
def _(bloc: BlocTableau, rapport: Rapport, base_url: str) -> list[Any]:
    table = grille(bloc.tableau, base_url, controle=rapport.compare)
    return [*([Texte(bloc.note, NOTE)] if bloc.note else []), table]


@flux.register
def _(bloc: Illustration, rapport: Rapport, _base_url: str) -> list[Any]:
    trait = dessin(bloc.graphique, _LARGEUR_DU_TRAIT)
    if trait.height > _HAUTEUR_DU_TRAIT:
        trait = dessin(bloc.graphique, trait.width * _HAUTEUR_DU_TRAIT / trait.height)
    trait.hAlign = "CENTER"
    tableau = rapport.tableau(bloc.equivalent)
    renvoi = ", mêmes chiffres que le tableau de cette section" if tableau else ""
    legende = Texte(f"{bloc.graphique.titre}{renvoi}.", LEGENDE)
    return [KeepTogether([trait, legende])]


def dessin(graphique: Graphique, largeur: float) -> Drawing:
    """The page's own SVG as vectors, that many points wide, in the font that the PDF embeds.

    Its height follows.

    Raises ValueError where the SVG can't be drawn.
    """
    enregistrer()
    racine = ET.fromstring(graphique.large)  # noqa: S314 — our own drawing
    for forme in racine.iter():
        for peinture in _PEINTURES:
            if peinture in forme.attrib:
                forme.set(peinture, sur_papier(forme.attrib[peinture]))
        if forme.tag == _TEXTE_SVG:
            forme.set("font-family", _PROVISOIRE)
    trace = svg2rlg(StringIO(ET.tostring(racine, encoding="unicode")))
    if trace is None:
        raise ValueError(f"Le graphique « {graphique.titre} » ne se dessine pas.")
    for ecrit in _textes(trace):
        ecrit.fontName = _DEFINITIVES[ecrit.fontName]
    echelle = largeur / trace.width
    trace.scale(echelle, echelle)
    trace.width, trace.height = largeur, trace.height * echelle
    return trace


def _textes(groupe: Group | Drawing) -> Iterator[String]:
    for forme in groupe.contents:
        if isinstance(forme, String):
            yield forme
        elif isinstance(forme, Group):
            yield from _textes(forme)


@flux.register
def _(bloc: Legende, _rapport: Rapport, _base_url: str) -> list[Any]:
    """In as many columns as the longest entry leaves, read from top to bottom."""
    if not bloc.entrees:
        return []
    plus_longue = max(largeur(propre(texte), NORMAL, 9) for _, texte in bloc.entrees) + 34
    colonnes = max(1, min(3, int(LARGEUR_PORTRAIT // plus_longue)))
    hauteur = ceil(len(bloc.entrees) / colonnes)
    place = LARGEUR_PORTRAIT / colonnes
    rangees = [
        [
            case
            for entree in bloc.entrees[y::hauteur]
            for case in (str(entree[0]), "\n".join(couper(entree[1], NORMAL, 9, place - 28)))
        ]
        for y in range(hauteur)
    ]
    rangees = [[*rangee, *[""] * (2 * colonnes - len(rangee))] for rangee in rangees]
    style = [
        ("FONT", (0, 0), (-1, -1), NORMAL, 9, 11.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), ENCRE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        *(
            commande
            for x in range(0, 2 * colonnes, 2)
            for commande in (
                ("ALIGN", (x, 0), (x, -1), "RIGHT"),
                ("FONTNAME", (x, 0), (x, -1), GRAS),
                ("TEXTCOLOR", (x, 0), (x, -1), BLEU),
            )
        ),
    ]
    table = Table(rangees, colWidths=[22, place - 22] * colonnes, style=style, hAlign="LEFT")
    return [KeepTogether([Texte(bloc.titre, INTERTITRE), table])]


@flux.register
def _(bloc: Fiche, _rapport: Rapport, _base_url: str) -> list[Any]:
    return [
        Texte(valeur, RUBRIQUE, titre if rang == 0 else "")
        for titre, valeurs in bloc.rubriques
        for rang, valeur in enumerate(_reunies(valeurs))
    ]


def _reunies(valeurs: tuple[str, ...]) -> tuple[str, ...]:
    """Names one after the other; what dates and explains (« 2002 : … ») on a line each."""
    if any(" : " in valeur for valeur in valeurs):
        return valeurs
    return ((" ; " if any("," in valeur for valeur in valeurs) else ", ").join(valeurs),)


@flux.register
def _(bloc: Registre, _rapport: Rapport, base_url: str) -> list[Any]:
    titre = Texte(bloc.titre, INTERTITRE)
    return [CondPageBreak(120), titre, registre(bloc, base_url)]


@flux.register
def _(bloc: ListeActions, rapport: Rapport, base_url: str) -> list[Any]:
    if not bloc.nombre:
        return [Texte(f"Aucune action n'est enregistrée pour {rapport.annee}.")]
    note = (
        "Montants accordés en crédits de fonctionnement, par colonne de financeurs. « — » signale "
        "un montant inconnu, une case vide l'absence de ligne de financement."
    )
    reconstitue = " * Action reconstituée." if bloc.reconstitue else ""
    return [Texte(note + reconstitue, replace(NOTE, avant=0)), ListeImprimee(Pages(bloc, base_url))]
