"""Two servers on one database: one person's session, one count of failures."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from django.db import connection

from comptes.models import Utilisateur

RACINE = Path(__file__).resolve().parents[2]
MOT_DE_PASSE = "un-mot-de-passe-assez-long"

pytestmark = pytest.mark.django_db(transaction=True)


def _base() -> str:
    """The test database, as DATABASE_URL names it."""
    r = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{r['NAME']}"
    mot = f":{r['PASSWORD']}" if r["PASSWORD"] else ""
    return f"postgres://{r['USER']}{mot}@{r['HOST']}:{r['PORT']}/{r['NAME']}"


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


@pytest.fixture
def serveurs(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two gunicorn of one worker each, with one key and one database, as two machines would be."""
    environnement = os.environ | {
        "DATABASE_URL": _base(),
        "SECRET_KEY": "deux-processus-0123456789-abcdefghijklmnopqrstuvwxyz-ABC",
        "PRODUCTION": "non",
        "MEDIA_ROOT": str(tmp_path),
        "PROCESSUS": "1",
    }
    adresses = [f"127.0.0.1:{_port_libre()}" for _ in range(2)]
    processus = [
        subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "deploiement/gunicorn.py",
             "contrat_ville.wsgi"],
            cwd=RACINE,
            env=environnement | {"ECOUTE": adresse},
        )
        for adresse in adresses
    ]  # fmt: skip
    try:
        for adresse in adresses:
            _attendre(f"http://{adresse}/sante/pret/")
        yield f"http://{adresses[0]}", f"http://{adresses[1]}"
    finally:
        for un in processus:
            un.terminate()
        for un in processus:
            un.wait(timeout=30)


def _attendre(adresse: str) -> None:
    limite = time.monotonic() + 60
    while True:
        try:
            build_opener().open(adresse, timeout=5)
            return
        except OSError:
            if time.monotonic() > limite:
                raise
            time.sleep(0.2)


def _navigateur() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor(CookieJar()))


def _connexion(navigateur: OpenerDirector, serveur: str, mot_de_passe: str) -> str:
    """Sign in as a browser does; return the page that follows."""
    page = navigateur.open(f"{serveur}/comptes/login/").read().decode()
    jeton = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert jeton is not None
    envoi = {"csrfmiddlewaretoken": jeton[1], "login": "camille", "password": mot_de_passe}
    reponse = navigateur.open(f"{serveur}/comptes/login/", urlencode(envoi).encode())
    return str(reponse.read().decode())


def test_une_session_servie_par_l_un_puis_par_l_autre(serveurs: tuple[str, str]) -> None:
    Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)
    camille = _navigateur()
    _connexion(camille, serveurs[0], MOT_DE_PASSE)

    for tour in range(6):
        page = camille.open(f"{serveurs[tour % 2]}/comptes/password/change/").read().decode()
        assert "camille" in page


def test_les_echecs_sont_comptes_par_les_deux_ensemble(serveurs: tuple[str, str]) -> None:
    Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)
    for essai in range(5):
        _connexion(_navigateur(), serveurs[essai % 2], "faux")

    pages = [_connexion(_navigateur(), serveur, MOT_DE_PASSE) for serveur in serveurs]

    assert all("Trop de tentatives" in page for page in pages)


def test_une_session_finie_sur_l_un_l_est_sur_l_autre(serveurs: tuple[str, str]) -> None:
    Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)
    camille = _navigateur()
    _connexion(camille, serveurs[0], MOT_DE_PASSE)
    Utilisateur.objects.update(is_active=False)

    try:
        arrivee = camille.open(f"{serveurs[1]}/comptes/password/change/").url
    except HTTPError as erreur:
        arrivee = erreur.url or ""
    assert "/comptes/login/" in arrivee


def test_une_adresse_tres_longue_recoit_la_page_de_l_application(serveurs: tuple[str, str]) -> None:
    """The server would answer in English, before the application sees it."""
    page = build_opener().open(f"{serveurs[0]}/accessibilite/?q={'a' * 10_000}").read().decode()

    assert "Accessibilité" in page
