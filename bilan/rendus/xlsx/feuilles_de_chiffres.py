"""The sheets of the tables: their figures and, beside or below, formulas that find them again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

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
from bilan.rendus.xlsx.feuille_actions import COMMUNE, THEME, Critere, Recalcul, Recompte
from bilan.tableaux import Chiffre, Colonne, Ligne, Tableau, Unite
from listes.chiffres import brut

PREMIERE: Final = 2
"""The column of the first figure: before it, the row's number and label."""

_NUMERO: Final = 5
_COMPTE: Final = 12
_PUBLIE: Final = 13
_ACCORD: Final = 9
_DU_CROISE: Final = {Unite.ACTIONS: 5.5, Unite.EUROS: 9.5}

Recalculer = Callable[[Feuille, Ligne, Colonne], Recalcul]
"""The formula that finds again the figure of a column in the row that is being written."""


class TableauRecompte:
    """A table on its sheet and, in each row, what was published and the formulas that count again.

    Rows and columns count from 0. ``derniere`` is the last row before the TOTAL, ``accord`` the
    column that says whether formulas find the figures of their row.
    """

    def __init__(
        self,
        atelier: Atelier,
        nom: str,
        tableau: Tableau,
        recalculer: Recalculer,
        largeurs: tuple[float, float],
    ) -> None:
        """``largeurs`` are those of the labels and of the figures, but for counts."""
        self.tableau = tableau
        self.partiels, self.publies = tableau.rangs_des_partiels, tableau.rangs_des_differents
        self.publiee = PREMIERE + len(tableau.colonnes) + len(self.partiels)
        self.recalculee = self.publiee + 2 * len(self.publies)
        self.accord = self.recalculee + len(tableau.colonnes)
        libelle, chiffre = largeurs
        chiffres = [_COMPTE if c.unite == Unite.ACTIONS else chiffre for c in tableau.colonnes]
        ajoutes = [_PUBLIE] * (len(self.partiels) + 2 * len(self.publies))
        self.feuille = _feuille(
            atelier, nom, tableau, [_NUMERO, libelle, *chiffres, *ajoutes, *chiffres, _ACCORD]
        )
        self._entetes()
        self.premiere = self.feuille.rang
        self.derniere = self.premiere + len(tableau.lignes) - 1
        for ligne in tableau.toutes_les_lignes:
            self._ecrire_ligne(ligne, recalculer)
        self.feuille.onglet.autofilter(self.premiere - 1, 0, self.derniere, self.accord)
        self.feuille.rang += 1

    def adresse(self, ligne: int, code: str) -> str:
        """From another sheet, the formula that finds again the figure of a row and a column."""
        rang = next(rang for rang, c in enumerate(self.tableau.colonnes) if c.code == code)
        case = self.feuille.case(self.recalculee + rang, self.premiere + ligne)
        return f"{self.feuille.nom}!{case}"

    def _entetes(self) -> None:
        """Which columns are the report's, the document's and the check's; then their heads."""
        feuille, debut, colonne = self.feuille, self.feuille.rang, 0
        for titre, fin in (
            ("Bilan", self.publiee),
            ("Document publié", self.recalculee),
            ("Recalcul par formules", self.accord + 1),
        ):
            if fin > colonne:
                _groupe(feuille, colonne, fin - 1, titre)
                colonne = fin
        feuille.rang += 1
        titres = [colonne.titre for colonne in self.tableau.colonnes]
        ajoutes = [f"{titres[x]}, montants inconnus" for x in self.partiels]
        ajoutes += [f"{titres[x]} {suite}" for x in self.publies for suite in ("publié", "écart")]
        feuille.entetes(
            ["N°", self.tableau.entete, *titres, *ajoutes, *titres, "Accord"],
            range(PREMIERE, self.accord),
        )
        feuille.figer(debut, PREMIERE)

    def _ecrire_ligne(self, ligne: Ligne, recalculer: Recalculer) -> None:
        feuille, colonnes = self.feuille, self.tableau.colonnes
        _ecrire_chiffres(feuille, ligne)
        for place, rang in enumerate(self.partiels, PREMIERE + len(colonnes)):
            self._ecrire_inconnus(place, ligne.chiffres[rang], _style(ligne))
        for place, rang in enumerate(self.publies):
            self._ecrire_publie(self.publiee + 2 * place, rang, ligne)
        trouves = [recalculer(feuille, ligne, colonne) for colonne in colonnes]
        _ecrire_recalculs(feuille, self.recalculee, ligne, trouves)
        egalites = (
            _egalite(c.unite, feuille.case(PREMIERE + rang), feuille.case(self.recalculee + rang))
            for rang, c in enumerate(colonnes)
        )
        _ecrire_accord(feuille, self.accord, f"AND({','.join(egalites)})", ligne, trouves)
        feuille.rang += 1

    def _ecrire_inconnus(self, colonne: int, chiffre: Chiffre, style: str) -> None:
        """How many amounts the sum lacks; nothing where it lacks none."""
        if chiffre.inconnus:
            self.feuille.nombre(colonne, chiffre.inconnus, "0", style)
        else:
            self.feuille.texte(colonne, "", style)

    def _ecrire_publie(self, colonne: int, rang: int, ligne: Ligne) -> None:
        """The figure that the document prints, and recomputed − published as a live formula."""
        feuille, style, chiffre = self.feuille, _style(ligne), ligne.chiffres[rang]
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


