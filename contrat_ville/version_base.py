"""A database of a newer version is left alone: whoever starts older code on it is told so."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import DatabaseError

from contrat_ville.environnement import EnvironnementInvalideError

_verifiees: set[tuple[str, str]] = set()


def refuser_base_plus_recente() -> None:
    """From now on, the first connection to a database refuses one that this code doesn't know.

    Raises EnvironnementInvalideError there: a command that opens no connection isn't concerned.
    """
    connection_created.connect(_verifier, dispatch_uid="contrat_ville.version_base")


def verifier_au_demarrage() -> None:
    """Refuse now rather than at the first page; a database that doesn't answer yet may come."""
    from django.db import connection

    try:
        connection.ensure_connection()
    except DatabaseError:
        return
    connection.close()


def _verifier(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    from sauvegarde.schema import migrations_inconnues

    base = (str(connection.settings_dict["HOST"]), str(connection.settings_dict["NAME"]))
    if base in _verifiees:
        return
    _verifiees.add(base)
    inconnues = migrations_inconnues(connection)
    if inconnues:
        _verifiees.discard(base)
        connection.close()
        raise EnvironnementInvalideError(
            "La base vient d'une version plus récente de l'application "
            f"({'.'.join(min(inconnues))} lui a été appliquée) : installez cette version, ou "
            "restaurez une sauvegarde faite avec celle-ci."
        )
