"""What the database keeps to say that something has changed, and what has been deleted."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone


class Revision(models.Model):
    """The mark left by the last transaction that took this row; ``place`` is the row's number."""

    place = models.PositiveSmallIntegerField(primary_key=True)
    marque = models.CharField(max_length=36)

    class Meta:
        db_table = "comptes_revision"  # its name when accounts kept it
        verbose_name = "marque de la dernière écriture"
        default_permissions = ()

    def __str__(self) -> str:
        return self.marque


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def restaurables(self) -> "SuppressionQuerySet":
        """Those whose time isn't over."""
        return self.filter(le__gt=_limite(timezone.now()))

    def perimees(self, maintenant: datetime) -> "SuppressionQuerySet":
        """Those whose time is over."""
        return self.filter(le__lte=_limite(maintenant))


def _limite(maintenant: datetime) -> datetime:
    return maintenant - timedelta(days=settings.CORBEILLE_JOURS)


class Suppression(models.Model):
    """An object in the corbeille: all its rows, as they were when it was deleted.

    ``geste`` is shared by what was deleted at once. ``commune`` is that of the object, if it has
    one. ``avec`` says in words what went with it. ``remplace_par`` is the object into which this
    one was merged. ``contenu`` is written and read by ``suivi.corbeille``.
    """

    geste = models.UUIDField("suppression", default=uuid4, db_index=True, editable=False)
    le = models.DateTimeField("supprimé le", db_index=True, editable=False)
    par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="par",
    )
    modele = models.CharField("sorte", max_length=100, editable=False)
    cle = models.BigIntegerField("numéro", editable=False)
    nom = models.TextField("objet", editable=False)
    commune = models.BigIntegerField("commune", null=True, editable=False)
    avec = models.TextField("avec", blank=True, editable=False)
    remplace_par = models.BigIntegerField("remplacé par", null=True, editable=False)
    contenu = models.JSONField("contenu", editable=False)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = "objet de la corbeille"
        verbose_name_plural = "corbeille"
        default_permissions = ()
        ordering = ["-le", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["modele", "cle"], name="suppression_unique_de_l_objet")
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def jours_restants(self) -> int:
        """How many days it can still be restored, the one under way included."""
        reste = self.le - _limite(timezone.now())
        return max(0, -(-reste // timedelta(days=1)))


class FichierGarde(models.Model):
    """A file of an object of the corbeille, and the row that names it once restored."""

    suppression = models.ForeignKey(Suppression, on_delete=models.CASCADE, related_name="fichiers")
    modele = models.CharField("sorte", max_length=100, editable=False)
    cle = models.BigIntegerField("numéro", editable=False)
    fichier = models.FileField("fichier", upload_to="corbeille", max_length=500, editable=False)

    class Meta:
        verbose_name = "fichier de la corbeille"
        verbose_name_plural = "fichiers de la corbeille"
        default_permissions = ()
        indexes = [
            models.Index(fields=["fichier"], name="fichier_garde_par_nom"),
            models.Index(fields=["modele", "cle"], name="fichier_garde_par_rangee"),
        ]

    def __str__(self) -> str:
        return str(self.fichier)
