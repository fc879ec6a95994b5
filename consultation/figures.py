"""What every page of consultation shows of some lines: how many actions, how much money, and the
key figures at its head. Pure.
"""

from collections.abc import Iterable

from bilan.document import ChiffreCle, ChiffresCles
from bilan.rapport import chiffre_des_ecartees
from bilan.sommes import Figures
from bilan.tableaux import Chiffre, Colonne, Unite
from financement.montants import Montant
from listes.chiffres import accord

COLONNES = (
    Colonne("actions", "Actions", Unite.ACTIONS),
    Colonne("montant_demande", "Demandé", Unite.EUROS),
    Colonne("montant_accorde", "Accordé", Unite.EUROS),
    Colonne("montant_verse", "Versé", Unite.EUROS),
    Colonne("part", "Part de l'exercice", Unite.PART),
)


def chiffres(figures: Figures, lien: str, base: Montant) -> tuple[Chiffre, ...]:
    """One figure for each of COLONNES; those known lead to the list that gives them.

    ``base`` is what the granted € are a share of.
    """
    argent = figures.argent
    valeurs = (
        figures.actions,
        argent.demande.valeur,
        argent.accorde.valeur,
        argent.verse.valeur,
        figures.part_de(base),
    )
    return tuple(
        Chiffre(
            valeur,
            colonne.unite,
            "" if valeur is None or colonne.unite == Unite.PART else lien,
            reconstitue=bool(figures.reconstituees),
        )
        for colonne, valeur in zip(COLONNES, valeurs, strict=True)
    )


def chiffres_cles(
    figures: Figures, lien: str, total: Figures, autres: Iterable[ChiffreCle], limite: bool
) -> ChiffresCles:
    """The five figures of any row, an average, and what the page adds.

    ``total`` is the whole year, of which the money is a share: ``limite`` where it only counts
    some communes.
    """
    notes = {
        "Actions": _non_comptees(figures),
        "Accordé": "crédits de fonctionnement",
        "Part de l'exercice": "de l'accordé" + (" de vos communes" if limite else ""),
    }
    lus = chiffres(figures, lien, total.accorde)
    return ChiffresCles(
        (
            *(
                ChiffreCle(colonne.titre, chiffre, notes.get(colonne.titre, ""))
                for colonne, chiffre in zip(COLONNES, lus, strict=True)
            ),
            ChiffreCle("Moyenne par action", moyenne(figures, figures.actions)),
            *autres,
            *chiffre_des_ecartees(figures.effectif.ecartees, lien),
        )
    )


def _non_comptees(figures: Figures) -> str:
    autres = figures.lignes - figures.actions
    if autres <= 0:
        return ""
    return accord(autres, "et une ligne non comptée", f"et {autres} lignes non comptées")


def moyenne(figures: Figures, diviseur: int | None) -> Chiffre:
    """Granted € for each of so many, to the cent; unknown where either is."""
    accorde = figures.accorde.valeur
    if accorde is None or not diviseur:
        return Chiffre(None, Unite.EUROS, "")
    return Chiffre(round(accorde / diviseur, 2), Unite.EUROS, "")