def ecrire_territorial(
    atelier: Atelier, nom: str, tableau: Tableau, recompte: Recompte
) -> TableauRecompte:
    """Actions and funding by commune."""
    return TableauRecompte(atelier, nom, tableau, _par(COMMUNE, recompte), (24, 14))


def ecrire_thematique(
    atelier: Atelier, nom: str, tableau: Tableau, recompte: Recompte
) -> TableauRecompte:
    """Actions and funding by theme and column of funders."""
    return TableauRecompte(atelier, nom, tableau, _par(THEME, recompte), (34, 12.5))


def _par(dimension: str, recompte: Recompte) -> Recalculer:
    def recalculer(feuille: Feuille, ligne: Ligne, colonne: Colonne) -> Recalcul:
        return recompte.recalcul(colonne, _critere(dimension, _son_numero(feuille), ligne.numero))

    return recalculer


def _son_numero(feuille: Feuille) -> str:
    """The address of the number of the row that is being written."""
    return f"$A{feuille.rang + 1}"


def _critere(dimension: str, adresse: str, numero: int | None) -> Mapping[str, Critere]:
    """None is the TOTAL, which no commune or theme limits."""
    return {} if numero is None else {dimension: (adresse, numero)}


def ecrire_parts(atelier: Atelier, nom: str, tableau: Tableau, thematique: TableauRecompte) -> None:
    """Shares; their formulas divide those of the thematic sheet."""
    total = "financement_total"

    def recalculer(_feuille: Feuille, ligne: Ligne, colonne: Colonne) -> Recalcul:
        rang = tableau.toutes_les_lignes.index(ligne)
        dividende, diviseur = (thematique.adresse(rang, code) for code in (colonne.code, total))
        haut, bas = (
            chiffre.valeur if (chiffre := thematique.tableau.chiffre(ligne.numero, code)) else None
            for code in (colonne.code, total)
        )
        return Recalcul(
            f'IF(AND(ISNUMBER({dividende}),N({diviseur})<>0),{dividende}/{diviseur},"{INCONNU}")',
            None if haut is None or not bas else Decimal(haut) / Decimal(bas),
        )

    TableauRecompte(atelier, nom, tableau, recalculer, (34, 11))


