"""The file of a backup: a zip whose every part, and whose whole, has its SHA-256.

Parts are written and read as streams. The manifest, last, holds each part's checksum; the zip's
comment, at the very end, that of all that stands before it. What can't be done is said in one
French sentence (SauvegardeError).
"""

import errno
import hashlib
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

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


FORMAT = 1
MANIFESTE = "manifeste.json"
MORCEAU = 1 << 20
TAILLE_EMPREINTE = 64

# What a damaged zip makes Python's reader raise, according to where the damage is.
_DEGATS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
# A wrong position in the file, a stream that makes no sense; any other is the disk's own trouble.
_ERREURS_DE_LECTURE = (errno.EINVAL, None)


@dataclass(frozen=True)
class Partie:
    """A part's name in the zip, its size in bytes and its checksum."""

    nom: str
    taille: int
    sha256: str


@dataclass(frozen=True)
class Table:
    """A table's part. ``suite`` is the last number that its primary key has given, if it counts."""

    nom: str
    colonnes: list[str]
    lignes: int
    suite: int | None
    partie: Partie


@dataclass(frozen=True)
class Fichier:
    """A file's part; ``nom`` is its name in the database."""

    nom: str
    partie: Partie


@dataclass(frozen=True)
class Manifeste:
    """What the backup holds, and the state of the database that it comes from.

    ``types`` and ``permissions`` name what rows point to: (application, model) and (application,
    model, code, label). ``absents`` are the files that the database named and that were missing.
    """

    creee_le: str
    moteur: str
    migrations: list[tuple[str, str]]
    types: list[list[str]]
    permissions: list[list[str]]
    tables: list[Table] = field(default_factory=list)
    fichiers: list[Fichier] = field(default_factory=list)
    absents: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def parties(self) -> list[Partie]:
        return [*(t.partie for t in self.tables), *(f.partie for f in self.fichiers)]

    @classmethod
    def lu(cls, donnees: dict[str, Any]) -> "Manifeste":
        """Raises KeyError or TypeError on what isn't a manifest."""
        tables = [Table(**t | {"partie": Partie(**t["partie"])}) for t in donnees["tables"]]
        fichiers = [Fichier(f["nom"], Partie(**f["partie"])) for f in donnees["fichiers"]]
        migrations = [(application, nom) for application, nom in donnees["migrations"]]
        return cls(**donnees | {"tables": tables, "fichiers": fichiers, "migrations": migrations})


class _Sceau:
    """A file that only goes forward, and the SHA-256 of all of it but its last 64 bytes."""

    def __init__(self, fichier: IO[bytes]) -> None:
        self._fichier = fichier
        self._empreinte = hashlib.sha256()
        self._fin = b""
        self._abandonnee = False

    def abandonner(self) -> None:
        """Take no more: the zip writes its end even when it is given up."""
        self._abandonnee = True

    def write(self, octets: bytes) -> int:
        if self._abandonnee:
            return len(octets)
        self._fichier.write(octets)
        tout = self._fin + octets
        self._empreinte.update(tout[:-TAILLE_EMPREINTE])
        self._fin = tout[-TAILLE_EMPREINTE:]
        return len(octets)

    def flush(self) -> None:
        self._fichier.flush()

    def hexdigest(self) -> str:
        return self._empreinte.hexdigest()


class Redaction:
    """An archive being written, within ``with``; ``sceller`` makes it whole."""

    def __init__(self, fichier: IO[bytes]) -> None:
        self._fichier = fichier
        self._sceau = _Sceau(fichier)
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._sceau), "w")

    def __enter__(self) -> "Redaction":
        return self

    def __exit__(self, genre: type[BaseException] | None, *reste: object) -> None:
        if genre is not None:
            self._sceau.abandonner()
        self._zip.close()

    def ajouter(self, nom: str, morceaux: Iterable[bytes], *, comprimer: bool = True) -> Partie:
        """Write one part from what an iterator gives."""
        info = zipfile.ZipInfo(nom)
        info.compress_type = zipfile.ZIP_DEFLATED if comprimer else zipfile.ZIP_STORED
        empreinte, taille = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as partie:
            for morceau in morceaux:
                partie.write(morceau)
                empreinte.update(morceau)
                taille += len(morceau)
        return Partie(nom, taille, empreinte.hexdigest())

    def sceller(self, manifeste: Manifeste) -> None:
        contenu = json.dumps(asdict(manifeste), ensure_ascii=False, indent=1).encode()
        self.ajouter(MANIFESTE, [contenu])
        self._zip.comment = b"0" * TAILLE_EMPREINTE
        self._zip.close()
        self._fichier.seek(-TAILLE_EMPREINTE, 2)
        self._fichier.write(self._sceau.hexdigest().encode("ascii"))


