"""Where an action stands, and whether what it is granted counts in the figures."""

from django.db import models

from financement.montants import Montant
from listes.chiffres import montant


class Statut(models.TextChoices):
    DEPOSEE = "DEPOSEE", "Déposée"
    ACCORDEE = "ACCORDEE", "Accordée"
    REFUSEE = "REFUSEE", "Refusée"
    REALISEE = "REALISEE", "Réalisée"
    ABANDONNEE = "ABANDONNEE", "Abandonnée"

    @classmethod
    def rang(cls) -> models.Case:
        """The place of a line's status among them all, to order lines by."""
        return models.Case(
            *(models.When(statut=statut, then=rang) for rang, statut in enumerate(cls)),
            output_field=models.IntegerField(),
        )

    def contredit(self, accorde: Montant) -> bool:
        """Whether granting this to a line of this status is odd; ``accorde`` as in ``reserve``."""
        if self.value in ECARTES:
            return bool(accorde.connu)
        return self == Statut.DEPOSEE and accorde.lignes > accorde.inconnues

    def reserve(self, accorde: Montant) -> str:
        """What is odd in granting this to a line of this status, and what to do; else empty.

        ``accorde`` holds the lines of every kind of money.
        """
        if not self.contredit(accorde):
            return ""
        somme = montant(accorde.connu)
        if self.value in ECARTES:
            return (
                f"{somme} accordés à une action « {self.label} » : ils ne comptent dans aucun "
                "total. Corrigez le statut, ou mettez l'accordé à 0."
            )
        return (
            f"{somme} accordés à une action encore « {self.label} » : si la décision est "
            "prise, passez-la à « Accordée » ou à « Refusée »."
        )


ECARTES = (Statut.REFUSEE.value, Statut.ABANDONNEE.value)
"""The lines that no figure counts, with their money: they are shown apart."""
