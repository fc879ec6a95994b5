"""The rows of one budget year, asked of the database once: three queries, whatever the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Value
from django.db.models.fields import BigIntegerField, CharField

from actions.models import Action, ActionQuerySet, Exercice, Theme
from bilan.sommes import Sommes
from financement.models import Financeur
from territoires.models import Commune

GENRES = ("commune", "theme", "financeur", "exercice")


@dataclass(frozen=True)
class Entree:
    """A commune, a theme, a funder or a year as the tables name it.

    ``code`` is a commune's INSEE code, a theme's number or a funder's code; ``tableau`` is the
    label that the tables print or, for a funder, the column under which they print it; ``racine``
    is False for a funder that stands under another one.
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

    ``annees`` are the years that the database holds, this one or not, oldest first.
    """

    annee: int
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
    lignes = (Action.objects.all() if actions is None else actions).filter(
        exercice__in=[exercice.pk for exercice in siennes]
    )
    return Releve(
        annee=annee,
        annees=tuple(entree.numero for entree in entrees["exercice"]),
        communes=entrees["commune"],
        themes=entrees["theme"],
        financeurs=entrees["financeur"],
        sommes=Sommes(
            lignes.effectifs_par("commune", "theme"),
            lignes.sommes_par("commune", "theme", "subventions__financeur"),
        ),
    )


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
    exercices = Exercice.objects.order_by().values_list(
        Value("exercice", CharField()),
        *("pk", "annee"),
        *[Value("", CharField())] * 4,
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
