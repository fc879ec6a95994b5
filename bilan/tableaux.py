"""The tables of the report, computed from the rows of one year. Pure: no query, no page, no file.

The 2004 tables count actions (neither the residents' fund nor the contract's own running) and
*crédits de fonctionnement accordés*; a funder's money stands under the column of its tree.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from actions.liens import TRANSTERRITORIAL, lien_actions
from actions.questions.combien import Effectif
from bilan.sommes import TOUT, Coordonnee, Entree, Figures, Releve
from financement.models import ColonneDesTableaux
from financement.montants import Montant
from listes.chiffres import dire_les_inconnus, montant, nombre, pourcentage


class Unite(StrEnum):
    """What a figure counts."""

    ACTIONS = "actions"
    EUROS = "euros"
    PART = "part"  # a fraction of 1, shown in per cent
    NOMBRE = "nombre"  # of communes, themes, funders…


class Statut(StrEnum):
    """How a recomputed figure stands beside the published one."""

    CONFORME = "conforme"
    INCOHERENCE_SOURCE = "incoherence_source"
    ECART = "ecart"


@dataclass(frozen=True)
class Publication:
    """The figure that the published document prints in the same place.

    ``ancre`` names the place in the page of the check, which explains.
    """

    valeur: Decimal
    statut: Statut
    explication: str
    ancre: str


@dataclass(frozen=True)
class Chiffre:
    """One figure of a table: a number of actions, €, or a share.

    ``valeur`` is None where the amount is unknown, or where the document prints words or nothing;
    ``texte`` is then, or beside the number (« 3 + FPH »), what is printed. ``lien`` lists exactly
    the actions behind the figure. ``publication`` is None where nothing was published.

    ``inconnus`` amounts are missing from these €. ``sans_ligne``: no funding line makes them, which
    isn't a decision to give 0.
    """

    valeur: Decimal | int | None
    unite: Unite
    lien: str
    texte: str | None = None
    reconstitue: bool = False
    publication: Publication | None = None
    inconnus: int = 0
    sans_ligne: bool = False

    @classmethod
    def du_montant(cls, lu: Montant, lien: str, reconstitue: bool = False) -> "Chiffre":
        """The € of some lines at one stage."""
        return cls(
            lu.valeur,
            Unite.EUROS,
            lien,
            reconstitue=reconstitue,
            inconnus=0 if lu.valeur is None else lu.inconnues,
            sans_ligne=not lu.lignes,
        )

    @property
    def vide(self) -> bool:
        """Whether nothing is shown: there is no line; a 0 was published in the place of others."""
        return self.sans_ligne and self.publication is None

    @property
    def affiche(self) -> str:
        """What a reader sees: « 563 152 € », « 3 + FPH », « 12,5 % », « — » for the unknown,
        « 4 200,50 €, 1 inconnu » for what is known in part.
        """
        if self.texte is not None:
            return self.texte
        if self.vide:
            return ""
        if self.unite == Unite.EUROS:
            return montant(self.valeur) + dire_les_inconnus(self.valeur, self.inconnus)
        if self.unite == Unite.PART:
            return pourcentage(None if self.valeur is None else Decimal(self.valeur))
        return nombre(self.valeur)

    @property
    def differe(self) -> bool:
        """Whether the published figure is another one."""
        return self.publication is not None and self.publication.statut != Statut.CONFORME


@dataclass(frozen=True)
class Colonne:
    """A column of figures. ``groupe`` is a heading that several columns share."""

    code: str
    titre: str
    unite: Unite
    groupe: str = ""


@dataclass(frozen=True)
class Ligne:
    """A row of figures, one for each column; ``numero`` is None for the TOTAL."""

    numero: int | None
    libelle: str
    chiffres: tuple[Chiffre, ...]
    nom: str = ""
    code: str = ""


@dataclass(frozen=True)
class Tableau:
    """A table: its columns, its rows in the document's order, and the row of its totals."""

    annee: int
    code: str
    titre: str
    entete: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[Ligne, ...]
    total: Ligne
    reconstitue: bool = False

    @property
    def toutes_les_lignes(self) -> tuple[Ligne, ...]:
        return (*self.lignes, self.total)

    @property
    def groupes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The headings above the columns, each with the ranks of the columns that it covers."""
        groupes: dict[str, list[int]] = {}
        for rang, colonne in enumerate(self.colonnes):
            groupes.setdefault(colonne.groupe or colonne.titre, []).append(rang)
        return tuple((titre, tuple(rangs)) for titre, rangs in groupes.items())

    @property
    def rangs_des_financeurs(self) -> tuple[int, ...]:
        """The ranks of the columns of funders, which add up to the total of the thematic table."""
        autres = (ACTIONS, FINANCEMENT_TOTAL, INVESTISSEMENT)
        return tuple(rang for rang, c in enumerate(self.colonnes) if c not in autres)

    @property
    def rangs_des_differents(self) -> tuple[int, ...]:
        """The ranks of the columns where some published figure is another one."""
        return self._rangs(lambda chiffre: chiffre.differe)

    @property
    def rangs_des_partiels(self) -> tuple[int, ...]:
        """The ranks of the columns where some sum is known in part."""
        return self._rangs(lambda chiffre: bool(chiffre.inconnus))

    def _rangs(self, retenu: Callable[[Chiffre], bool]) -> tuple[int, ...]:
        return tuple(
            rang
            for rang in range(len(self.colonnes))
            if any(retenu(ligne.chiffres[rang]) for ligne in self.toutes_les_lignes)
        )

    def chiffre(self, numero: int | None, colonne: str) -> Chiffre | None:
        """The figure of a row (None: the TOTAL) and a column; None where there is no such one."""
        rang = next((i for i, c in enumerate(self.colonnes) if c.code == colonne), None)
        ligne = next((li for li in self.toutes_les_lignes if li.numero == numero), None)
        return None if rang is None or ligne is None else ligne.chiffres[rang]


TERRITORIAL = "territorial"
THEMATIQUE = "thematique"
CROISE = "croise"
FINANCEURS = "financeurs"
TOTAL = "TOTAL"
ANIMATION_IMPRIMEE = "Animation Contrat de ville"

ACTIONS = Colonne("actions", "Actions", Unite.ACTIONS)
FINANCEMENT = Colonne("financement", "Financement", Unite.EUROS)
FINANCEMENT_TOTAL = Colonne("financement_total", "Financement, total", Unite.EUROS)
INVESTISSEMENT = Colonne("investissement", "Investissement accordé", Unite.EUROS)
"""Apart from all the others, of which it is no part; only there in a year that has some."""


@dataclass(frozen=True)
class TableauTerritorial(Tableau):
    """Actions and funding by commune, the transterritorial line last."""


@dataclass(frozen=True)
class TableauThematique(Tableau):
    """Actions, funding and its share by funder, by theme."""


@dataclass(frozen=True)
class TableauCroise(Tableau):
    """Actions and funding by commune and theme: two columns a theme, then two of totals."""


@dataclass(frozen=True)
class _Rangee:
    """The head of a row or of a group of columns, and the part of the rows that it stands for."""

    numero: int | None
    libelle: str
    part: Coordonnee
    filtre: str | None
    nom: str = ""


def tableau_territorial(releve: Releve) -> TableauTerritorial:
    """The table « Répartition territoriale », as the 2004 document lays it out."""
    sommes = releve.sommes

    def ligne(rangee: _Rangee) -> Ligne:
        lien = lien_actions(exercice=releve.annee, commune=rangee.filtre)
        figures = sommes.figures(commune=rangee.part)
        mots = releve.publie and rangee.numero is not None
        texte = _animation_imprimee(figures.effectif) if mots else None
        nombre = figures.actions if texte is None else None
        reconstitue = bool(figures.reconstituees)
        return _ligne(
            rangee,
            Chiffre(nombre, Unite.ACTIONS, lien, texte, reconstitue),
            Chiffre.du_montant(figures.accorde, lien, reconstitue),
            *_investissement(releve, figures, lien),
        )

    *lignes, total = map(ligne, _rangees_des_communes(releve))
    return TableauTerritorial(
        annee=releve.annee,
        code=TERRITORIAL,
        titre="Répartition territoriale des actions et des crédits de fonctionnement",
        entete="Commune",
        colonnes=(ACTIONS, FINANCEMENT, *_colonne_d_investissement(releve)),
        lignes=tuple(lignes),
        total=total,
        reconstitue=releve.reconstitue,
    )


def _colonne_d_investissement(releve: Releve) -> tuple[Colonne, ...]:
    return (INVESTISSEMENT,) if releve.sommes.argent().investissement.lignes else ()


def _investissement(releve: Releve, figures: Figures, lien: str) -> Iterator[Chiffre]:
    """The cell of that column, if there is one; it leads to the lines that have some."""
    if _colonne_d_investissement(releve):
        yield Chiffre.du_montant(
            figures.argent.investissement,
            f"{lien}&accorde=investissement",
            bool(figures.reconstituees),
        )


def _animation_imprimee(effectif: Effectif) -> str | None:
    """The words printed in place of a count where a line only holds the contract's own running."""
    return ANIMATION_IMPRIMEE if effectif.animations and not effectif.actions else None


