"""Long works: what a worker does later, followed by the account that asked for it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from comptes.models import Utilisateur


def cle_au_hasard() -> str:
    """What names a work's files: nothing that could be guessed."""
    return uuid4().hex


class TravailQuerySet(models.QuerySet["Travail"]):
    def de(self, compte: object) -> "TravailQuerySet":
        """An account's own works; nobody sees another's."""
        return self.filter(utilisateur=compte) if isinstance(compte, Utilisateur) else self.none()

    def inacheves(self) -> "TravailQuerySet":
        return self.filter(etat__in=(Travail.Etat.EN_ATTENTE, Travail.Etat.EN_COURS))


class Travail(models.Model):
    """A function to call later for an account, with these arguments (``taches.tache``).

    ``methode`` and ``adresse`` are the request that asked for it, to be made again or told in the
    audit log; ``permission`` is the one by which its author was let in there. Done, it has a file
    (``entetes`` are the headers to hand it over with) or a page to go to (``suite``).
    ``perimetre`` holds the communes to which its author was limited when the file was made.
    ``tache`` is its place in the queue.
    """

    class Etat(models.TextChoices):
        EN_ATTENTE = "EN_ATTENTE", "En attente"
        EN_COURS = "EN_COURS", "En cours"
        FINI = "FINI", "Terminé"
        ECHOUE = "ECHOUE", "Non abouti"

    utilisateur = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="travaux"
    )
    titre = models.CharField("titre", max_length=200)
    fonction = models.CharField("fonction", max_length=200)
    arguments = models.JSONField("arguments", default=dict)
    permission = models.CharField("permission", max_length=200)
    methode = models.CharField("méthode", max_length=4)
    adresse = models.TextField("adresse")
    cle = models.CharField("clé", max_length=32, default=cle_au_hasard, unique=True)
    tache = models.UUIDField("tâche", null=True)
    etat = models.CharField(
        "état", max_length=10, choices=Etat.choices, default=Etat.EN_ATTENTE, db_index=True
    )
    message = models.TextField("message", blank=True)
    suite = models.TextField("suite", blank=True)
    entetes = models.JSONField("en-têtes", default=dict)
    perimetre = models.JSONField("périmètre", default=list)
    demande_le = models.DateTimeField("demandé le", default=timezone.now)
    fini_le = models.DateTimeField("fini le", null=True)

    objects = TravailQuerySet.as_manager()

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        ordering = ["-demande_le", "-pk"]

    def __str__(self) -> str:
        return self.titre

    @property
    def acheve(self) -> bool:
        return self.etat in (self.Etat.FINI, self.Etat.ECHOUE)

    def achever(
        self, etat: Etat, message: str = "", suite: str = "", entetes: dict[str, str] | None = None
    ) -> None:
        """Say how it ended. Whatever ended it before stands."""
        Travail.objects.inacheves().filter(pk=self.pk).update(
            etat=etat,
            message=message,
            suite=suite,
            entetes=entetes or {},
            perimetre=self.perimetre,
            fini_le=timezone.now(),
        )
