"""The rows of one budget year, asked of the database once: three queries, whatever the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Value
from django.db.models.fields import BigIntegerField, CharField

from actions.models import Action, Exercice, Theme
from actions.questions import ActionQuerySet
from financement.models import Financeur
from territoires.models import Commune

# (commune's id or None for transterritorial, theme's id, nature, provenance)
CleNombre = tuple[int | None, int, str, str]
# (commune's id or None, theme's id, funder's id)
CleMontant = tuple[int | None, int, int]


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

    ``annees`` are the years that the database holds, this one or not, oldest first. ``montants``
    holds the *crédits de fonctionnement accordés* in €: None where lines exist but no
    amount is known, no key where there is no line.
    """

    annee: int
    annees: tuple[int, ...]
    communes: tuple[Entree, ...]
    themes: tuple[Entree, ...]
    financeurs: tuple[Entree, ...]
    nombres: dict[CleNombre, int]
    montants: dict[CleMontant, Decimal | None]

    @property
    def reconstitue(self) -> bool:
        """Whether some line of the year was reconstructed, not typed or imported."""
        return any(cle[3] == Action.Provenance.RECONSTITUTION for cle in self.nombres)

    @property
    def porteurs_connus(self) -> bool:
        """Whether some line may have a porteur: a reconstructed one never has."""
        return any(cle[3] != Action.Provenance.RECONSTITUTION for cle in self.nombres)


def relever(annee: int, actions: ActionQuerySet | None = None) -> Releve:
    """Read one year, or only these of its actions, in three queries."""
    entrees = _entrees()
    siennes = [exercice for exercice in entrees["exercice"] if exercice.numero == annee]
    lignes = (Action.objects.all() if actions is None else actions).filter(
        exercice__in=[exercice.pk for exercice in siennes]
    )
    nombres = lignes.par_commune_theme_et_nature()
    montants = lignes.sommes_par("commune", "theme", "subventions__financeur", etapes=("accorde",))
    return Releve(
        annee=annee,
        annees=tuple(entree.numero for entree in entrees["exercice"]),
        communes=entrees["commune"],
        themes=entrees["theme"],
        financeurs=entrees["financeur"],
        nombres={
            (commune, theme, nature, provenance): nombre
            for commune, theme, nature, provenance, nombre in nombres
        },
        montants={
            (commune, theme, financeur): accorde for commune, theme, financeur, accorde in montants
        },
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
