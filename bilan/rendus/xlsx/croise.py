"""The cross table's sheet: the report's figures, then the same cells as formulas, below."""

from collections.abc import Iterator
from typing import Final

from bilan.grille import Chiffre, Ligne, Tableau, Unite
from bilan.rendus.xlsx.feuille import Atelier, Feuille
from bilan.rendus.xlsx.formules import COMMUNE, THEME, TOTAL, Plages, Recompte
from bilan.rendus.xlsx.tableaux import (
    PREMIERE,
    Recalcul,
    ecrire_accord,
    ecrire_recalcul,
    groupe,
    style_de_ligne,
    tete,
)

_LARGEURS: Final = {Unite.ACTIONS: 5.5, Unite.EUROS: 9.5}


def ecrire_croise(
    atelier: Atelier,
    nom: str,
    tableau: Tableau,
    thematique: Tableau,
    plages: Plages,
    recompte: Recompte,
) -> None:
    feuille = Feuille(
        atelier,
        nom,
        f"{tableau.titre}, {tableau.annee}",
        [5, 21, *(_LARGEURS[colonne.unite] for colonne in tableau.colonnes[:-1]), 12, 8],
    )
    feuille.avertir(tableau.reconstitue)
    themes = (*(ligne.numero for ligne in thematique.lignes), None)
    debut = feuille.rang
    rang_des_themes = _entetes(feuille, tableau, themes)
    feuille.figer(debut, PREMIERE)
    premiere = feuille.rang
    for ligne in tableau.toutes_les_lignes:
        style = style_de_ligne(ligne)
        tete(feuille, ligne, style)
        for rang, chiffre in enumerate(ligne.chiffres):
            feuille.chiffre(PREMIERE + rang, chiffre, style)
        feuille.rang += 1
    feuille.onglet.autofilter(
        premiere - 1, 0, feuille.rang - 2, PREMIERE + len(tableau.colonnes) - 1
    )
    feuille.rang += 1
    feuille.bandeau("Les mêmes chiffres, recalculés par formules", "rubrique", hauteur=22)
    for ecart, ligne in enumerate(tableau.toutes_les_lignes):
        _ecrire_recalculs(
            feuille,
            tableau,
            ligne,
            premiere + ecart,
            list(_recalculs(feuille, ligne, themes, rang_des_themes, plages, recompte)),
        )


def _entetes(feuille: Feuille, tableau: Tableau, themes: tuple[int | None, ...]) -> int:
    """Three rows of heads; the first holds the themes' numbers, which the formulas read."""
    fin = PREMIERE + len(tableau.colonnes)
    rang_des_themes = feuille.rang
    for colonne, titre in ((0, ""), (1, "N° du thème"), (fin, "")):
        feuille.texte(colonne, titre, "entete")
    for place, theme in enumerate(themes):
        colonne = PREMIERE + 2 * place
        groupe(feuille, colonne, colonne + 1, "")
        if theme is not None:
            feuille.nombre(colonne, theme, "0", "entete", "centre")
    feuille.rang += 1
    feuille.onglet.set_row(feuille.rang, 48)
    for colonne in (0, 1, fin):
        feuille.texte(colonne, "", "entete")
    for titre, rangs in tableau.groupes:
        groupe(feuille, PREMIERE + rangs[0], PREMIERE + rangs[-1], titre, "petit")
    feuille.rang += 1
    titres = [colonne.titre for colonne in tableau.colonnes]
    feuille.entetes(["N°", tableau.entete, *titres, "Accord"], range(PREMIERE, fin), 18, "petit")
    return rang_des_themes


def _recalculs(
    feuille: Feuille,
    ligne: Ligne,
    themes: tuple[int | None, ...],
    rang_des_themes: int,
    plages: Plages,
    recompte: Recompte,
) -> Iterator[Recalcul]:
    """Two formulas a theme, actions then €, in the order of the table's columns."""
    for place, theme in enumerate(themes):
        adresse = feuille.case(PREMIERE + 2 * place, rang_des_themes)
        si = {} if ligne.numero is None else {COMMUNE: f"$A{feuille.rang + 1}"}
        si |= {} if theme is None else {THEME: adresse}
        yield Recalcul(plages.compte(**si), recompte.nombre(ligne.numero, theme))
        yield Recalcul(plages.somme(TOTAL, **si), recompte.montant(TOTAL, ligne.numero, theme))


def _ecrire_recalculs(
    feuille: Feuille, tableau: Tableau, ligne: Ligne, la_haut: int, recalculs: list[Recalcul]
) -> None:
    style = style_de_ligne(ligne)
    tete(feuille, ligne, style)
    for rang, (colonne, trouve) in enumerate(zip(tableau.colonnes, recalculs, strict=True)):
        ecrire_recalcul(feuille, PREMIERE + rang, colonne.unite, trouve, style)
    fin = PREMIERE + len(recalculs)
    premier, dernier = feuille.case(PREMIERE), feuille.case(fin - 1)
    haut, bas = feuille.case(PREMIERE, la_haut), feuille.case(fin - 1, la_haut)
    ecrire_accord(
        feuille,
        fin,
        f"SUMPRODUCT(--({haut}:{bas}<>{premier}:{dernier}))=0",
        all(map(_egal, ligne.chiffres, recalculs)),
        style,
    )
    feuille.rang += 1


def _egal(chiffre: Chiffre, trouve: Recalcul) -> bool:
    return chiffre.valeur == trouve.valeur
