"""The Actions sheet of 50 000 rows over bare XlsxWriter writing of the same cells; ratio ≤ 1,3.

Bare: constant memory, the typed method of each cell, a format for numbers only, the cells already
in memory. So are ours for the ratio that is held to; what it comes to when ours reads its rows from
the database as it writes them stands beside. Best of each; time is the processor's, that other work
doesn't disturb. Memory is what the process peaks at above what it held idle, its report built; less
than 100 MiB.
"""

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bilan.document import ListeActions, Rapport

RACINE = Path(__file__).resolve().parent.parent
ACTIONS = 50_000
ANNEE = 2005
TOURS = 3
SEUIL = 1.3
SEUIL_MEMOIRE = 100

Cellules = list[list[str | float | None]]


def preparer(dossier: Path) -> None:
    """A database of its own, holding one large year."""
    sys.path.insert(0, str(RACINE))
    os.environ["DATABASE_URL"] = f"sqlite:///{dossier / 'xlsx.sqlite3'}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")
    # In other processes: the peak of this one is then what writing takes.
    for ordre in (["migrate"], ["generer", f"--actions={ACTIONS}", f"--exercices={ANNEE}"]):
        subprocess.run([sys.executable, RACINE / "manage.py", *ordre, "-v0"], check=True)
    import django

    django.setup()


def duree(travail: Callable[[], object]) -> float:
    gc.collect()
    debut = time.process_time()
    travail()
    return time.process_time() - debut


def memoire() -> float:
    """The peak of the process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def feuille_seule(rapport: "Rapport", liste: "ListeActions", sortie: Path) -> None:
    """Our Actions sheet, alone in its workbook."""
    from xlsxwriter import Workbook

    from bilan.rendus.xlsx import OPTIONS
    from bilan.rendus.xlsx.feuille import Atelier, Formats
    from bilan.rendus.xlsx.feuille_actions import ecrire_actions
    from bilan.tableaux import Tableau

    thematique = rapport.tableau("thematique")
    assert isinstance(thematique, Tableau)
    with Workbook(sortie, OPTIONS) as classeur:
        classeur.add_worksheet("Actions")
        ecrire_actions(Atelier(classeur, Formats(classeur), rapport), liste, thematique)


def relire(sortie: Path) -> Cellules:
    """The cells that we wrote, read back from the file."""
    from python_calamine import CalamineWorkbook

    feuille = CalamineWorkbook.from_path(str(sortie)).get_sheet_by_name("Actions")
    return [
        [None if c == "" else c if isinstance(c, str) else float(str(c)) for c in ligne]
        for ligne in feuille.to_python()
    ]


def ecrire_nu(cellules: Cellules, sortie: Path) -> None:
    from xlsxwriter import Workbook

    with Workbook(sortie, {"constant_memory": True}) as classeur:
        feuille, euros = classeur.add_worksheet(), classeur.add_format({"num_format": "#,##0 €"})
        mot, nombre = feuille.write_string, feuille.write_number
        for rang, ligne in enumerate(cellules):
            for colonne, valeur in enumerate(ligne):
                if isinstance(valeur, str):
                    mot(rang, colonne, valeur)
                elif valeur is not None:
                    nombre(rang, colonne, valeur, euros)


def en_memoire(liste: "ListeActions") -> "ListeActions":
    """The same list, its rows already read."""
    groupes = [replace(groupe, lignes=list(groupe.lignes)) for groupe in liste.groupes()]
    return replace(liste, groupes=lambda: groupes)


def mesurer(dossier: Path) -> bool:
    from bilan.document import ListeActions
    from bilan.rapport import etablir_rapport
    from bilan.rendus.xlsx import ecrire_xlsx

    rapport = etablir_rapport(ANNEE)
    liste = next(b for s in rapport.sections for b in s.blocs if isinstance(b, ListeActions))
    au_repos = memoire()
    entier = duree(lambda: ecrire_xlsx(rapport, dossier / "bilan.xlsx"))
    pris = memoire() - au_repos

    notre, nu = dossier / "notre.xlsx", dossier / "nu.xlsx"
    feuille_seule(rapport, liste, notre)
    cellules = relire(notre)
    lue = en_memoire(liste)
    tours = [
        (
            duree(lambda: feuille_seule(rapport, liste, notre)),
            duree(lambda: feuille_seule(rapport, lue, notre)),
            duree(lambda: ecrire_nu(cellules, nu)),
        )
        for _ in range(TOURS)
    ]
    lu, ecrit, sec = (min(durees) for durees in zip(*tours, strict=True))
    avec_lecture, ecriture = lu / sec, ecrit / sec
    print(
        f"feuille Actions de {liste.nombre} lignes / XlsxWriter nu : {ecriture:.2f} "
        f"(seuil {SEUIL} ; {avec_lecture:.2f} en lisant la base) ; "
        f"mémoire +{pris:.0f} Mio (seuil {SEUIL_MEMOIRE}) ; classeur entier {entier:.1f} s"
    )
    return ecriture > SEUIL or pris >= SEUIL_MEMOIRE


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporaire:
        preparer(Path(temporaire))
        sys.exit(mesurer(Path(temporaire)))
