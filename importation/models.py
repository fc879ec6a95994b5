"""Imports, kept: the file, who and when, what it did, and what it takes to undo it."""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from travaux import taches

IMPORTER = "actions.add_action"  # the permission to send files, and to read one's own


def nom_au_hasard(importation: "Importation", nom: str) -> str:
    """Where the file is kept: nothing of what its sender named it but a known extension."""
    extension = Path(nom).suffix.lower()
    connues = {".xlsx", ".xlsm", ".xls", ".ods", ".csv"}
    return f"imports/{uuid4().hex}{extension if extension in connues else ''}"


class ImportationQuerySet(models.QuerySet["Importation"]):
    def visibles_par(self, utilisateur: AbstractBaseUser | AnonymousUser) -> "ImportationQuerySet":
        """All of them; limited to communes, only one's own, for the others' files say more."""
        if not isinstance(utilisateur, Utilisateur):
            return self.none()
        return self.filter(utilisateur=utilisateur) if utilisateur.communes.exists() else self.all()

    def retenues(self, utilisateur: Utilisateur | None) -> "ImportationQuerySet":
        """Those whose choices their author keeps for the sender's next files, the last first."""
        return self.filter(utilisateur=utilisateur, retenir=True).exclude(expediteur="")

    def du_meme_fichier(self, importation: "Importation") -> "ImportationQuerySet":
        """The applied imports of the very same bytes into the same budget year."""
        return self.filter(
            empreinte=importation.empreinte,
            exercice=importation.exercice_id,
            etat=Importation.Etat.APPLIQUEE,
        ).exclude(pk=importation.pk)


class Importation(models.Model):
    """One file received for a budget year, from its dry run to what became of it.

    ``rapport`` holds the dry run as the pages show it; ``plan`` is the fingerprint of what was
    previewed: nothing else is ever applied. ``expediteur`` is who sent the file, as its author
    names them; with ``retenir``, what was settled in it serves for their next files with the same
    headings (``signature``), which then say it: ``reprise_de``.
    """

    class Etat(models.TextChoices):
        RECUE = "RECUE", "Reçu, à vérifier"
        VERIFIEE = "VERIFIEE", "Vérifié"
        APPLIQUEE = "APPLIQUEE", "Appliqué"
        ANNULEE = "ANNULEE", "Annulé"
        ECHOUEE = "ECHOUEE", "Refusé"

    exercice = models.ForeignKey(Exercice, on_delete=models.PROTECT, related_name="importations")
    fichier = models.FileField("fichier", upload_to=nom_au_hasard)
    nom = models.CharField("nom du fichier", max_length=255)
    empreinte = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    utilisateur = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="importations"
    )
    expediteur = models.CharField("expéditeur", max_length=100, blank=True)
    signature = models.CharField("signature des en-têtes", max_length=64, blank=True)
    retenir = models.BooleanField("choix retenus pour cet expéditeur", default=False)
    reprise_de = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="choix de"
    )
    recue_le = models.DateTimeField("reçu le", auto_now_add=True)
    appliquee_le = models.DateTimeField("appliqué le", null=True)
    annulee_le = models.DateTimeField("annulé le", null=True)
    annulee_par = models.ForeignKey(
        Utilisateur, on_delete=models.PROTECT, null=True, related_name="+"
    )
    etat = models.CharField("état", max_length=10, choices=Etat.choices, default=Etat.RECUE)
    message = models.TextField("message", blank=True)
    correspondance = models.JSONField("correspondance", default=dict)
    plan = models.CharField("empreinte du plan", max_length=64, blank=True)
    rapport = models.JSONField("rapport", default=dict)
    lignes = models.PositiveIntegerField("lignes lues", null=True)
    creees = models.PositiveIntegerField("créées", null=True)
    modifiees = models.PositiveIntegerField("modifiées", null=True)
    inchangees = models.PositiveIntegerField("inchangées", null=True)
    erreurs = models.PositiveIntegerField("erreurs", null=True)
    avertissements = models.PositiveIntegerField("avertissements", null=True)
    organismes_crees = models.JSONField("organismes créés", default=list)  # ids

    objects = ImportationQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        ordering = ["-recue_le", "-pk"]
        permissions = [("annuler_importation", "Peut annuler un import appliqué")]

    def __str__(self) -> str:
        return f"{self.nom} ({self.exercice})"

    @property
    def en_attente(self) -> bool:
        return self.etat in (self.Etat.RECUE, self.Etat.VERIFIEE, self.Etat.ECHOUEE)

    @property
    def communes_permises(self) -> frozenset[int]:
        """The ids of the communes that its author is limited to; empty means no limit."""
        return self.utilisateur.perimetre if self.utilisateur else frozenset()

    @property
    def applicable(self) -> bool:
        """Checked without error, and with something to write."""
        return self.etat == self.Etat.VERIFIEE and not self.erreurs and self.change

    @property
    def change(self) -> bool:
        return bool(self.creees or self.modifiees)

    def noter_progression(self, pourcent: int) -> None:
        """Beside the file, not in the database: the transaction under way hides its own writes."""
        self._progression().write_text(str(pourcent), encoding="ascii")
        taches.noter_progression(pourcent)

    def progression(self) -> int:
        """How far the work under way is, in percent; 0 when nobody has said."""
        try:
            return int(self._progression().read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _progression(self) -> Path:
        return Path(settings.MEDIA_ROOT) / f"{self.fichier.name}.progression"


class LigneImportee(models.Model):
    """What an import did to one action, and from which rows.

    ``action`` is NULL once that action is deleted. ``avant`` is NULL where the action was created.
    ``version`` is the action's own after the import: another means that it has changed since.
    """

    importation = models.ForeignKey(
        Importation, on_delete=models.CASCADE, related_name="lignes_importees"
    )
    action = models.ForeignKey(
        Action, on_delete=models.SET_NULL, null=True, related_name="lignes_importees"
    )
    feuille = models.CharField("feuille", max_length=255, blank=True)
    ligne = models.PositiveIntegerField("ligne")
    avant = models.JSONField("avant", null=True)
    apres = models.JSONField("après")
    version = models.PositiveIntegerField("version de l'action")

    class Meta:
        verbose_name = "ligne importée"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.feuille}, ligne {self.ligne}" if self.feuille else f"ligne {self.ligne}"


class CorrespondanceRetenue(models.Model):
    """The field of each column as someone has settled it, for anyone's files with these headings.

    Nothing else is kept: a commune, a theme or a funder given for a whole file is that file's own.
    """

    signature = models.CharField("signature des en-têtes", max_length=64, unique=True)
    colonnes = models.JSONField("colonnes")
    retenue_le = models.DateTimeField("retenue le", auto_now=True)

    class Meta:
        verbose_name = "correspondance retenue"
        verbose_name_plural = "correspondances retenues"

    def __str__(self) -> str:
        return ", ".join(self.colonnes)
