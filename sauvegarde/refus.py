"""Why a backup or a restoration can't be done, in one French sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

BASE_PAS_A_JOUR = (
    "La base n'est pas à jour : lancez « python manage.py migrate », puis recommencez."
)

_CAUSES = {
    errno.ENOENT: "il n'existe pas, ou son dossier n'existe pas",
    errno.ENOTDIR: "son dossier est un fichier",
    errno.EISDIR: "c'est un dossier, donnez un nom de fichier",
    errno.EACCES: "l'accès est refusé, corrigez les droits",
    errno.EPERM: "l'accès est refusé, corrigez les droits",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENOSPC: "le disque est plein, libérez de la place",
    errno.EDQUOT: "le quota du disque est atteint, libérez de la place",
    errno.EFBIG: "le disque ne prend pas de fichier aussi gros",
}


class SauvegardeError(Exception):
    """What was asked can't be done, and nothing was changed; the message says what to do."""


@contextmanager
def dire_le_disque(phrase: str) -> Iterator[None]:
    """Turn what the disk refuses into a sentence: ``phrase``, then the cause."""
    try:
        yield
    except OSError as erreur:
        cause = _CAUSES.get(erreur.errno or 0, erreur.strerror or str(erreur))
        raise SauvegardeError(f"{phrase} : {cause}.") from erreur
