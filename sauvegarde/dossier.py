"""The folder of files beside the database: how a restoration fills it, whole or not at all."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name

from sauvegarde.archive import Archive, Fichier
from sauvegarde.refus import SauvegardeError, dire_le_disque

# Files wait here until the database is ready; the next restoration clears what a killed one left.
ATTENTE = ".restauration"


@contextmanager
def fichiers_en_attente(archive: Archive) -> Iterator[Callable[[], None]]:
    """The files of a backup, written beside their places; calling what is given puts them there.

    Whatever fails within takes them away again. Raises SauvegardeError where the folder holds
    anything else than these very files, which a restoration killed at its end leaves.
    """
    racine = Path(default_storage.path(""))
    with dire_le_disque(f"Le dossier des fichiers {racine} ne peut pas être écrit"):
        racine.mkdir(parents=True, exist_ok=True)
        attente = racine / ATTENTE
        if attente.exists():
            shutil.rmtree(attente)
        fichiers = archive.manifeste.fichiers
        _refuser_un_dossier_rempli(racine, fichiers)
        places: list[Path] = []

        def placer() -> None:
            for fichier in fichiers:
                place = racine / fichier.nom
                place.parent.mkdir(parents=True, exist_ok=True)
                places.append(place)
                (attente / fichier.nom).replace(place)
            for dossier in {place.parent for place in places} | {racine}:
                fixer_le_dossier(dossier)

        try:
            for fichier in fichiers:
                _ecrire(archive, fichier, attente)
            yield placer
        except BaseException:
            for place in places:
                place.unlink(missing_ok=True)
            raise
        finally:
            shutil.rmtree(attente, ignore_errors=True)


def _ecrire(archive: Archive, fichier: Fichier, attente: Path) -> None:
    try:
        validate_file_name(fichier.nom, allow_relative_path=True)
    except SuspiciousFileOperation as erreur:
        raise SauvegardeError(f"Le fichier « {fichier.nom} » sortirait de son dossier.") from erreur
    chemin = attente / fichier.nom
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with chemin.open("wb") as sortie:
        for morceau in archive.morceaux(fichier.partie):
            sortie.write(morceau)
        sortie.flush()
        os.fsync(sortie.fileno())
    chemin.chmod(0o644)


def _refuser_un_dossier_rempli(racine: Path, fichiers: list[Fichier]) -> None:
    attendus = {racine / fichier.nom: fichier.partie.sha256 for fichier in fichiers}
    for chemin in racine.rglob("*"):
        if chemin.is_dir() and not chemin.is_symlink():
            continue
        if chemin not in attendus or attendus[chemin] != _empreinte(chemin):
            raise SauvegardeError(
                f"Le dossier des fichiers {racine} n'est pas vide ({chemin.relative_to(racine)}) : "
                "videz-le, ou donnez-en un autre par MEDIA_ROOT."
            )


def _empreinte(chemin: Path) -> str:
    with chemin.open("rb") as fichier:
        return hashlib.file_digest(fichier, "sha256").hexdigest()


def fixer_le_dossier(dossier: Path) -> None:
    """Have the names in a folder reach the disk."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
