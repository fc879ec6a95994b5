"""Who signs in, and which communes she may see."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models

from comptes.journal import Evenement as Evenement  # Django looks for models here


class Utilisateur(AbstractUser):
    """An account. No commune listed means the whole territory; some listed means only those."""

    communes = models.ManyToManyField(
        "territoires.Commune",
        verbose_name="communes accessibles",
        blank=True,
        related_name="+",
        help_text="Vide : tout le territoire. Sinon, seules ces communes sont visibles.",
    )

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        ordering = ["username"]

    @cached_property
    def perimetre(self) -> frozenset[int]:
        """The ids of the communes that the account is limited to; empty is no limit. Read once.

        A signed-in account comes with ``est_limite``, so that most accounts cost no query here.
        """
        if not getattr(self, "est_limite", True):
            return frozenset()
        return frozenset(self.communes.values_list("pk", flat=True))
