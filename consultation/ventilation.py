"""How the figures of a part of the contract break down, by grouped queries: never a sum across a
join that multiplies lines.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from actions.questions.combien import Effectif
from bilan.sommes import Figures, Repartition, Sommes
from consultation.perimetre import Perimetre
from financement.models import Financeur
from financement.montants import Montants

FINANCEUR = "subventions__financeur"


def ventiler(perimetre: Perimetre) -> Sommes:
    """By commune, theme and funder at once, in two queries."""
    return Sommes(
        perimetre.effectifs("commune", "theme"), perimetre.sommes("commune", "theme", FINANCEUR)
    )


def repartir(perimetre: Perimetre, champ: str) -> Repartition:
    """By one field of the action (« commune »…), in two queries."""
    argent = dict(perimetre.sommes(champ))
    cases = {
        cle: Figures(effectif, argent.get(cle, Montants()))
        for cle, effectif in perimetre.effectifs(champ)
    }
    return Repartition(cases, Figures.somme(cases.values()))


def repartir_par_axe(perimetre: Perimetre, ensemble: Figures) -> Repartition:
    """By axis, in two queries; a line counts under each axis that it serves."""
    return Repartition(repartir(perimetre.par_axe_servi(), "axes").cases, ensemble)


def repartir_par_financeur(
    perimetre: Perimetre, argent: Mapping[int, Montants], ensemble: Figures, arbre: "Arbre"
) -> Repartition:
    """By funder, each with those below it; ``argent`` is the money of each, without them.

    The numbers of lines take one query, and serve any funders together.
    """
    cercles = perimetre.cercles()

    def reunir(cles: Collection[int]) -> Figures:
        dessous = {c for cle in cles for c in arbre.sous[cle]}
        return Figures(
            Effectif.somme(e for cercle, e in cercles.items() if not cercle.isdisjoint(dessous)),
            Montants.somme(argent[cle] for cle in dessous if cle in argent),
        )

    cases: dict[int | None, Figures] = {}
    for pk in arbre.sous:
        figures = reunir([pk])
        cases[pk] = replace(figures, effectif=Effectif(actions=figures.actions))
    return Repartition(cases, ensemble, reunir)


def argent_par_financeur(perimetre: Perimetre) -> dict[int, Montants]:
    """The money of each funder, without those below it, in one query."""
    return dict(perimetre.sommes(FINANCEUR))


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

    def niveau(self, cle: int) -> int:
        """The depth of a funder (id); 0 for a root."""
        return sum(cle in dessous for dessous in self.sous.values()) - 1
