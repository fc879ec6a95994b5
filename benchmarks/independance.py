"""One year of 50 000 actions costs the same alone and among twenty: the tables of the report, and
a page. Two processes, one for each database, work in turn; the ratio is the median of the pairs'.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable

from benchmarks.base import Releve, duree, ouvrir

ANNEE = 2014
TAILLES = {"seul": (50_000, range(ANNEE, ANNEE + 1)), "vingt": (1_000_000, range(2005, 2025))}
TRAVAUX = ("tableaux", "page")
PAIRES = 15


def travailler(taille: str) -> None:
    """Do the work that each line names, and answer with the seconds that it took."""
    ouvrir(*TAILLES[taille])
    from django.test import Client

    from bilan.exercices import etablir
    from comptes.models import Utilisateur

    compte, _ = Utilisateur.objects.get_or_create(username="mesures", is_superuser=True)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(compte)

    def page() -> None:
        assert client.get(f"/communes/?exercice={ANNEE}").status_code == 200

    travaux: dict[str, Callable[[], object]] = {"tableaux": lambda: etablir(ANNEE), "page": page}
    for ligne in sys.stdin:
        print(duree(travaux[ligne.strip()]), flush=True)


class Ouvrier:
    """A process that works on one of the databases."""

    def __init__(self, taille: str) -> None:
        self.processus = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.independance", taille],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def duree(self, travail: str) -> float:
        assert self.processus.stdin is not None
        assert self.processus.stdout is not None
        self.processus.stdin.write(f"{travail}\n")
        self.processus.stdin.flush()
        return float(self.processus.stdout.readline())

    def finir(self) -> None:
        self.processus.communicate()


def main() -> int:
    ouvriers = {taille: Ouvrier(taille) for taille in TAILLES}
    releve = Releve()
    for travail in TRAVAUX:
        for ouvrier in ouvriers.values():
            ouvrier.duree(travail)
        rapports = [
            ouvriers["vingt"].duree(travail) / ouvriers["seul"].duree(travail)
            for _ in range(PAIRES)
        ]
        releve.dire(f"{travail} d'un exercice parmi vingt / seul", statistics.median(rapports), 1.1)
    for ouvrier in ouvriers.values():
        ouvrier.finir()
    return releve.manques


if __name__ == "__main__":
    if sys.argv[1:]:
        travailler(sys.argv[1])
    else:
        sys.exit(main())
