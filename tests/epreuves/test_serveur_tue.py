"""``kill -9`` of the real server while people enter things: what it said it kept, it kept."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener, urlopen

import pytest

from tests.sauvegarde.installation import RACINE, Installation

pytestmark = pytest.mark.epreuve
MORTS = 13
MOT_DE_PASSE = "un mot de passe, long"
CREER_UN_ADMINISTRATEUR = (
    "from comptes.models import Utilisateur as U; "
    f"U.objects.create_superuser('chef', password='{MOT_DE_PASSE}')"
)


def repond(port: int) -> bool:
    """Whether someone listens there."""
    try:
        urlopen(f"http://127.0.0.1:{port}/sante/", timeout=30).close()
    except OSError as refus:
        return not isinstance(getattr(refus, "reason", refus), ConnectionRefusedError)
    return True


@contextmanager
def servir(installation: Installation, port: int) -> Iterator[None]:
    """The server, until it is killed with all its processes; the port is free afterwards."""
    serveur = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "outils/serveur.py", "contrat_ville.wsgi"],
        cwd=RACINE,
        env=installation.environnement | {"PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        attendre(lambda: repond(port))
        yield
    finally:
        os.killpg(serveur.pid, signal.SIGKILL)
        serveur.wait()
        attendre(lambda: not repond(port))


def attendre(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("Le serveur n'a pas démarré, ou n'est pas mort.")


class Agent:
    """Someone at her browser."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.cookies = CookieJar()
        self.ouvrir: OpenerDirector = build_opener(HTTPCookieProcessor(self.cookies))

    def envoyer(self, adresse: str, **champs: str) -> str:
        """Fill in the form at this address; the address where its answer leads."""
        with self.ouvrir.open(self.base + adresse, timeout=30) as page:
            jeton = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        assert jeton is not None, adresse
        champs["csrfmiddlewaretoken"] = jeton[1]
        donnees = urlencode(champs).encode()
        with self.ouvrir.open(self.base + adresse, donnees, timeout=30) as reponse:
            return str(reponse.url).removeprefix(self.base)


def saisir(agent: Agent, prefixe: str, confirmes: list[str], refuses: list[str]) -> None:
    """Enter organisations one after the other until the server dies."""
    try:
        for numero in range(100_000):
            nom = f"{prefixe}-{numero}"
            arrivee = agent.envoyer(
                "/admin/territoires/organisme/add/",
                nom=nom,
                type="ASSOCIATION",
                siret="",
                commune="",
            )
            assert arrivee == "/admin/territoires/organisme/", arrivee
            confirmes.append(nom)
    except HTTPError as refus:
        refuses.append(f"{refus.code} {refus.reason}")
        refus.close()
    except (OSError, http.client.HTTPException):
        return


def test_des_gens_a_leur_navigateur(peuplee: Installation, hasard: random.Random) -> None:
    peuplee.reussir("shell", "--no-imports", "-c", CREER_UN_ADMINISTRATEUR)
    avant = peuplee.etat()
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    agents = [Agent(port) for _ in range(3)]
    confirmes: list[str] = []
    refuses: list[str] = []
    for mort in range(MORTS):
        taches = [
            threading.Thread(target=saisir, args=(agent, f"m{mort}a{rang}", confirmes, refuses))
            for rang, agent in enumerate(agents)
        ]
        with servir(peuplee, port):
            if mort == 0:
                for agent in agents:
                    arrivee = agent.envoyer("/comptes/login/", login="chef", password=MOT_DE_PASSE)
                    assert arrivee == "/", arrivee
            for tache in taches:
                tache.start()
            time.sleep(hasard.uniform(0.5, 2.5))
        for tache in taches:
            tache.join()

    apres = peuplee.etat()
    organismes = {o["nom"]: o["id"] for o in apres["tables"]["territoires_organisme"]}
    traces = {h["id"] for h in apres["tables"]["territoires_historicalorganisme"]}
    ecrits = {nom: pk for nom, pk in organismes.items() if re.fullmatch(r"m\d+a\d-\d+", nom)}

    assert (apres["integrite"], apres["bilans"]) == ("ok", avant["bilans"])
    assert refuses == []
    assert set(confirmes) <= set(ecrits)
    assert len(set(ecrits) - set(confirmes)) <= MORTS * len(agents)
    assert len(confirmes) >= MORTS
    # Each with its history: no half of a write.
    assert set(ecrits.values()) <= traces
