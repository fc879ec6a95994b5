"""The rows of a workbook's visible sheets, and what must be said of them."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, SheetVisibleEnum, load_workbook

from importation.extraction.bornes import (
    ACCEPTES,
    CELLULES_MAX,
    COLONNES_MAX,
    LIGNES_MAX,
    OCTETS_DEPLIES_MAX,
    Feuille,
    RefusError,
    Remarque,
)
from importation.extraction.formats import Format, LigneMarquee
from importation.extraction.ods import Ods
from importation.extraction.xls import Xls
from importation.extraction.xlsx import Xlsx


def lire_classeur(chemin: Path) -> Iterator[Feuille]:
    """The visible sheets of a workbook. Raises RefusError, PasswordError, CalamineError."""
    with ExitStack() as pile:
        releve = _relever(chemin, pile)
        classeur = load_workbook(chemin)
        cellules = 0
        for rang, meta in enumerate(classeur.sheets_metadata):
            if meta.visible != SheetVisibleEnum.Visible:
                continue
            feuille = classeur.get_sheet_by_index(rang)
            if isinstance(releve, Ods):
                fusions = releve.fusions(meta.name)
            else:
                fusions = [
                    (haut + 1, gauche, min(bas + 1, LIGNES_MAX), droite)
                    for (haut, gauche), (bas, droite) in feuille.merged_cell_ranges or ()
                ]
            cellules += feuille.height * feuille.width
            cellules += sum(max(bas - haut, 0) for haut, _, bas, _ in fusions)
            _verifier_taille(meta.name, feuille.total_height, feuille.width, cellules)
            remarques: list[Remarque] = []
            lignes = _lignes(feuille, iter(releve.marques(meta.name)), remarques)
            yield Feuille(meta.name, lignes, fusions, remarques)


def _relever(chemin: Path, pile: ExitStack) -> Xlsx | Ods | Xls:
    """What the parser doesn't say, by the kind of workbook."""
    if not zipfile.is_zipfile(chemin):
        return Xls(chemin)
    archive = pile.enter_context(zipfile.ZipFile(chemin))
    return Ods(archive) if "content.xml" in _verifier_archive(archive) else Xlsx(archive)


def _lignes(
    feuille: CalamineSheet, marques: Iterator[LigneMarquee], remarques: list[Remarque]
) -> Iterator[tuple[int, list[Any]]]:
    """The rows that aren't blank; those that were hidden are said in ``remarques``."""
    marge = feuille.start[1] if feuille.start else 0
    sans_fin = LigneMarquee(LIGNES_MAX + 1)
    marquee = next(marques, sans_fin)
    masquees: list[int] = []
    for numero, ligne in enumerate(feuille.iter_rows(), start=1):
        valeurs: list[Any] = [""] * marge + ligne if marge else ligne
        if numero == marquee.numero:
            _marquer(valeurs, marquee)
        while valeurs and valeurs[-1] == "":
            valeurs.pop()
        if valeurs:
            yield numero, valeurs
        if numero == marquee.numero:
            if marquee.masquee and valeurs:
                masquees.append(numero)
            marquee = next(marques, sans_fin)
    if masquees:
        remarques.append(Remarque(masquees[0], "", _phrase_des_masquees(masquees)))


def _marquer(valeurs: list[Any], marquee: LigneMarquee) -> None:
    """Put what there is to say of its cells into a row."""
    for colonne, marque in marquee.cellules.items():
        if not isinstance(marque, Format):
            valeurs += [""] * (colonne + 1 - len(valeurs))
            valeurs[colonne] = {"i": marque}
        elif colonne < len(valeurs) and type(valeurs[colonne]) in (int, float):
            nombre, texte = valeurs[colonne], marque.texte(valeurs[colonne])
            if marque.unite:
                texte = texte.replace(".", ",")  # a figure to read, no longer a code
            if marque.unite or texte != str(nombre):
                valeurs[colonne] = {"v": nombre, "t": texte, "u": marque.unite}


def _phrase_des_masquees(lignes: list[int]) -> str:
    if len(lignes) == 1:
        return "1 ligne masquée, importée comme les autres."
    montrees = ", ".join(map(str, lignes[:10])) + ("…" if len(lignes) > 10 else "")
    return f"{len(lignes)} lignes masquées, importées comme les autres : {montrees}."


def _verifier_archive(archive: zipfile.ZipFile) -> set[str]:
    """Refuse, from the archive's directory alone, what would unpack too big or isn't a workbook."""
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
    return noms


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
