"""The files of works, under random names: what each has made, how far it is, who holds it.

A work is held by a lock of the system on a file: it ends with the process that holds it, whatever
ends that one. How far it is isn't in the database: the transaction under way hides its own writes.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

_SUFFIXES = ("", ".partiel", ".progression", ".verrou")


def chemin(cle: str, suffixe: str = "") -> Path:
    return dossier() / f"{cle}{suffixe}"


def dossier() -> Path:
    return Path(settings.MEDIA_ROOT) / "travaux"


@contextmanager
def tenir(cle: str) -> Iterator[None]:
    """Hold a work, once whoever holds it has let it go."""
    dossier().mkdir(parents=True, exist_ok=True)
    descripteur = os.open(chemin(cle, ".verrou"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descripteur, fcntl.LOCK_EX)
        yield
        # Who waited for it holds a file without a name, and reads in the database that all is done.
        chemin(cle, ".verrou").unlink(missing_ok=True)
        chemin(cle, ".progression").unlink(missing_ok=True)
    finally:
        os.close(descripteur)


def est_libre(cle: str) -> bool:
    """No living process holds this work."""
    try:
        descripteur = os.open(chemin(cle, ".verrou"), os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descripteur)
    return True


def garder(cle: str, morceaux: Iterable[bytes]) -> None:
    """Write a work's file, whole or not at all."""
    partiel = chemin(cle, ".partiel")
    with partiel.open("wb") as sortie:
        for morceau in morceaux:
            sortie.write(morceau)
        sortie.flush()
        os.fsync(sortie.fileno())
    partiel.replace(chemin(cle))


def noter_progression(cle: str, pourcent: int) -> None:
    chemin(cle, ".progression").write_text(str(pourcent), encoding="ascii")


def progression(cle: str) -> int | None:
    """How far the work is, in percent; None when nothing says it."""
    try:
        return int(chemin(cle, ".progression").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def effacer(cles: Iterable[str]) -> None:
    for cle in cles:
        for suffixe in _SUFFIXES:
            chemin(cle, suffixe).unlink(missing_ok=True)


def cles_presentes() -> set[str]:
    """The works that have files, in the database or not any more."""
    if not dossier().is_dir():
        return set()
    return {fichier.name.partition(".")[0] for fichier in dossier().iterdir()}
