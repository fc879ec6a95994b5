"""Figures by commune, theme, funder, axis…: grouped queries, never a sum across a join that
multiplies lines.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from actions.questions import Effectif
from consultation.figures import RIEN, Figures
from consultation.perimetre import Perimetre
from financement.models import Financeur, Montants

FINANCEUR = "subventions__financeur"
DIMENSIONS = ("commune", "theme", FINANCEUR)


@dataclass(frozen=True)
class Repartition:
    """Figures by key (a row's id, None for lines that have none), and those of the whole.

    ``reunir`` gives the figures of several keys together; it only differs from their sum where
    one line may stand under several keys.
    """

    cases: Mapping[int | None, Figures]
    ensemble: Figures
    reunir: Callable[[Collection[int]], Figures] | None = None

    def de(self, cle: int | None) -> Figures:
        return self.cases.get(cle, RIEN)

    def total(self, cles: Collection[int]) -> Figures:
        """The true figures of these keys together: no line counts twice."""
        if self.reunir is not None and cles:
            return self.reunir(cles)
        return Figures.cumul(self.de(cle) for cle in cles)


def repartir(perimetre: Perimetre, champ: str) -> Repartition:
    """By one field of the action (« commune »…), in two queries."""
    argent = {cle: montants for cle, *montants in perimetre.sommes(champ)}
    cases = {
        cle: Figures.lues((lignes, actions, reconstituees), argent.get(cle))
        for cle, lignes, actions, reconstituees in perimetre.effectifs(champ)
    }
    return Repartition(cases, Figures.cumul(cases.values()))


def repartir_par_axe(perimetre: Perimetre, ensemble: Figures) -> Repartition:
    """By axis, in two queries; a line counts under each axis that it serves."""
    return Repartition(repartir(perimetre.par_axe_servi(), "axes").cases, ensemble)


def repartir_par_financeur(
    perimetre: Perimetre, argent: Mapping[int, Figures], ensemble: Figures, arbre: "Arbre"
) -> Repartition:
    """By funder, each with those below it; ``argent`` is the money of each, without them.

    The numbers of lines take one query, and serve any funders together.
    """
    cercles = perimetre.cercles()

    def reunir(cles: Collection[int]) -> Figures:
        dessous = {c for cle in cles for c in arbre.sous[cle]}
        aidees = [
            effectif for cercle, effectif in cercles.items() if not cercle.isdisjoint(dessous)
        ]
        somme = Figures.cumul(argent[cle] for cle in dessous if cle in argent)
        return somme.de(sum(aidees, Effectif()))

    cases: dict[int | None, Figures] = {
        pk: replace(reunir([pk]), lignes=0, reconstituees=0) for pk in arbre.sous
    }
    return Repartition(cases, ensemble, reunir)


def argent_par_financeur(perimetre: Perimetre) -> dict[int, Figures]:
    """The money of each funder, without those below it, in one query."""
    return {
        cle: Figures.de_l_argent(Montants(*montants))
        for cle, *montants in perimetre.sommes(FINANCEUR)
    }


@dataclass(frozen=True)
class Arbre:
    """The tree of funders. ``sous``: each one's id → the ids below it, itself first."""

    financeurs: tuple[Financeur, ...]
    sous: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def lire(cls) -> "Arbre":
        """The whole tree, in one query."""
        financeurs = tuple(Financeur.objects.order_by("ordre", "nom", "pk"))
        parents = {financeur.pk: financeur.parent_id for financeur in financeurs}
        sous: dict[int, list[int]] = {pk: [] for pk in parents}
        for pk in parents:
            ancetre: int | None = pk
            for _ in range(3):  # the tree's depth
                if ancetre is not None:
                    sous[ancetre].append(pk)
                    ancetre = parents[ancetre]
        return cls(financeurs, sous)

    def en_ordre(self, parent: int | None = None) -> Iterator[Financeur]:
        """Each funder, followed by those below it."""
        for financeur in self.financeurs:
            if financeur.parent_id == parent:
                yield financeur
                yield from self.en_ordre(financeur.pk)

    def niveau(self, financeur: Financeur) -> int:
        """0 for a root."""
        return sum(financeur.pk in dessous for dessous in self.sous.values()) - 1


@dataclass(frozen=True)
class Case:
    """The figures of one commune (None: transterritorial), theme and funder (None: the lines)."""

    commune: int | None
    theme: int
    financeur: int | None
    figures: Figures


@dataclass(frozen=True)
class Ventilation:
    """Some lines by commune, theme and funder at once: any slice of it costs no query."""

    cases: tuple[Case, ...]

    @classmethod
    def de(cls, perimetre: Perimetre) -> "Ventilation":
        """In two queries."""
        return cls(
            (
                *(
                    Case(commune, theme, None, Figures.lues((lignes, actions, reconstituees), None))
                    for commune, theme, lignes, actions, reconstituees in perimetre.effectifs(
                        "commune", "theme"
                    )
                ),
                *(
                    Case(commune, theme, financeur, Figures.de_l_argent(Montants(*montants)))
                    for commune, theme, financeur, *montants in perimetre.sommes(*DIMENSIONS)
                ),
            )
        )

    @property
    def ensemble(self) -> Figures:
        return Figures.cumul(case.figures for case in self.cases)

    def de_la_commune(self, commune: int | None) -> "Ventilation":
        return Ventilation(tuple(case for case in self.cases if case.commune == commune))

    def du_theme(self, theme: int) -> "Ventilation":
        return Ventilation(tuple(case for case in self.cases if case.theme == theme))

    def par_commune(self) -> Repartition:
        return self._par(lambda case: case.commune)

    def par_theme(self) -> Repartition:
        return self._par(lambda case: case.theme)

    def argent_par_financeur(self) -> dict[int, Figures]:
        """The money of each funder, without those below it."""
        cases = self._par(lambda case: case.financeur).cases
        return {cle: figures for cle, figures in cases.items() if cle is not None}

    def _par(self, cle: Callable[[Case], int | None]) -> Repartition:
        parts: defaultdict[int | None, list[Figures]] = defaultdict(list)
        for case in self.cases:
            parts[cle(case)].append(case.figures)
        return Repartition(
            {valeur: Figures.cumul(figures) for valeur, figures in parts.items()}, self.ensemble
        )
