"""Read a workbook in a process of its own, and print its rows as JSON lines.

Run as a script, never inside the application: the parser is native code, and a file of a few
kilobytes can make it ask for half a terabyte and abort. Here it dies alone, within limits of
memory and time. Macros aren't run and links to other files aren't followed: nothing here can.

One line per sheet (``{"feuille": nom, "fusions": […]}``: its merged cells, each its first row and
column, then its last; rows from 1 as shown, columns from 0), then its rows that aren't blank, a few
hundred a line (``[[numéro, [cellules]], …]``). Cells that JSON can't say are objects:
``{"j": "2004-12-31"}`` a day, ``{"i": "…"}`` a cell that can't be read and why. ``{"refus": "…"}``
ends a file that is refused.
"""

import datetime
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetVisibleEnum,
    load_workbook,
)

MEMOIRE_MAX = 2 * 1024**3  # bytes of address space
SECONDES_MAX = 120
LIGNES_MAX = 100_000
CELLULES_MAX = 3_000_000
COLONNES_MAX = 300
LIGNES_PAR_BLOC = 200
OCTETS_PAR_MORCEAU = 1024**2

SANS_RESULTAT = (
    "formule dont le fichier ne contient pas le résultat : ouvrez le classeur dans le tableur, "
    "enregistrez-le, ou remplacez la formule par sa valeur"
)
Illisibles = dict[int, dict[int, str]]  # row, then column, from 1 → why the cell can't be read

_CELLULE = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_POSITION = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d+)["']""")
_VALEUR = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")
_FORMULE = re.compile(rb"<(?:\w+:)?f[\s>/]")
# Each begins with a fixed letter, which makes them several times faster than one that says both.
_INDICES = tuple(map(re.compile, (rb"<f[\s>/]", rb":f[\s>/]", rb"""t\s*=\s*["']e["']""")))
_LONGUEUR_D_UN_INDICE = 40
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_FORMULE_ODS = re.compile(rb"<table:table-cell\s[^>]*table:formula=[^>]*>")
_ERREUR_ODS = b'value-type="error"'


class RefusError(Exception):
    """The file can't be taken; the message says what to do."""


