"""From a file to rows: xlsx, xls, ods, csv, all read by a process of their own.

Nothing here knows Django nor the domain. A file that can't be taken raises FichierRefuseError, with
a sentence that says what to do.
"""

import datetime
import gc
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importation.extraction.bornes import SECONDES_MAX, Fusion, Remarque

OCTETS_MAX = 30 * 1024**2
_RACINE = Path(__file__).resolve().parent.parent
# The sheet that we add to the file given back: sent again, it isn't read.
RECAPITULATIF, ENTETE_RECAPITULATIF = "Vérification", "Gravité"


class FichierRefuseError(Exception):
    """The file can't be taken; the message says why and what to do, in French."""


@dataclass(frozen=True, slots=True)
class CelluleIllisible:
    """A cell that holds something whose value the file doesn't give: it isn't empty."""

    motif: str


@dataclass(frozen=True, slots=True)
class CelluleEnForme:
    """A cell that doesn't say plainly what it holds.

    ``affichee`` is what it shows: « 2.10 » for 2.1. ``reserve`` says why its value can't be an
    amount in euros, "" where it can.
    """

    valeur: "Cellule"
    affichee: str
    reserve: str = ""


Cellule = str | int | float | bool | datetime.date | CelluleIllisible | CelluleEnForme


@dataclass(frozen=True, slots=True)
class LigneLue:
    """A row: its number as the spreadsheet shows it, from 1, and its cells from column A."""

    numero: int
    cellules: list[Cellule]

    def cellule(self, rang: int) -> Cellule:
        """That of a column; empty beyond the last."""
        return self.cellules[rang] if rang < len(self.cellules) else ""


@dataclass(frozen=True, slots=True)
class FeuilleLue:
    """``fusions`` are its merged cells: only the first of each holds their value."""

    nom: str
    lignes: list[LigneLue]
    fusions: list[Fusion] = field(default_factory=list)
    remarques: list[Remarque] = field(default_factory=list)


def est_notre_recapitulatif(feuille: FeuilleLue) -> bool:
    premiere = feuille.lignes[0].cellules[:1] if feuille.lignes else []
    return feuille.nom.startswith(RECAPITULATIF) and premiere == [ENTETE_RECAPITULATIF]


@dataclass(frozen=True, slots=True)
class Classeur:
    nom: str
    empreinte: str  # SHA-256
    feuilles: list[FeuilleLue]


def verifier_le_poids(octets: int) -> None:
    """Raises FichierRefuseError where it is too much."""
    if octets > OCTETS_MAX:
        raise FichierRefuseError(
            f"Le fichier pèse {octets // 1024**2} Mo : {OCTETS_MAX // 1024**2} Mo au plus. "
            "Retirez les images ou partagez-le."
        )


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
        verifier_le_poids(chemin.stat().st_size)
        with chemin.open("rb") as fichier:
            empreinte = hashlib.file_digest(fichier, "sha256").hexdigest()
    except OSError as erreur:
        motif = "il n'existe pas" if isinstance(erreur, FileNotFoundError) else erreur.strerror
        raise FichierRefuseError(f"Le fichier {nom} ne peut pas être lu : {motif}.") from None
    feuilles = _extraire(chemin, nom)
    if not any(feuille.lignes for feuille in feuilles):
        raise FichierRefuseError("Le fichier est vide : aucune cellule n'est remplie.")
    return Classeur(nom, empreinte, feuilles)


def ouvrir(
    module: str, *arguments: str, entree: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start one of our modules on a file that someone sent: it dies alone, sets its own limits and
    knows nothing of our secrets; what it prints is to be read.
    """
    # Our own module on a file that the caller stored: no shell.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-sP", "-m", module, *arguments],
        env={"PYTHONPATH": str(_RACINE)},
        stdin=entree,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _extraire(chemin: Path, nom: str) -> list[FeuilleLue]:
    """Rows from the reading process, which may die of a hostile file without taking us along."""
    feuilles: list[FeuilleLue] = []
    with ouvrir("importation.extraction", str(chemin.resolve()), nom) as processus:
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
            "Le fichier est abîmé ou démesuré une fois ouvert : recopiez les valeurs utiles dans "
            "un classeur neuf, ou enregistrez-le en .csv."
        )
    return feuilles


def _lire_elements(sortie: Iterable[bytes], feuilles: list[FeuilleLue]) -> str:
    connus: dict[str, str] = {}  # « Alès » fifty thousand times is one text
    lire_json = json.JSONDecoder(object_hook=_objet).decode
    for texte in sortie:
        if not texte.endswith(b"\n"):
            break  # it died there: its return code says so
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
        elif "remarques" in element:
            feuilles[-1].remarques.extend(Remarque(*dite) for dite in element["remarques"])
        else:
            fusions = [
                (haut, gauche, bas, droite) for haut, gauche, bas, droite in element["fusions"]
            ]
            feuilles.append(FeuilleLue(element["feuille"], [], fusions))
    return ""


def _objet(objet: dict[str, Any]) -> object:
    if "v" in objet:
        return CelluleEnForme(objet["v"], objet["t"], objet["u"])
    if "j" in objet:
        return datetime.date.fromisoformat(objet["j"])
    return CelluleIllisible(objet["i"]) if "i" in objet else objet
