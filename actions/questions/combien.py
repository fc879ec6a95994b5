"""How many lines there are, of each kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Aggregate, Count, Exists, OuterRef, Q

from actions.statuts import ECARTES
from financement.models import Subvention

Ligne = TypeVar("Ligne", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Effectif:
    """How many lines count, of each nature, and how many of them all were rebuilt.

    The tables count actions only: neither the residents' fund nor the contract's own running.
    ``ecartees`` are those refused or given up, which are in none of the other numbers.
    """

    actions: int = 0
    fonds: int = 0
    animations: int = 0
    reconstituees: int = 0
    ecartees: int = 0

    @property
    def lignes(self) -> int:
        return self.actions + self.fonds + self.animations

    @classmethod
    def somme(cls, parts: Iterable["Effectif"]) -> "Effectif":
        """Of parts that share no line."""
        lus = list(parts)
        return cls(
            sum(part.actions for part in lus),
            sum(part.fonds for part in lus),
            sum(part.animations for part in lus),
            sum(part.reconstituees for part in lus),
            sum(part.ecartees for part in lus),
        )


class ASuivre(NamedTuple):
    """How many lines are filed without a granted amount, filed with one, refused or given up with
    one, and how many real ones lack a porteur.
    """

    a_decider: int
    decidees: int
    ecartees_aidees: int
    sans_porteur: int


class Enumeration(Aggregate):
    """The values of a group, separated by commas, in no order; NULL of none."""

    function = "GROUP_CONCAT"
    output_field = models.CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **contexte: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            function="STRING_AGG",
            template="%(function)s(%(expressions)s::text, ',')",
            **contexte,
        )


Cercles = Mapping[frozenset[int], Effectif]


class Denombrement(models.QuerySet[Ligne]):
    model: Any  # the action's model, which is made with this class

    def effectif(self) -> Effectif:
        """In one query."""
        return Effectif(**self.order_by().aggregate(**self._effectifs()))

    def effectifs_par(self, *champs: str) -> list[tuple[Any, ...]]:
        """By these fields, as (each field's value…, its Effectif); one query."""
        groupes = self.order_by().values_list(*champs).annotate(**self._effectifs())
        cles = len(champs)
        return [(*groupe[:cles], Effectif(*groupe[cles:])) for groupe in groupes]

    def _effectifs(self) -> dict[str, Count]:
        """In the order of Effectif."""
        nature, provenance = self.model.Nature, self.model.Provenance
        ecartee = Q(statut__in=ECARTES)
        return {
            "actions": Count("pk", filter=Q(nature=nature.ACTION) & ~ecartee),
            "fonds": Count("pk", filter=Q(nature=nature.FONDS) & ~ecartee),
            "animations": Count("pk", filter=Q(nature=nature.ANIMATION) & ~ecartee),
            "reconstituees": Count("pk", filter=Q(provenance=provenance.RECONSTITUTION) & ~ecartee),
            "ecartees": Count("pk", filter=ecartee),
        }

    def a_suivre(self) -> ASuivre:
        """What someone should look at among these lines; one query."""
        dites = Subvention.objects.filter(action=OuterRef("pk"), montant_accorde__isnull=False)
        connu, donne = Exists(dites.order_by()), Exists(dites.filter(montant_accorde__gt=0))
        deposee = Q(statut=self.model.Statut.DEPOSEE)
        return ASuivre(
            **self.order_by().aggregate(
                a_decider=Count("pk", filter=deposee & ~Q(connu)),
                decidees=Count("pk", filter=deposee & Q(connu)),
                ecartees_aidees=Count("pk", filter=Q(statut__in=ECARTES) & Q(donne)),
                sans_porteur=Count(
                    "pk",
                    filter=Q(porteur=None) & ~Q(provenance=self.model.Provenance.RECONSTITUTION),
                ),
            )
        )

    def par_cercle_de_financeurs(self) -> Cercles:
        """Those of these actions that count, by the circle of funders (ids) that helps them, with
        any kind of money.

        One query, from which what any group of funders helps is a sum: an action is in one circle
        only.
        """
        requete = (
            self.exclude(statut__in=ECARTES)
            .order_by()
            .values("pk", "nature", "provenance")
            .annotate(cercle=Enumeration("subventions__financeur"))
            .values("cercle", "nature", "provenance")
            .query
        )
        try:
            ordre, parametres = requete.get_compiler(self.db).as_sql()
        except EmptyResultSet:
            return {}
        natures, provenances = self.model.Nature, self.model.Provenance
        parts: defaultdict[frozenset[int], list[Effectif]] = defaultdict(list)
        with connections[self.db].cursor() as curseur:
            curseur.execute(
                f"SELECT cercle, nature, provenance, COUNT(*) FROM ({ordre}) AS aides "  # noqa: S608  # Django's own statement
                "GROUP BY cercle, nature, provenance",
                parametres,
            )
            for enumeration, nature, provenance, lignes in curseur.fetchall():
                cercle = frozenset(map(int, enumeration.split(","))) if enumeration else frozenset()
                parts[cercle].append(
                    Effectif(
                        actions=lignes if nature == natures.ACTION else 0,
                        fonds=lignes if nature == natures.FONDS else 0,
                        animations=lignes if nature == natures.ANIMATION else 0,
                        reconstituees=lignes if provenance == provenances.RECONSTITUTION else 0,
                    )
                )
        return {cercle: Effectif.somme(effectifs) for cercle, effectifs in parts.items()}
