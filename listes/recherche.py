"""Search without accents or case, by one rule on SQLite, on PostgreSQL and in Python.

The table below is the rule; the database function ``sans_accents`` is made from it on each side.
``Champ__sans_accents__contains=sans_accents(mot)`` finds « École » for « ecole ».
"""

import re
import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, TextField, Transform
from django.db.models.lookups import Contains

from comptes.saisies import couper

# Letters that one letter replaces, then those that two replace.
_LETTRES = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_NUES = "aaaaaaceeeeiiiinooooouuuuyy"
_LIGATURES = {"œ": "oe", "æ": "ae", "’": "'"}
_TABLE = str.maketrans(dict(zip(_LETTRES, _NUES, strict=True)) | _LIGATURES)
_AUTRES = re.compile(r"[^bdfghjlmpqrstvwxz0-9]+")
_OCTETS = bytes.maketrans(_LETTRES.encode("latin-1"), _NUES.encode("latin-1"))


def sans_accents(texte: str) -> str:
    """The text in small letters without accents, as the database compares it."""
    petit = texte.lower()
    for lettre, nues in _LIGATURES.items():
        petit = petit.replace(lettre, nues)
    try:
        # A text of Latin-1 letters alone, as almost all are: five times as fast.
        return petit.encode("latin-1").translate(_OCTETS).decode("latin-1")
    except UnicodeEncodeError:
        return unicodedata.normalize("NFC", texte).lower().translate(_TABLE)


def mots(texte: str) -> list[str]:
    """The words to look for, without accents or case, each once, and no more than the limit."""
    return list(dict.fromkeys(sans_accents(couper(texte)).split()))


class SansAccents(Transform):
    """``sans_accents(colonne)`` in the database."""

    lookup_name = "sans_accents"
    function = "sans_accents"


@SansAccents.register_lookup
class Contient(Contains):
    """Holds this word. On SQLite, a plain LIKE first sets most texts aside, fifty times as fast as
    a call of our function, which then only reads what is left.
    """

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        sql, parametres = super().as_sql(compiler, connection)
        if not isinstance(self.rhs, str) or not (lettres := lettres_sures(self.rhs)):
            return sql, parametres
        texte, siens = compiler.compile(self.lhs.source_expressions[0])
        return f"({texte} LIKE %s AND {sql})", [*siens, f"%{lettres}%", *parametres]


def lettres_sures(mot: str) -> str:
    """A LIKE pattern that lets through every text holding this word: a letter that may be written
    otherwise (« é » for « e », the sign of kelvins for « k ») is replaced by « % ».
    """
    return _AUTRES.sub("%", mot).strip("%")


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
