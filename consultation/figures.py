"""What every page of consultation shows of some lines: how many actions, how much money, and the
key figures at its head. Pure.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from actions.questions.argent import Moyenne
from bilan.document import ChiffreCle, ChiffresCles
from bilan.rapport import base_des_habitants, chiffre_des_ecartees, moyenne_par_action
from bilan.sommes import Figures
from bilan.tableaux import Chiffre, Colonne, Unite
from financement.montants import Montant
from listes.chiffres import accord, nombre

COLONNES = (
    Colonne("actions", "Actions", Unite.ACTIONS),
    Colonne("montant_demande", "Demandé", Unite.EUROS),
    Colonne("montant_accorde", "Accordé", Unite.EUROS),
    Colonne("montant_verse", "Versé", Unite.EUROS),
    Colonne("part", "Part de l'exercice", Unite.PART),
)

INVESTISSEMENT = Colonne("investissement", "Investissement accordé", Unite.EUROS)
"""Apart: no other column counts it."""


def colonnes(montrees: Iterable[Figures]) -> tuple[Colonne, ...]:
    """COLONNES, and that of the investment where some of these figures have any."""
    investissent = any(figures.argent.investissement.lignes for figures in montrees)
    return (*COLONNES, INVESTISSEMENT) if investissent else COLONNES


def chiffres(
    figures: Figures, lien: str, base: Montant, colonnes: Iterable[Colonne] = COLONNES
) -> tuple[Chiffre, ...]:
    """One figure for each column; those known lead to the list that gives them.

    ``base`` is what the granted € are a share of.
    """
    reconstitue = bool(figures.reconstituees)
    sommes = dict(figures.argent.par_champ())

    def chiffre(colonne: Colonne) -> Chiffre:
        if colonne.unite == Unite.ACTIONS:
            return Chiffre(figures.actions, colonne.unite, lien, reconstitue=reconstitue)
        if colonne.unite == Unite.PART:
            return Chiffre(figures.part_de(base), colonne.unite, "", reconstitue=reconstitue)
        somme = sommes[colonne.code]
        suite = "&accorde=investissement" if colonne == INVESTISSEMENT else ""
        return Chiffre.du_montant(
            somme, "" if somme.valeur is None else f"{lien}{suite}", reconstitue
        )

    return tuple(map(chiffre, colonnes))


def chiffres_cles(
    figures: Figures,
    lien: str,
    total: Figures,
    moyenne: Moyenne,
    autres: Iterable[ChiffreCle],
    limite: bool,
) -> ChiffresCles:
    """The figures of any row, an average, and what the page adds.

    ``total`` is the whole year, of which the money is a share: ``limite`` where it only counts
    some communes.
    """
    notes = {
        "Actions": _non_comptees(figures),
        "Accordé": "crédits de fonctionnement",
        "Part de l'exercice": base_de_la_part(total.accorde, limite),
        "Investissement accordé": "compté à part",
    }
    montrees = colonnes([figures])
    lus = chiffres(figures, lien, total.accorde, montrees)
    return ChiffresCles(
        (
            *(
                ChiffreCle(colonne.titre, chiffre, notes.get(colonne.titre, ""))
                for colonne, chiffre in zip(montrees, lus, strict=True)
            ),
            moyenne_par_action(moyenne, ""),
            *autres,
            *chiffre_des_ecartees(figures.effectif.ecartees, lien),
        )
    )


def _non_comptees(figures: Figures) -> str:
    autres = figures.lignes - figures.actions
    if autres <= 0:
        return ""
    return accord(autres, "et une ligne non comptée", f"et {nombre(autres)} lignes non comptées")


def base_de_la_part(accorde: Montant, limite: bool) -> str:
    """Of what a share is one, in words."""
    connu = "de l'accordé connu" if accorde.inconnues else "de l'accordé"
    return f"{connu} de vos communes" if limite else connu


def rapporter_aux_habitants(accorde: Montant, habitants: int | None) -> Montant:
    """Granted € for each of so many inhabitants, to the cent; unknown where their number is."""
    if not habitants:
        return replace(accorde, connu=Decimal(0), inconnues=accorde.lignes)
    return replace(accorde, connu=round(accorde.connu / habitants, 2))


def par_habitant(accorde: Montant, habitants: int | None, annee: int | None) -> ChiffreCle:
    """Granted € for each inhabitant, to the cent; unknown where either is."""
    quotient = rapporter_aux_habitants(accorde, habitants).valeur
    chiffre = Chiffre(quotient, Unite.EUROS, "", sans_ligne=not accorde.lignes)
    return ChiffreCle("Par habitant", chiffre, base_des_habitants(annee, accorde.inconnues))
