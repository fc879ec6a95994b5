"""The tables of the report, computed from the rows of one year. Pure: no query, no page, no file.

The 2004 tables count actions (neither the residents' fund nor the contract's own running) and
*crédits de fonctionnement accordés*; a funder's money stands under the column of its tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from actions.liens import TRANSTERRITORIAL, lien_actions
from actions.models import Action
from bilan.cumul import TOUT, Cumul, Dimension
from bilan.grille import Chiffre, Colonne, Ligne, Tableau, Unite
from bilan.releve import Entree, Releve
from financement.models import Colonne as ColonneFinanceur

TERRITORIAL = "territorial"
THEMATIQUE = "thematique"
CROISE = "croise"
FINANCEURS = "financeurs"
TOTAL = "TOTAL"
ANIMATION_IMPRIMEE = "Animation Contrat de ville"

ACTIONS = Colonne("actions", "Actions", Unite.ACTIONS)
FINANCEMENT = Colonne("financement", "Financement", Unite.EUROS)
FINANCEMENT_TOTAL = Colonne("financement_total", "Financement, total", Unite.EUROS)


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
    dimension: Dimension
    filtre: str | None
    nom: str = ""


def tableau_territorial(cumul: Cumul) -> TableauTerritorial:
    """The table « Répartition territoriale », as the 2004 document lays it out."""
    releve = cumul.releve

    def ligne(rangee: _Rangee) -> Ligne:
        lien = lien_actions(exercice=releve.annee, commune=rangee.filtre)
        texte = None if rangee.numero is None else _animation_imprimee(cumul, rangee.dimension)
        nombre = cumul.nombre(Action.Nature.ACTION, rangee.dimension)
        reconstitue = cumul.reconstitue(rangee.dimension)
        return _ligne(
            rangee,
            Chiffre(nombre if texte is None else None, Unite.ACTIONS, lien, texte, reconstitue),
            Chiffre(cumul.montant(rangee.dimension), Unite.EUROS, lien, reconstitue=reconstitue),
        )

    *lignes, total = map(ligne, _rangees_des_communes(releve))
    return TableauTerritorial(
        annee=releve.annee,
        code=TERRITORIAL,
        titre="Répartition territoriale des actions et des crédits de fonctionnement",
        entete="Commune",
        colonnes=(ACTIONS, FINANCEMENT),
        lignes=tuple(lignes),
        total=total,
        reconstitue=releve.reconstitue,
    )


def _animation_imprimee(cumul: Cumul, commune: Dimension) -> str | None:
    """The words printed in place of a count where a line only holds the contract's own running."""
    if cumul.nombre(Action.Nature.ACTION, commune):
        return None
    return ANIMATION_IMPRIMEE if cumul.nombre(Action.Nature.ANIMATION, commune) else None


def tableau_thematique(cumul: Cumul) -> TableauThematique:
    """The table « Répartition thématique »: a theme's total is the sum of its funders."""
    releve = cumul.releve
    colonnes = tuple(_colonnes_des_financeurs(cumul))

    def ligne(rangee: _Rangee) -> Ligne:
        return _ligne(rangee, *cellules(rangee))

    def cellules(rangee: _Rangee) -> Iterator[Chiffre]:
        reconstitue = cumul.reconstitue(theme=rangee.dimension)
        lien = lien_actions(exercice=releve.annee, theme=rangee.filtre)
        nombre, texte = _actions_du_theme(cumul, rangee)
        yield Chiffre(nombre, Unite.ACTIONS, lien, texte, reconstitue)
        montant = cumul.montant(theme=rangee.dimension)
        yield Chiffre(montant, Unite.EUROS, lien, reconstitue=reconstitue)
        for code, codes in colonnes:
            yield Chiffre(
                cumul.montant(theme=rangee.dimension, colonne=code),
                Unite.EUROS,
                lien_actions(exercice=releve.annee, theme=rangee.filtre, financeur=codes),
                reconstitue=reconstitue,
            )

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
                Colonne(code.lower(), ColonneFinanceur(code).label, Unite.EUROS)
                for code, _ in colonnes
            ),
        ),
        lignes=tuple(lignes),
        total=total,
        reconstitue=releve.reconstitue,
    )


def _actions_du_theme(cumul: Cumul, rangee: _Rangee) -> tuple[int | None, str | None]:
    """The count of a theme and what is printed: « 3 + FPH »; blank for the contract's running."""
    nombre = cumul.nombre(Action.Nature.ACTION, theme=rangee.dimension)
    if rangee.numero is None:
        return nombre, None
    if not nombre and cumul.nombre(Action.Nature.ANIMATION, theme=rangee.dimension):
        return None, ""
    if cumul.nombre(Action.Nature.FONDS, theme=rangee.dimension):
        return nombre, f"{nombre} + FPH"
    return nombre, None


def _colonnes_des_financeurs(cumul: Cumul) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The funders' columns, with the codes whose trees fill them; « Autres » only when used."""
    for colonne in ColonneFinanceur:
        racines = [f.code for f in cumul.releve.financeurs if f.tableau == colonne and f.racine]
        utilisee = cumul.montant(colonne=colonne) != 0
        if colonne != ColonneFinanceur.AUTRE or utilisee:
            yield colonne.value, tuple(racines)


def tableau_croise(cumul: Cumul) -> TableauCroise:
    """Actions and funding by commune and theme, which the 2004 document doesn't print."""
    releve = cumul.releve
    themes = tuple(_rangees_des_themes(releve))

    def cellules(rangee: _Rangee) -> Iterator[Chiffre]:
        for theme in themes:
            lien = lien_actions(exercice=releve.annee, commune=rangee.filtre, theme=theme.filtre)
            reconstitue = cumul.reconstitue(rangee.dimension, theme.dimension)
            nombre = cumul.nombre(Action.Nature.ACTION, rangee.dimension, theme.dimension)
            montant = cumul.montant(rangee.dimension, theme.dimension)
            yield Chiffre(nombre, Unite.ACTIONS, lien, reconstitue=reconstitue)
            yield Chiffre(montant, Unite.EUROS, lien, reconstitue=reconstitue)

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
        return replace(nue, chiffres=tuple(_part(chiffre, total) for chiffre in nue.chiffres[2:]))

    return Tableau(
        annee=thematique.annee,
        code=FINANCEURS,
        titre="Part de chaque financeur par thème",
        entete=thematique.entete,
        colonnes=tuple(replace(c, unite=Unite.PART) for c in thematique.colonnes[2:]),
        lignes=tuple(map(ligne, thematique.lignes)),
        total=ligne(thematique.total),
        reconstitue=thematique.reconstitue,
    )


def _part(chiffre: Chiffre, total: Decimal | int | None) -> Chiffre:
    part = None if chiffre.valeur is None or not total else Decimal(chiffre.valeur) / total
    return replace(chiffre, valeur=part, unite=Unite.PART, publication=None)


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
