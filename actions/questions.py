"""What is asked of the contract's lines: which ones, how many, how much."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Aggregate, Count, Exists, OuterRef, Q, Subquery, Sum

from comptes.models import Utilisateur
from comptes.permissions import dans_les_communes
from financement.models import (
    ETAPES,
    Financeur,
    FinanceurQuerySet,
    Montants,
    Subvention,
    SubventionQuerySet,
    au_centime,
)
from listes.recherche import lettres_sures, mots
from territoires.models import Organisme

if TYPE_CHECKING:
    from actions.exercices import Exercice
    from actions.models import Action  # noqa: F401  # a string names it below


@dataclass(frozen=True)
class Effectif:
    """How many lines there are, how many the tables count as actions, how many are rebuilt."""

    lignes: int = 0
    actions: int = 0
    reconstituees: int = 0

    def __add__(self, autre: "Effectif") -> "Effectif":
        return Effectif(
            self.lignes + autre.lignes,
            self.actions + autre.actions,
            self.reconstituees + autre.reconstituees,
        )


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


class ActionQuerySet(models.QuerySet["Action"]):
    def visibles_par(self, utilisateur: AbstractBaseUser | AnonymousUser) -> "ActionQuerySet":
        """The lines that this account may see; limited to communes, only what is theirs.

        What concerns the whole territory then stays out: it isn't any of these communes' own.
        """
        if not isinstance(utilisateur, Utilisateur):
            return self.none()
        return dans_les_communes(self.all(), utilisateur.perimetre)

    def porteurs_visibles_par(
        self, utilisateur: AbstractBaseUser | AnonymousUser
    ) -> models.QuerySet[Organisme]:
        """Every organisation or, for a limited account, those that carry a line that it may see."""
        if isinstance(utilisateur, Utilisateur) and not utilisateur.perimetre:
            return Organisme.objects.all()
        lignes = self.visibles_par(utilisateur).filter(porteur=OuterRef("pk"))
        return Organisme.objects.filter(Exists(lignes.order_by()))

    def de_l_exercice(self, annee: int) -> "ActionQuerySet":
        """The lines of one budget year, counted or not."""
        return self.filter(exercice__annee=annee)

    def des_exercices(self, exercices: Collection["Exercice"]) -> "ActionQuerySet":
        """The lines of these budget years, counted or not."""
        return self.filter(exercice__in=[exercice.pk for exercice in exercices])

    def comptees(self) -> "ActionQuerySet":
        """What the tables count: neither the residents' fund nor the team's own running."""
        return self.filter(nature=self.model.Nature.ACTION)

    def effectif(self) -> Effectif:
        """Lines, counted actions and rebuilt lines, in one query."""
        return Effectif(**self.order_by().aggregate(**self._effectifs()))

    def effectifs_par(self, *champs: str) -> list[tuple[Any, ...]]:
        """The same by these fields, as (each field's value…, lines, actions, rebuilt lines)."""
        return list(self.order_by().values_list(*champs).annotate(**self._effectifs()))

    def _effectifs(self) -> dict[str, Count]:
        return {
            "lignes": Count("pk"),
            "actions": Count("pk", filter=Q(nature=self.model.Nature.ACTION)),
            "reconstituees": Count("pk", filter=Q(provenance=self.model.Provenance.RECONSTITUTION)),
        }

    def a_suivre(self) -> tuple[int, int]:
        """How many lines await a decision, and how many real ones lack a porteur; one query."""
        comptes = self.order_by().aggregate(
            deposees=Count("pk", filter=Q(statut=self.model.Statut.DEPOSEE)),
            sans_porteur=Count(
                "pk",
                filter=Q(porteur=None) & ~Q(provenance=self.model.Provenance.RECONSTITUTION),
            ),
        )
        return comptes["deposees"], comptes["sans_porteur"]

    def des_axes(self, axes: Collection[int]) -> "ActionQuerySet":
        """Lines that serve one of these axes (ids) at least, each once."""
        liens = self.model.axes.through._default_manager.filter(axetransversal_id__in=axes)
        return self.filter(pk__in=liens.values("action_id"))

    def par_axe_servi(self) -> "ActionQuerySet":
        """One row for each axis (``axes``) that each of these lines serves; none for the others."""
        return self.filter(axes__isnull=False).order_by()

    def numeros_des_axes(self, actions: Collection[int]) -> list[tuple[int, int]]:
        """The axes that these actions (ids) serve, as (action's id, axis's number), in order."""
        liens = self.model.axes.through._default_manager.filter(action_id__in=actions)
        return list(
            liens.order_by("axetransversal__numero").values_list(
                "action_id", "axetransversal__numero"
            )
        )

    def aidees_par(self, financeurs: Collection[int] | FinanceurQuerySet) -> "ActionQuerySet":
        """Lines on which one of these funders (ids or rows) has a funding line."""
        aides = Subvention.objects.filter(action=OuterRef("pk"), financeur__in=financeurs)
        return self.filter(Exists(aides.order_by()))

    def lignes_de_credit(self, financeurs: Collection[int] = ()) -> "ActionQuerySet":
        """One row for each running-cost line of these actions; of these funders (ids), if any.

        To be grouped and summed: the money is read beside its action, in one pass, where ids put
        in a condition make the database read the actions twice. No action is to be counted here.
        """
        leurs = {"subventions__financeur__in": financeurs} if financeurs else {}
        return self.filter(subventions__nature=Subvention.Nature.FONCTIONNEMENT, **leurs).order_by()

    def sommes_par(
        self, *champs: str, etapes: Collection[str] = ETAPES, financeurs: Collection[int] = ()
    ) -> list[tuple[Any, ...]]:
        """The money of these lines, as (each field's value…, each stage's €); one query.

        Of these funders (ids), if some are given.
        """
        sommes = {etape: Sum(f"subventions__montant_{etape}") for etape in etapes}
        groupes = self.lignes_de_credit(financeurs).values_list(*champs).annotate(**sommes)
        cles = len(champs)
        return [(*groupe[:cles], *map(au_centime, groupe[cles:])) for groupe in groupes]

    def montants(self, codes: Collection[str] = ()) -> Montants:
        """The running costs of these actions; of the funders of these codes, and of those below
        them, only, if some are given.

        0 without any line, None with lines of which none is known. The funders sort the sums and
        not the lines: by them, the database would look for lines of every year.
        """
        leurs = None
        if codes:
            leurs = Q(subventions__financeur__in=Financeur.objects.sous_l_un_de(codes))
        sommes = self.lignes_de_credit().aggregate(
            lignes=Count("subventions__nature", filter=leurs),
            **{etape: Sum(f"subventions__montant_{etape}", filter=leurs) for etape in ETAPES},
        )
        return Montants.lus(**sommes)

    def par_cercle_de_financeurs(self) -> "Cercles":
        """These actions by the circle of funders (ids) that helps them, with any kind of money.

        One query, from which what any group of funders helps is a sum: an action is in one circle
        only.
        """
        requete = (
            self.order_by()
            .values("pk", "nature", "provenance")
            .annotate(cercle=Enumeration("subventions__financeur"))
            .values("cercle", "nature", "provenance")
            .query
        )
        try:
            ordre, parametres = requete.get_compiler(self.db).as_sql()
        except EmptyResultSet:
            return {}
        cercles: dict[frozenset[int], Effectif] = {}
        with connections[self.db].cursor() as curseur:
            curseur.execute(
                f"SELECT cercle, nature, provenance, COUNT(*) FROM ({ordre}) AS aides "  # noqa: S608  # Django's own statement
                "GROUP BY cercle, nature, provenance",
                parametres,
            )
            for enumeration, nature, provenance, lignes in curseur.fetchall():
                cercle = frozenset(map(int, enumeration.split(","))) if enumeration else frozenset()
                cercles[cercle] = cercles.get(cercle, Effectif()) + Effectif(
                    lignes,
                    lignes if nature == self.model.Nature.ACTION else 0,
                    lignes if provenance == self.model.Provenance.RECONSTITUTION else 0,
                )
        return cercles

    def premieres(self, combien: int) -> list[int]:
        """The ids of the first of these lines, in their order."""
        return list(self.values_list("pk", flat=True)[:combien])

    def avec_montant(self, etape: str, subventions: SubventionQuerySet) -> "ActionQuerySet":
        """Adds ``somme_<etape>``: the € of these funding lines at one stage, NULL when unknown."""
        somme = (
            subventions.filter(action=OuterRef("pk"))
            .order_by()
            .values("action")
            .annotate(somme=Sum(f"montant_{etape}"))
            .values("somme")
        )
        return self.alias(**{f"somme_{etape}": Subquery(somme)})

    def recevant(
        self,
        subventions: SubventionQuerySet,
        *,
        au_moins: Decimal | None = None,
        au_plus: Decimal | None = None,
    ) -> "ActionQuerySet":
        """Lines to which this money grants, in all, so many €; an unknown sum is never enough."""
        bornes = {"somme_accorde__gte": au_moins, "somme_accorde__lte": au_plus}
        posees = {borne: valeur for borne, valeur in bornes.items() if valeur is not None}
        return self.avec_montant("accorde", subventions).filter(**posees)

    def contenant(self, texte: str) -> "ActionQuerySet":
        """Lines whose title, description or porteur hold every word, whatever accents or case.

        The porteurs are found first, once a word: there are far fewer of them than actions, and
        the database can then answer each side by an index. The word that fewest texts hold leads.
        """
        selection = self
        for mot in sorted(mots(texte), key=lambda mot: len(lettres_sures(mot)), reverse=True):
            porteurs = Organisme.objects.filter(nom__sans_accents__contains=mot).order_by()
            selection = selection.filter(
                Q(intitule__sans_accents__contains=mot)
                | (~Q(description="") & Q(description__sans_accents__contains=mot))
                | Q(porteur__in=list(porteurs.values_list("pk", flat=True)))
            )
        return selection

    def par_commune_theme_et_nature(self) -> list[tuple[int | None, int, str, str, int]]:
        """Numbers of lines, as (commune's id or None, theme's id, nature, provenance, number)."""
        dimensions = ("commune_id", "theme_id", "nature", "provenance")
        groupes = self.order_by().values(*dimensions).annotate(nombre=Count("pk"))
        return list(groupes.values_list(*dimensions, "nombre"))
