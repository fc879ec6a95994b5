"""The contract's budget years, and the decisions to close and reopen them."""

from typing import Any

from django.db import models, transaction
from simple_history.models import HistoricalRecords

from comptes.models import Utilisateur
from suivi.versions import Versionne


class ExerciceQuerySet(models.QuerySet["Exercice"]):
    def dernier_rempli(self, actions: "models.QuerySet[Any]") -> "Exercice | None":
        """The newest year that has one of these actions, which pages are of until somebody chooses:
        opening a year doesn't send everybody to zeros. The newest of all, where none has any.
        """
        pleines = models.Exists(actions.order_by().filter(exercice=models.OuterRef("pk")))
        return self.annotate(remplie=pleines).order_by("-remplie", "-annee").first()


class Exercice(Versionne):
    """A budget year of the contract. Once closed, its actions and their money are read-only."""

    annee = models.PositiveSmallIntegerField("année", unique=True)
    clos = models.BooleanField("clos", default=False)
    historique = HistoricalRecords(excluded_fields=["version"])

    objects = ExerciceQuerySet.as_manager()

    class Meta:
        verbose_name = "exercice"
        ordering = ["-annee"]
        permissions = [("cloturer_exercice", "Peut clore et rouvrir un exercice")]

    def __str__(self) -> str:
        return str(self.annee)

    def cloturer(self, motif: str, par: Utilisateur) -> bool:
        """Make the exercice read-only for everyone, and keep who decided it and why.

        False, and nothing written, where it was closed already.
        """
        return self._decider(True, motif, par)

    def rouvrir(self, motif: str, par: Utilisateur) -> bool:
        """Allow writes again, and keep who decided it and why; False where it was open already."""
        return self._decider(False, motif, par)

    @transaction.atomic
    def _decider(self, clos: bool, motif: str, par: Utilisateur) -> bool:
        # Two people may decide at once: the second waits here, and finds it done.
        self.clos = Exercice.objects.select_for_update().get(pk=self.pk).clos
        if self.clos == clos:
            return False
        self.clos = clos
        self.save(update_fields=["clos"])
        Cloture.objects.create(exercice=self, clos=clos, motif=motif, par=par)
        return True


class Cloture(models.Model):
    """A decision to close an exercice, or to open it again: who, when, why."""

    exercice = models.ForeignKey(Exercice, on_delete=models.CASCADE, related_name="clotures")
    clos = models.BooleanField("clos")
    motif = models.TextField("motif")
    par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, related_name="+", verbose_name="décidé par"
    )
    le = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        verbose_name = "clôture"
        ordering = ["-le", "-pk"]

    def __str__(self) -> str:
        return f"{self.exercice} : {'clôture' if self.clos else 'réouverture'}"
