"""The contract's actions, year by year and theme by theme."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from actions.exercices import Cloture as Cloture  # Django looks for models here
from actions.exercices import Exercice as Exercice
from actions.pieces import Piece as Piece
from actions.questions.argent import Argent
from actions.questions.combien import Denombrement
from actions.questions.lesquelles import Choix
from actions.statuts import ECARTES, Statut
from axes.models import AxeTransversal
from comptes.saisies import en_paragraphes, en_une_ligne
from suivi.versions import Versionne
from territoires.models import Commune, Organisme, Quartier

SOIN_DES_TEXTES = {
    "reference": en_une_ligne,
    "intitule": en_une_ligne,
    "public": en_une_ligne,
    "description": en_paragraphes,
}
"""How the spaces of an action's texts are kept, typed or imported."""


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


class ActionQuerySet(Choix["Action"], Denombrement["Action"], Argent["Action"]):  # type: ignore[override]  # each has its own as_manager
    """What is asked of the contract's lines: which ones, how many, how much."""


class Action(Versionne):
    """A line of the contract: an action, the residents' fund or the running of the contract itself.

    ``commune`` NULL is transterritorial: for the whole territory. ``porteur`` is asked for on
    entry; NULL only where the source of the data gives none.
    """

    class Nature(models.TextChoices):
        ACTION = "ACTION", "Action"
        FONDS = "FONDS", "Fonds de participation des habitants"
        ANIMATION = "ANIMATION", "Animation du contrat"

    Statut = Statut

    class Provenance(models.TextChoices):
        SAISIE = "SAISIE", "Saisie"
        IMPORT = "IMPORT", "Import"
        RECONSTITUTION = "RECONSTITUTION", "Reconstitution"

    exercice = models.ForeignKey(
        Exercice,
        on_delete=models.PROTECT,
        related_name="actions",
        db_index=False,  # several indexes below begin with it
    )
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
    par_commune = "commune_id"
    feminin = True

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
            models.Index(fields=["exercice", "id"], name="action_bornes"),
            models.Index(
                fields=["exercice", "theme", "commune", "nature", "statut", "provenance"],
                name="action_tableaux_couvrant",
            ),
            models.Index(
                fields=[
                    "exercice",
                    "commune",
                    "theme",
                    "quartier",
                    "nature",
                    "statut",
                    "provenance",
                ],
                name="action_communes_couvrant",
            ),
            models.Index(
                fields=["exercice", "porteur", "nature", "statut", "provenance"],
                name="action_porteurs_couvrant",
            ),
            models.Index(
                fields=["exercice", "quartier", "nature", "statut", "provenance"],
                name="action_quartiers_couvrant",
            ),
        ]

    def __str__(self) -> str:
        return self.intitule

    @property
    def ecartee(self) -> bool:
        """Whether no figure counts it."""
        return self.statut in ECARTES

    def clean(self) -> None:
        """The rules that need another row: a neighbourhood is in its commune."""
        if self.quartier is not None and self.quartier.commune_id != self.commune_id:
            raise ValidationError(
                {"quartier": f"Ce quartier est à {self.quartier.commune}, pas dans cette commune."}
            )

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Spaces are kept as the import keeps them. On entry, the porteur is asked for; only data
        from elsewhere may lack one.
        """
        super().clean_fields(exclude=exclude)
        for champ, soigner in SOIN_DES_TEXTES.items():
            setattr(self, champ, soigner(getattr(self, champ)))
        if (
            self.porteur_id is None
            and self.provenance == self.Provenance.SAISIE
            and "porteur" not in set(exclude or ())
        ):
            raise ValidationError({"porteur": "Indiquez qui porte l'action."})
