"""Play every measure of ``benchmarks/`` and write one table: « make bench ».

Each script says its ratios and their thresholds, and exits with 0 where all hold.
"""

import subprocess
import sys
import time
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
MESURES = RACINE / "benchmarks"
COMMUN = "base.py"
AVEC_ARGUMENTS: dict[str, tuple[list[str], ...]] = {"rapport_sql.py": ([], ["million"])}


def main() -> int:
    lignes = []
    for script in sorted(MESURES.glob("*.py")):
        if script.name == COMMUN:
            continue
        for arguments in AVEC_ARGUMENTS.get(script.name, ([],)):
            lignes.append(_jouer(script, arguments))
    print("\n".join(["", "| mesure | résultat | tenue |", "| --- | --- | --- |", *lignes]))
    return int(any(ligne.endswith("| non |") for ligne in lignes))


def _jouer(script: Path, arguments: list[str]) -> str:
    """Run one script, its output shown as it comes and kept for the table."""
    nom = " ".join([script.stem, *arguments])
    print(f"── {nom}", flush=True)
    debut = time.monotonic()
    sortie = []
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{script.stem}", *arguments],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
    ) as travail:
        for ligne in travail.stdout or ():
            print(ligne, end="", flush=True)
            sortie.append(ligne.strip())
    print(f"   {time.monotonic() - debut:.0f} s", flush=True)
    tenue = "oui" if travail.returncode == 0 else "non"
    return f"| {nom} | {'<br>'.join(filter(None, sortie))} | {tenue} |"


if __name__ == "__main__":
    sys.exit(main())
