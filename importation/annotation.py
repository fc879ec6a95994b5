"""The file given back: its cells coloured, each with what is wrong and what would be right.

A small .xlsx is the sender's own, formats and formulas kept. Anything else is written anew from
its values: an .xls, .ods or .csv can't be annotated, and a large workbook would cost too much.
"""

import datetime
import io
import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from subprocess import PIPE, TimeoutExpired
from typing import Any

import xlsxwriter

from importation.lecture import Cellule, Classeur, est_notre_recapitulatif, ouvrir
from importation.original import (
    AUTEUR,
    ENTETES,
    JAUNE,
    LARGEURS,
    ROUGE,
    SECONDES_MAX,
    Notes,
    Remarques,
    nom_libre,
)
from importation.valeurs import en_texte, valeur_de
from importation.verification import Verification
from listes.classeurs import texte

COMMENTAIRES_MAX = 5_000
CARACTERES_MAX = 5_000_000  # openpyxl goes over each text many times


def annoter(chemin: Path, classeur: Classeur, verification: Verification) -> bytes:
    """An .xlsx with every problem at its place, and all of them, and the changes, in one sheet."""
    notes = _placer(verification)
    recapitulatif = [
        tuple(_lisible(valeur) if isinstance(valeur, str) else valeur for valeur in ligne)
        for ligne in _recapituler(verification)
    ]
    caracteres = sum(
        len(cellule)
        for feuille in classeur.feuilles
        for ligne in feuille.lignes
        for cellule in ligne.cellules
        if type(cellule) is str
    )
    octets = b""
    if caracteres <= CARACTERES_MAX:
        octets = _annoter_l_original(chemin, {"notes": notes, "recapitulatif": recapitulatif})
    return octets or _recopier(classeur, notes, recapitulatif)


def _annoter_l_original(chemin: Path, remarques: Remarques) -> bytes:
    """The sender's own workbook; nothing where it isn't a small .xlsx, or costs too much."""
    with ouvrir("importation.original", str(chemin.resolve()), entree=PIPE) as processus:
        try:
            octets, _ = processus.communicate(json.dumps(remarques).encode(), SECONDES_MAX)
        except TimeoutExpired:
            processus.kill()
            return b""
    return b"" if processus.returncode else octets


def _lisible(lu: str) -> str:
    """What a workbook can hold of it; what a cell can't show is replaced, not left out."""
    if not lu.isprintable():
        lu = "".join(c if _imprimable(c) else "�" for c in lu)
    return texte(lu)


def _imprimable(lettre: str) -> bool:
    return lettre in "\n\t" or unicodedata.category(lettre) not in ("Cc", "Cs", "Cn", "Co")


def _placer(verification: Verification) -> Notes:
    """Each problem's cell: under its heading where there is one, else the row's first."""
    notes: dict[str, dict[tuple[int, int], list[str]]] = {}
    graves: set[tuple[str, int, int]] = set()
    dits = (verification.erreurs, verification.avertissements, verification.corrections)
    problemes = list(chain(*dits))[:COMMENTAIRES_MAX]
    for rang, probleme in enumerate(problemes):
        rangs = verification.rangs.get(probleme.feuille)
        if rangs is None or not probleme.ligne:
            continue
        colonne = rangs.get(probleme.colonne, 0) + 1
        cases = notes.setdefault(probleme.feuille, defaultdict(list))
        cases[probleme.ligne, colonne].append(_lisible(probleme.message))
        if rang < len(verification.erreurs):
            graves.add((probleme.feuille, probleme.ligne, colonne))
    return {
        feuille: [
            (ligne, colonne, "\n".join(dites), (feuille, ligne, colonne) in graves)
            for (ligne, colonne), dites in cases.items()
        ]
        for feuille, cases in notes.items()
    }


