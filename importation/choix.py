"""What a person settles before a file is read: its sheets, their headings, their columns."""

from dataclasses import dataclass
from decimal import Decimal

from importation.appariement import EXTRAIT, apparier, trouver_litiges
from importation.correspondance import Correspondance
from importation.entetes import LIGNES_REGARDEES, TableauLu
from importation.lecture import Cellule, Classeur, est_notre_recapitulatif
from importation.propositions import proposer, suggerer
from importation.referentiel import Referentiel
from importation.valeurs import en_texte

_EXEMPLES = 3


@dataclass(frozen=True, slots=True)
class ColonneAChoisir:
    """A column as a person settles it: its first values, its € where it holds money.

    ``cible`` is the field that it fills as things stand; ``suggestion`` is only a guess, where it
    fills none. ``financeur``: the name of a funder that could be created for it.
    """

    feuille: str
    entete: str
    exemples: tuple[str, ...]
    somme: Decimal | None
    cible: str
    note: str
    suggestion: str = ""
    financeur: str = ""


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
    appariees = apparier(tableau, ref, voulue.colonnes)
    dit = "financeur" in voulue.constantes or any(a.cible == "financeur" for a in appariees)
    trouves = trouver_litiges(tableau, appariees, ref, dit) if tableau.reconnu else []
    litiges = {litige.entete: litige for litige in trouves}
    colonnes = []
    for appariee in appariees:
        entete, extrait = appariee.entete, list(tableau.cellules(appariee.rang, EXTRAIT))
        litige = litiges.get(entete)
        colonnes.append(
            ColonneAChoisir(
                tableau.feuille,
                entete,
                _exemples(extrait),
                tableau.somme(appariee.rang),
                appariee.cible,
                litige.message if litige else appariee.note,
                "" if appariee.cible else _suggestion(entete, extrait, ref),
                litige.financeur if litige else "",
            )
        )
    return colonnes


def _suggestion(entete: str, cellules: list[Cellule], ref: Referentiel) -> str:
    propose = proposer(entete, cellules, ref)
    return propose.cible if propose and propose.cible else suggerer(cellules, ref)


def _exemples(cellules: list[Cellule]) -> tuple[str, ...]:
    """The first different values of a column, as texts."""
    textes = dict.fromkeys(
        texte for cellule in cellules if (texte := " ".join(en_texte(cellule).split()))
    )
    return tuple(textes)[:_EXEMPLES]