def tableau_thematique(releve: Releve) -> TableauThematique:
    """The table « Répartition thématique »: a theme's total is the sum of its funders."""
    sommes = releve.sommes
    colonnes = tuple(_colonnes_des_financeurs(releve))

    def ligne(rangee: _Rangee) -> Ligne:
        return _ligne(rangee, *cellules(rangee))

    def cellules(rangee: _Rangee) -> Iterator[Chiffre]:
        figures = sommes.figures(theme=rangee.part)
        reconstitue = bool(figures.reconstituees)
        lien = lien_actions(exercice=releve.annee, theme=rangee.filtre)
        nombre: int | None = figures.actions
        texte = None
        if releve.publie and rangee.numero is not None:
            nombre, texte = _actions_imprimees(figures.effectif)
        yield Chiffre(nombre, Unite.ACTIONS, lien, texte, reconstitue)
        yield Chiffre.du_montant(figures.accorde, lien, reconstitue)
        for colonne in colonnes:
            yield Chiffre.du_montant(
                sommes.argent(theme=rangee.part, financeurs=colonne.financeurs).accorde,
                lien_actions(exercice=releve.annee, theme=rangee.filtre, financeur=colonne.racines),
                reconstitue,
            )
        yield from _investissement(releve, figures, lien)

    *lignes, total = map(ligne, _rangees_des_themes(releve))
    return TableauThematique(
        annee=releve.annee,
        code=THEMATIQUE,
        titre="Répartition thématique des actions et des crédits de fonctionnement",
        entete="Thème",
        colonnes=(
            ACTIONS,
            FINANCEMENT_TOTAL,
            *(
                Colonne(
                    colonne.code.lower(),
                    colonne.code.imprimee if releve.publie else colonne.code.label,
                    Unite.EUROS,
                )
                for colonne in colonnes
            ),
            *_colonne_d_investissement(releve),
        ),
        lignes=tuple(lignes),
        total=total,
        reconstitue=releve.reconstitue,
    )


