"""The transversal axes: working lines that cross the themes."""

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from simple_history.models import HistoricalRecords

from financement.models import Financeur
from suivi.versions import Versionne
from territoires.models import Commune


class AxeTransversalQuerySet(models.QuerySet["AxeTransversal"]):
    def liens(self) -> "LiensDesAxes":
        """The names of each axis's communes and funders, in their usual order, in one query."""
        communes = AxeTransversal.communes.through._default_manager.values_list(
            Value("commune"), "axetransversal_id", "commune__numero", "commune__nom"
        )
        financeurs = AxeTransversal.financeurs.through._default_manager.values_list(
            Value("financeur"), "axetransversal_id", "financeur__ordre", "financeur__nom"
        )
        liens = LiensDesAxes({}, {})
        for genre, axe, _, nom in sorted(communes.union(financeurs, all=True)):
            noms = liens.communes if genre == "commune" else liens.financeurs
            noms.setdefault(axe, []).append(nom)
        return liens


@dataclass(frozen=True)
class LiensDesAxes:
    """Names by axis's id; an axis without any has no key."""

    communes: dict[int, list[str]]
    financeurs: dict[int, list[str]]


class AxeTransversal(Versionne):
    """One axis. ``objectifs``, ``coordinateurs`` and ``partenaires`` hold one item a line."""

    numero = models.PositiveSmallIntegerField("numéro", unique=True)
    titre = models.CharField("titre", max_length=200)
    thematique = models.CharField("thématique", max_length=200, blank=True)
    objectifs = models.TextField("objectifs", blank=True, help_text="Un objectif par ligne.")
    organisation = models.TextField("organisation", blank=True)
    annee_debut = models.PositiveSmallIntegerField("année de début", null=True, blank=True)
    coordinateurs = models.TextField(
        "coordination", blank=True, help_text="Un organisme par ligne."
    )
    partenaires = models.TextField("partenaires", blank=True, help_text="Un partenaire par ligne.")
    communes = models.ManyToManyField(Commune, blank=True, related_name="axes")
    financeurs = models.ManyToManyField(Financeur, blank=True, related_name="axes")
    historique = HistoricalRecords(m2m_fields=[communes, financeurs], excluded_fields=["version"])

    parties = ("jalons", "communes", "financeurs")

    objects = AxeTransversalQuerySet.as_manager()

    class Meta:
        verbose_name = "axe transversal"
        verbose_name_plural = "axes transversaux"
        ordering = ["numero"]
        constraints = [
            models.CheckConstraint(condition=Q(numero__gte=1), name="axe_numero_au_moins_1")
        ]

    def __str__(self) -> str:
        return f"{self.numero} – {self.titre}"

    def get_absolute_url(self) -> str:
        return reverse("consultation:axe", args=[self.numero])

    @property
    def liste_objectifs(self) -> list[str]:
        return _lignes(self.objectifs)

    @property
    def liste_coordinateurs(self) -> list[str]:
        return _lignes(self.coordinateurs)

    @property
    def liste_partenaires(self) -> list[str]:
        return _lignes(self.partenaires)


def _lignes(texte: str) -> list[str]:
    return [ligne.strip() for ligne in texte.splitlines() if ligne.strip()]


class Jalon(models.Model):
    """A dated milestone of an axis: its bounds, to sort by, and its date as its source words it."""

    axe = models.ForeignKey(AxeTransversal, on_delete=models.CASCADE, related_name="jalons")
    debut = models.DateField("début")
    fin = models.DateField("fin", null=True, blank=True)
    date_texte = models.CharField(
        "date, comme on l'écrit",
        max_length=60,
        help_text="Par exemple « début 2004 » ou « du 1er au 15 octobre 2004 ».",
    )
    libelle = models.CharField("jalon", max_length=300)
    historique = HistoricalRecords()

    class Meta:
        verbose_name = "jalon"
        ordering = ["debut", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin__isnull=True) | Q(fin__gte=F("debut")),
                name="jalon_finit_apres_son_debut",
                violation_error_message="La fin doit suivre le début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.date_texte} : {self.libelle}"
