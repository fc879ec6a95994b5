"""The figures that the published document prints, kept as printed, its contradictions included."""

from django.db import models

from actions.models import Exercice
from bilan.controle import Cle, Imprime


class ChiffrePublieQuerySet(models.QuerySet["ChiffrePublie"]):
    def de_l_exercice(self, annee: int) -> "ChiffrePublieQuerySet":
        """The figures printed in the report of one budget year, in the order of its tables."""
        return self.filter(exercice__annee=annee)

    def publies(self, annee: int) -> dict[Cle, Imprime]:
        """The same, by place, as the check reads them; empty where nothing was published."""
        return {
            Cle(chiffre.tableau, chiffre.ligne, chiffre.colonne): Imprime(
                chiffre.valeur, chiffre.libelle
            )
            for chiffre in self.de_l_exercice(annee)
        }


class ChiffrePublie(models.Model):
    """One figure that a published table prints; never corrected, whatever the rows say.

    ``ligne`` is the number of the commune or theme in the document's own order, the number after
    the last commune for the transterritorial line, NULL for the TOTAL. ``libelle`` is the row's
    label and ``imprime`` the cell's text, both as printed (« 3 + FPH »); ``valeur`` is the number
    of actions, or €.
    """

    class Tableau(models.TextChoices):
        TERRITORIAL = "territorial", "Répartition territoriale"
        THEMATIQUE = "thematique", "Répartition thématique"

    class Colonne(models.TextChoices):
        ACTIONS = "actions", "Actions"
        FINANCEMENT = "financement", "Financement"
        FINANCEMENT_TOTAL = "financement_total", "Financement, total"
        VILLE = "ville", "Ville"
        ETAT = "etat", "Etat"
        CG = "cg", "CG"
        FASILD = "fasild", "Fasild"

    exercice = models.ForeignKey(
        Exercice, on_delete=models.PROTECT, related_name="chiffres_publies"
    )
    tableau = models.CharField("tableau", max_length=12, choices=Tableau.choices)
    ligne = models.PositiveSmallIntegerField(
        "ligne", null=True, blank=True, help_text="Vide pour la ligne TOTAL."
    )
    colonne = models.CharField("colonne", max_length=20, choices=Colonne.choices)
    libelle = models.CharField("libellé imprimé", max_length=100)
    valeur = models.DecimalField("valeur", max_digits=12, decimal_places=2)
    imprime = models.CharField("texte imprimé", max_length=40)

    objects = ChiffrePublieQuerySet.as_manager()

    class Meta:
        verbose_name = "chiffre publié"
        verbose_name_plural = "chiffres publiés"
        ordering = ["exercice", "tableau", models.F("ligne").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercice", "tableau", "ligne", "colonne"],
                name="chiffre_publie_unique",
            ),
            models.UniqueConstraint(
                fields=["exercice", "tableau", "colonne"],
                condition=models.Q(ligne__isnull=True),
                name="chiffre_publie_total_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tableau_display()} {self.exercice}, {self.libelle}, {self.colonne}"