class Archive:
    """An archive to read. What is damaged raises SauvegardeError, naming the part."""

    def __init__(self, fichier: IO[bytes], nom: str) -> None:
        self._fichier = fichier
        self._nom = nom
        try:
            self._zip = zipfile.ZipFile(fichier)
        except _DEGATS as erreur:
            if isinstance(erreur, OSError) and erreur.errno not in _ERREURS_DE_LECTURE:
                raise
            raise SauvegardeError(
                f"{nom} n'est pas une sauvegarde, ou sa fin est abîmée ou manque : prenez-en une "
                "autre."
            ) from erreur
        self.manifeste = self._manifeste()

    def _manifeste(self) -> Manifeste:
        with self._abimee(MANIFESTE):
            donnees = json.loads(self._zip.read(MANIFESTE))
        if not isinstance(donnees, dict) or donnees.get("format") != FORMAT:
            raise SauvegardeError(
                f"{self._nom} n'est pas une sauvegarde que cette version de l'application sache "
                "lire : restaurez-la avec la version qui l'a faite."
            )
        with self._abimee(MANIFESTE):
            return Manifeste.lu(donnees)

    def verifier(self) -> None:
        """Read every part, then the whole, and compare the checksums."""
        for partie in self.manifeste.parties:
            for _ in self.morceaux(partie):
                pass
        parties = [partie.nom for partie in self.manifeste.parties]
        if sorted(self._zip.namelist()) != sorted([*parties, MANIFESTE]) or not self._scellee():
            raise SauvegardeError(
                f"{self._nom} est abîmée : l'enveloppe de ses parties n'est pas celle qui a été "
                "écrite. Rien n'a été restauré ; prenez une autre sauvegarde."
            )

    def morceaux(self, partie: Partie) -> Iterator[bytes]:
        """A part's content; it isn't sure before the last piece has been taken."""
        empreinte = hashlib.sha256()
        with self._abimee(partie.nom):
            with self._zip.open(partie.nom) as contenu:
                while morceau := contenu.read(MORCEAU):
                    empreinte.update(morceau)
                    yield morceau
            if empreinte.hexdigest() != partie.sha256:
                raise zipfile.BadZipFile

    def lignes(self, partie: Partie) -> Iterator[bytes]:
        """A part's content, line by line."""
        reste = b""
        for morceau in self.morceaux(partie):
            *lignes, reste = (reste + morceau).split(b"\n")
            yield from lignes
        if reste:
            yield reste

    def _scellee(self) -> bool:
        self._fichier.seek(0, 2)
        reste = self._fichier.tell() - TAILLE_EMPREINTE
        self._fichier.seek(0)
        empreinte = hashlib.sha256()
        while reste and (morceau := self._fichier.read(min(MORCEAU, reste))):
            empreinte.update(morceau)
            reste -= len(morceau)
        return self._fichier.read() == empreinte.hexdigest().encode("ascii")

    @contextmanager
    def _abimee(self, partie: str) -> Iterator[None]:
        try:
            yield
        except (*_DEGATS, KeyError, TypeError) as erreur:
            if isinstance(erreur, OSError) and erreur.errno not in _ERREURS_DE_LECTURE:
                raise
            raise SauvegardeError(
                f"{self._nom} est abîmée : sa partie « {partie} » manque ou n'est pas celle qui a "
                "été écrite. Rien n'a été restauré ; prenez une autre sauvegarde."
            ) from erreur


@contextmanager
def ouvrir(chemin: Path) -> Iterator[Archive]:
    """Open an archive. Raises OSError where the file can't be read, SauvegardeError on damage."""
    with chemin.open("rb") as fichier:
        yield Archive(fichier, chemin.name)


def fixer_le_dossier(dossier: Path) -> None:
    """Have the names in a folder reach the disk."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
