"""What every page of consultation shows of some lines: how many actions, how much money, and the
key figures at its head. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from actions.questions import Effectif
from bilan.document import ChiffreCle, ChiffresCles
from bilan.grille import Chiffre, Colonne, Unite
from financement.models import Montants
from listes.chiffres import accord

COLONNES = (
    Colonne("actions", "Actions", Unite.ACTIONS),
    Colonne("montant_demande", "Demandé", Unite.EUROS),
    Colonne("montant_accorde", "Accordé", Unite.EUROS),
    Colonne("montant_verse", "Versé", Unite.EUROS),
    Colonne("part", "Part de l'exercice", Unite.PART),
)


@dataclass(frozen=True)
class Figures:
    """Counted actions, and *crédits de fonctionnement* in € by stage.

    ``lignes`` also counts what is funded without being an action. An amount is None where funding
    lines exist (``aidees``) of which none is known at that stage, 0 where there is no line.
    """

    actions: int = 0
    lignes: int = 0
    reconstituees: int = 0
    aidees: bool = False
    demande: Decimal | None = Decimal(0)
    accorde: Decimal | None = Decimal(0)
    verse: Decimal | None = Decimal(0)

    @classmethod
    def de_l_argent(cls, montants: Montants) -> "Figures":
        """Money alone, of funding lines that exist."""
        return cls(
            aidees=True,
            demande=montants.demande,
            accorde=montants.accorde,
            verse=montants.verse,
        )

    @classmethod
    def lues(
        cls, effectif: tuple[int, int, int], montants: Sequence[Decimal | None] | None
    ) -> "Figures":
        """As the database gives them: numbers of lines, of actions and of rebuilt lines; then the €
        asked, granted and paid, or None without any funding line.
        """
        lignes, actions, reconstituees = effectif
        if montants is None:
            return cls(actions, lignes, reconstituees)
        return cls(actions, lignes, reconstituees, True, *montants)

    def de(self, effectif: Effectif) -> "Figures":
        """The same money, of these lines."""
        return Figures(
            effectif.actions,
            effectif.lignes,
            effectif.reconstituees,
            self.aidees,
            self.demande,
            self.accorde,
            self.verse,
        )

    @classmethod
    def cumul(cls, parts: Iterable["Figures"]) -> "Figures":
        """The figures of parts that share no line."""
        lues = list(parts)
        aidees = [part for part in lues if part.aidees]
        return cls(
            actions=sum(part.actions for part in lues),
            lignes=sum(part.lignes for part in lues),
            reconstituees=sum(part.reconstituees for part in lues),
            aidees=bool(aidees),
            demande=_somme([part.demande for part in aidees]),
            accorde=_somme([part.accorde for part in aidees]),
            verse=_somme([part.verse for part in aidees]),
        )

    @property
    def vides(self) -> bool:
        """Whether there is neither a line nor money."""
        return not self.lignes and not self.actions and not self.aidees

    def part_de(self, ensemble: Decimal | None) -> Decimal | None:
        """The share of the whole's granted €, as a fraction of 1; None where there is none."""
        return self.accorde / ensemble if self.accorde is not None and ensemble else None

    def chiffres(self, lien: str, ensemble: Decimal | None) -> tuple[Chiffre, ...]:
        """One figure for each of COLONNES; those known lead to the list that gives them."""
        valeurs = (self.actions, self.demande, self.accorde, self.verse, self.part_de(ensemble))
        return tuple(
            Chiffre(
                valeur,
                colonne.unite,
                "" if valeur is None or colonne.unite == Unite.PART else lien,
                reconstitue=bool(self.reconstituees),
            )
            for colonne, valeur in zip(COLONNES, valeurs, strict=True)
        )


RIEN = Figures()


def _somme(montants: list[Decimal | None]) -> Decimal | None:
    """0 of no line, None where no amount is known."""
    connus = [montant for montant in montants if montant is not None]
    return sum(connus, Decimal(0)) if connus or not montants else None


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
    chiffres = figures.chiffres(lien, total.accorde)
    return ChiffresCles(
        (
            *(
                ChiffreCle(colonne.titre, chiffre, notes.get(colonne.titre, ""))
                for colonne, chiffre in zip(COLONNES, chiffres, strict=True)
            ),
            ChiffreCle("Moyenne par action", moyenne(figures, figures.actions)),
            *autres,
        )
    )


def _non_comptees(figures: Figures) -> str:
    autres = figures.lignes - figures.actions
    if autres <= 0:
        return ""
    return accord(autres, "et une ligne non comptée", f"et {autres} lignes non comptées")


def moyenne(figures: Figures, diviseur: int | None) -> Chiffre:
    """Granted € for each of so many, to the cent; unknown where either is."""
    if figures.accorde is None or not diviseur:
        return Chiffre(None, Unite.EUROS, "")
    return Chiffre(round(figures.accorde / diviseur, 2), Unite.EUROS, "")
