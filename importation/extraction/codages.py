"""Bytes → text: which encoding a file is in, or the first line whose accents can't be read.

UTF-8 proves itself. The old encodings of Windows, the Mac and DOS accept any byte: the one that
makes French words is kept (« MŽdiation » isn't one, « Médiation » is).
"""

import re
from collections.abc import Iterable
from functools import partial

from importation.extraction.bornes import ACCEPTES, RefusError, Remarque

ANCIENS = {"cp1252": "Windows", "mac_roman": "Macintosh", "cp850": "MS-DOS"}
CONSEIL = "Dans Excel : Enregistrer sous > CSV UTF-8, puis renvoyez le fichier."
_LIGNES_PESEES = 5_000

_MINUSCULES = "a-zàâäæçéèêëîïôöœùûüÿ"
_PONCTUATION = "«»‹›’‘“”„–—…•·€°²³¹½¼¾§ªº™®©´¨¿¡±×\u00a0\u202f"
# Letters of French words, beside others: small ones, and capitals that no small one precedes.
_FRANCAISES = re.compile(
    "(?<=[a-zA-Z'])[éèêàâîôùûçëïüœ]|[éèêàâîôùûçëïüœ](?=[a-z])"
    "|(?<![a-zéèêàç])[ÉÈÊÀÂÇÎÔÙŒ](?=[a-zA-Z])|(?<=[A-Z])[ÉÈÊÀÂÇÎÔÙŒ]"
)
# What no word holds: a capital or a sign after a small letter, a quotation mark between two.
_DEPLACEES = re.compile(
    f"(?<=[{_MINUSCULES}])"
    f"(?:[^\\x00-\\x7f{_MINUSCULES}{_PONCTUATION}ñáíóúãõåøšžßÉ]"  # « montantÉtat » is a heading
    f"|[‘“”„…•–—™´¨±×](?=[{_MINUSCULES}]))"
)
_ILLISIBLES = re.compile(f"{_DEPLACEES.pattern}|\ufffd")
# French letters and signs in UTF-8, which are words in no other encoding.
_UTF8 = re.compile(
    rb"((?:\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xc5[\x92\x93]|\xe2\x80[\x90-\xbf]|\xe2\x82\xac)+)"
)
# UTF-8 once read as Windows' encoding: « Ã© » for « é », « â€™ » for « ’ ».
_SUITE = "\u0080-\u00bf" + "".join(
    sorted(c for o in range(0x80, 0xA0) if (c := bytes([o]).decode("cp1252", "ignore")))
)
_DOUBLE = re.compile(f"[ÃÂÅ][{_SUITE}]|â[€„][{_SUITE}]")
_MOT_DOUBLE = re.compile(f'\\S*(?:{_DOUBLE.pattern})[^\\s;,\\t"]*')


