"""Write what was found into the .xlsx that was sent, its formats and formulas kept.

Run as ``python -m importation.original FILE``, never inside the application: openpyxl takes all the
memory that a file asks for. What to write comes as JSON (``Remarques``); the workbook goes to the
standard output. A file that isn't a small .xlsx, or that can't be written, ends it with an error.
"""

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, TypedDict

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from importation.extraction.bornes import se_limiter
from importation.lecture import ENTETE_RECAPITULATIF, RECAPITULATIF

ROUGE, JAUNE = "FFC7CE", "FFEB9C"
AUTEUR = "Contrat de ville"
ENTETES = (ENTETE_RECAPITULATIF, "Feuille", "Ligne", "Colonne", "Valeur", "Message")
LARGEURS = (15, 20, 8, 25, 30, 90)
CELLULES_MAX = 100_000  # all together: the file's, and those that we add
OCTETS_DEPLIES_MAX = 60 * 1024**2
MEMOIRE_MAX = 1024**3
SECONDES_MAX = 30
_OCTETS_PAR_MORCEAU = 1024**2


# Sheet → (row, column from 1, text, whether it is an error) of each cell.
Notes = dict[str, list[tuple[int, int, str, bool]]]


class Remarques(TypedDict):
    notes: Notes
    recapitulatif: list[tuple[str | int, ...]]


def main(chemin: Path) -> int:
    se_limiter(MEMOIRE_MAX, SECONDES_MAX)
    remarques: Remarques = json.load(sys.stdin)
    ajoutees = len(remarques["recapitulatif"]) * len(ENTETES)
    if not _est_un_petit_xlsx(chemin, CELLULES_MAX - ajoutees):
        return 1
    sys.stdout.buffer.write(_annoter(chemin, remarques))
    return 0


def _est_un_petit_xlsx(chemin: Path, cellules_max: int) -> bool:
    """All the cells of all the sheets are counted, hidden and empty ones too."""
    if not zipfile.is_zipfile(chemin):
        return False
    with zipfile.ZipFile(chemin) as archive:
        membres = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            return False
        if sum(membre.file_size for membre in membres) > OCTETS_DEPLIES_MAX:
            return False
        cellules = 0
        for membre in membres:
            if membre.filename.startswith("xl/worksheets/"):
                with archive.open(membre) as xml:
                    while morceau := xml.read(_OCTETS_PAR_MORCEAU):
                        # A cell, a row or a column begins with « < »; each costs an object.
                        cellules += morceau.count(b"<c") + morceau.count(b":c ")
    return cellules <= cellules_max


def _annoter(chemin: Path, remarques: Remarques) -> bytes:
    # keep_links: links to other workbooks aren't kept, nor followed; macros are left out.
    classeur = openpyxl.load_workbook(chemin, keep_links=False, keep_vba=False)
    _effacer_nos_remarques(classeur)
    for nom, cases in remarques["notes"].items():
        for ligne, colonne, texte, grave in cases:
            case: Any = classeur[nom].cell(ligne, colonne)
            if type(case).__name__ == "MergedCell":
                continue
            case.comment = Comment(texte, AUTEUR)
            case.fill = PatternFill("solid", start_color=ROUGE if grave else JAUNE)
    feuille = classeur.create_sheet(nom_libre(classeur.sheetnames))
    for ligne, valeurs in enumerate((ENTETES, *remarques["recapitulatif"]), start=1):
        for colonne, valeur in enumerate(valeurs, start=1):
            case = feuille.cell(ligne, colonne, valeur)
            if case.data_type == "f":
                case.data_type = "s"  # a text that begins with = isn't a formula
    for rang, largeur in enumerate(LARGEURS, start=1):
        feuille.column_dimensions[get_column_letter(rang)].width = largeur
    feuille.freeze_panes = "A2"
    sortie = io.BytesIO()
    classeur.save(sortie)
    return sortie.getvalue()


def _effacer_nos_remarques(classeur: Any) -> None:
    """A file sent again after correction carries what we said of it the last time."""
    for nom in classeur.sheetnames:
        feuille = classeur[nom]
        if nom.startswith(RECAPITULATIF) and feuille["A1"].value == ENTETE_RECAPITULATIF:
            del classeur[nom]
            continue
        for rangee in feuille.iter_rows():
            for case in rangee:
                if case.comment is not None and case.comment.author == AUTEUR:
                    case.comment, case.fill = None, PatternFill()


def nom_libre(noms: list[str]) -> str:
    """A name for our own sheet that the sender hasn't taken."""
    return next(
        nom
        for essai in range(len(noms) + 1)
        if (nom := f"{RECAPITULATIF} {essai + 1}" if essai else RECAPITULATIF).lower()
        not in {n.lower() for n in noms}
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