def ecrire_croise(
    atelier: Atelier, nom: str, tableau: Tableau, thematique: Tableau, recompte: Recompte
) -> None:
    """The cross table, too wide for formulas beside it: they stand below, in the same columns."""
    largeurs = [_DU_CROISE[colonne.unite] for colonne in tableau.colonnes[:-1]]
    feuille = _feuille(atelier, nom, tableau, [_NUMERO, 21, *largeurs, 12, 8])
    themes = [ligne.numero for ligne in thematique.toutes_les_lignes]
    rang_des_themes = feuille.rang
    _entetes_du_croise(feuille, tableau, themes)
    premiere = feuille.rang
    for ligne in tableau.toutes_les_lignes:
        _ecrire_chiffres(feuille, ligne)
        feuille.rang += 1
    fin = PREMIERE + len(tableau.colonnes)
    feuille.onglet.autofilter(premiere - 1, 0, feuille.rang - 2, fin - 1)
    feuille.rang += 1
    feuille.bandeau("Les mêmes chiffres, recalculés par formules", "rubrique", hauteur=22)
    for la_haut, ligne in enumerate(tableau.toutes_les_lignes, premiere):
        commune = _critere(COMMUNE, _son_numero(feuille), ligne.numero)
        trouves = []
        for rang, colonne in enumerate(tableau.colonnes):
            ou = feuille.case(PREMIERE + rang - rang % 2, rang_des_themes)
            theme = _critere(THEME, ou, themes[rang // 2])
            trouves.append(recompte.recalcul(colonne, {**commune, **theme}))
        _ecrire_numero_et_libelle(feuille, ligne)
        _ecrire_recalculs(feuille, PREMIERE, ligne, trouves)
        haut, bas = (
            f"{feuille.case(PREMIERE, rang)}:{feuille.case(fin - 1, rang)}"
            for rang in (la_haut, feuille.rang)
        )
        _ecrire_accord(feuille, fin, f"SUMPRODUCT(--({haut}<>{bas}))=0", ligne, trouves)
        feuille.rang += 1


def _entetes_du_croise(feuille: Feuille, tableau: Tableau, themes: Sequence[int | None]) -> None:
    """Three rows of heads; the first holds the themes' numbers, which the formulas read."""
    debut, fin = feuille.rang, PREMIERE + len(tableau.colonnes)
    for colonne, titre in ((0, ""), (1, "N° du thème"), (fin, "")):
        feuille.texte(colonne, titre, "entete")
    for place, theme in enumerate(themes):
        colonne = PREMIERE + 2 * place
        _groupe(feuille, colonne, colonne + 1, "")
        if theme is not None:
            feuille.nombre(colonne, theme, "0", "entete", "centre")
    feuille.rang += 1
    feuille.onglet.set_row(feuille.rang, 48)
    for colonne in (0, 1, fin):
        feuille.texte(colonne, "", "entete")
    for titre, rangs in tableau.groupes:
        _groupe(feuille, PREMIERE + rangs[0], PREMIERE + rangs[-1], titre, "petit")
    feuille.rang += 1
    titres = [colonne.titre for colonne in tableau.colonnes]
    feuille.entetes(["N°", tableau.entete, *titres, "Accord"], range(PREMIERE, fin), 18, "petit")
    feuille.figer(debut, PREMIERE)


def _feuille(atelier: Atelier, nom: str, tableau: Tableau, largeurs: Sequence[float]) -> Feuille:
    feuille = Feuille(atelier, nom, f"{tableau.titre}, {tableau.annee}", largeurs)
    feuille.avertir(tableau.reconstitue)
    return feuille


def _groupe(
    feuille: Feuille, premiere: int, derniere: int, titre: str, style: str = "entete"
) -> None:
    """A heading over several columns."""
    habit = feuille.formats("entete", style, "centre")
    if derniere > premiere:
        feuille.onglet.merge_range(feuille.rang, premiere, feuille.rang, derniere, "", habit)
    feuille.texte(premiere, titre, "entete", style, "centre")


def _style(ligne: Ligne) -> str:
    return "total" if ligne.numero is None else "filet"


def _ecrire_numero_et_libelle(feuille: Feuille, ligne: Ligne) -> None:
    style = _style(ligne)
    if ligne.numero is None:
        feuille.texte(0, "", style)
    else:
        feuille.nombre(0, ligne.numero, "0", style, "gauche")
    feuille.texte(1, ligne.libelle, style)


def _ecrire_chiffres(feuille: Feuille, ligne: Ligne) -> None:
    """A row as the report has it."""
    _ecrire_numero_et_libelle(feuille, ligne)
    for rang, chiffre in enumerate(ligne.chiffres):
        feuille.chiffre(PREMIERE + rang, chiffre, _style(ligne))


def _ecrire_recalculs(
    feuille: Feuille, premiere: int, ligne: Ligne, trouves: Iterable[Recalcul]
) -> None:
    """The formulas that find the figures of the row again, from this column on."""
    for colonne, (chiffre, trouve) in enumerate(
        zip(ligne.chiffres, trouves, strict=True), premiere
    ):
        nombre = {Unite.EUROS: format_des_euros(trouve.valeur), Unite.PART: PART}
        feuille.formule(
            colonne,
            trouve.formule,
            trouve.cache,
            _style(ligne),
            "recalcul",
            "droite",
            nombre=nombre.get(chiffre.unite, "#,##0"),
        )


def _ecrire_accord(
    feuille: Feuille, colonne: int, condition: str, ligne: Ligne, trouves: Iterable[Recalcul]
) -> None:
    """✓ where every figure of the row is found again, ≠ otherwise."""
    vrai = all(map(_egaux, ligne.chiffres, trouves))
    feuille.formule(
        colonne,
        f'IF(IFERROR({condition},FALSE),"{ACCORD}","{DESACCORD}")',
        ACCORD if vrai else DESACCORD,
        _style(ligne),
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
    """What that formula will say."""
    if chiffre.unite == Unite.ACTIONS:
        return (chiffre.valeur or 0) == trouve.valeur
    return chiffre.valeur == trouve.valeur
