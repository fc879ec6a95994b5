"""What a page says, and what it shouldn't: English, names of the code, words and spaces set aside.

The words set aside are those of ``docs/mots.md``: the page is the rule, this only reads it.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import html

STYLE = Path(__file__).resolve().parent.parent / "docs" / "mots.md"
"""The style sheet, with its tables of what is written and what isn't."""

# No word that French has too: action, date, page, code, note, file, sort, close, session…
ANGLAIS = frozenset(
    """
    about above account accounts add added all allowed already and another any are authenticator
    authenticators authorized back backup before below by can cancel cannot change changed changes
    check checked choose clear click confirm could create created day days delete deleted deleting
    does done download each edit email empty enabled end enter entry error errors every expired
    fail failed field fields find first found from full generate generated go group groups has
    have help hidden hide history home how invalid is it item items join key keys last leave less
    limit link list loading log login logout manage match missing month more must my name names
    need never new next not nothing now object objects of off old one only open order other our
    out passkey passkeys password passwords please previous read recent recovery refresh related
    remember remove removed required reset row rows save saved search see select selected send set
    settings show sign signed signin signup some start state submit success successful
    successfully text than that the their them then there these they this those time to today
    token too try unable unknown until unused update updated upload used user username users valid
    value values verify view viewing wait was we were what when where which who will with without
    wrong year years yes you your yourself
    """.split()  # noqa: SIM905  # one word a line would be two hundred lines
)
_MOT = re.compile(r"(?<![\w./@-])[A-Za-zÀ-ÿ’']+(?![\w/@]|\.\w)")
_NOM_DE_CODE = re.compile(r"(?<![\w./@-])[a-z]+(?:_[a-z0-9]+)+(?![\w./@-])|%\(\w+\)s|\{[{%]|[%}]\}")
_VALEUR_DE_CODE = re.compile(r"\b(?:None|True|False|NULL|null|undefined|NaN)\b")
_GUILLEMET_DROIT = re.compile(r'"[^\W\d]|[^\W\d]"')
_SANS_ESPACE = re.compile(r"[^\W\d_][:;?!»](?=\s|$)|«[^\W\d]")
_DOUBLE_ESPACE = re.compile(r"[ \u00a0]\u00a0|\u00a0 ")
_ESPACE_AVANT_VIRGULE = re.compile(r"[^\W_] [,.](?=\s|$)")
_PLURIEL_ENTRE_PARENTHESES = re.compile(r"[^\W\d]\((?:e?s|x|e|ne|nes)\)")
_ZERO_AU_PLURIEL = re.compile(r"(?<![\d,\u202f\u00a0 ])0[ \u00a0](\w+s)\b")
_SINGULIERS_EN_S = frozenset(["fois", "mois", "français"])

# What a visitor reads or hears besides the text.
_ATTRIBUTS = ("title", "aria-label", "placeholder", "alt", "aria-description", "label")
_MUETS = {"script", "style", "template", "code", "kbd", "pre", "noscript", "textarea"}
_EN_LIGNE = {
    *("a", "abbr", "b", "data", "em", "i", "ins", "mark", "small", "span", "strong", "sub", "sup"),
    *("time", "tspan"),
}


@cache
def ecartes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What ``docs/mots.md`` says not to write, and what it says to write in its place."""
    table = STYLE.read_text(encoding="utf-8").partition("## Mots écartés")[2].partition("\n## ")[0]
    lignes = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", table, re.MULTILINE)
    return tuple(
        (re.compile(rf"(?<!\w){re.escape(mot)}(?!\w)", re.IGNORECASE), bon)
        for bon, mots in lignes
        if not set(mots) <= set("- ") and mots != "Pas"
        for mot in mots.split(", ")
    )


def phrases(page: str) -> Iterator[str]:
    """Each block of visible text, and each attribute that is read or heard."""
    racine = html.document_fromstring(page)
    for element in racine.iter():
        if not isinstance(element.tag, str) or _est_muet(element):
            continue
        for attribut in _ATTRIBUTS:
            if element.get(attribut):
                yield element.get(attribut, "")
        if element.tag == "input" and element.get("type") in ("submit", "button", "reset"):
            yield element.get("value", "")
        if element.tag not in _EN_LIGNE:
            yield from _blocs(element)


def _est_muet(element: Any) -> bool:
    return any(e.tag in _MUETS for e in (element, *element.iterancestors()))


def _blocs(element: Any) -> Iterator[str]:
    """Its own text, with that of the elements that stand in its lines."""
    morceaux: list[str] = []

    def lire(noeud: Any) -> Iterator[str]:
        morceaux.append(noeud.text or "")
        for enfant in noeud:
            if isinstance(enfant.tag, str) and enfant.tag in _EN_LIGNE:
                yield from lire(enfant)
            else:
                yield "".join(morceaux)
                morceaux.clear()
            morceaux.append(enfant.tail or "")

    yield from lire(element)
    yield "".join(morceaux)


def fautes(phrase: str) -> Iterator[str]:
    """What is wrong with a sentence, each fault with its cause."""
    phrase = re.sub(r"[ \t\r\n]+", " ", phrase).strip()
    if not phrase:
        return
    anglais = [mot for mot in _MOT.findall(phrase) if mot.lower() in ANGLAIS]
    if anglais:
        yield f"anglais ({', '.join(anglais)}) : {phrase}"
    for motif, cause in (
        (_NOM_DE_CODE, "nom du code"),
        (_VALEUR_DE_CODE, "valeur du code"),
        (_GUILLEMET_DROIT, "guillemet droit"),
        (_SANS_ESPACE, "espace manquante"),
        (_DOUBLE_ESPACE, "espace de trop"),
        (_ESPACE_AVANT_VIRGULE, "espace de trop"),
        (_PLURIEL_ENTRE_PARENTHESES, "pluriel entre parenthèses"),
    ):
        if trouve := motif.search(phrase):
            yield f"{cause} ({trouve[0]}) : {phrase}"
    for trouve in _ZERO_AU_PLURIEL.finditer(phrase):
        if trouve[1] not in _SINGULIERS_EN_S:
            yield f"zéro au pluriel ({trouve[0]}) : {phrase}"
    for motif, bon in ecartes():
        if trouve := motif.search(phrase):
            yield f"on écrit « {bon} » ({trouve[0]}) : {phrase}"
