"""Who pays, and what each funder gives to each action, stage by stage."""

from collections.abc import Collection
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Q, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber
from simple_history.models import HistoricalRecords

from financement.montants import ETAPES, Montants, Nature, agregats
from listes.parmi import parmi
from suivi.versions import Versionne


class ColonneDesTableaux(models.TextChoices):
    """The columns under which the tables count funders, in the 2004 document's order."""

    VILLE = "VILLE", "Ville"
    ETAT = "ETAT", "État"
    CG = "CG", "Conseil général"
    FASILD = "FASILD", "Fasild"
    AUTRE = "AUTRE", "Autres"

    @property
    def imprimee(self) -> str:
        """Its heading as the 2004 document prints it."""
        return {"ETAT": "Etat", "CG": "CG"}.get(self.value, str(self.label))


NIVEAU: Final = Case(
    When(parent__isnull=True, then=0),
    When(parent__parent__isnull=True, then=1),
    default=2,
    output_field=models.IntegerField(),
)
"""The depth of a funder in the tree, 0 at the root."""

_CLES: Final = ("ordre", "nom", "pk")
EN_ARBRE: Final[list[Any]] = [
    *(Coalesce(f"parent__parent__{cle}", f"parent__{cle}", cle) for cle in _CLES),
    Case(When(parent__isnull=True, then=0), default=1),
    *(Case(When(parent__parent__isnull=False, then=f"parent__{c}"), default=c) for c in _CLES),
    NIVEAU,
    *_CLES,
]
"""The order in which each funder is followed by those below it: by its root, by its service of the
root, by itself.
"""


class FinanceurQuerySet(models.QuerySet["Financeur"]):
    def sous_l_un_de(self, codes: Collection[str]) -> "FinanceurQuerySet":
        """The funders of these codes and all that stand below them in the tree."""
        return self.filter(
            Q(code__in=codes) | Q(parent__code__in=codes) | Q(parent__parent__code__in=codes)
        )

    def en_arbre(self) -> "FinanceurQuerySet":
        """Each followed by those below it: in the order of ``rang``, at its ``niveau``, 0 at the
        root.
        """
        rang = Window(RowNumber(), order_by=EN_ARBRE)
        return self.annotate(niveau=NIVEAU, rang=rang).order_by("rang")  # type: ignore[no-redef]  # see below


class Financeur(Versionne):
    """A funder; a tree, whose services roll up to the column that the tables print."""

    code = models.CharField("code", max_length=20, unique=True)
    nom = models.CharField("nom", max_length=150)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enfants",
        verbose_name="relève de",
    )
    colonne = models.CharField(
        "colonne des tableaux",
        max_length=10,
        choices=ColonneDesTableaux.choices,
        default=ColonneDesTableaux.AUTRE,
    )
    ordre = models.PositiveSmallIntegerField("ordre", default=100)
    niveau: int  # of those read by en_arbre
    historique = HistoricalRecords(excluded_fields=["version"])

    objects = FinanceurQuerySet.as_manager()

    class Meta:
        verbose_name = "financeur"
        ordering = ["ordre", "nom"]

    def __str__(self) -> str:
        return self.nom

    def clean(self) -> None:
        """A funder can't stand under itself, nor deeper than two levels, nor in another column."""
        if self.parent is None:
            return
        if self.parent_id == self.pk or self.parent.parent_id == self.pk is not None:
            raise ValidationError({"parent": "Un financeur ne peut pas relever de lui-même."})
        if self.parent.parent is not None and self.parent.parent.parent is not None:
            raise ValidationError({"parent": "L'arbre des financeurs a trois niveaux au plus."})
        if self.colonne != self.parent.colonne:
            raise ValidationError(
                {"colonne": f"La colonne doit être celle de {self.parent} : {self.parent.colonne}."}
            )


class SubventionQuerySet(models.QuerySet["Subvention"]):
    def de_fonctionnement(self) -> "SubventionQuerySet":
        """Running costs only: what the 2004 tables count."""
        return self.filter(nature=Subvention.Nature.FONCTIONNEMENT)

    def d_investissement(self) -> "SubventionQuerySet":
        """The other kind, which no table adds to it."""
        return self.filter(nature=Subvention.Nature.INVESTISSEMENT)

    def des_financeurs(self, codes: Collection[str]) -> "SubventionQuerySet":
        """Money of these funders and of all that stand below them in the tree."""
        return self.filter(financeur__in=Financeur.objects.sous_l_un_de(codes))

    def demandees_sans_accorde(self) -> "SubventionQuerySet":
        """Lines for which something is asked, and nothing decided: a granted 0 is a decision."""
        return self.filter(montant_demande__gt=0, montant_accorde__isnull=True)

    def restant_a_verser(self) -> "SubventionQuerySet":
        """Lines of which less is paid than is granted. A payment that nobody knows of is taken for
        none; where the grant itself is unknown, nothing is known to remain.
        """
        paye = Coalesce("montant_verse", Value(0), output_field=models.DecimalField())
        return self.filter(montant_accorde__gt=paye)

    def montants(self) -> Montants:
        """The sums of these lines."""
        return Montants.lus(*self.order_by().aggregate(**agregats()).values())

    def montants_par_action(
        self, actions: Collection[int], codes: Collection[str] = ()
    ) -> dict[int, Montants]:
        """The sums of each of these actions (by id) that has a line here; of the funders of these
        codes, and of those below them, only, if some are given.
        """
        if not actions:
            return {}
        leurs = Q(financeur__in=Financeur.objects.sous_l_un_de(codes)) if codes else None
        siennes = self.filter(action__in=parmi(actions)).order_by()
        groupes = siennes.values_list("action_id").annotate(**agregats(choisies=leurs))
        return {action: Montants.lus(*lues) for action, *lues in groupes}


class Subvention(models.Model):
    """What one funder gives to one action, in €, by stage; NULL is unknown, 0 is a decision."""

    Nature = Nature

    class Credit(models.TextChoices):
        SPECIFIQUE = "SPECIFIQUE", "Crédits spécifiques"
        DROIT_COMMUN = "DROIT_COMMUN", "Droit commun"

    action = models.ForeignKey(
        "actions.Action",
        on_delete=models.CASCADE,
        related_name="subventions",
        db_index=False,  # both indexes below begin with it
    )
    financeur = models.ForeignKey(Financeur, on_delete=models.PROTECT, related_name="subventions")
    nature = models.CharField(
        "nature", max_length=15, choices=Nature.choices, default=Nature.FONCTIONNEMENT
    )
    credit = models.CharField(
        "crédits", max_length=15, choices=Credit.choices, default=Credit.SPECIFIQUE
    )
    montant_demande = models.DecimalField(
        "demandé",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    montant_accorde = models.DecimalField(
        "accordé",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    montant_verse = models.DecimalField(
        "versé",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    historique = HistoricalRecords()

    objects = SubventionQuerySet.as_manager()

    class Meta:
        verbose_name = "subvention"
        ordering = ["financeur__ordre", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "financeur", "nature", "credit"],
                name="subvention_unique",
                violation_error_message=(
                    "Ce financeur a déjà une ligne de même nature et de mêmes crédits."
                ),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"montant_{etape}__gte": 0}),
                    name=f"subvention_{etape}_positif",
                    violation_error_message="Un montant ne peut pas être négatif.",
                )
                for etape in ETAPES
            ),
        ]
        indexes = [
            models.Index(
                fields=[
                    *("action", "nature", "financeur"),
                    *("montant_accorde", "montant_demande", "montant_verse"),
                ],
                name="subvention_couvrant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.financeur} : {self.action}"
