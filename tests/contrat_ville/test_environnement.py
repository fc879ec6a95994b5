"""Whoever starts the application in a wrong environment reads one French sentence, no traceback.

That ``manage.py`` and the server say the sentence and stop is seen in real processes. Which wrong
setting gives which sentence is seen by reading the settings anew in this one: a second less each.
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from contrat_ville.environnement import EnvironnementInvalideError
from tests.sauvegarde.installation import SERVEUR, postgresql_absent

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


REGLAGES = {"PRODUCTION": "0", "DEBUG": "0", "SECRET_KEY": CLE, "ALLOWED_HOSTS": "127.0.0.1"}


def manage(*commande: str, **environnement: str) -> tuple[int, str, str]:
    """Run ``manage.py`` as a person would; return its exit code, its output and its complaints."""
    # The browser's tests set it for their own process; in production it is an error.
    ici = {nom: mot for nom, mot in os.environ.items() if nom != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    fini = subprocess.run(
        [sys.executable, "manage.py", *commande],
        cwd=RACINE,
        env=ici | REGLAGES | environnement,
        capture_output=True,
        text=True,
        check=False,
    )
    return fini.returncode, fini.stdout, fini.stderr


def lire_reglages(monkeypatch: pytest.MonkeyPatch, **environnement: str) -> dict[str, Any]:
    """What the settings of a process with this environment would be."""
    for nom, valeur in (REGLAGES | environnement).items():
        monkeypatch.setenv(nom, valeur)
    return runpy.run_path(str(RACINE / "contrat_ville" / "settings.py"))


def refus(monkeypatch: pytest.MonkeyPatch, **environnement: str) -> str:
    """The sentence that refuses this environment."""
    with pytest.raises(EnvironnementInvalideError) as refuse:
        lire_reglages(monkeypatch, **environnement)
    return str(refuse.value)


@pytest.mark.parametrize(
    "url",
    ["", "mysql://ville@127.0.0.1/contrat", "postgres://ville@127.0.0.1:5432/"],
)
def test_une_database_url_qui_ne_nomme_aucune_base_a_nous(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert refus(monkeypatch, DATABASE_URL=url) == DATABASE_URL_INCORRECTE


def test_une_commande_dit_la_phrase_et_s_arrete() -> None:
    assert manage("migrate", DATABASE_URL="n'importe quoi") == (
        2,
        "",
        f"{DATABASE_URL_INCORRECTE}\n",
    )


def test_un_postgresql_qui_ne_repond_pas() -> None:
    code, sortie, plainte = manage(
        "showmigrations", DATABASE_URL="postgres://ville:secret@127.0.0.1:1/contrat"
    )

    assert (code, sortie) == (2, "")
    assert plainte.startswith("La base de données ne répond pas (")
    assert plainte.endswith(") : vérifiez DATABASE_URL et que le serveur PostgreSQL est démarré.\n")
    assert plainte.count("\n") == 1
    assert "secret" not in plainte


@pytest.mark.parametrize("dossier", ["/dev/null/x", "/proc/x"])
def test_un_dossier_qui_ne_peut_pas_etre_cree(
    monkeypatch: pytest.MonkeyPatch, dossier: str
) -> None:
    assert refus(monkeypatch, DATABASE_URL=f"sqlite:///{dossier}/base.sqlite3") == (
        f"Le dossier {dossier} ne peut pas être créé : corrigez ses droits ou indiquez "
        "une autre base par DATABASE_URL."
    )


def test_un_fichier_qui_ne_peut_se_faire_dans_son_dossier() -> None:
    code, sortie, plainte = manage("showmigrations", DATABASE_URL="sqlite:////proc/base.sqlite3")

    assert (code, sortie, plainte.count("\n")) == (2, "", 1)
    assert plainte.startswith(("La base SQLite ne peut pas être ouverte", "Pas de droit d'écrit"))


def test_un_fichier_qui_n_est_pas_une_base(tmp_path: Path) -> None:
    fichier = tmp_path / "bilan.pdf"
    fichier.write_text("%PDF-1.7, et rien d'une base de données" * 20)

    assert manage("migrate", DATABASE_URL=f"sqlite:///{fichier}") == (
        2,
        "",
        "La base SQLite ne peut pas être ouverte, lue ou écrite (file is not a database) : "
        "vérifiez DATABASE_URL, les droits du dossier et la place sur le disque.\n",
    )


def test_une_base_sans_ses_tables(tmp_path: Path) -> None:
    assert manage("creer_demo", DATABASE_URL=f"sqlite:///{tmp_path / 'base.sqlite3'}") == (
        2,
        "",
        f"{BASE_PAS_A_JOUR}\n",
    )


def test_un_postgresql_sans_ses_tables() -> None:
    absence = postgresql_absent()
    if absence is not None:
        pytest.skip(absence)
    url = urlunsplit(urlsplit(SERVEUR)._replace(path="/postgres"))

    assert manage("creer_demo", DATABASE_URL=url) == (2, "", f"{BASE_PAS_A_JOUR}\n")


@pytest.mark.parametrize("cle", ["", "courte", "a" * 60])
def test_une_cle_secrete_faible_en_production(monkeypatch: pytest.MonkeyPatch, cle: str) -> None:
    assert refus(monkeypatch, PRODUCTION="1", SECRET_KEY=cle) == SECRET_KEY_FAIBLE


def test_la_production_sans_les_noms_qu_elle_sert(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refus(monkeypatch, PRODUCTION="1", ALLOWED_HOSTS="") == (
        "ALLOWED_HOSTS manque : donnez les noms de domaine servis, séparés par des virgules."
    )


def test_debug_en_production(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refus(monkeypatch, PRODUCTION="1", DEBUG="1") == (
        "DEBUG et PRODUCTION ne peuvent pas être actifs ensemble."
    )


def test_un_environnement_juste() -> None:
    code, _, plainte = manage("check", DATABASE_URL="sqlite://:memory:")

    assert (code, plainte) == (0, "")


@pytest.mark.parametrize("mot", ["oui", "OUI", "1", "true", "vrai", "on", "yes"])
def test_la_production_en_est_une_dans_tous_les_mots_du_oui(
    monkeypatch: pytest.MonkeyPatch, mot: str
) -> None:
    assert lire_reglages(monkeypatch, PRODUCTION=mot)["PRODUCTION"] is True


@pytest.mark.parametrize(
    ("reglage", "plainte"),
    [
        ({"PRODUCTION": "peut-être"}, "PRODUCTION=peut-être n'est ni « oui » ni « non »."),
        ({"MANDATAIRES": "un"}, "MANDATAIRES=un n'est pas un nombre entier."),
        (
            {"OIDC_URL": "https://sso.example"},
            "OIDC_URL, OIDC_CLIENT, OIDC_SECRET vont ensemble : donnez les trois, ou aucun.",
        ),
        (
            {"OIDC_URL": "http://sso.example", "OIDC_CLIENT": "c", "OIDC_SECRET": "s"},
            "OIDC_URL=http://sso.example n'est pas une adresse « https://… ».",
        ),
    ],
)
def test_un_reglage_qui_ne_veut_rien_dire_est_refuse(
    monkeypatch: pytest.MonkeyPatch, reglage: dict[str, str], plainte: str
) -> None:
    assert refus(monkeypatch, **reglage) == plainte


def test_les_reglages_de_production_passent_l_examen_de_django() -> None:
    code, _, dit = manage(
        "check", "--deploy", "--fail-level", "WARNING", PRODUCTION="oui", ALLOWED_HOSTS="ville.fr"
    )

    assert (code, dit) == (0, "")


def test_le_serveur_dit_la_phrase_une_fois_et_s_arrete() -> None:
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