def decoder(octets: bytes) -> tuple[str, list[Remarque]]:
    """The text of a file, and what to say of the way it was read. Raises RefusError."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _texte(octets, "utf-16"), []
    for codage, nuls in (("utf-16-le", octets[1:200:2]), ("utf-16-be", octets[:200:2])):
        if nuls.count(0) * 2 > len(nuls):
            return _texte(octets, codage), []
    try:
        return _texte(octets, "utf-8-sig"), []
    except UnicodeDecodeError:
        return _ancien(octets.removeprefix(b"\xef\xbb\xbf"))


def _texte(octets: bytes, codage: str) -> str:
    try:
        texte = octets.decode(codage)
    except UnicodeDecodeError:
        if codage == "utf-8-sig":
            raise
        texte = "\0"
    if "\0" in texte:
        raise RefusError(f"Ce fichier n'est pas du texte. {ACCEPTES}")
    return texte


def _ancien(octets: bytes) -> tuple[str, list[Remarque]]:
    """A text which isn't UTF-8, or not everywhere: each line says whether it is."""
    if b"\0" in octets:
        raise RefusError(f"Ce fichier n'est pas du texte. {ACCEPTES}")
    lignes: list[str | bytes] = [_utf8(ligne) for ligne in octets.splitlines(keepends=True)]
    anciennes = [ligne for ligne in lignes if isinstance(ligne, bytes)]
    codage = max(ANCIENS, key=partial(_vraisemblance, anciennes[:_LIGNES_PESEES]))
    texte: list[str] = []
    autres = 0
    for numero, ligne in enumerate(lignes, start=1):
        if isinstance(ligne, str):
            autres += not ligne.isascii()
            texte.append(ligne)
            continue
        lue = _lire(ligne, codage)
        autres += len(_UTF8.split(ligne)) > 1  # two encodings in one line
        if faute := _ILLISIBLES.search(lue):
            mot = _autour(lue, faute.start())
            raise RefusError(f"Ligne {numero} : accents illisibles (« {mot} »). {CONSEIL}")
        texte.append(lue)
    premiere = next(n for n, ligne in enumerate(lignes, start=1) if isinstance(ligne, bytes))
    return "".join(texte), _remarques(codage, premiere, _extrait(texte[premiere - 1]), autres)


def _remarques(codage: str, ligne: int, extrait: str, autres: int) -> list[Remarque]:
    if autres:
        dit = f"Deux codages dans ce fichier, {ANCIENS[codage]} depuis cette ligne et UTF-8"
        return [Remarque(ligne, extrait, f"{dit} : vérifiez les accents.")]
    if codage != "cp1252":
        dit = f"Fichier enregistré au format {ANCIENS[codage]} : vérifiez les accents."
        return [Remarque(ligne, extrait, dit)]
    return []


def _utf8(ligne: bytes) -> str | bytes:
    try:
        return ligne.decode()
    except UnicodeDecodeError:
        return ligne


def _lire(octets: bytes, codage: str) -> str:
    """A text in an old encoding, where some letters may be in UTF-8."""
    return "".join(
        morceau.decode("utf-8" if rang % 2 else codage, errors="replace")
        for rang, morceau in enumerate(_UTF8.split(octets))
    )


def _vraisemblance(lignes: Iterable[bytes], codage: str) -> int:
    """How much like French the lines are when read in an encoding."""
    texte = _lire(b"".join(lignes), codage)
    return len(_FRANCAISES.findall(texte)) - 3 * len(_ILLISIBLES.findall(texte))


def _extrait(ligne: str) -> str:
    """The first word of a line that holds an accent."""
    accent = re.search(r"[^\x00-\x7f]", ligne)
    return _autour(ligne, accent.start()) if accent else ""


def _autour(texte: str, position: int) -> str:
    """The word that stands there."""
    debut = max(texte.rfind(c, 0, position) for c in ' ;,\t"') + 1
    return re.split(r'[ ;,\t"\r\n]', texte[debut : debut + 40], maxsplit=1)[0]


def est_double(texte: str) -> bool:
    """Whether accents were encoded twice: « CÃ…â€™UR »."""
    return ("Ã" in texte or "â€" in texte or "Â" in texte or "Å" in texte) and bool(
        _DOUBLE.search(texte)
    )


def dedoubler(texte: str) -> str:
    """The text whose accents were encoded twice or more; as it is where it can't be undone."""
    if not est_double(texte):
        return texte
    return _MOT_DOUBLE.sub(lambda mot: _dedoubler_mot(mot[0]), texte)


def _dedoubler_mot(mot: str) -> str:
    while est_double(mot):
        try:
            mot = _en_octets(mot).decode()
        except (UnicodeDecodeError, UnicodeEncodeError):
            break
    return mot


def _en_octets(mot: str) -> bytes:
    """As Windows writes it; the five bytes that it doesn't know are kept as they came."""
    return b"".join(c.encode("latin-1" if "\u0080" <= c < "\u00a0" else "cp1252") for c in mot)
