"""Lines and money added up by commune, theme and funder, so that any part is a look-up.

The sums are pure: they take the rows that the questions answer, already grouped. The statement of
one year (``relever``) asks those questions of the database once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.db.models import Exists, OuterRef, Value, When
from django.db.models.fields import BigIntegerField, CharField

from actions.models import Action, ActionQuerySet, Exercice, Theme
from actions.questions.combien import Effectif
from financement.models import Financeur
from financement.montants import Montant, Montants
from territoires.models import Commune

TOUT: Final = "*"
"""In the place of a commune or a theme: all of them."""

Coordonnee = int | str | None
"""A commune's or a theme's id; None for the transterritorial lines; or TOUT."""

Case = tuple[Coordonnee, Coordonnee]
"""A commune and a theme."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What some lines come to: how many, and their *crédits de fonctionnement* by stage."""

    effectif: Effectif = field(default_factory=Effectif)
    argent: Montants = field(default_factory=Montants)

    @classmethod
    def somme(cls, parts: Iterable["Figures"]) -> "Figures":
        """Of parts that share neither a line nor money."""
        lues = list(parts)
        return cls(
            Effectif.somme(part.effectif for part in lues),
            Montants.somme(part.argent for part in lues),
        )

    @property
    def actions(self) -> int:
        """What the tables count."""
        return self.effectif.actions

    @property
    def lignes(self) -> int:
        """With what is funded without being an action."""
        return self.effectif.lignes

    @property
    def reconstituees(self) -> int:
        return self.effectif.reconstituees

    @property
    def accorde(self) -> Montant:
        return self.argent.accorde

    @property
    def vides(self) -> bool:
        """Whether there is neither a line nor money."""
        return not self.lignes and not self.accorde.lignes

    def part_de(self, ensemble: Montant) -> Decimal | None:
        """The share of the whole's granted €, as a fraction of 1; None where there is none."""
        accorde = self.accorde.valeur
        return accorde / ensemble.valeur if accorde is not None and ensemble.valeur else None


RIEN: Final = Figures()


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
        return Figures.somme(self.de(cle) for cle in cles)


