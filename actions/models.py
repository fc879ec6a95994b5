"""The contract's actions, year by year and theme by theme."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connections, models
from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, Subquery, Sum
from simple_history.models import HistoricalRecords

from actions.exercices import Cloture as Cloture  # Django looks for models here
from actions.exercices import Exercice as Exercice
from actions.pieces import Piece as Piece
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from comptes.versions import Versionne
from financement.models import Financeur, Montants, Subvention, SubventionQuerySet
from listes.recherche import lettres_sures, sans_accents
from territoires.models import Commune, Organisme, Quartier


class Theme(Versionne):
    """A line of the thematic table, under its three names: usual, in the table, in the legend."""

    numero = models.PositiveSmallIntegerField("numéro", unique=True)
    nom = models.CharField("nom", max_length=100)
    libelle_tableau = models.CharField("libellé dans les tableaux", max_length=100)
    libelle_legende = models.CharField("libellé dans les légendes", max_length=100)
    historique = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        verbose_name = "thème"
        ordering = ["numero"]

    def __str__(self) -> str:
        return self.nom


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
        communes = utilisateur.perimetre
        return self.filter(commune__in=communes) if communes else self.all()

    def de_l_exercice(self, annee: int) -> "ActionQuerySet":
        """The lines of one budget year, counted or not."""
        return self.filter(exercice__annee=annee)

    def comptees(self) -> "ActionQuerySet":
        """What the tables count: neither the residents' fund nor the team's own running."""
        return self.filter(nature=Action.Nature.ACTION)

    def effectif(self) -> Effectif:
        """Lines, counted actions and rebuilt lines, in one query."""
        compte = self.order_by().aggregate(
            lignes=Count("pk"),
            actions=Count("pk", filter=Q(nature=Action.Nature.ACTION)),
            reconstituees=Count("pk", filter=Q(provenance=Action.Provenance.RECONSTITUTION)),
        )
        return Effectif(**compte)

    def des_axes(self, axes: Collection[int]) -> "ActionQuerySet":
        """Lines that serve one of these axes (ids) at least, each once."""
        liens = Action.axes.through._default_manager.filter(
            action_id=OuterRef("pk"), axetransversal_id__in=axes
        )
        return self.filter(Exists(liens))

    def numeros_des_axes(self, actions: Collection[int]) -> list[tuple[int, int]]:
        """The axes that these actions (ids) serve, as (action's id, axis's number), in order."""
        liens = Action.axes.through._default_manager.filter(action_id__in=actions)
        return list(
            liens.order_by("axetransversal__numero").values_list(
                "action_id", "axetransversal__numero"
            )
        )

    def aidees_par(self, codes: Collection[str]) -> "ActionQuerySet":
        """Lines on which one of these funders, or one below them, has a funding line."""
        return self.aidees_par_l_un_de(Financeur.objects.sous_l_un_de(codes))

    def aidees_par_l_un_de(
        self, financeurs: "Collection[int] | models.QuerySet[Any]"
    ) -> "ActionQuerySet":
        """Lines on which one of these funders (ids or rows) has a funding line."""
        aides = Subvention.objects.filter(action=OuterRef("pk"), financeur__in=financeurs)
        return self.filter(Exists(aides.order_by()))

    def lignes_de_credit(self) -> "ActionQuerySet":
        """One row for each running-cost line of these actions.

        To be grouped and summed: the money is read beside its action, in one pass, where ids put
        in a condition make the database read the actions twice. No action is to be counted here.
        """
        return self.filter(subventions__nature=Subvention.Nature.FONCTIONNEMENT).order_by()

    def montants(
        self, financeurs: "Collection[int] | models.QuerySet[Any] | None" = None
    ) -> Montants:
        """The running costs of these actions; of these funders only (ids or rows), if not None.

        0 without any line, None with lines of which none is known. The funders sort the sums and
        not the lines: by them, the database would look for lines of every year.
        """
        leurs = None if financeurs is None else Q(subventions__financeur__in=financeurs)
        sommes = self.lignes_de_credit().aggregate(
            credits=Count("subventions__nature", filter=leurs),
            demande=Sum("subventions__montant_demande", filter=leurs),
            accorde=Sum("subventions__montant_accorde", filter=leurs),
            verse=Sum("subventions__montant_verse", filter=leurs),
        )
        if not sommes.pop("credits"):
            return Montants(Decimal(0), Decimal(0), Decimal(0))
        return Montants(**sommes)

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
                    lignes if nature == Action.Nature.ACTION else 0,
                    lignes if provenance == Action.Provenance.RECONSTITUTION else 0,
                )
        return cercles

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
        mots = sans_accents(texte).split()
        for mot in sorted(mots, key=lambda mot: len(lettres_sures(mot)), reverse=True):
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


class Action(Versionne):
    """A line of the contract: an action, the residents' fund or the running of the contract itself.

    ``commune`` NULL is transterritorial: for the whole territory. ``porteur`` is asked for on
    entry; NULL only where the source of the data gives none.
    """

    class Nature(models.TextChoices):
        ACTION = "ACTION", "Action"
        FONDS = "FONDS", "Fonds de participation des habitants"
        ANIMATION = "ANIMATION", "Animation du contrat"

    class Statut(models.TextChoices):
        DEPOSEE = "DEPOSEE", "Déposée"
        ACCORDEE = "ACCORDEE", "Accordée"
        REFUSEE = "REFUSEE", "Refusée"
        REALISEE = "REALISEE", "Réalisée"
        ABANDONNEE = "ABANDONNEE", "Abandonnée"

    class Provenance(models.TextChoices):
        SAISIE = "SAISIE", "Saisie"
        IMPORT = "IMPORT", "Import"
        RECONSTITUTION = "RECONSTITUTION", "Reconstitution"

    exercice = models.ForeignKey(Exercice, on_delete=models.PROTECT, related_name="actions")
    reference = models.CharField(
        "référence",
        max_length=40,
        blank=True,
        help_text="Numéro de dossier, s'il y en a un ; unique dans l'exercice.",
    )
    intitule = models.CharField("intitulé", max_length=250)
    theme = models.ForeignKey(
        Theme, on_delete=models.PROTECT, related_name="actions", verbose_name="thème"
    )
    commune = models.ForeignKey(
        Commune,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        help_text="Vide : action transterritoriale.",
    )
    quartier = models.ForeignKey(
        Quartier, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    porteur = models.ForeignKey(
        Organisme, on_delete=models.PROTECT, null=True, blank=True, related_name="actions"
    )
    axes = models.ManyToManyField(
        AxeTransversal, blank=True, related_name="actions", verbose_name="axes transversaux"
    )
    nature = models.CharField(
        "nature", max_length=10, choices=Nature.choices, default=Nature.ACTION
    )
    description = models.TextField("description", blank=True)
    public = models.CharField("public visé", max_length=250, blank=True)
    date_debut = models.DateField("début", null=True, blank=True)
    date_fin = models.DateField("fin", null=True, blank=True)
    statut = models.CharField(
        "statut", max_length=10, choices=Statut.choices, default=Statut.DEPOSEE
    )
    provenance = models.CharField(
        "provenance",
        max_length=15,
        choices=Provenance.choices,
        default=Provenance.SAISIE,
        editable=False,
    )
    renouvelee_de = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="renouvellements",
        verbose_name="renouvelle",
    )
    modifiee_le = models.DateTimeField("dernière modification", auto_now=True)
    historique = HistoricalRecords(m2m_fields=[axes], excluded_fields=["version", "modifiee_le"])

    parties = ("subventions", "axes")

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        ordering = ["-exercice__annee", F("commune__numero").asc(nulls_last=True), "theme", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "reference"],
                condition=~Q(reference=""),
                name="action_reference_unique_dans_l_exercice",
                violation_error_message="Cette référence est déjà prise dans cet exercice.",
            ),
            models.UniqueConstraint(
                fields=["exercice"],
                condition=Q(nature="ANIMATION"),
                name="action_une_animation_par_exercice",
                violation_error_message=(
                    "L'animation du contrat existe déjà pour cet exercice : modifiez-la."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(nature="ANIMATION") | Q(commune__isnull=True),
                name="action_animation_transterritoriale",
                violation_error_message="L'animation du contrat est transterritoriale : "
                "laissez la commune vide.",
            ),
            models.CheckConstraint(
                condition=Q(date_fin__isnull=True)
                | Q(date_debut__isnull=True)
                | Q(date_fin__gte=F("date_debut")),
                name="action_finit_apres_son_debut",
                violation_error_message="La fin doit suivre le début.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["exercice", "theme", "commune", "nature", "provenance"],
                name="action_tableaux_couvrant",
            ),
            models.Index(
                fields=["exercice", "commune", "theme", "quartier", "nature", "provenance"],
                name="action_communes_couvrant",
            ),
            models.Index(
                fields=["exercice", "porteur", "nature", "provenance"],
                name="action_porteurs_couvrant",
            ),
        ]

    def __str__(self) -> str:
        return self.intitule

    def clean(self) -> None:
        """The rules that need another row: a neighbourhood is in its commune."""
        if self.quartier is not None and self.quartier.commune_id != self.commune_id:
            raise ValidationError(
                {"quartier": f"Ce quartier est à {self.quartier.commune}, pas dans cette commune."}
            )

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """On entry, the porteur is asked for; only data from elsewhere may lack one."""
        super().clean_fields(exclude=exclude)
        if (
            self.porteur_id is None
            and self.provenance == self.Provenance.SAISIE
            and "porteur" not in set(exclude or ())
        ):
            raise ValidationError({"porteur": "Indiquez qui porte l'action."})
