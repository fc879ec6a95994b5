"""The files of works, under random names: what each has made, how far it is, who holds it.

Who does a work locks a file: the system lets the lock go when the process ends, even killed. How
far a work is stands in a file too: in the database, nobody would see it before the work's own
transaction ends.
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
    """Lock a work; wait where another process has it."""
    dossier().mkdir(parents=True, exist_ok=True)
    descripteur = os.open(chemin(cle, ".verrou"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descripteur, fcntl.LOCK_EX)
        yield
        # A worker that waits for this lock still gets it, without its name, and then reads in the
        # database that the work is done.
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