def _actions_imprimees(effectif: Effectif) -> tuple[int | None, str | None]:
    """The count of a theme and what is printed: « 3 + FPH »; blank for the contract's running."""
    if effectif.animations and not effectif.actions:
        return None, ""
    return effectif.actions, f"{effectif.actions} + FPH" if effectif.fonds else None


@dataclass(frozen=True)
class _ColonneDeFinanceurs:
    """A column of money: whose it is (ids), and the codes whose trees hold them all."""

    code: ColonneDesTableaux
    financeurs: frozenset[int]
    racines: tuple[str, ...]


def _colonnes_des_financeurs(releve: Releve) -> Iterator[_ColonneDeFinanceurs]:
    """The funders' columns in their order; « Autres » only when used."""
    for code in ColonneDesTableaux:
        siens = [f for f in releve.financeurs if f.tableau == code]
        colonne = _ColonneDeFinanceurs(
            code, frozenset(f.pk for f in siens), tuple(f.code for f in siens if f.racine)
        )
        utilisee = releve.sommes.argent(financeurs=colonne.financeurs).accorde.valeur != 0
        if code != ColonneDesTableaux.AUTRE or utilisee:
            yield colonne


def tableau_croise(releve: Releve) -> TableauCroise:
    """Actions and funding by commune and theme, which the 2004 document doesn't print."""
    sommes = releve.sommes
    themes = tuple(_rangees_des_themes(releve))

    def cellules(rangee: _Rangee) -> Iterator[Chiffre]:
        for theme in themes:
            lien = lien_actions(exercice=releve.annee, commune=rangee.filtre, theme=theme.filtre)
            figures = sommes.figures(rangee.part, theme.part)
            reconstitue = bool(figures.reconstituees)
            yield Chiffre(figures.actions, Unite.ACTIONS, lien, reconstitue=reconstitue)
            yield Chiffre.du_montant(figures.accorde, lien, reconstitue)

    *lignes, total = (_ligne(r, *cellules(r)) for r in _rangees_des_communes(releve))
    return TableauCroise(
        annee=releve.annee,
        code=CROISE,
        titre="Répartition des actions et des crédits par commune et par thème",
        entete="Commune",
        colonnes=tuple(
            Colonne(f"{_code(theme)}_{colonne.code}", colonne.titre, colonne.unite, theme.libelle)
            for theme in themes
            for colonne in (ACTIONS, FINANCEMENT)
        ),
        lignes=tuple(lignes),
        total=total,
        reconstitue=releve.reconstitue,
    )


