"""What the database keeps to say that something has changed."""

from django.db import models


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
