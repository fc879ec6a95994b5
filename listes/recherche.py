"""Search without accents or case, by one rule on SQLite, on PostgreSQL and in Python.

The table below is the rule; the database function ``sans_accents`` is made from it on each side.
``Champ__sans_accents__contains=sans_accents(mot)`` finds « École » for « ecole ».
"""

import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, TextField, Transform

# Letters that one letter replaces, then those that two replace.
_LETTRES = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_NUES = "aaaaaaceeeeiiiinooooouuuuyy"
_LIGATURES = {"œ": "oe", "æ": "ae", "’": "'"}
_TABLE = str.maketrans(dict(zip(_LETTRES, _NUES, strict=True)) | _LIGATURES)


def sans_accents(texte: str) -> str:
    """The text in small letters without accents, as the database compares it."""
    return unicodedata.normalize("NFC", texte).lower().translate(_TABLE)


class SansAccents(Transform):
    """``sans_accents(colonne)`` in the database."""

    lookup_name = "sans_accents"
    function = "sans_accents"


CharField.register_lookup(SansAccents)
TextField.register_lookup(SansAccents)


def installer_dans_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """SQLite functions live with the connection: give each new one ours."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "sans_accents",
            1,
            lambda texte: None if texte is None else sans_accents(str(texte)),
            deterministic=True,
        )


def sql_postgresql() -> str:
    """The statement that makes ``sans_accents`` on PostgreSQL, from the same table."""
    corps = "lower(normalize(texte, NFC))"
    for lettre, nues in _LIGATURES.items():
        corps = f"replace({corps}, '{lettre}', '{nues.replace(chr(39), chr(39) * 2)}')"
    return (
        "CREATE OR REPLACE FUNCTION sans_accents(texte text) RETURNS text LANGUAGE sql "
        "IMMUTABLE STRICT PARALLEL SAFE AS "
        f"$$ SELECT translate({corps}, '{_LETTRES}', '{_NUES}') $$"
    )
