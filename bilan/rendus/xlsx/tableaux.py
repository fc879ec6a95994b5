"""The sheets of the tables: the figures and, beside them, formulas that find them again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bilan.grille import Chiffre, Ligne, Tableau, Unite
from bilan.rendus.xlsx.feuille import (
    ACCORD,
    DESACCORD,
    INCONNU,
    PART,
    Atelier,
    Feuille,
    format_de_l_ecart,
    format_des_euros,
)
from bilan.rendus.xlsx.formules import COMMUNE, THEME, TOTAL, Plages, Recompte
from listes.chiffres import brut

PREMIERE: Final = 2
"""The column of the first figure: before it, the row's number and label."""

_NUMERO: Final = 5
_COMPTE: Final = 12
_ACCORD: Final = 9


@dataclass(frozen=True)
class Recalcul:
    """A formula and the value that it has; None: the dash."""

    formule: str
    valeur: Decimal | int | None

    @property
    def cache(self) -> int | float | str | None:
        return INCONNU if self.valeur is None else brut(self.valeur)


@dataclass(frozen=True)
class Trace:
    """Where a table stands on its sheet, for the charts. Rows and columns count from 0."""

    feuille: Feuille
    premiere: int
    derniere: int
    fin: int


class Recalculs:
    """The formula of each figure of the territorial and thematic tables."""

    def __init__(self, dimension: str, plages: Plages, recompte: Recompte) -> None:
        self._dimension = dimension
        self._plages = plages
        self._recompte = recompte

    def __call__(self, feuille: Feuille, ligne: Ligne, rang: int, code: str) -> Recalcul:
        adresse = f"$A{feuille.rang + 1}"
        si = {} if ligne.numero is None else {self._dimension: adresse}
        part = {} if ligne.numero is None else {self._dimension: ligne.numero}
        if code == "actions":
            return Recalcul(self._plages.compte(**si), self._recompte.nombre(**part))
        argent = code if code in self._plages.colonnes else TOTAL
        return Recalcul(self._plages.somme(argent, **si), self._recompte.montant(argent, **part))


Recalculer = Callable[[Feuille, Ligne, int, str], Recalcul]


def ecrire_territorial(
    atelier: Atelier, nom: str, tableau: Tableau, plages: Plages, recompte: Recompte
) -> Trace:
    return _ecrire(atelier, nom, tableau, Recalculs(COMMUNE, plages, recompte), 24, 14)


def ecrire_thematique(
    atelier: Atelier, nom: str, tableau: Tableau, plages: Plages, recompte: Recompte
) -> Trace:
    return _ecrire(atelier, nom, tableau, Recalculs(THEME, plages, recompte), 34, 12.5)


def ecrire_parts(
    atelier: Atelier, nom: str, tableau: Tableau, thematique: Trace, source: Tableau
) -> Trace:
    """Shares; their formulas divide those of the thematic sheet."""
    colonnes = [colonne.code for colonne in source.colonnes]
    recalculee = _colonne_recalculee(source)
    lignes = {ligne.numero: ligne for ligne in source.toutes_les_lignes}
    total = colonnes.index("financement_total")

    def recalculer(feuille: Feuille, ligne: Ligne, rang: int, code: str) -> Recalcul:
        la = thematique.premiere + tableau.toutes_les_lignes.index(ligne)

        def adresse(colonne: int) -> str:
            return f"{thematique.feuille.nom}!{feuille.case(recalculee + colonne, la)}"

        dividende, diviseur = adresse(colonnes.index(code)), adresse(total)
        valeurs = lignes[ligne.numero].chiffres
        haut, bas = valeurs[colonnes.index(code)].valeur, valeurs[total].valeur
        return Recalcul(
            f'IF(AND(ISNUMBER({dividende}),N({diviseur})<>0),{dividende}/{diviseur},"{INCONNU}")',
            None if haut is None or not bas else Decimal(haut) / Decimal(bas),
        )

    return _ecrire(atelier, nom, tableau, recalculer, 34, 11)


def _publies(tableau: Tableau) -> list[int]:
    """The columns that hold a figure which differs from the published one."""
    return [
        rang
        for rang in range(len(tableau.colonnes))
        if any(ligne.chiffres[rang].differe for ligne in tableau.toutes_les_lignes)
    ]


def _colonne_recalculee(tableau: Tableau) -> int:
    return PREMIERE + len(tableau.colonnes) + 2 * len(_publies(tableau))


def _ecrire(
    atelier: Atelier,
    nom: str,
    tableau: Tableau,
    recalculer: Recalculer,
    largeur: float,
    largeur_des_chiffres: float,
) -> Trace:
    publies = _publies(tableau)
    chiffres = [
        _COMPTE if colonne.unite == Unite.ACTIONS else largeur_des_chiffres
        for colonne in tableau.colonnes
    ]
    recalcul = _colonne_recalculee(tableau)
    feuille = Feuille(
        atelier,
        nom,
        f"{tableau.titre}, {tableau.annee}",
        [_NUMERO, largeur, *chiffres, *[13] * (2 * len(publies)), *chiffres, _ACCORD],
    )
    feuille.avertir(tableau.reconstitue)
    debut = feuille.rang
    _groupes(feuille, len(tableau.colonnes), len(publies))
    titres = [colonne.titre for colonne in tableau.colonnes]
    feuille.entetes(
        [
            "N°",
            tableau.entete,
            *titres,
            *(f"{titres[rang]} {suite}" for rang in publies for suite in ("publié", "écart")),
            *titres,
            "Accord",
        ],
        range(PREMIERE, recalcul + len(tableau.colonnes)),
    )
    feuille.figer(debut, PREMIERE)
    premiere = feuille.rang
    for ligne in tableau.toutes_les_lignes:
        _ecrire_ligne(feuille, tableau, ligne, publies, recalcul, recalculer)
    derniere = premiere + len(tableau.lignes) - 1
    feuille.onglet.autofilter(premiere - 1, 0, derniere, recalcul + len(tableau.colonnes))
    feuille.rang += 1
    return Trace(feuille, premiere, derniere, recalcul + len(tableau.colonnes))


