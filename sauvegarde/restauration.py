"""A backup put back into an empty place: checked first, then all of it or nothing."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name
from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from sauvegarde.archive import (
    BASE_PAS_A_JOUR,
    Archive,
    Fichier,
    Manifeste,
    SauvegardeError,
    Table,
    dire_le_disque,
    fixer_le_dossier,
    ouvrir,
)
from sauvegarde.rangees import (
    REMPLIS_PAR_MIGRATE,
    Modele,
    Noms,
    champs,
    modeles_sauvegardes,
    premiere_table_remplie,
    relire,
)
from sauvegarde.schema import Migration, migrations_appliquees, migrations_en_attente
from suivi.declencheurs import sans_declencheurs
from suivi.masse import recompter, verser


def restaurer(source: Path) -> Manifeste:
    """Put a backup back into a database without data and an empty folder of files.

    A database without any table is made ready first, as « migrate » does. Raises SauvegardeError,
    having changed nothing, where that can't be done.
    """
    with dire_le_disque(f"La sauvegarde {source} ne peut pas être lue"), ouvrir(source) as archive:
        archive.verifier()
        if connection.introspection.table_names():
            _refuser_un_autre_schema(archive.manifeste, migrations_appliquees(connection))
        else:
            _refuser_un_autre_schema(archive.manifeste, migrations_en_attente(connection))
            call_command("migrate", verbosity=0)
        if migrations_en_attente(connection):
            raise SauvegardeError(BASE_PAS_A_JOUR)
        _refuser_une_base_remplie()
        _restaurer(archive)
    return archive.manifeste


def _restaurer(archive: Archive) -> None:
    with fichiers_en_attente(archive) as placer, transaction.atomic():
        _verrouiller()
        _refuser_une_base_remplie()
        with sans_declencheurs(connection):
            noms = Noms(connection.alias)
            noms.completer(archive.manifeste.types, archive.manifeste.permissions)
            for modele, table in _paires(archive.manifeste):
                _remplir(modele, table, archive, noms)
            _verifier_les_renvois()
            recompter()
        placer()


def _refuser_un_autre_schema(manifeste: Manifeste, notres: set[Migration]) -> None:
    siennes = set(manifeste.migrations)
    for ecart, genre in ((siennes - notres, "récente"), (notres - siennes, "ancienne")):
        if ecart:
            exemple = ".".join(min(ecart))
            suite = "" if genre == "récente" else ", puis mettez celle-ci à jour"
            raise SauvegardeError(
                f"Cette sauvegarde vient d'une version plus {genre} de l'application ({exemple} "
                f"les sépare) : restaurez-la avec la version qui l'a faite{suite}."
            )
    tables = {table.nom: table.colonnes for table in manifeste.tables}
    if tables != {
        modele._meta.db_table: [champ.column for champ in champs(modele)]
        for modele in modeles_sauvegardes()
    }:
        raise SauvegardeError(
            "Cette sauvegarde n'a pas les tables de cette version de l'application : restaurez-la "
            "avec la version qui l'a faite."
        )


def _refuser_une_base_remplie() -> None:
    remplie = premiere_table_remplie()
    if remplie is not None:
        raise SauvegardeError(
            f"La base n'est pas vide (table {remplie._meta.db_table}) : restaurez dans une base "
            "neuve : « restaurer » la prépare lui-même."
        )


def _verrouiller() -> None:
    """Nobody writes meanwhile. On SQLite, the transaction itself has the only write lock."""
    if connection.vendor == "postgresql":
        tables = ", ".join(
            connection.ops.quote_name(modele._meta.db_table) for modele in modeles_sauvegardes()
        )
        with connection.cursor() as curseur:
            curseur.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            # Rows come in any order; what they point to is checked at the end.
            curseur.execute("SET CONSTRAINTS ALL DEFERRED")


def _paires(manifeste: Manifeste) -> Iterator[tuple[Modele, Table]]:
    tables = {table.nom: table for table in manifeste.tables}
    for modele in modeles_sauvegardes():
        yield modele, tables[modele._meta.db_table]


def _remplir(modele: Modele, table: Table, archive: Archive, noms: Noms) -> None:
    if modele._meta.label_lower in REMPLIS_PAR_MIGRATE:
        modele._base_manager.all()._raw_delete(connection.alias)
    rangees = relire(champs(modele), archive.lignes(table.partie), connection, noms)
    try:
        verser(modele, table.colonnes, rangees)
    except (DataError, IntegrityError, ValidationError, ValueError, LookupError) as erreur:
        detail = " ".join(str(erreur).split())
        raise SauvegardeError(
            f"La table {table.nom} de la sauvegarde n'entre pas dans cette base ({detail}) : rien "
            "n'a été restauré."
        ) from erreur
    if modele._base_manager.count() != table.lignes:
        raise SauvegardeError(f"La table {table.nom} n'est pas entrée entière : rien n'a changé.")
    reprendre_la_suite(modele, table.suite, connection)


def reprendre_la_suite(modele: Modele, dernier: int | None, ecriture: BaseDatabaseWrapper) -> None:
    """Have the table's counter go on from there."""
    cle = modele._meta.auto_field
    if cle is None or dernier is None:
        return
    table = modele._meta.db_table
    with ecriture.cursor() as curseur:
        if ecriture.vendor == "sqlite":
            curseur.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            curseur.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, dernier]
            )
        else:
            curseur.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [ecriture.ops.quote_name(table), cle.column, dernier],
            )


def _verifier_les_renvois() -> None:
    """That every row pointed to is there, while everything can still be undone."""
    try:
        connection.check_constraints()
    except IntegrityError as erreur:
        detail = " ".join(str(erreur).split())
        raise SauvegardeError(
            f"Les lignes de la sauvegarde ne s'accordent pas entre elles ({detail}) : rien n'a été "
            "restauré."
        ) from erreur


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
