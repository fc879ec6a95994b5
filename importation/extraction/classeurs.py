"""The rows of a workbook's visible sheets, and why some of their cells can't be read."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineSheet, SheetVisibleEnum, load_workbook

from importation.extraction.bornes import (
    ACCEPTES,
    CELLULES_MAX,
    COLONNES_MAX,
    LIGNES_MAX,
    OCTETS_DEPLIES_MAX,
    Feuille,
    RefusError,
)

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


def lire_classeur(chemin: Path) -> Iterator[Feuille]:
    """The visible sheets of a workbook. Raises RefusError, PasswordError, CalamineError."""
    if zipfile.is_zipfile(chemin):
        _verifier_archive(chemin)
    illisibles = _illisibles(chemin)
    classeur = load_workbook(chemin)
    cellules = 0
    for rang, meta in enumerate(classeur.sheets_metadata):
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        feuille = classeur.get_sheet_by_index(rang)
        fusions = [
            (haut + 1, gauche, bas + 1, droite)
            for (haut, gauche), (bas, droite) in feuille.merged_cell_ranges or ()
        ]
        cellules += feuille.height * feuille.width
        _verifier_taille(meta.name, feuille.total_height, feuille.width, cellules)
        yield Feuille(meta.name, _lignes(feuille, illisibles.get(meta.name, {})), fusions)


def _lignes(feuille: CalamineSheet, motifs: Illisibles) -> Iterator[tuple[int, list[Any]]]:
    marge = feuille.start[1] if feuille.start else 0
    for numero, ligne in enumerate(feuille.iter_rows(), start=1):
        valeurs: list[Any] = [""] * marge + ligne if marge else ligne
        for colonne, motif in motifs.get(numero, {}).items():
            valeurs += [""] * (colonne - len(valeurs))
            valeurs[colonne - 1] = {"i": motif}
        while valeurs and valeurs[-1] == "":
            valeurs.pop()
        if valeurs:
            yield numero, valeurs


def _verifier_archive(chemin: Path) -> None:
    """Refuse, from the archive's directory alone, what would unpack too big or isn't a workbook."""
    with zipfile.ZipFile(chemin) as archive:
        membres = archive.infolist()
    deplie = sum(membre.file_size for membre in membres)
    if deplie > OCTETS_DEPLIES_MAX:
        raise RefusError(
            f"Le fichier occuperait {deplie // 1024**2} Mo une fois déplié : "
            f"{OCTETS_DEPLIES_MAX // 1024**2} Mo au plus. Recopiez les valeurs utiles dans un "
            "classeur neuf."
        )
    noms = {membre.filename for membre in membres}
    if "xl/workbook.bin" in noms:
        raise RefusError("Le format .xlsb n'est pas lu : enregistrez le classeur en .xlsx.")
    if not noms & {"xl/workbook.xml", "content.xml"}:
        raise RefusError(f"Ce fichier n'est pas un classeur. {ACCEPTES}")


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


def _illisibles(chemin: Path) -> dict[str, Illisibles]:
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
