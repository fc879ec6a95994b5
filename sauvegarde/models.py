"""The last backup that succeeded: when, which file, how heavy."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db import models
from django.utils import timezone

from listes.chiffres import ESPACE_INSECABLE, denombrer

AUCUNE: Final = "Aucune sauvegarde connue"
VIEILLE: Final = timedelta(days=7)
_LA_SEULE: Final = 1


class Sauvegarde(models.Model):
    """One row, which each success of the command replaces. It says nothing of what another tool
    may have copied. It isn't in the backups: a restored installation has none yet.
    """

    le = models.DateTimeField("le", editable=False)
    fichier = models.CharField("fichier", max_length=255, editable=False)
    taille = models.PositiveBigIntegerField("taille, en octets", editable=False)
    absents = models.PositiveIntegerField("fichiers qui manquaient déjà", editable=False)

    class Meta:
        verbose_name = "dernière sauvegarde"
        verbose_name_plural = "dernière sauvegarde"
        default_permissions = ("view",)

    def __str__(self) -> str:
        """« hier à 02:00 (12 Mo) »."""
        details = [dire_la_taille(self.taille)]
        if self.absents:
            details.append(f"il manquait {denombrer(self.absents, 'fichier')}")
        return f"{self._dire_le_moment()} ({', '.join(details)})"

    @staticmethod
    def noter(fichier: Path, absents: int) -> None:
        """This file has just been written."""
        Sauvegarde.objects.update_or_create(
            pk=_LA_SEULE,
            defaults={
                "le": timezone.now(),
                "fichier": fichier.name[:255],
                "taille": fichier.stat().st_size,
                "absents": absents,
            },
        )

    @staticmethod
    def derniere() -> "Sauvegarde | None":
        return Sauvegarde.objects.first()

    @property
    def vieille(self) -> bool:
        """In whole days, as it is said: a page kept for the day doesn't change its mind."""
        return self._jours() > VIEILLE.days

    def _jours(self) -> int:
        return (timezone.localdate() - timezone.localdate(self.le)).days

    def _dire_le_moment(self) -> str:
        jours, le = self._jours(), timezone.localtime(self.le)
        if jours > 1:
            return f"il y a {denombrer(jours, 'jour')}, le {le:%d/%m/%Y à %H:%M}"
        return f"{'hier' if jours == 1 else 'aujourd’hui'} à {le:%H:%M}"


def dire_la_taille(octets: int) -> str:
    """« 12 Mo »: the nearest whole number of ko, Mo or Go, one at least."""
    for unite, valeur in (("Go", 10**9), ("Mo", 10**6)):
        if octets >= valeur:
            return f"{round(octets / valeur)}{ESPACE_INSECABLE}{unite}"
    return f"{max(1, round(octets / 1000))}{ESPACE_INSECABLE}ko"