def _code(theme: _Rangee) -> str:
    return "total" if theme.numero is None else f"theme_{theme.numero}"


def tableau_des_parts(thematique: TableauThematique) -> Tableau:
    """Each column of funders' share of each theme, as a fraction of the theme's total.

    A share is unknown where the total is; of a total of 0 there is none.
    """

    def ligne(nue: Ligne) -> Ligne:
        total = nue.chiffres[1].valeur
        return replace(nue, chiffres=tuple(_part(nue.chiffres[rang], total) for rang in rangs))

    rangs = thematique.rangs_des_financeurs

    return Tableau(
        annee=thematique.annee,
        code=FINANCEURS,
        titre="Part de chaque financeur par thème",
        entete=thematique.entete,
        colonnes=tuple(replace(thematique.colonnes[rang], unite=Unite.PART) for rang in rangs),
        lignes=tuple(map(ligne, thematique.lignes)),
        total=ligne(thematique.total),
        reconstitue=thematique.reconstitue,
    )


def _part(chiffre: Chiffre, total: Decimal | int | None) -> Chiffre:
    part = None if chiffre.valeur is None or not total else Decimal(chiffre.valeur) / total
    return replace(
        chiffre, valeur=part, unite=Unite.PART, publication=None, inconnus=0, sans_ligne=False
    )


def _rangees_des_communes(releve: Releve) -> Iterator[_Rangee]:
    """Communes in the document's order, then the transterritorial line, then the TOTAL."""
    for commune in releve.communes:
        yield _rangee(commune)
    suivant = max((commune.numero for commune in releve.communes), default=0) + 1
    yield _Rangee(suivant, "Transterritorial", None, TRANSTERRITORIAL, "Transterritorial")
    yield _Rangee(None, TOTAL, TOUT, None, "Total")


def _rangees_des_themes(releve: Releve) -> Iterator[_Rangee]:
    """Themes in the document's order, then the TOTAL."""
    for theme in releve.themes:
        yield _rangee(theme)
    yield _Rangee(None, TOTAL, TOUT, None, "Total")


def _rangee(entree: Entree) -> _Rangee:
    return _Rangee(entree.numero, entree.tableau, entree.pk, entree.code, entree.nom)


def _ligne(rangee: _Rangee, *chiffres: Chiffre) -> Ligne:
    return Ligne(rangee.numero, rangee.libelle, chiffres, rangee.nom, rangee.filtre or "")