def main(chemin: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE_MAX, MEMOIRE_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDES_MAX, SECONDES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for element in elements(chemin):
            print(_JSON.encode(element))
    except RefusError as refus:
        print(json.dumps({"refus": str(refus)}))
    except PasswordError:
        print(json.dumps({"refus": "Le classeur est protégé par un mot de passe : retirez-le."}))
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        print(json.dumps({"refus": "Le classeur est abîmé ou n'est pas un classeur."}))
    return 0


def elements(chemin: str) -> Iterator[object]:
    """The sheets of the workbook, each followed by its rows."""
    illisibles = _illisibles(chemin)
    classeur = load_workbook(chemin)
    cellules = 0
    for rang, meta in enumerate(classeur.sheets_metadata):
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        feuille = classeur.get_sheet_by_index(rang)
        fusions = [
            [haut + 1, gauche, bas + 1, droite]
            for (haut, gauche), (bas, droite) in feuille.merged_cell_ranges or ()
        ]
        yield {"feuille": meta.name, "fusions": fusions}
        cellules += feuille.height * feuille.width
        _verifier_taille(meta.name, feuille.total_height, feuille.width, cellules)
        marge = feuille.start[1] if feuille.start else 0
        yield from _blocs(feuille, marge, illisibles.get(meta.name, {}))


def _blocs(feuille: CalamineSheet, marge: int, motifs: Illisibles) -> Iterator[list[list[Any]]]:
    bloc: list[list[Any]] = []
    for numero, ligne in enumerate(feuille.iter_rows(), start=1):
        valeurs: list[Any] = [""] * marge + ligne if marge else ligne
        for colonne, motif in motifs.get(numero, {}).items():
            valeurs += [""] * (colonne - len(valeurs))
            valeurs[colonne - 1] = {"i": motif}
        while valeurs and valeurs[-1] == "":
            valeurs.pop()
        if valeurs:
            bloc.append([numero, valeurs])
        if len(bloc) == LIGNES_PAR_BLOC:
            yield bloc
            bloc = []
    if bloc:
        yield bloc


def _verifier_taille(nom: str, lignes: int, colonnes: int, cellules: int) -> None:
    if lignes > LIGNES_MAX:
        raise RefusError(
            f"La feuille « {nom} » a {lignes} lignes : {LIGNES_MAX} au plus. Supprimez les lignes "
            "vides ou mises en forme sous le tableau, ou partagez le fichier."
        )
    if colonnes > COLONNES_MAX:
        raise RefusError(
            f"La feuille « {nom} » a {colonnes} colonnes : {COLONNES_MAX} au plus. "
            "Supprimez celles qui ne servent pas."
        )
    if cellules > CELLULES_MAX:
        raise RefusError(
            f"Le classeur a plus de {CELLULES_MAX} cellules : partagez-le en plusieurs fichiers."
        )


def _en_json(valeur: object) -> object:
    if isinstance(valeur, datetime.datetime):
        minuit = valeur.time() == datetime.time()
        return {"j": valeur.date().isoformat()} if minuit else valeur.isoformat(" ")
    if isinstance(valeur, datetime.date):
        return {"j": valeur.isoformat()}
    return str(valeur)


_JSON = json.JSONEncoder(default=_en_json)


def _illisibles(chemin: str) -> dict[str, Illisibles]:
    """Cells that the parser would give as empty: formulas never computed, and errors (#N/A)."""
    if not zipfile.is_zipfile(chemin):
        return {}
    with zipfile.ZipFile(chemin) as archive:
        if "content.xml" in archive.namelist():
            _refuser_formules_ods(archive.read("content.xml"))
            return {}
        recalcul = b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
        return {
            nom: motifs
            for nom, partie in _parties(archive)
            if _a_des_formules(archive, partie)
            and (motifs := _illisibles_de_la_feuille(archive.read(partie), recalcul))
        }


def _parties(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(sheet's name, its file in the archive)."""
    # This process has its limits of memory and time, and expat refuses to amplify entities.
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    liens = {lien.get("Id"): lien.get("Target", "") for lien in relations}
    classeur = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    presentes = set(archive.namelist())
    for element in classeur.iter():
        if not element.tag.endswith("}sheet"):
            continue
        cible = next((liens.get(v) for k, v in element.attrib.items() if k.endswith("}id")), None)
        partie = posixpath.normpath(posixpath.join("/xl", cible or "")).lstrip("/")
        if partie in presentes:
            yield element.get("name", ""), partie


def _a_des_formules(archive: zipfile.ZipFile, partie: str) -> bool:
    """Whether a sheet may hold a formula or an error; piece by piece, for most hold none."""
    fin = b""
    with archive.open(partie) as xml:
        while morceau := xml.read(OCTETS_PAR_MORCEAU):
            suite = fin + morceau
            if any(indice.search(suite) for indice in _INDICES):
                return True
            fin = suite[-_LONGUEUR_D_UN_INDICE:]
    return False


def _illisibles_de_la_feuille(xml: bytes, recalcul: bool) -> Illisibles:
    motifs: Illisibles = {}
    for cellule in _CELLULE.finditer(xml):
        motif = _motif(cellule[1], cellule[2] or b"", recalcul)
        if motif is None:
            continue
        position = _POSITION.search(cellule[1])
        if position is None:
            raise RefusError(f"Le classeur contient une {motif}.")
        motifs.setdefault(int(position[2]), {})[_colonne(position[1].decode())] = motif
    return motifs


def _motif(attributs: bytes, contenu: bytes, recalcul: bool) -> str | None:
    """Why the cell can't be read, or None. XlsxWriter writes 0 where it hasn't computed."""
    genre = _TYPE.search(attributs)
    valeur = _VALEUR.search(contenu)
    lue = valeur[1].strip() if valeur else b""
    if genre and genre[1] == b"e":
        return f"erreur de calcul du tableur ({lue.decode(errors='replace') or '#N/A'})"
    if not _FORMULE.search(contenu) or (genre and genre[1] == b"str" and valeur):
        return None
    return SANS_RESULTAT if not lue or (recalcul and lue == b"0") else None


def _colonne(lettres: str) -> int:
    rang = 0
    for lettre in lettres:
        rang = rang * 26 + ord(lettre) - ord("A") + 1
    return rang


def _refuser_formules_ods(xml: bytes) -> None:
    """The parser reads these cells as empty, and an .ods doesn't say simply where they are."""
    if _ERREUR_ODS in xml:
        raise RefusError(
            "Le classeur contient une erreur de calcul (#N/A, Err:502…) : corrigez-la."
        )
    for balise in _FORMULE_ODS.finditer(xml):
        if b"value-type=" not in balise[0]:
            raise RefusError(f"Le classeur contient une {SANS_RESULTAT}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
