"""``python -m importation.extraction FILE NAME``: see the package."""

import datetime
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, PasswordError

from importation.extraction.bornes import (
    ABIME,
    ACCEPTES,
    CARACTERES_MAX,
    LIGNES_PAR_BLOC,
    Feuille,
    RefusError,
    Remarque,
    se_limiter,
)
from importation.extraction.classeurs import lire_classeur
from importation.extraction.codages import decoder, dedoubler
from importation.extraction.delimites import lire_csv

_CLASSEURS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip, and Excel 97's
_AUTRES = (  # how they begin, and what they are
    (b"%pdf", "un PDF"),
    (b"{\\rtf", "un document de traitement de texte"),
    (b"<html", "une page web"),
    (b"<!doctype html", "une page web"),
    (b"<?xml", "du XML"),
)

# « Ã », « Â », « Å », « â€ », as JSON writes them.
_INDICE_DE_DOUBLE = re.compile(r"\\u00c[235]|\\u00e2\\u20ac")


def main(chemin: str, nom: str) -> int:
    se_limiter()
    try:
        for feuille in _feuilles(Path(chemin), nom):
            for ligne in _lignes_json(feuille):
                print(ligne)
    except RefusError as refus:
        print(json.dumps({"refus": str(refus)}))
    except PasswordError:
        print(json.dumps({"refus": "Le classeur est protégé par un mot de passe : retirez-le."}))
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        print(json.dumps({"refus": ABIME}))
    return 0


def _feuilles(chemin: Path, nom: str) -> Iterator[Feuille]:
    with chemin.open("rb") as fichier:
        debut = fichier.read(200)
    if debut.startswith(_CLASSEURS):
        yield from lire_classeur(chemin)
        return
    annonce = debut.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signe, quoi in _AUTRES:
        if annonce.startswith(signe):
            raise RefusError(
                f"Ce fichier est {quoi}, quel que soit son nom : ouvrez-le dans le tableur et "
                f"enregistrez-le en .xlsx. {ACCEPTES}"
            )
    texte, remarques = decoder(chemin.read_bytes())
    yield Feuille(Path(nom).stem, lire_csv(texte), remarques=remarques)


def _lignes_json(feuille: Feuille) -> Iterator[str]:
    """What is printed of a sheet."""
    yield _JSON.encode({"feuille": feuille.nom, "fusions": feuille.fusions})
    lignes = iter(feuille.lignes)
    doubles: list[Remarque] = []
    caracteres = 0
    while bloc := list(islice(lignes, LIGNES_PAR_BLOC)):
        texte = _JSON.encode(bloc)
        caracteres += len(texte)
        if caracteres > CARACTERES_MAX:
            raise RefusError(
                f"Les textes du fichier font plus de {CARACTERES_MAX // 10**6} millions de "
                "caractères : raccourcissez-les, ou partagez le fichier."
            )
        if _INDICE_DE_DOUBLE.search(texte):
            doubles += _dedoubler(bloc)
            texte = _JSON.encode(bloc)
        yield texte
    if doubles:
        ligne, lu, juste = doubles[0]
        dit = f"Accents codés deux fois, rétablis (« {juste} ») : vérifiez-les."
        autres = len(doubles) - 1
        suite = ("", " De même dans une autre cellule.", f" De même dans {autres} autres cellules.")
        feuille.remarques.append(Remarque(ligne, lu, dit + suite[min(autres, 2)]))
    yield _JSON.encode({"remarques": feuille.remarques})


def _dedoubler(bloc: list[tuple[int, list[Any]]]) -> Iterator[Remarque]:
    """Mend the cells whose accents were encoded twice: their rows, what stood there, what does."""
    for numero, cellules in bloc:
        for rang, cellule in enumerate(cellules):
            if isinstance(cellule, str) and (juste := dedoubler(cellule)) != cellule:
                cellules[rang] = juste
                yield Remarque(numero, cellule[:80], juste[:80])


def _en_json(valeur: object) -> object:
    if isinstance(valeur, datetime.datetime):
        minuit = valeur.time() == datetime.time()
        return {"j": valeur.date().isoformat()} if minuit else valeur.isoformat(" ")
    if isinstance(valeur, datetime.date):
        return {"j": valeur.isoformat()}
    return str(valeur)


_JSON = json.JSONEncoder(default=_en_json)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
