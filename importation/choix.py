"""What a person settles before a file is read: its sheets, their headings, their columns."""

from dataclasses import dataclass
from decimal import Decimal

from importation.argent import somme_d_argent
from importation.correspondance import Correspondance, apparier, est_notre_recapitulatif
from importation.entetes import LIGNES_REGARDEES, TableauLu
from importation.lecture import Classeur
from importation.referentiel import Referentiel
from importation.valeurs import en_texte

_EXEMPLES, _LIGNES_D_EXEMPLES = 3, 200


@dataclass(frozen=True, slots=True)
class ColonneAChoisir:
    """A column as a person settles it: its first values, its € where it holds money, a guess."""

    feuille: str
    entete: str
    exemples: tuple[str, ...]
    somme: Decimal | None
    cible: str
    note: str


@dataclass(frozen=True, slots=True)
class FeuilleAChoisir:
    """A sheet as a person settles it: read or not, its lines of headings, its columns.

    ``debut``: its first lines (number, cells as texts), to choose the headings among. ``reconnue``
    is False where these headings are only the likeliest. Not read, it has no columns.
    """

    nom: str
    lue: bool
    reconnue: bool
    lignes_entetes: tuple[int, ...]
    debut: list[tuple[int, list[str]]]
    colonnes: list[ColonneAChoisir]


def a_choisir(
    classeur: Classeur, ref: Referentiel, voulue: Correspondance
) -> list[FeuilleAChoisir]:
    """What the file holds, for a person to say what it means; never empty for a file that isn't."""
    feuilles = []
    for feuille in classeur.feuilles:
        if not feuille.lignes or est_notre_recapitulatif(feuille):
            continue
        tableau = voulue.tableau(feuille, ref)
        feuilles.append(
            FeuilleAChoisir(
                feuille.nom,
                tableau is not None,
                tableau is not None and tableau.reconnu,
                tableau.lignes_entetes if tableau else (),
                [
                    (ligne.numero, [en_texte(c) for c in ligne.cellules])
                    for ligne in feuille.lignes[:LIGNES_REGARDEES]
                ],
                _colonnes_a_choisir(tableau, ref, voulue) if tableau else [],
            )
        )
    return feuilles


def _colonnes_a_choisir(
    tableau: TableauLu, ref: Referentiel, voulue: Correspondance
) -> list[ColonneAChoisir]:
    return [
        ColonneAChoisir(
            tableau.feuille,
            appariee.entete,
            _exemples(tableau, appariee.rang),
            somme_d_argent(appariee.entete, tableau.cellules(appariee.rang)),
            appariee.cible,
            appariee.note,
        )
        for appariee in apparier(tableau, ref, voulue.colonnes)
    ]


def _exemples(tableau: TableauLu, rang: int) -> tuple[str, ...]:
    """The first different values of a column, as texts."""
    textes = dict.fromkeys(
        texte
        for cellule in tableau.cellules(rang, _LIGNES_D_EXEMPLES)
        if (texte := " ".join(en_texte(cellule).split()))
    )
    return tuple(textes)[:_EXEMPLES]
