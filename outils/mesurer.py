"""Play every measure of ``benchmarks/`` and write one table: « make bench ».

On SQLite; those that read a large database, on PostgreSQL too where MESURES_DATABASE_URL gives one.

Each script says its ratios and their thresholds, and exits with 0 where all hold, with NON_MESURE
where what it needs isn't there.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
MESURES = RACINE / "benchmarks"
# What the scripts share, and what one of them serves.
COMMUNS = {"base.py", "charge_serveur.py"}
NON_MESURE = 70
POSTGRESQL = "MESURES_DATABASE_URL"
SUR_GRANDE_BASE = ("independance.py", "pages.py", "rapport_sql.py")
AVEC_ARGUMENTS: dict[str, tuple[list[str], ...]] = {"rapport_sql.py": ([], ["million"])}


def main() -> int:
    lignes = []
    for script in sorted(MESURES.glob("*.py")):
        if script.name in COMMUNS:
            continue
        for arguments in AVEC_ARGUMENTS.get(script.name, ([],)):
            lignes.append(_jouer(script, arguments))
            if script.name in SUR_GRANDE_BASE and os.environ.get(POSTGRESQL):
                lignes.append(_jouer(script, arguments, postgresql=True))
    print("\n".join(["", "| mesure | résultat | tenue |", "| --- | --- | --- |", *lignes]))
    return int(any(ligne.endswith("| non |") for ligne in lignes))


def _jouer(script: Path, arguments: list[str], *, postgresql: bool = False) -> str:
    """Run one script, its output shown as it comes and kept for the table."""
    nom = " ".join([script.stem, *arguments, *(["PostgreSQL"] if postgresql else [])])
    environnement = dict(os.environ)
    if script.name in SUR_GRANDE_BASE and not postgresql:
        environnement.pop(POSTGRESQL, None)
    print(f"── {nom}", flush=True)
    debut = time.monotonic()
    sortie = []
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{script.stem}", *arguments],
        cwd=RACINE,
        env=environnement,
        stdout=subprocess.PIPE,
        text=True,
    ) as travail:
        for ligne in travail.stdout or ():
            print(ligne, end="", flush=True)
            sortie.append(ligne.strip())
    print(f"   {time.monotonic() - debut:.0f} s", flush=True)
    tenue = {0: "oui", NON_MESURE: "non mesuré"}.get(travail.returncode, "non")
    return f"| {nom} | {'<br>'.join(filter(None, sortie))} | {tenue} |"


if __name__ == "__main__":
    sys.exit(main())
