"""Everything that a change must pass, in one run; the exit code is 1 when anything failed.

``verifier.py code`` checks the code without running it, ``tests`` plays the tests and ``epreuves``
the long drills, on SQLite then on PostgreSQL. What could not be played is said on the last lines;
with EXIGER_POSTGRESQL=1 or EXIGER_NAVIGATEUR=1, that is a failure.
"""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
OUTILS = Path(PYTHON).parent

CODE = {
    "ruff, règles": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "ruff, mise en forme": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "sens des imports": [PYTHON, str(OUTILS / "lint-imports"), "--no-cache"],
    "types": [PYTHON, "-m", "mypy", "."],
    "gabarits": [PYTHON, "-m", "djlint", "--lint", "--quiet", "--allow-empty-input", "."],
    "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
    "réglages": [PYTHON, "manage.py", "check", "--fail-level", "WARNING"],
}
PYTEST = [PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist"]
A_JOUER = {
    "tests": [*PYTEST, "loadfile", "--no-loadscope-reorder"],
    "epreuves": [*PYTEST, "load", "-m", "epreuve"],
}
# What only shows in a browser doesn't depend on the database: played once, on SQLite.
SANS_LE_NAVIGATEUR = {"tests": ["-m", "not epreuve and not navigateur"], "epreuves": []}


def main(demandes: list[str]) -> int:
    """Play what is asked for, all of it even after a failure; return the exit code."""
    echecs: list[str] = []
    if "code" in demandes:
        echecs += [nom for nom, commande in CODE.items() if not _passe(nom, commande, _sqlite())]
    jeux = [jeu for jeu in A_JOUER if jeu in demandes]
    absence = _postgresql_absent() if jeux else None
    for jeu in jeux:
        etapes = {f"{jeu} sur SQLite": (A_JOUER[jeu], _sqlite())}
        if absence is None:
            commande = [*A_JOUER[jeu], *SANS_LE_NAVIGATEUR[jeu]]
            etapes[f"{jeu} sur PostgreSQL"] = (commande, _postgresql())
        echecs += [nom for nom, etape in etapes.items() if not _passe(nom, *etape)]
    if absence and os.environ.get("EXIGER_POSTGRESQL") == "1":
        echecs.append("PostgreSQL, exigé et absent")
    print(f"ÉCHEC : {', '.join(echecs)}." if echecs else "Tout passe.", flush=True)
    if absence:
        print(
            f"Rien n'a été joué sur PostgreSQL ({absence}). Pour le faire : la même commande, avec "
            "TEST_DATABASE_URL=postgres://postgres@127.0.0.1:5432/contrat",
            flush=True,
        )
    return 1 if echecs else 0


def _passe(nom: str, commande: list[str], environnement: dict[str, str]) -> bool:
    """Run one step; its output is shown as it comes."""
    print(f"── {nom}", flush=True)
    debut = time.monotonic()
    code = subprocess.run(commande, cwd=RACINE, env=environnement, check=False).returncode
    if code:
        duree = time.monotonic() - debut
        print(f"   ÉCHEC de l'étape « {nom} » (code {code}, {duree:.0f} s).", flush=True)
    return code == 0


def _sqlite() -> dict[str, str]:
    """Our variables set to known values: neither the shell nor var/local.env weighs on a test."""
    reglages = {"PRODUCTION": "0", "DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1,localhost"}
    cle = {"SECRET_KEY": secrets.token_urlsafe(50)}
    return os.environ | reglages | cle | {"DATABASE_URL": "sqlite://:memory:"}


def _postgresql() -> dict[str, str]:
    return _sqlite() | {"DATABASE_URL": os.environ["TEST_DATABASE_URL"]}


def _postgresql_absent() -> str | None:
    """Why the tests can't be played on PostgreSQL, or None where they can."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        return "TEST_DATABASE_URL n'est pas donnée"
    import psycopg

    try:
        # The tests make their own database: only the server has to be there.
        psycopg.connect(url, dbname="postgres", connect_timeout=5).close()
    except psycopg.Error:
        return "TEST_DATABASE_URL ne désigne pas un serveur PostgreSQL qui réponde"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
