"""Search and order without accents or case, by one rule on SQLite, on PostgreSQL and in Python.

The table below is the rule; the database function ``sans_accents`` is made from it on each side.
``Champ__sans_accents__contains=sans_accents(mot)`` finds « École » for « ecole ».
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func, TextField, Transform
from django.db.models.lookups import Contains

from comptes.saisies import couper

# Letters that one letter replaces, then those that two replace.
_LETTRES = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_NUES = "aaaaaaceeeeiiiinooooouuuuyy"
_LIGATURES = {"œ": "oe", "æ": "ae", "’": "'"}
# In small letters, Python writes the dotted capital of Turkish with two signs, PostgreSQL as it is.
_I_POINTE = "İ"
_TABLE = str.maketrans(dict(zip(_LETTRES, _NUES, strict=True)) | _LIGATURES)
_AUTRES = re.compile(r"[^bdfghjlmpqrstvwxz0-9]+")
_OCTETS = bytes.maketrans(_LETTRES.encode("latin-1"), _NUES.encode("latin-1"))


def sans_accents(texte: str) -> str:
    """The text in small letters without accents, as the database compares it."""
    petit = texte.replace(_I_POINTE, "i").lower()
    for lettre, nues in _LIGATURES.items():
        petit = petit.replace(lettre, nues)
    try:
        # A text of Latin-1 letters alone, as almost all are: five times as fast.
        return petit.encode("latin-1").translate(_OCTETS).decode("latin-1")
    except UnicodeEncodeError:
        compose = unicodedata.normalize("NFC", texte)
        return compose.replace(_I_POINTE, "i").lower().translate(_TABLE)


def mots(texte: str) -> list[str]:
    """The words to look for, without accents or case, each once, and no more than the limit."""
    return list(dict.fromkeys(sans_accents(couper(texte)).split()))


def approchant(texte: str, textes: Iterable[str]) -> str:
    """What someone may have meant, where nothing answers: the closest of these texts or, word by
    word, the closest of their words for each that they don't hold. Empty where there is none.
    """
    cherches = mots(texte)
    entier = " ".join(cherches)
    lus = {sans_accents(lu): lu for lu in textes}
    if proche := _le_plus_proche(entier, lus):
        return lus[proche]
    vocabulaire = {mot for lu in lus for mot in _MOT.findall(lu)}
    inconnus = [mot for mot in cherches if not any(mot in connu for connu in vocabulaire)]
    if len(inconnus) > _CORRIGES:
        return ""
    corriges = {mot: _le_plus_proche(mot, vocabulaire) for mot in inconnus}
    rendu = " ".join(corriges.get(mot, mot) for mot in cherches)
    return rendu if all(corriges.values()) and rendu != entier else ""


def _le_plus_proche(texte: str, candidats: Iterable[str]) -> str:
    voisins = [c for c in candidats if abs(len(c) - len(texte)) <= _ECART_DE_LONGUEUR]
    return next(iter(get_close_matches(texte, voisins, n=1, cutoff=_RESSEMBLANCE)), "")


_MOT = re.compile(r"\w{3,}")
_ECART_DE_LONGUEUR = 3
_RESSEMBLANCE = 0.75
_CORRIGES = 3  # words of a search: each is compared to all those that are known


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


def cle_de_tri(texte: str) -> str:
    """The text as people order it: without accents or case, « R2 » before « R10 »."""
    return _CHIFFRES.sub(lambda lus: lus[0].zfill(_RANG)[-_RANG:], sans_accents(texte))


_CHIFFRES = re.compile(r"[0-9]+")
_RANG = 20


class CleDeTri(Func):
    """``cle_de_tri`` in the database."""

    function = "cle_de_tri"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **contexte: Any) -> Any:
        """Each number behind twenty zeros, then only its last twenty digits."""
        return self.as_sql(
            compiler,
            connection,
            template=(
                "regexp_replace(regexp_replace(sans_accents(%(expressions)s), '([0-9]+)', "
                f"'{'0' * _RANG}\\1', 'g'), '[0-9]*([0-9]{{{_RANG}}})', '\\1', 'g')"
            ),
            **contexte,
        )


CharField.register_lookup(SansAccents)
TextField.register_lookup(SansAccents)


def installer_dans_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """SQLite functions live with the connection: give each new one ours."""
    if connection.vendor == "sqlite":
        for nom, regle in (("sans_accents", sans_accents), ("cle_de_tri", cle_de_tri)):
            connection.connection.create_function(
                nom,
                1,
                lambda texte, regle=regle: None if texte is None else regle(str(texte)),
                deterministic=True,
            )


def sql_postgresql() -> str:
    """The statement that makes ``sans_accents`` on PostgreSQL, from the same table."""
    corps = f"lower(replace(normalize(texte, NFC), '{_I_POINTE}', 'i'))"
    for lettre, nues in _LIGATURES.items():
        corps = f"replace({corps}, '{lettre}', '{nues.replace(chr(39), chr(39) * 2)}')"
    return (
        "CREATE OR REPLACE FUNCTION sans_accents(texte text) RETURNS text LANGUAGE sql "
        "IMMUTABLE STRICT PARALLEL SAFE AS "
        f"$$ SELECT translate({corps}, '{_LETTRES}', '{_NUES}') $$"
    )
