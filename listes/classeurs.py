"""What a cell of an Excel workbook can hold of a text that comes from elsewhere."""

import re
from typing import Final

# Neither XML nor a cell can hold these; a line break inside a cell is \n.
_INTERDITS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNITES_MAX: Final = 32_767
_SUITE: Final = " […]"


def texte(valeur: str) -> str:
    """The text without control characters, cut at 32 767 UTF-16 units, and never markup."""
    if not valeur.isprintable():
        valeur = _INTERDITS.sub("", valeur.replace("\r\n", "\n").replace("\r", "\n"))
    if len(valeur) > _UNITES_MAX // 2:
        unites = valeur.encode("utf-16-le")
        if len(unites) > 2 * _UNITES_MAX:
            garde = 2 * (_UNITES_MAX - len(_SUITE))
            valeur = unites[:garde].decode("utf-16-le", "ignore") + _SUITE
    # In constant memory, XlsxWriter copies a text between these marks into the file as raw XML.
    if valeur.startswith("<r>") and valeur.endswith("</r>"):
        return f"{valeur} "
    return valeur
