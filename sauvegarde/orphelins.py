"""Stored files that no row names: a transaction that failed left them, or a killed process."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import default_storage

from sauvegarde.rangees import colonnes_de_fichiers


def retirer(avant: datetime) -> int:
    """Delete those that have been there since before that moment; returns how many.

    Leave a day at least: a file is stored before the row that names it is committed.
    """
    retires = 0
    # Whichever the folder: the corbeille names files where they were.
    nommes = {
        nom
        for modele, colonne in colonnes_de_fichiers()
        for nom in modele._base_manager.values_list(colonne, flat=True).iterator()
    }
    for dossier in _dossiers():
        presents = _presents(dossier)
        if not presents & nommes:
            continue  # a database that knows none of these files may be the wrong one
        for nom in sorted(presents - nommes):
            # Not the date of the file's content: files put back from elsewhere keep theirs.
            if default_storage.get_created_time(nom) < avant:
                default_storage.delete(nom)
                retires += 1
    return retires


def _dossiers() -> list[str]:
    """The folders in which files are kept."""
    dossiers = set()
    for modele, colonne in colonnes_de_fichiers():
        champ: Any = modele._meta.get_field(colonne)
        dossiers.add(str(PurePosixPath(champ.generate_filename(modele(), "exemple")).parent))
    return sorted(dossiers)


def _presents(dossier: str) -> set[str]:
    if not default_storage.exists(dossier):
        return set()
    return {f"{dossier}/{nom}" for nom in default_storage.listdir(dossier)[1]}