def _groupes(feuille: Feuille, chiffres: int, publies: int) -> None:
    """Above the heads: which columns are the report's, the document's, and the check's."""
    debut = 0
    for titre, largeur in (
        ("Bilan", PREMIERE + chiffres),
        ("Document publié", 2 * publies),
        ("Recalcul par formules", chiffres + 1),
    ):
        if largeur:
            groupe(feuille, debut, debut + largeur - 1, titre)
            debut += largeur
    feuille.rang += 1


def groupe(
    feuille: Feuille, premiere: int, derniere: int, titre: str, style: str = "entete"
) -> None:
    """A heading over several columns."""
    habit = feuille.formats("entete", style, "centre")
    if derniere > premiere:
        feuille.onglet.merge_range(feuille.rang, premiere, feuille.rang, derniere, "", habit)
    feuille.texte(premiere, titre, "entete", style, "centre")


def _ecrire_ligne(
    feuille: Feuille,
    tableau: Tableau,
    ligne: Ligne,
    publies: Sequence[int],
    recalcul: int,
    recalculer: Recalculer,
) -> None:
    style = style_de_ligne(ligne)
    tete(feuille, ligne, style)
    for rang, chiffre in enumerate(ligne.chiffres):
        feuille.chiffre(PREMIERE + rang, chiffre, style)
    for place, rang in enumerate(publies):
        _ecrire_publie(feuille, PREMIERE + len(ligne.chiffres) + 2 * place, rang, ligne, style)
    conditions, accord = [], True
    for rang, (colonne, chiffre) in enumerate(zip(tableau.colonnes, ligne.chiffres, strict=True)):
        trouve = recalculer(feuille, ligne, rang, colonne.code)
        ecrire_recalcul(feuille, recalcul + rang, colonne.unite, trouve, style)
        cases = feuille.case(PREMIERE + rang), feuille.case(recalcul + rang)
        conditions.append(_egalite(colonne.unite, *cases))
        accord = accord and _egaux(chiffre, trouve)
    fin = recalcul + len(tableau.colonnes)
    ecrire_accord(feuille, fin, f"AND({','.join(conditions)})", accord, style)
    feuille.rang += 1


def _ecrire_publie(feuille: Feuille, colonne: int, rang: int, ligne: Ligne, style: str) -> None:
    """The figure that the document prints, and recomputed − published as a live formula."""
    chiffre = ligne.chiffres[rang]
    if chiffre.publication is None:
        feuille.texte(colonne, "", style)
        feuille.texte(colonne + 1, "", style)
        return
    publie = chiffre.publication.valeur
    euros = chiffre.unite == Unite.EUROS
    feuille.nombre(colonne, publie, format_des_euros(publie) if euros else "#,##0", style)
    if chiffre.valeur is None:
        feuille.texte(colonne + 1, INCONNU, style, "droite")
        return
    ecart = Decimal(chiffre.valeur) - publie
    feuille.formule(
        colonne + 1,
        f"ROUND({feuille.case(PREMIERE + rang)}-{feuille.case(colonne)},2)",
        brut(ecart),
        *((style, "differe") if chiffre.differe else (style,)),
        nombre=format_de_l_ecart(chiffre.unite, ecart),
    )


def tete(feuille: Feuille, ligne: Ligne, style: str) -> None:
    """The number and the label of a row."""
    if ligne.numero is None:
        feuille.texte(0, "", style)
    else:
        feuille.nombre(0, ligne.numero, "0", style, "gauche")
    feuille.texte(1, ligne.libelle, style)


def style_de_ligne(ligne: Ligne) -> str:
    return "total" if ligne.numero is None else "filet"


def ecrire_recalcul(
    feuille: Feuille, colonne: int, unite: Unite, trouve: Recalcul, style: str
) -> None:
    nombre = {Unite.EUROS: format_des_euros(trouve.valeur), Unite.PART: PART}.get(unite, "#,##0")
    feuille.formule(
        colonne, trouve.formule, trouve.cache, style, "recalcul", "droite", nombre=nombre
    )


def ecrire_accord(feuille: Feuille, colonne: int, condition: str, vrai: bool, style: str) -> None:
    """✓ where every figure of the row is found again, ≠ otherwise."""
    feuille.formule(
        colonne,
        f'IF(IFERROR({condition},FALSE),"{ACCORD}","{DESACCORD}")',
        ACCORD if vrai else DESACCORD,
        style,
        "recalcul",
        "centre",
    )


def _egalite(unite: Unite, chiffre: str, recalcul: str) -> str:
    """Words or nothing in the place of a count stand for 0; a share is compared to 9 decimals."""
    if unite == Unite.ACTIONS:
        return f"N({chiffre})={recalcul}"
    if unite == Unite.PART:
        proche = f"ABS({chiffre}-{recalcul})<0.000000001"
        return f"IF(ISNUMBER({chiffre}),{proche},{chiffre}={recalcul})"
    return f"{chiffre}={recalcul}"


def _egaux(chiffre: Chiffre, trouve: Recalcul) -> bool:
    if chiffre.unite == Unite.ACTIONS:
        return (chiffre.valeur or 0) == trouve.valeur
    return chiffre.valeur == trouve.valeur
