"""Write the report of one year to a file, or to standard output.

Exit code 2, one sentence and nothing half-written where it can't be done.
"""

import argparse
import errno
import io
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bilan.document import Rapport
from bilan.exercices import ExerciceInconnuError
from bilan.rapport import etablir_rapport
from bilan.rendus.csv import tableau_en_csv
from bilan.rendus.json import controle_en_dict, tableau_en_dict
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.xlsx import ecrire_xlsx
from bilan.tableaux import Tableau

FORMATS = ("pdf", "xlsx", "csv", "json")
TABLES = ("territorial", "thematique", "croise", "controle")


class Command(BaseCommand):
    help = "Écrit le bilan d'un exercice : le rapport (pdf, xlsx) ou l'un de ses tableaux."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("annee", type=int, help="l'exercice, par exemple 2004")
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument("-o", dest="sortie", required=True, help="le fichier ; « - » : l'écran")
        parser.add_argument("--date", type=_date, help="la date d'édition, AAAA-MM-JJ")
        parser.add_argument("--table", help=f"pour csv et json : {', '.join(TABLES)}")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contenu = _contenu(options)
            _ecrire(contenu, options["sortie"])
        except (ExerciceInconnuError, DemandeImpossibleError) as erreur:
            self.stderr.write(str(erreur))
            sys.exit(2)


class DemandeImpossibleError(Exception):
    """What was asked can't be done; the message says what to change."""


def _date(texte: str) -> date:
    try:
        return date.fromisoformat(texte)
    except ValueError as erreur:
        raise argparse.ArgumentTypeError(
            f"« {texte} » n'est pas une date : écrivez-la AAAA-MM-JJ, par exemple 2005-03-31."
        ) from erreur


def _contenu(options: dict[str, Any]) -> bytes:
    """The whole file, made in memory so that a failure writes nothing."""
    table = options["table"]
    if table is not None and table not in TABLES:
        raise DemandeImpossibleError(
            f"Le tableau « {table} » n'existe pas. Tableaux connus : {', '.join(TABLES)}."
        )
    rapport = etablir_rapport(options["annee"], options["date"])
    if options["format"] in ("pdf", "xlsx"):
        return _document(rapport, options["format"])
    if table is None:
        raise DemandeImpossibleError(
            f"Dites quel tableau écrire avec --table : {', '.join(TABLES)}."
        )
    return _tableau(rapport, table, options["format"])


def _document(rapport: Rapport, forme: str) -> bytes:
    fichier = io.BytesIO()
    if forme == "pdf":
        ecrire_pdf(rapport, fichier)
    else:
        ecrire_xlsx(rapport, fichier)
    return fichier.getvalue()


def _tableau(rapport: Rapport, code: str, forme: str) -> bytes:
    if forme == "json":
        return (json.dumps(_en_dict(rapport, code), ensure_ascii=False, indent=2) + "\n").encode()
    tableau = rapport.tableau(code)
    if tableau is None:
        raise DemandeImpossibleError(
            f"Aucun chiffre n'a été publié pour {rapport.annee} : il n'y a rien à comparer."
        )
    return tableau_en_csv(tableau).encode()


def _en_dict(rapport: Rapport, code: str) -> dict[str, Any]:
    tableau = rapport.tableau(code)
    if isinstance(tableau, Tableau):
        return tableau_en_dict(tableau)
    return controle_en_dict(rapport.controle)


def _ecrire(contenu: bytes, sortie: str) -> None:
    """Beside, then renamed: another program never reads half a file."""
    if sortie == "-":
        sys.stdout.buffer.write(contenu)
        sys.stdout.buffer.flush()
        return
    cible = Path(sortie)
    try:
        with tempfile.NamedTemporaryFile(dir=cible.parent, delete=False) as fichier:
            provisoire = Path(fichier.name)
            try:
                fichier.write(contenu)
                fichier.flush()
                os.fsync(fichier.fileno())
                provisoire.chmod(0o644)
                provisoire.replace(cible)
            except OSError:
                provisoire.unlink(missing_ok=True)
                raise
    except OSError as erreur:
        raise DemandeImpossibleError(
            f"Le fichier {sortie} ne peut pas être écrit : {_cause(erreur)}."
        ) from erreur


CAUSES = {
    errno.ENOENT: "son dossier n'existe pas, créez-le",
    errno.ENOTDIR: "son dossier est un fichier, choisissez un autre emplacement",
    errno.EISDIR: "c'est un dossier, donnez un nom de fichier",
    errno.EACCES: "l'accès est refusé, corrigez les droits du dossier",
    errno.EROFS: "le disque est en lecture seule, choisissez un autre emplacement",
    errno.ENOSPC: "le disque est plein, libérez de la place",
}


def _cause(erreur: OSError) -> str:
    return CAUSES.get(erreur.errno or 0, "choisissez un autre emplacement")
