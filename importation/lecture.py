"""From a file to rows: xlsx, xls, ods through a process of their own, csv here.

Nothing here knows Django nor the domain. A file that can't be taken raises FichierRefuseError, with
a sentence that says what to do.
"""

import csv
import datetime
import gc
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from importation.extraction import CELLULES_MAX, COLONNES_MAX, LIGNES_MAX, SECONDES_MAX

OCTETS_MAX = 30 * 1024**2
OCTETS_DEPLIES_MAX = 300 * 1024**2
SEPARATEURS = ";,\t"
_EXTRACTION = Path(__file__).with_name("extraction.py")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ACCEPTES = "Envoyez un fichier .xlsx, .xls, .ods ou .csv."


class FichierRefuseError(Exception):
    """The file can't be read; the message says why and what to do, in French."""


@dataclass(frozen=True, slots=True)
class CelluleIllisible:
    """A cell that holds something whose value the file doesn't give: it isn't empty."""

    motif: str


Cellule = str | int | float | bool | datetime.date | CelluleIllisible


@dataclass(frozen=True, slots=True)
class LigneLue:
    """A row: its number as the spreadsheet shows it, from 1, and its cells from column A."""

    numero: int
    cellules: list[Cellule]


Fusion = tuple[
    int, int, int, int
]  # first row (from 1), first column (from 0), last row, last column


