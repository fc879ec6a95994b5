"""The files joined to an action: what they may be, and how they are kept.

A file's type is read from its content, never from its name; it is stored under a random name,
outside of what the web server shows, and handed over by a view to those who may see the action.
"""

import zipfile
from functools import partial
from pathlib import PurePath
from typing import IO, Any, Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models, transaction

from comptes.models import Utilisateur
from suivi import corbeille

TAILLE_MAX: Final = 10 * 1024 * 1024
TAILLE_MAX_EN_CLAIR: Final = "10 Mo"
TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
ACCEPTES: Final = "PDF, Word, Excel, PowerPoint ou LibreOffice"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
# The stream that each old Office program names in its file's directory, in UTF-16.
_FLUX_OLE = {"doc": "WordDocument", "xls": "Workbook", "ppt": "PowerPoint Document"}
_DOSSIERS_OOXML = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}


def nature_du_fichier(fichier: IO[bytes]) -> str | None:
    """The extension that the content deserves, among TYPES; None for all else."""
    fichier.seek(0)
    debut = fichier.read(1024)
    if debut.startswith(b"%PDF-"):
        return "pdf"
    if debut.startswith(b"PK\x03\x04"):
        return _nature_du_zip(fichier)
    if debut.startswith(_OLE):
        fichier.seek(0)
        contenu = fichier.read(TAILLE_MAX)
        return next(
            (ext for ext, flux in _FLUX_OLE.items() if flux.encode("utf-16-le") in contenu), None
        )
    return None


def _nature_du_zip(fichier: IO[bytes]) -> str | None:
    fichier.seek(0)
    try:
        with zipfile.ZipFile(fichier) as archive:
            noms = set(archive.namelist())
            # Macros run on the reader's machine: neither .docm nor a .docx that hides some.
            if any(PurePath(nom).name == "vbaProject.bin" for nom in noms):
                return None
            if "mimetype" in noms and archive.getinfo("mimetype").file_size < 200:
                declare = archive.read("mimetype").decode("ascii", "replace").strip()
                return next((ext for ext, mime in TYPES.items() if mime == declare), None)
            if "[Content_Types].xml" in noms:
                return next(
                    (
                        ext
                        for ext, dossier in _DOSSIERS_OOXML.items()
                        if any(nom.startswith(dossier) for nom in noms)
                    ),
                    None,
                )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return None
    return None


def verifier_fichier(fichier: File[Any]) -> str:
    """The extension of a file that may be joined. Raises ValidationError saying what may be."""
    if fichier.size > TAILLE_MAX:
        raise ValidationError(
            f"Ce fichier est trop lourd : {TAILLE_MAX_EN_CLAIR} au plus. Réduisez-le, par exemple "
            "en l'enregistrant au format PDF."
        )
    nature = nature_du_fichier(fichier.file if fichier.file is not None else fichier)
    fichier.seek(0)
    if nature is None:
        raise ValidationError(
            f"Ce fichier n'est pas d'un type accepté : {ACCEPTES}, sans macros. "
            "Enregistrez-le dans l'un de ces formats."
        )
    return nature


def nom_de_stockage(piece: "Piece", nom: str) -> str:
    """A name that says nothing, with the extension that the content deserves."""
    return f"pieces/{uuid4().hex}.{piece.extension}"


class Piece(models.Model):
    """A document joined to an action: its file, and the name under which it came."""

    action = models.ForeignKey("actions.Action", on_delete=models.CASCADE, related_name="pieces")
    fichier = models.FileField("fichier", upload_to=nom_de_stockage, max_length=100)
    nom = models.CharField("nom", max_length=200, editable=False)
    extension = models.CharField("type", max_length=5, editable=False)
    ajoutee_par = models.ForeignKey(
        Utilisateur,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="ajoutée par",
    )
    ajoutee_le = models.DateTimeField("ajoutée le", auto_now_add=True)

    class Meta:
        verbose_name = "pièce"
        ordering = ["ajoutee_le", "pk"]

    def __str__(self) -> str:
        return self.nom

    @property
    def type_mime(self) -> str:
        return TYPES[self.extension]

    def recevoir(self, fichier: File[Any], par: Utilisateur) -> None:
        """Take a checked file: its own name is kept beside, with the extension of its content."""
        self.extension = verifier_fichier(fichier)
        souche = PurePath(fichier.name or "document").stem or "document"
        self.nom = f"{souche[:180]}.{self.extension}"
        self.fichier = fichier
        self.ajoutee_par = par


def effacer_le_fichier(instance: Piece, using: str, **kwargs: Any) -> None:
    """Once a piece is gone for good, so is its file; the corbeille keeps it, and so does a
    deletion that is undone.

    A file that can't be deleted then, or that a killed process leaves, is for ``purger``.
    """
    fichier = instance.fichier
    if fichier.name and not corbeille.est_garde(fichier.name):
        effacer = partial(fichier.storage.delete, fichier.name)
        transaction.on_commit(effacer, using=using, robust=True)
