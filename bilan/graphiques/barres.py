"""Bar charts: of communes, of themes stacked by funder, of anything else. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from bilan.graphiques.trait import (
    ENCRE,
    FOND,
    PETIT,
    Graphique,
    Specification,
    absolu,
    dire,
    largeur_estimee,
    textes,
)
from bilan.graphiques.trame import Barre, Trame, rangee
from bilan.grille import Colonne, Tableau, Unite
from bilan.tableaux import FINANCEMENT_TOTAL, TableauTerritorial, TableauThematique
from listes.chiffres import montant, pourcentage

# Okabe–Ito, ordered so that neighbours differ in lightness too; the letter's colour reads on it.
COULEURS: Final = (
    ("#0072b2", FOND),
    ("#e69f00", ENCRE),
    ("#009e73", ENCRE),
    ("#f0e442", ENCRE),
    ("#cc79a7", ENCRE),
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


def barres(
    titre: str,
    description: str,
    lignes: Iterable[Barre | tuple[str, Decimal | int | None, str]],
    code: str = "barres",
) -> Graphique:
    """Amounts one under the other, in the order given: (label, amount in €, link), or Barre."""
    rangees = [Barre(*ligne) for ligne in lignes]
    dite = description + _inconnus(rangees)
    trame = Trame.de(rangees)
    pleines: list[Specification] = [
        {"rang": rang, "valeur": float(barre.valeur), "couleur": barre.couleur}
        for rang, barre in enumerate(rangees)
        if barre.valeur
    ]
    couches = [
        {
            "data": {"values": pleines},
            "mark": {"type": "bar", "aria": False},
            "encoding": {
                "x": trame.axe("valeur"),
                "y": trame.bandes,
                "color": {"field": "couleur", "type": "nominal", "scale": None},
            },
        },
        *trame.noms(),
        trame.totaux(),
        trame.zones(),
    ]
    return Graphique(code, titre, dite, trame.specification(dite, couches))


def barres_thematiques(tableau: TableauThematique) -> Graphique:
    """Funding by theme, each bar made of its funders' shares, always in the same order.

    Told apart without colours: the order, the letter in each share, the lightness, the outline.
    """
    financeurs = [
        (rang, colonne)
        for rang, colonne in enumerate(tableau.colonnes)
        if colonne.unite == Unite.EUROS and colonne.code != FINANCEMENT_TOTAL.code
    ]
    rangees = [rangee(tableau, ligne) for ligne in tableau.lignes]
    total = rangee(tableau, tableau.total).valeur
    noms = ", ".join(colonne.titre for _, colonne in financeurs)
    dite = (
        f"Barres horizontales du financement de chaque thème, partagées entre financeurs "
        f"({noms}). {_en_tete(rangees, total)}{_inconnus(rangees)}"
    )
    trame = Trame.de(rangees, legende=True)
    parts = list(_parts(tableau, financeurs, rangees))
    couches = [
        *trame.noms(),
        trame.totaux(),
        trame.zones(),
        _empilement(trame, parts, [colonne for _, colonne in financeurs]),
        *_lettres(trame, parts),
    ]
    return Graphique(
        "barres-thematiques",
        "Financement par thème et par financeur",
        dite,
        trame.specification(dite, couches),
    )


def _parts(
    tableau: Tableau, financeurs: Sequence[tuple[int, Colonne]], rangees: Sequence[Barre]
) -> Iterator[Specification]:
    """The funders' shares of each theme, one after the other; nothing for 0 and for unknown."""
    for rang, (ligne, barre) in enumerate(zip(tableau.lignes, rangees, strict=True)):
        debut = Decimal(0)
        for ordre, (place, colonne) in enumerate(financeurs):
            chiffre = ligne.chiffres[place]
            if chiffre.valeur:
                fin = debut + chiffre.valeur
                yield {
                    "rang": rang,
                    "debut": float(debut),
                    "fin": float(fin),
                    "ordre": ordre,
                    "financeur": _en_legende(colonne),
                    "lettre": _lettre(colonne),
                    "lien": absolu(chiffre.lien),
                    "description": dire(f"{barre.libelle}, {colonne.titre}", chiffre.valeur),
                }
                debut = fin


def _empilement(
    trame: Trame, parts: list[Specification], colonnes: Sequence[Colonne]
) -> Specification:
    return {
        "data": {"values": parts},
        "mark": {"type": "bar", "stroke": ENCRE, "strokeWidth": 0.8},
        "encoding": {
            "x": trame.axe("debut"),
            "x2": {"field": "fin"},
            "y": trame.bandes,
            "color": {
                "field": "financeur",
                "type": "nominal",
                "scale": {
                    "domain": [_en_legende(colonne) for colonne in colonnes],
                    "range": [_couleurs(ordre)[0] for ordre in range(len(colonnes))],
                },
                "legend": {"orient": "top", "offset": 12, "columnPadding": 22},
            },
            "href": {"field": "lien"},
            "description": {"field": "description"},
        },
    }


def _lettres(trame: Trame, parts: list[Specification]) -> Iterator[Specification]:
    """The funder's letter in each share that is wide enough for it."""
    for ordre in sorted({part["ordre"] for part in parts}):
        assez_larges = [
            {
                "x": (part["debut"] + part["fin"]) / 2 * trame.echelle,
                "y": trame.milieu(part["rang"]),
                "texte": part["lettre"],
            }
            for part in parts
            if part["ordre"] == ordre
            and (part["fin"] - part["debut"]) * trame.echelle
            >= largeur_estimee(part["lettre"], PETIT) + 6
        ]
        yield textes(assez_larges, fontSize=PETIT, fontWeight="bold", color=_couleurs(ordre)[1])


def _couleurs(ordre: int) -> tuple[str, str]:
    return COULEURS[ordre % len(COULEURS)]


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
    texte = f"Le plus élevé : {premiere.libelle}, {montant(plus_grand)}{part}"
    if suite:
        texte += " ; puis " + ", ".join(f"{b.libelle}, {montant(valeur)}" for valeur, b in suite)
    return f"{texte}."


def _inconnus(rangees: Iterable[Barre]) -> str:
    noms = [barre.libelle for barre in rangees if barre.valeur is None]
    return f" Montant inconnu : {', '.join(noms)}." if noms else ""
