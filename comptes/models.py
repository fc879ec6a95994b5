"""Who signs in, and which communes she may see."""

from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

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


class Invitation(models.Model):
    """A link handed to a person, by which she chooses her password: see ``invitations``. One at
    most for an account; its row goes when it is used, cancelled, or has become needless.
    """

    compte = models.OneToOneField(
        Utilisateur, on_delete=models.CASCADE, related_name="invitation", verbose_name="compte"
    )
    le = models.DateTimeField("faite le", default=timezone.now, editable=False)
    par = models.ForeignKey(
        Utilisateur,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="faite par",
    )

    class Meta:
        verbose_name = "invitation"
        default_permissions = ()

    def __str__(self) -> str:
        return f"invitation de {self.compte}"

    @property
    def expire_le(self) -> datetime:
        return self.le + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)

    @property
    def expiree(self) -> bool:
        return self.expire_le < timezone.now()