def _recapituler(verification: Verification) -> Iterable[tuple[str | int, ...]]:
    for gravite, problemes in (
        ("Erreur", verification.erreurs),
        ("Avertissement", verification.avertissements),
        ("Correction", verification.corrections),
    ):
        for p in problemes:
            yield (gravite, p.feuille, p.ligne or "", p.colonne, p.valeur, p.message)
    for action in verification.plan.modifiees:
        for changement in action.changements:
            yield (
                "Modification",
                action.feuille,
                action.lignes[0],
                changement.rubrique,
                changement.apres,
                f"{changement.avant} → {changement.apres}",
            )
    for action in verification.plan.creees:
        yield ("Création", action.feuille, action.lignes[0], "", action.apres.intitule, "")


def _recopier(
    classeur: Classeur, notes: Notes, recapitulatif: list[tuple[str | int, ...]]
) -> bytes:
    sortie = io.BytesIO()
    neuf = xlsxwriter.Workbook(
        sortie,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    formats = {
        "jour": neuf.add_format({"num_format": "dd/mm/yyyy"}),
        "Erreur": neuf.add_format({"bg_color": f"#{ROUGE}"}),
        "Avertissement": neuf.add_format({"bg_color": f"#{JAUNE}"}),
    }
    noms: list[str] = []
    for feuille in classeur.feuilles:
        if est_notre_recapitulatif(feuille):
            continue
        noms.append(_nom_de_feuille(feuille.nom, noms))
        page = neuf.add_worksheet(noms[-1])
        cases: dict[int, dict[int, tuple[str, bool]]] = defaultdict(dict)
        for ligne, colonne, dite, grave in notes.get(feuille.nom, ()):
            cases[ligne][colonne - 1] = dite, grave
        for ligne_lue in feuille.lignes:
            dites = cases.get(ligne_lue.numero, {})
            for rang in range(max(len(ligne_lue.cellules), *(r + 1 for r in dites), 0)):
                cellule = ligne_lue.cellule(rang)
                _ecrire(page, ligne_lue.numero - 1, rang, cellule, formats, dites.get(rang))
    page = neuf.add_worksheet(nom_libre(noms))
    page.freeze_panes(1, 0)
    for rang, largeur in enumerate(LARGEURS):
        page.set_column(rang, rang, largeur)
    for ligne, valeurs in enumerate((ENTETES, *recapitulatif)):
        for rang, valeur in enumerate(valeurs):
            page.write(ligne, rang, valeur)
    neuf.close()
    return sortie.getvalue()


def _ecrire(
    page: Any,
    ligne: int,
    rang: int,
    cellule: Cellule,
    formats: dict[str, Any],
    dite: tuple[str, bool] | None,
) -> None:
    style = formats["Erreur" if dite[1] else "Avertissement"] if dite else None
    cellule = valeur_de(cellule)
    if isinstance(cellule, bool):
        page.write_boolean(ligne, rang, cellule, style)
    elif isinstance(cellule, int | float) and abs(cellule) < 1e300:
        page.write_number(ligne, rang, cellule, style)
    elif isinstance(cellule, datetime.date) and cellule.year >= 1900:
        page.write_datetime(ligne, rang, cellule, style or formats["jour"])
    elif style is not None and cellule == "":
        page.write_blank(ligne, rang, None, style)
    elif cellule != "":
        page.write_string(ligne, rang, _lisible(en_texte(cellule)), style)
    if dite:
        page.write_comment(ligne, rang, dite[0], {"author": AUTEUR})


def _nom_de_feuille(nom: str, pris: list[str]) -> str:
    """A sheet's name as .xlsx allows them: 31 characters, seven of them forbidden."""
    permis = "".join(" " if c in "[]:*?/\\" or not c.isprintable() else c for c in nom)
    permis = permis.strip().strip("'")[:31] or "Feuille"
    deja = {p.lower() for p in pris}
    essai = permis
    for numero in range(2, len(pris) + 3):
        if essai.lower() not in deja and essai.lower() != "history":
            break
        essai = f"{permis[:27]} {numero}"
    return essai
