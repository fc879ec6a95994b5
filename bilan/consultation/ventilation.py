"""Figures by commune, theme, funder, axis…: grouped queries, never a sum across a join that
multiplies lines.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case as Si
from django.db.models import Count, F, Q, QuerySet, Sum, When

from actions.models import Action
from bilan.consultation.figures import RIEN, Figures
from bilan.consultation.perimetre import Perimetre
from financement.models import Financeur, Montants, Subvention

COMPTEE = Q(nature=Action.Nature.ACTION)
SOMMES = {etape: Sum(f"montant_{etape}") for etape in ("demande", "accorde", "verse")}


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
        if self.reunir is not None:
            return self.reunir(cles)
        return Figures.cumul(self.de(cle) for cle in cles)


def repartir(perimetre: Perimetre, champ: str) -> Repartition:
    """By one field of the action (« commune »…), in two queries."""
    nombres = _effectifs(perimetre.actions, champ)
    sommes = perimetre.subventions.order_by().values_list(f"action__{champ}").annotate(**SOMMES)
    parts: defaultdict[int | None, list[Figures]] = defaultdict(list)
    for cle, actions, lignes, reconstituees in nombres:
        parts[cle].append(Figures(actions, lignes, reconstituees))
    for cle, *montants in sommes:
        parts[cle].append(Figures.de_l_argent(Montants(*montants)))
    cases = {cle: Figures.cumul(lues) for cle, lues in parts.items()}
    return Repartition(cases, Figures.cumul(cases.values()))


def repartir_par_axe(perimetre: Perimetre, ensemble: Figures) -> Repartition:
    """By axis, in two queries; a line counts under each axis that it serves.

    Lines that serve none are read too, and left out here: asking the database to leave them out
    makes SQLite read the axes of every year.
    """
    nombres = _effectifs(perimetre.actions, "axes")
    sommes = perimetre.subventions.order_by().values_list("action__axes").annotate(**SOMMES)
    argent = {cle: Figures.de_l_argent(Montants(*montants)) for cle, *montants in sommes}
    cases: dict[int | None, Figures] = {
        cle: Figures.cumul([Figures(*compte), argent.get(cle, RIEN)])
        for cle, *compte in nombres
        if cle is not None
    }
    return Repartition(cases, ensemble)


def repartir_par_financeur(
    perimetre: Perimetre, argent: Mapping[int, Figures], ensemble: Figures, arbre: "Arbre"
) -> Repartition:
    """By funder, each with those below it; ``argent`` is the money of each, without them.

    Counts take two queries: funders alone, then those that have others below them.
    """
    aides = Subvention.objects.filter(
        action__in=perimetre.assiette.comptees().order_by().values("pk")
    ).order_by()
    if perimetre.financeurs:
        aides = aides.des_financeurs(perimetre.financeurs)
    seules = dict(aides.values_list("financeur").annotate(nombre=Count("action_id", distinct=True)))
    presents = {pk: [c for c in dessous if c in seules] for pk, dessous in arbre.sous.items()}
    groupes = {pk: dessous for pk, dessous in presents.items() if len(dessous) > 1}
    reunies = aides.filter(financeur__in={c for d in groupes.values() for c in d}).aggregate(
        **{
            f"n{pk}": Count(Si(When(financeur__in=dessous, then=F("action_id"))), distinct=True)
            for pk, dessous in groupes.items()
        }
    )
    cases: dict[int | None, Figures] = {}
    for pk, dessous in presents.items():
        nombre = reunies[f"n{pk}"] if pk in groupes else sum(seules[cle] for cle in dessous)
        somme = Figures.cumul(argent.get(cle, RIEN) for cle in arbre.sous[pk])
        cases[pk] = replace(somme, actions=nombre)
    return Repartition(cases, ensemble)


def argent_par_financeur(perimetre: Perimetre) -> dict[int, Figures]:
    """The money of each funder, without those below it, in one query."""
    sommes = perimetre.subventions.order_by().values_list("financeur").annotate(**SOMMES)
    return {cle: Figures.de_l_argent(Montants(*montants)) for cle, *montants in sommes}


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
        nombres = _effectifs(perimetre.actions, "commune", "theme")
        sommes = (
            perimetre.subventions.order_by()
            .values_list("action__commune", "action__theme", "financeur")
            .annotate(**SOMMES)
        )
        return cls(
            (
                *(Case(commune, theme, None, Figures(*n)) for commune, theme, *n in nombres),
                *(
                    Case(commune, theme, financeur, Figures.de_l_argent(Montants(*montants)))
                    for commune, theme, financeur, *montants in sommes
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


def _effectifs(actions: "QuerySet[Action]", *champs: str) -> Iterable[Any]:
    """Numbers of lines by these fields: counted actions, lines, rebuilt lines."""
    return (
        actions.order_by()
        .values_list(*champs)
        .annotate(
            actions=Count("pk", filter=COMPTEE),
            lignes=Count("pk"),
            reconstituees=Count("pk", filter=Q(provenance=Action.Provenance.RECONSTITUTION)),
        )
    )
