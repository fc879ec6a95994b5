"""The whole installation into one file: the database at one moment, and its files."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from sauvegarde.archive import (
    BASE_PAS_A_JOUR,
    MORCEAU,
    Fichier,
    Manifeste,
    Redaction,
    SauvegardeError,
    Table,
    dire_le_disque,
    fixer_le_dossier,
)
from sauvegarde.rangees import Modele, Noms, champs, colonnes_de_fichiers, lire, modeles_sauvegardes
from sauvegarde.schema import migrations_appliquees, migrations_en_attente

ALIAS = "instantane"


@contextmanager
def instantane() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, in a read transaction that sees one moment of the database.

    The usual connection would take the write lock on SQLite (its transactions are IMMEDIATE).
    """
    lecture = connection.copy(ALIAS)
    if lecture.vendor == "sqlite":
        options = lecture.settings_dict["OPTIONS"]
        lecture.settings_dict["OPTIONS"] = options | {"transaction_mode": "DEFERRED"}
    connections[ALIAS] = lecture
    try:
        with transaction.atomic(using=ALIAS), lecture.cursor() as curseur:
            if lecture.vendor == "postgresql":
                curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # The moment is that of the first read.
            curseur.execute("SELECT 1 FROM django_migrations LIMIT 1")
            yield lecture
    finally:
        lecture.close()
        del connections[ALIAS]


def suite(modele: Modele, lecture: BaseDatabaseWrapper) -> int | None:
    """The last number given by the table's own counter; None without one, or before the first.

    Numbers of deleted rows are never given again: their history would pass to someone else.
    """
    cle = modele._meta.auto_field
    if cle is None:
        return None
    table = modele._meta.db_table
    with lecture.cursor() as curseur:
        if lecture.vendor == "sqlite":
            curseur.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        else:
            curseur.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                [lecture.ops.quote_name(table), cle.column],
            )
        ligne = curseur.fetchone()
    return int(ligne[0]) if ligne and ligne[0] else None


_MOMENTS = 5


class _FichierEffaceError(Exception):
    """A file went with its row since the moment that is being saved."""


def sauvegarder(cible: Path) -> Manifeste:
    """Write the backup beside ``cible``, then give it its name: what stood there stays until then.

    Raises SauvegardeError where the disk or the state of the database forbids it.
    """
    if migrations_en_attente(connection):
        raise SauvegardeError(BASE_PAS_A_JOUR)
    with (
        dire_le_disque(f"La sauvegarde {cible} ne peut pas être écrite"),
        _a_cote(cible) as fichier,
    ):
        for _ in range(_MOMENTS):
            with suppress(_FichierEffaceError):
                return _sauvegarder_un_moment(fichier)
            fichier.seek(0)
            fichier.truncate()
        raise SauvegardeError(
            "Des fichiers ont été supprimés pendant chaque essai : rien n'a été écrit. Recommencez "
            "à une heure plus calme."
        )


def _sauvegarder_un_moment(fichier: IO[bytes]) -> Manifeste:
    with Redaction(fichier) as redaction:
        with instantane() as lecture:
            manifeste = _rediger(redaction, lecture)
        redaction.sceller(manifeste)
    return manifeste


def _rediger(redaction: Redaction, lecture: BaseDatabaseWrapper) -> Manifeste:
    noms = Noms(lecture.alias)
    manifeste = Manifeste(
        creee_le=timezone.now().isoformat(timespec="seconds"),
        moteur=lecture.vendor,
        migrations=sorted(migrations_appliquees(lecture)),
        types=sorted(map(list, noms.types)),
        permissions=sorted([*nom, libelle] for nom, libelle in noms.libelles.items()),
    )
    # Files first: the sooner they are read, the fewer may have gone since that moment.
    for nom in _noms_des_fichiers(lecture.alias):
        try:
            contenu = default_storage.open(nom)
        except FileNotFoundError:
            if not _est_encore_nomme(nom):
                raise _FichierEffaceError from None
            manifeste.absents.append(nom)
            continue
        with contenu:
            morceaux = contenu.chunks(MORCEAU)
            partie = redaction.ajouter(f"fichiers/{nom}", morceaux, comprimer=False)
        manifeste.fichiers.append(Fichier(nom, partie))
    for modele in modeles_sauvegardes():
        manifeste.tables.append(_rediger_table(redaction, modele, lecture))
    return manifeste


def _noms_des_fichiers(using: str) -> Iterator[str]:
    vus: set[str] = set()
    for modele, colonne in colonnes_de_fichiers():
        noms = modele._base_manager.using(using).order_by("pk").values_list(colonne, flat=True)
        for nom in noms.iterator():
            if nom and nom not in vus:
                vus.add(nom)
                yield nom


def _est_encore_nomme(nom: str) -> bool:
    """By the database of now, not of the moment that is being saved."""
    return any(
        modele._base_manager.filter(**{colonne: nom}).exists()
        for modele, colonne in colonnes_de_fichiers()
    )


def _rediger_table(redaction: Redaction, modele: Modele, lecture: BaseDatabaseWrapper) -> Table:
    nom = modele._meta.db_table
    nombre = 0

    def comptees() -> Iterator[bytes]:
        nonlocal nombre
        for ligne in lire(modele, lecture.alias):
            nombre += 1
            yield ligne

    partie = redaction.ajouter(f"tables/{nom}.jsonl", comptees())
    colonnes = [champ.column for champ in champs(modele)]
    return Table(nom, colonnes, nombre, suite(modele, lecture), partie)


@contextmanager
def _a_cote(cible: Path) -> Iterator[IO[bytes]]:
    """A file that takes the name of ``cible`` once it is whole and on the disk.

    A killed backup leaves ``<cible>.partiel``, which the next one takes over.
    """
    if cible.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    provisoire = cible.with_name(f"{cible.name}.partiel")
    with _seul(provisoire) as fichier:
        try:
            yield fichier
            fichier.flush()
            os.fsync(fichier.fileno())
            provisoire.replace(cible)
        except BaseException:
            provisoire.unlink(missing_ok=True)
            raise
    fixer_le_dossier(cible.parent)


@contextmanager
def _seul(provisoire: Path) -> Iterator[IO[bytes]]:
    """This file, empty, readable by its owner only (it holds passwords' hashes), and ours alone."""
    descripteur = os.open(provisoire, os.O_RDWR | os.O_CREAT, 0o600)
    with open(descripteur, "r+b") as fichier:
        try:
            fcntl.flock(fichier, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another one may have finished, and renamed this very file, before we held it.
            seul = os.path.samestat(os.fstat(descripteur), provisoire.stat())
        except (BlockingIOError, FileNotFoundError):
            seul = False
        if not seul:
            raise SauvegardeError(
                f"Une autre sauvegarde écrit {provisoire} : attendez qu'elle finisse."
            )
        fichier.truncate()
        yield fichier
