"""Everything that a change must pass, in one run; the exit code is 1 when anything failed.

``verifier.py code`` checks the code without running it. ``tests`` plays all tests on SQLite, then
on PostgreSQL those whose answer may depend on the database. ``epreuves`` plays the long drills on
both, then all tests on PostgreSQL. What could not be played is said on the last lines; with
EXIGER_POSTGRESQL=1 or EXIGER_NAVIGATEUR=1, that is a failure.
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
TESTS = [*PYTEST, "loadfile", "--no-loadscope-reorder"]
EPREUVES = [*PYTEST, "load", "-m", "epreuve"]
# What only shows in a browser doesn't depend on the database: played once, on SQLite.
SUR_POSTGRESQL = [*TESTS, "-m", "not epreuve and not navigateur"]

# The tests to which the database only lends rows: what they look at is drawn, laid out, read from a
# file or from the environment. ``make test`` plays them on SQLite only. A new test is played on
# both; one that says a word of SQL, of a transaction or of a trigger may not be named here
# (``tests/outils/test_verifier.py``).
SANS_SQL = [
    # Drawings and files: the figures that they print are those of test_tableaux and test_pages.
    "tests/bilan/test_dessin.py",
    "tests/bilan/test_formats.py",
    "tests/bilan/test_graphiques.py",
    "tests/bilan/test_pdf.py",
    "tests/bilan/test_xlsx.py",
    "tests/bilan/test_xlsx_libreoffice.py",
    # Every cell, then every figure of every page, and the list behind it: on PostgreSQL the same
    # is asked of all pages for an account that sees one commune.
    "tests/bilan/test_liens.py",
    "tests/consultation/test_chiffres_menent_aux_actions.py::test_chaque_chiffre",
    # Who may what is decided in Python, before any row is read.
    "tests/comptes/test_acces.py",
    "tests/comptes/test_roles.py",
    # Settings, log and start of a process.
    "tests/contrat_ville/test_environnement.py",
    "tests/contrat_ville/test_journalisation.py",
    "tests/contrat_ville/test_reglages.py",
    # Files of people, read before anything is written; the 2004 document; the source itself.
    "tests/importation/test_annotation.py",
    "tests/importation/test_hasard.py",
    "tests/importation/test_tableurs_au_hasard.py",
    "tests/importation/test_lecture.py",
    "tests/importation/test_rubriques.py",
    "tests/importation/test_valeurs.py",
    "tests/sauvegarde/test_archive.py",
    "tests/fixtures/",
    "tests/test_gabarits.py",
    "tests/test_maison.py",
    # Texts of people, escaped by templates and writers.
    "tests/securite/test_formules.py",
    "tests/securite/test_scripts.py",
]
A_JOUER = {
    "tests": [
        ("tests sur SQLite", TESTS),
        ("tests sur PostgreSQL", [*SUR_POSTGRESQL, *(f"--deselect={nom}" for nom in SANS_SQL)]),
    ],
    "epreuves": [
        ("épreuves sur SQLite", EPREUVES),
        ("épreuves sur PostgreSQL", EPREUVES),
        ("tous les tests sur PostgreSQL", SUR_POSTGRESQL),
    ],
}


def main(demandes: list[str]) -> int:
    """Play what is asked for, all of it even after a failure; return the exit code."""
    echecs: list[str] = []
    if "code" in demandes:
        echecs += [nom for nom, commande in CODE.items() if not _passe(nom, commande, _sqlite())]
    etapes = [etape for jeu in A_JOUER if jeu in demandes for etape in A_JOUER[jeu]]
    absence = _postgresql_absent() if etapes else None
    if absence:
        etapes = [(nom, commande) for nom, commande in etapes if nom.endswith("SQLite")]
    for nom, commande in etapes:
        environnement = _sqlite() if nom.endswith("SQLite") else _postgresql()
        if not _passe(nom, commande, environnement):
            echecs.append(nom)
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