class Sommes:
    """The sums of some lines, each of which has one commune (or None), one theme, some funders.

    A part names a commune and a theme; where it names none, all of them are meant.
    """

    def __init__(
        self,
        effectifs: Iterable[tuple[int | None, int, Effectif]],
        argent: Iterable[tuple[int | None, int, int, Montants]],
    ) -> None:
        self._effectifs: defaultdict[Case, list[Effectif]] = defaultdict(list)
        self._argent: defaultdict[Case, defaultdict[int, list[Montants]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for commune, theme, effectif in effectifs:
            for case in _cases(commune, theme):
                self._effectifs[case].append(effectif)
        for commune, theme, financeur, montants in argent:
            for case in _cases(commune, theme):
                self._argent[case][financeur].append(montants)

    def effectif(self, commune: Coordonnee = TOUT, theme: Coordonnee = TOUT) -> Effectif:
        return Effectif.somme(self._effectifs.get((commune, theme), []))

    def argent(
        self,
        commune: Coordonnee = TOUT,
        theme: Coordonnee = TOUT,
        financeurs: Collection[int] | None = None,
    ) -> Montants:
        """The money of a part; of these funders (ids) only, where they are given."""
        return Montants.somme(
            montants
            for financeur, leurs in self._aides(commune, theme).items()
            if financeurs is None or financeur in financeurs
            for montants in leurs
        )

    def argent_par_financeur(
        self, commune: Coordonnee = TOUT, theme: Coordonnee = TOUT
    ) -> dict[int, Montants]:
        """The money of each funder that gives to this part, without that of those below it."""
        return {
            financeur: Montants.somme(leurs)
            for financeur, leurs in self._aides(commune, theme).items()
        }

    def _aides(self, commune: Coordonnee, theme: Coordonnee) -> Mapping[int, list[Montants]]:
        return self._argent.get((commune, theme), {})

    def figures(self, commune: Coordonnee = TOUT, theme: Coordonnee = TOUT) -> Figures:
        return Figures(self.effectif(commune, theme), self.argent(commune, theme))

    def par_commune(self) -> Repartition:
        return self._repartition(lambda part: self.figures(commune=part), 0)

    def par_theme(self) -> Repartition:
        return self._repartition(lambda part: self.figures(theme=part), 1)

    def _repartition(self, de: Callable[[int | None], Figures], rang: int) -> Repartition:
        parts = {case[rang] for case in (*self._effectifs, *self._argent)}
        cles = [part for part in parts if not isinstance(part, str)]
        return Repartition({cle: de(cle) for cle in cles}, self.figures())


def _cases(commune: int | None, theme: int) -> tuple[Case, ...]:
    return ((commune, theme), (commune, TOUT), (TOUT, theme), (TOUT, TOUT))


PUBLIE: Final = "publie"
GENRES = ("commune", "theme", "financeur", "exercice")


@dataclass(frozen=True)
class Entree:
    """A commune, a theme, a funder or a year as the tables name it.

    ``code`` is a commune's INSEE code, a theme's number or a funder's code; ``tableau`` is the
    label in the tables or, for a funder, the column under which they count it; ``legende`` is the
    label in the legends. ``racine`` is False for a funder that stands under another one.
    """

    pk: int
    numero: int
    nom: str
    tableau: str
    legende: str
    code: str
    racine: bool = True


@dataclass(frozen=True)
class Releve:
    """What the tables of one year are computed from.

    ``annees`` are the years that the database holds, this one or not, oldest first. Where the
    figures of the year were ``publie``, the labels are those that the document prints, misprints
    included; elsewhere, the usual names.
    """

    annee: int
    publie: bool
    annees: tuple[int, ...]
    communes: tuple[Entree, ...]
    themes: tuple[Entree, ...]
    financeurs: tuple[Entree, ...]
    sommes: Sommes

    @property
    def reconstitue(self) -> bool:
        """Whether some line of the year was reconstructed, not typed or imported."""
        return bool(self.sommes.effectif().reconstituees)

    @property
    def porteurs_connus(self) -> bool:
        """Whether some line may have a porteur: a reconstructed one never has."""
        effectif = self.sommes.effectif()
        return effectif.lignes > effectif.reconstituees


def relever(annee: int, actions: ActionQuerySet | None = None) -> Releve:
    """Read one year, or only these of its actions, in three queries."""
    entrees = _entrees()
    siennes = [exercice for exercice in entrees["exercice"] if exercice.numero == annee]
    publie = any(exercice.legende == PUBLIE for exercice in siennes)
    lignes = (Action.objects.all() if actions is None else actions).filter(
        exercice__in=[exercice.pk for exercice in siennes]
    )
    return Releve(
        annee=annee,
        publie=publie,
        annees=tuple(entree.numero for entree in entrees["exercice"]),
        communes=entrees["commune"] if publie else _sous_leur_nom(entrees["commune"]),
        themes=entrees["theme"] if publie else _sous_leur_nom(entrees["theme"]),
        financeurs=entrees["financeur"],
        sommes=Sommes(
            lignes.effectifs_par("commune", "theme"),
            lignes.sommes_par("commune", "theme", "subventions__financeur"),
        ),
    )


def _sous_leur_nom(entrees: Iterable[Entree]) -> tuple[Entree, ...]:
    return tuple(replace(entree, tableau=entree.nom, legende=entree.nom) for entree in entrees)


def _entrees() -> dict[str, tuple[Entree, ...]]:
    """Communes, themes, funders and years, each in its own order, in one query."""
    communes = Commune.objects.order_by().values_list(
        Value("commune", CharField()),
        "pk",
        "numero",
        "nom",
        "libelle_tableau",
        "libelle_legende",
        "code_insee",
        Value(0, BigIntegerField()),
    )
    themes = Theme.objects.order_by().values_list(
        Value("theme", CharField()),
        "pk",
        "numero",
        "nom",
        "libelle_tableau",
        "libelle_legende",
        Value("", CharField()),
        Value(0, BigIntegerField()),
    )
    publies = Exercice.objects.filter(chiffres_publies__isnull=False).order_by()
    exercices = Exercice.objects.order_by().values_list(
        Value("exercice", CharField()),
        *("pk", "annee"),
        *[Value("", CharField())] * 2,
        models.Case(
            When(Exists(publies.filter(pk=OuterRef("pk"))), then=Value(PUBLIE)),
            default=Value(""),
            output_field=CharField(),
        ),
        Value("", CharField()),
        Value(0, BigIntegerField()),
    )
    financeurs = Financeur.objects.order_by().values_list(
        Value("financeur", CharField()),
        *("pk", "ordre", "nom", "colonne", "nom", "code", "parent_id"),
    )
    rangees = sorted(
        communes.union(themes, financeurs, exercices, all=True), key=lambda r: (r[2], r[1])
    )
    return {genre: tuple(_entrees_de(genre, rangees)) for genre in GENRES}


def _entrees_de(genre: str, rangees: Iterable[tuple[Any, ...]]) -> Iterable[Entree]:
    for rangee in rangees:
        if rangee[0] == genre:
            _, pk, numero, nom, tableau, legende, code, parent = rangee
            yield Entree(
                pk=pk,
                numero=numero,
                nom=nom,
                tableau=tableau,
                legende=legende,
                code=code or str(numero),
                racine=not parent,
            )
