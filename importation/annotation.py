"""The file given back: its cells coloured, each with what is wrong and what would be right.

A small .xlsx is the sender's own, formats and formulas kept. Anything else is written anew from
its values: an .xls, .ods or .csv can't be annotated, and a large workbook would cost too much.
"""

import datetime
import io
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from importation.correspondance import (
    ENTETE_RECAPITULATIF,
    RECAPITULATIF,
    est_notre_recapitulatif,
)
from importation.lecture import Cellule, Classeur
from importation.lignes import Probleme
from importation.valeurs import en_texte, valeur_de
from importation.verification import Verification
from listes.classeurs import texte

ROUGE, JAUNE = "FFC7CE", "FFEB9C"
CELLULES_MAX = 200_000
COMMENTAIRES_MAX = 5_000
AUTEUR = "Contrat de ville"
_ENTETES = (ENTETE_RECAPITULATIF, "Feuille", "Ligne", "Colonne", "Valeur", "Message")

Notes = dict[str, dict[tuple[int, int], list[tuple[str, str]]]]  # sheet → (row, column) → notes


def annoter(chemin: Path, classeur: Classeur, verification: Verification) -> bytes:
    """An .xlsx with every problem at its place, and all of them, and the changes, in one sheet."""
    notes = _placer(verification)
    recapitulatif = [
        tuple(_lisible(valeur) if isinstance(valeur, str) else valeur for valeur in ligne)
        for ligne in _recapituler(verification)
    ]
    if _est_un_petit_xlsx(chemin, classeur):
        return _annoter_l_original(chemin, notes, recapitulatif)
    return _recopier(classeur, notes, recapitulatif)


def _lisible(lu: str) -> str:
    """What a workbook can hold of it; what a cell can't show is replaced, not left out."""
    if not lu.isprintable():
        lu = "".join(c if _imprimable(c) else "�" for c in lu)
    return texte(lu)


def _imprimable(lettre: str) -> bool:
    return lettre in "\n\t" or unicodedata.category(lettre) not in ("Cc", "Cs", "Cn", "Co")


def _est_un_petit_xlsx(chemin: Path, classeur: Classeur) -> bool:
    cellules = sum(len(ligne.cellules) for f in classeur.feuilles for ligne in f.lignes)
    if cellules > CELLULES_MAX or not zipfile.is_zipfile(chemin):
        return False
    with zipfile.ZipFile(chemin) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _placer(verification: Verification) -> Notes:
    """Each problem's cell: under its heading where there is one, else the row's first."""
    notes: Notes = {}
    graves = [("Erreur", probleme) for probleme in verification.erreurs]
    legers = [("Avertissement", probleme) for probleme in verification.avertissements]
    for gravite, probleme in (graves + legers)[:COMMENTAIRES_MAX]:
        rangs = verification.rangs.get(probleme.feuille)
        if rangs is None or not probleme.ligne:
            continue
        colonne = rangs.get(probleme.colonne, 0) + 1
        cases = notes.setdefault(probleme.feuille, defaultdict(list))
        cases[probleme.ligne, colonne].append((gravite, _lisible(probleme.message)))
    return notes


def _recapituler(verification: Verification) -> Iterable[tuple[str | int, ...]]:
    for gravite, problemes in (
        ("Erreur", verification.erreurs),
        ("Avertissement", verification.avertissements),
    ):
        for p in problemes:
            yield (gravite, *_lieu(p), p.message)
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


def _lieu(probleme: Probleme) -> tuple[str, str | int, str, str]:
    return probleme.feuille, probleme.ligne or "", probleme.colonne, probleme.valeur


def _annoter_l_original(
    chemin: Path, notes: Notes, recapitulatif: list[tuple[str | int, ...]]
) -> bytes:
    # keep_links: links to other workbooks aren't kept, nor followed; macros are left out.
    classeur = openpyxl.load_workbook(chemin, keep_links=False, keep_vba=False)
    _effacer_nos_remarques(classeur)
    for nom, cases in notes.items():
        for (ligne, colonne), remarques in cases.items():
            case: Any = classeur[nom].cell(ligne, colonne)
            if type(case).__name__ == "MergedCell":
                continue
            case.comment = Comment("\n".join(message for _, message in remarques), AUTEUR)
            grave = any(gravite == "Erreur" for gravite, _ in remarques)
            case.fill = PatternFill("solid", start_color=ROUGE if grave else JAUNE)
    feuille = classeur.create_sheet(_nom_libre(classeur.sheetnames))
    for valeurs in (_ENTETES, *recapitulatif):
        feuille.append(list(valeurs))
        for case in feuille[feuille.max_row]:
            if case.data_type == "f":
                case.data_type = "s"  # a text that begins with = isn't a formula
    for rang, largeur in enumerate((15, 20, 8, 25, 30, 90), start=1):
        feuille.column_dimensions[get_column_letter(rang)].width = largeur
    feuille.freeze_panes = "A2"
    sortie = io.BytesIO()
    classeur.save(sortie)
    return sortie.getvalue()


def _effacer_nos_remarques(classeur: Any) -> None:
    """A file sent again after correction carries what we said of it the last time."""
    for nom in classeur.sheetnames:
        feuille = classeur[nom]
        if nom.startswith(RECAPITULATIF) and feuille["A1"].value == _ENTETES[0]:
            del classeur[nom]
            continue
        for rangee in feuille.iter_rows():
            for case in rangee:
                if case.comment is not None and case.comment.author == AUTEUR:
                    case.comment, case.fill = None, PatternFill()


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
        cases = notes.get(feuille.nom, {})
        commentees: dict[int, set[int]] = defaultdict(set)
        for ligne, colonne in cases:
            commentees[ligne].add(colonne)
        for ligne_lue in feuille.lignes:
            largeur = max(len(ligne_lue.cellules), *commentees.get(ligne_lue.numero, {0}))
            for rang in range(largeur):
                remarques = cases.get((ligne_lue.numero, rang + 1), [])
                cellule = ligne_lue.cellules[rang] if rang < len(ligne_lue.cellules) else ""
                _ecrire(page, ligne_lue.numero - 1, rang, cellule, formats, remarques)
    page = neuf.add_worksheet(_nom_libre(noms))
    page.freeze_panes(1, 0)
    for rang, largeur in enumerate((15, 20, 8, 25, 30, 90)):
        page.set_column(rang, rang, largeur)
    for ligne, valeurs in enumerate((_ENTETES, *recapitulatif)):
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
    remarques: list[tuple[str, str]],
) -> None:
    gravites = {gravite for gravite, _ in remarques}
    style = next((formats[g] for g in ("Erreur", "Avertissement") if g in gravites), None)
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
    if remarques:
        page.write_comment(ligne, rang, "\n".join(m for _, m in remarques), {"author": AUTEUR})


def _nom_libre(noms: list[str]) -> str:
    """A name for our own sheet that the sender hasn't taken."""
    return next(
        nom
        for essai in range(len(noms) + 1)
        if (nom := f"{RECAPITULATIF} {essai + 1}" if essai else RECAPITULATIF).lower()
        not in {n.lower() for n in noms}
    )


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
