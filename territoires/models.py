"""Where actions take place, and the organisations that carry them."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Cast
from simple_history.models import HistoricalRecords
from stdnum.fr import siret as stdnum_siret

from comptes.saisies import en_une_ligne
from suivi.versions import Versionne


class CommuneQuerySet(models.QuerySet["Commune"]):
    """Communes, and what draws them."""

    def avec_trace(self) -> "CommuneQuerySet":
        """Each with ``trace``: the GeoJSON text of its outline, decoded when it is drawn."""
        en_texte = Cast("contour", models.TextField())
        return self.defer("contour").annotate(trace=en_texte)  # type: ignore[no-redef]  # see below


class Commune(Versionne):
    """One commune of the contract, under its three names: official, in the tables, in the legends.

    ``numero`` is its place in the source's tables and legends (1 to 15). ``population`` is the
    municipal population of the census of ``annee_population``; NULL when unknown. ``contour`` is a
    GeoJSON geometry (WGS84, outer rings clockwise); NULL where the commune isn't drawn.
    """

    numero = models.PositiveSmallIntegerField("numéro", unique=True)
    nom = models.CharField("nom officiel", max_length=100)
    libelle_tableau = models.CharField("libellé dans les tableaux", max_length=100)
    libelle_legende = models.CharField("libellé dans les légendes", max_length=100)
    code_insee = models.CharField(
        "code INSEE",
        max_length=5,
        unique=True,
        validators=[
            RegexValidator(
                r"^(\d{2}|2[AB])\d{3}$", "Un code INSEE a cinq caractères, par exemple 30007."
            )
        ],
    )
    population = models.PositiveIntegerField("population", null=True, blank=True)
    annee_population = models.PositiveSmallIntegerField(
        "année de la population", null=True, blank=True
    )
    contour = models.JSONField("contour (GeoJSON)", null=True, blank=True)
    trace: str | None  # of those read by avec_trace
    historique = HistoricalRecords(excluded_fields=["contour", "version"])

    par_commune = "id"
    feminin = True

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        ordering = ["numero"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(population__isnull=True)
                | models.Q(annee_population__isnull=False),
                name="commune_population_datee",
                violation_error_message="Indiquez l'année de la population.",
            )
        ]

    def __str__(self) -> str:
        return self.nom


class Quartier(Versionne):
    """A neighbourhood of a commune, and its class of priority in urban policy."""

    class Classement(models.TextChoices):
        AUCUN = "AUCUN", "Aucun"
        ZUS = "ZUS", "ZUS (zone urbaine sensible)"
        ZRU = "ZRU", "ZRU (zone de redynamisation urbaine)"
        QPV = "QPV", "QPV (quartier prioritaire de la ville)"

    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="quartiers")
    nom = models.CharField("nom", max_length=100)
    classement = models.CharField(
        "classement", max_length=5, choices=Classement.choices, default=Classement.AUCUN
    )
    code = models.CharField(
        "code officiel", max_length=10, blank=True, help_text="Celui du zonage, par ex. QN03001M."
    )
    historique = HistoricalRecords(excluded_fields=["version"])

    par_commune = "commune_id"

    class Meta:
        verbose_name = "quartier"
        ordering = ["commune__numero", "nom"]
        constraints = [
            models.UniqueConstraint(
                fields=["commune", "nom"],
                name="quartier_unique_dans_la_commune",
                violation_error_message="Ce quartier existe déjà dans cette commune.",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=~models.Q(code=""),
                name="code_de_quartier_unique",
                violation_error_message="Un autre quartier a déjà ce code.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.commune})"


def valider_siret(valeur: str) -> None:
    """Refuse, saying why, what isn't the SIRET of an establishment (14 digits and a right key)."""
    if not stdnum_siret.is_valid(valeur):
        raise ValidationError(
            "« %(valeur)s » n'est pas un SIRET : il faut 14 chiffres, dont le dernier contrôle "
            "les autres.",
            params={"valeur": valeur},
        )


class Organisme(Versionne):
    """Whoever carries an action: association, commune, social centre, landlord, agency…

    ``siret`` is NULL when unknown: two unknown numbers are not the same number.
    """

    class Type(models.TextChoices):
        ASSOCIATION = "ASSOCIATION", "Association"
        COMMUNE = "COMMUNE", "Commune"
        EPCI = "EPCI", "Intercommunalité"
        CENTRE_SOCIAL = "CENTRE_SOCIAL", "Centre social"
        BAILLEUR = "BAILLEUR", "Bailleur"
        SERVICE_ETAT = "SERVICE_ETAT", "Service de l'État"
        ETABLISSEMENT = "ETABLISSEMENT", "Établissement public"
        ENTREPRISE = "ENTREPRISE", "Entreprise"
        AUTRE = "AUTRE", "Autre"

    nom = models.CharField("nom", max_length=200, unique=True)
    type = models.CharField("type", max_length=15, choices=Type.choices, default=Type.ASSOCIATION)
    siret = models.CharField(
        "SIRET",
        max_length=14,
        null=True,
        blank=True,
        unique=True,
        validators=[valider_siret],
        help_text="14 chiffres ; laissez vide s'il n'est pas connu.",
    )
    commune = models.ForeignKey(
        Commune,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organismes",
        verbose_name="commune du siège",
    )
    historique = HistoricalRecords(excluded_fields=["version"])

    par_commune = "commune_id"

    class Meta:
        verbose_name = "organisme"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(siret__isnull=True) | ~models.Q(siret=""),
                name="organisme_siret_jamais_vide",
            )
        ]

    def __str__(self) -> str:
        return self.nom

    def clean(self) -> None:
        self.nom = en_une_ligne(self.nom)
        self.siret = stdnum_siret.compact(self.siret) if self.siret else None
