"""Whoever starts the application in a wrong environment reads one French sentence, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

RACINE = Path(__file__).resolve().parents[2]
CLE = "une-cle-de-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"
DATABASE_URL_INCORRECTE = (
    "DATABASE_URL est incorrecte. Attendu : « sqlite:////chemin/absolu/base.sqlite3 » ou "
    "« postgres://nom:motdepasse@hote:5432/base »."
)
BASE_PAS_A_JOUR = (
    "La base n'est pas à jour : lancez « python manage.py migrate », puis recommencez."
)
SECRET_KEY_FAIBLE = (
    "SECRET_KEY manque ou est trop faible : donnez-lui au moins 50 caractères aléatoires, "
    "par exemple avec « python -c 'import secrets; print(secrets.token_urlsafe(50))' »."
)


def manage(*commande: str, **environnement: str) -> tuple[int, str, str]:
    """Run ``manage.py`` as a person would; return its exit code, its output and its complaints."""
    reglages = {"PRODUCTION": "0", "DEBUG": "0", "SECRET_KEY": CLE, "ALLOWED_HOSTS": "127.0.0.1"}
    # The browser's tests set it for their own process; in production it is an error.
    ici = {nom: mot for nom, mot in os.environ.items() if nom != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    fini = subprocess.run(
        [sys.executable, "manage.py", *commande],
        cwd=RACINE,
        env=ici | reglages | environnement,
        capture_output=True,
        text=True,
        check=False,
    )
    return fini.returncode, fini.stdout, fini.stderr


@pytest.mark.parametrize(
    "url",
    ["n'importe quoi", "", "mysql://ville@127.0.0.1/contrat", "postgres://ville@127.0.0.1:5432/"],
)
def test_a_database_url_that_names_no_database_of_ours(url: str) -> None:
    assert manage("migrate", DATABASE_URL=url) == (2, "", f"{DATABASE_URL_INCORRECTE}\n")


def test_a_postgresql_that_does_not_answer() -> None:
    code, sortie, plainte = manage(
        "showmigrations", DATABASE_URL="postgres://ville:secret@127.0.0.1:1/contrat"
    )

    assert (code, sortie) == (2, "")
    assert plainte.startswith("La base de données ne répond pas (")
    assert plainte.endswith(") : vérifiez DATABASE_URL et que le serveur PostgreSQL est démarré.\n")
    assert plainte.count("\n") == 1
    assert "secret" not in plainte


@pytest.mark.parametrize("dossier", ["/dev/null/x", "/proc/x"])
def test_a_folder_that_cannot_be_made(dossier: str) -> None:
    assert manage("migrate", DATABASE_URL=f"sqlite:///{dossier}/base.sqlite3") == (
        2,
        "",
        f"Le dossier {dossier} ne peut pas être créé : corrigez ses droits ou indiquez "
        "une autre base par DATABASE_URL.\n",
    )


def test_a_file_that_cannot_be_made_in_its_folder() -> None:
    code, sortie, plainte = manage("showmigrations", DATABASE_URL="sqlite:////proc/base.sqlite3")

    assert (code, sortie, plainte.count("\n")) == (2, "", 1)
    assert plainte.startswith(("La base SQLite ne peut pas être ouverte", "Pas de droit d'écrit"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    fichier = tmp_path / "bilan.pdf"
    fichier.write_text("%PDF-1.7, et rien d'une base de données" * 20)

    assert manage("migrate", DATABASE_URL=f"sqlite:///{fichier}") == (
        2,
        "",
        "La base SQLite ne peut pas être ouverte, lue ou écrite (file is not a database) : "
        "vérifiez DATABASE_URL, les droits du dossier et la place sur le disque.\n",
    )


def test_a_database_without_its_tables(tmp_path: Path) -> None:
    assert manage("creer_demo", DATABASE_URL=f"sqlite:///{tmp_path / 'base.sqlite3'}") == (
        2,
        "",
        f"{BASE_PAS_A_JOUR}\n",
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plays on PostgreSQL")
def test_a_postgresql_without_its_tables() -> None:
    reglages = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/postgres".format(**reglages)

    assert manage("creer_demo", DATABASE_URL=url) == (2, "", f"{BASE_PAS_A_JOUR}\n")


@pytest.mark.parametrize("cle", ["", "courte", "a" * 60])
def test_a_weak_secret_key_in_production(cle: str) -> None:
    assert manage("check", PRODUCTION="1", SECRET_KEY=cle) == (2, "", f"{SECRET_KEY_FAIBLE}\n")


def test_production_without_the_names_it_serves() -> None:
    assert manage("check", PRODUCTION="1", ALLOWED_HOSTS="") == (
        2,
        "",
        "ALLOWED_HOSTS manque : donnez les noms de domaine servis, séparés par des virgules.\n",
    )


def test_debug_in_production() -> None:
    assert manage("check", PRODUCTION="1", DEBUG="1") == (
        2,
        "",
        "DEBUG et PRODUCTION ne peuvent pas être actifs ensemble.\n",
    )


def test_a_right_environment() -> None:
    code, _, plainte = manage("check", DATABASE_URL="sqlite://:memory:")

    assert (code, plainte) == (0, "")


@pytest.mark.parametrize("mot", ["oui", "OUI", "1", "true", "vrai", "on", "yes"])
def test_production_is_production_in_any_word_for_yes(mot: str) -> None:
    code, sortie, _ = manage(
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings; print(settings.PRODUCTION)",
        PRODUCTION=mot,
    )

    assert (code, sortie) == (0, "True\n")


@pytest.mark.parametrize(
    ("reglage", "plainte"),
    [
        ({"PRODUCTION": "peut-être"}, "PRODUCTION=peut-être n'est ni « oui » ni « non ».\n"),
        ({"MANDATAIRES": "un"}, "MANDATAIRES=un n'est pas un nombre entier.\n"),
        (
            {"OIDC_URL": "https://sso.example"},
            "OIDC_URL, OIDC_CLIENT, OIDC_SECRET vont ensemble : donnez les trois, ou aucun.\n",
        ),
        (
            {"OIDC_URL": "http://sso.example", "OIDC_CLIENT": "c", "OIDC_SECRET": "s"},
            "OIDC_URL=http://sso.example n'est pas une adresse « https://… ».\n",
        ),
    ],
)
def test_a_setting_that_means_nothing_is_refused(reglage: dict[str, str], plainte: str) -> None:
    assert manage("check", **reglage) == (2, "", plainte)


def test_the_production_settings_pass_django_s_own_examination() -> None:
    code, _, dit = manage(
        "check", "--deploy", "--fail-level", "WARNING", PRODUCTION="oui", ALLOWED_HOSTS="ville.fr"
    )

    assert (code, dit) == (0, "")


def test_the_server_says_the_sentence_once_and_stops() -> None:
    fini = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "deploiement/gunicorn.py",
         "contrat_ville.wsgi"],
        cwd=RACINE,
        env=os.environ | {"PRODUCTION": "oui", "SECRET_KEY": "court", "ALLOWED_HOSTS": "ville.fr"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip

    assert (fini.returncode, fini.stderr) == (3, f"{SECRET_KEY_FAIBLE}\n")