@dataclass(frozen=True, slots=True)
class FeuilleLue:
    """``fusions`` are its merged cells: only the first of each holds their value."""

    nom: str
    lignes: list[LigneLue]
    fusions: list[Fusion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Classeur:
    nom: str
    empreinte: str  # SHA-256
    feuilles: list[FeuilleLue]


@contextmanager
def sans_ramassage() -> Iterator[None]:
    """Rows are many small objects that all stay: looking for dead cycles among them, again and
    again as they grow, takes as long as the work itself.
    """
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()


@sans_ramassage()
def lire(chemin: Path, nom: str | None = None) -> Classeur:
    """The visible sheets of a workbook, blank rows left out. ``nom`` is the file's own name."""
    nom = nom or chemin.name
    try:
        taille = chemin.stat().st_size
        if taille > OCTETS_MAX:
            raise FichierRefuseError(
                f"Le fichier pèse {taille // 1024**2} Mo : {OCTETS_MAX // 1024**2} Mo au plus. "
                "Retirez les images ou partagez-le."
            )
        octets = chemin.read_bytes()
    except OSError as erreur:
        motif = "il n'existe pas" if isinstance(erreur, FileNotFoundError) else erreur.strerror
        raise FichierRefuseError(f"Le fichier {nom} ne peut pas être lu : {motif}.") from None
    empreinte = hashlib.sha256(octets).hexdigest()
    if octets.startswith(_ZIP):
        _verifier_archive(octets)
        feuilles = _lire_classeur(chemin)
    elif octets.startswith(_OLE):
        feuilles = _lire_classeur(chemin)
    else:
        feuilles = [FeuilleLue(Path(nom).stem, _lire_csv(octets))]
    if not any(feuille.lignes for feuille in feuilles):
        raise FichierRefuseError("Le fichier est vide : aucune cellule n'est remplie.")
    return Classeur(nom, empreinte, feuilles)


def _verifier_archive(octets: bytes) -> None:
    """Refuse, from the archive's directory alone, what would unpack too big or isn't a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            membres = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        raise FichierRefuseError(f"Le fichier est abîmé. {_ACCEPTES}") from None
    deplie = sum(membre.file_size for membre in membres)
    if deplie > OCTETS_DEPLIES_MAX:
        raise FichierRefuseError(
            f"Le fichier occuperait {deplie // 1024**2} Mo une fois déplié : "
            f"{OCTETS_DEPLIES_MAX // 1024**2} Mo au plus. Recopiez les valeurs utiles dans un "
            "classeur neuf."
        )
    noms = {membre.filename for membre in membres}
    if "xl/workbook.bin" in noms:
        raise FichierRefuseError("Le format .xlsb n'est pas lu : enregistrez le classeur en .xlsx.")
    if not noms & {"xl/workbook.xml", "content.xml"}:
        raise FichierRefuseError(f"Ce fichier n'est pas un classeur. {_ACCEPTES}")


def _lire_classeur(chemin: Path) -> list[FeuilleLue]:
    """Rows from the reading process, which may die of a hostile file without taking us along."""
    feuilles: list[FeuilleLue] = []
    # Our own script on a file that the caller stored: no shell, nothing from the outside in argv.
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(_EXTRACTION), str(chemin.resolve())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    ) as processus:
        assert processus.stdout is not None  # noqa: S101 -- asked for with PIPE just above
        try:
            refus = _lire_elements(processus.stdout, feuilles)
        finally:
            if processus.poll() is None and sys.exc_info()[0] is not None:
                processus.kill()
        processus.wait(timeout=SECONDES_MAX)
    if refus:
        raise FichierRefuseError(refus)
    if processus.returncode:
        raise FichierRefuseError(
            "Le classeur est abîmé ou démesuré une fois ouvert : recopiez les valeurs utiles dans "
            "un classeur neuf, ou enregistrez-le en .csv."
        )
    return feuilles


def _lire_elements(sortie: Iterable[bytes], feuilles: list[FeuilleLue]) -> str:
    connus: dict[str, str] = {}  # « Alès » fifty thousand times is one text
    lire_json = json.JSONDecoder(object_hook=_objet).decode
    for texte in sortie:
        element = lire_json(texte.decode())
        if isinstance(element, list):
            feuilles[-1].lignes.extend(
                LigneLue(
                    numero, [connus.setdefault(c, c) if type(c) is str else c for c in cellules]
                )
                for numero, cellules in element
            )
        elif "refus" in element:
            return str(element["refus"])
        else:
            fusions = [
                (haut, gauche, bas, droite) for haut, gauche, bas, droite in element["fusions"]
            ]
            feuilles.append(FeuilleLue(element["feuille"], [], fusions))
    return ""


def _objet(objet: dict[str, str]) -> object:
    if "j" in objet:
        return datetime.date.fromisoformat(objet["j"])
    return CelluleIllisible(objet["i"]) if "i" in objet else objet


def _lire_csv(octets: bytes) -> list[LigneLue]:
    texte = _decoder(octets)
    separateur = _separateur(texte)
    lignes: list[LigneLue] = []
    total = 0
    try:
        enregistrements = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
        for numero, cellules in enumerate(enregistrements, start=1):
            if numero == 1 and [c.strip().lower() for c in cellules[:1]] == ["sep="]:
                continue
            total += len(cellules)
            if numero > LIGNES_MAX or total > CELLULES_MAX or len(cellules) > COLONNES_MAX:
                raise FichierRefuseError(
                    f"Le fichier est trop grand : {LIGNES_MAX} lignes, {COLONNES_MAX} colonnes et "
                    f"{CELLULES_MAX} cellules au plus. Partagez-le."
                )
            while cellules and not cellules[-1].strip():
                cellules.pop()
            if cellules:
                lignes.append(LigneLue(numero, [*cellules]))
    except csv.Error as erreur:
        raise FichierRefuseError(
            f"Le fichier n'est pas un csv lisible ({erreur}). {_ACCEPTES}"
        ) from None
    return lignes


def _decoder(octets: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with one, else Windows-1252."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        codages = ["utf-16"]
    else:
        codages = ["utf-8-sig", "cp1252"]
    for codage in codages:
        try:
            texte = octets.decode(codage)
        except UnicodeDecodeError:
            continue
        if "\0" not in texte:
            return texte
    raise FichierRefuseError(f"Ce fichier n'est pas du texte. {_ACCEPTES}")


def _separateur(texte: str) -> str:
    """The separator that cuts the first rows most evenly; « sep=; » on the first line decides."""
    premiere = texte[:5].lower()
    if premiere.startswith("sep=") and premiere[4:] in tuple(SEPARATEURS):
        return premiere[4:]

    def regularite(separateur: str) -> tuple[int, int]:
        tailles: Counter[int] = Counter()
        try:
            debut = io.StringIO(texte[:20_000], newline="")
            for rang, cellules in enumerate(csv.reader(debut, delimiter=separateur)):
                if rang == 60:
                    break
                tailles[len(cellules)] += len(cellules) > 1
        except csv.Error:
            return (0, 0)
        return max(((nombre, taille) for taille, nombre in tailles.items()), default=(0, 0))

    return max(SEPARATEURS, key=regularite)
