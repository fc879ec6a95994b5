"""The first dashboard that a process serves over the second one, in processor time: what it loads
and draws once must be loaded before anybody asks.

A new process for each round, as the server starts it: only what its code reads by itself is warm.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time

from benchmarks.base import RACINE, Releve, ouvrir

ANNEE = 2014
ADRESSE = f"/?exercice={ANNEE}"
TOURS = 7


def main() -> int:
    session = _ouvrir_une_session()
    durees = [_dans_un_processus(session) for _ in range(TOURS)]
    premieres, secondes = zip(*durees, strict=True)
    releve = Releve()
    releve.noter("premier tableau de bord, en secondes de processeur", statistics.median(premieres))
    releve.noter("second, en secondes de processeur", statistics.median(secondes))
    releve.dire(
        "premier tableau de bord d'un processus / second",
        statistics.median(premiere / seconde for premiere, seconde in durees),
        1.5,
    )
    return releve.manques


def _ouvrir_une_session() -> str:
    """The key of a session on a database of the size of a contract of twenty years."""
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))  # the same for each process
    ouvrir(4_000, range(2005, 2025))
    from django.test import Client

    from comptes.models import Utilisateur

    compte, _ = Utilisateur.objects.get_or_create(username="mesures", is_superuser=True)
    client = Client()
    client.force_login(compte)
    return str(client.session.session_key)


def _dans_un_processus(session: str) -> tuple[float, float]:
    sortie = subprocess.run(
        [sys.executable, "-m", "benchmarks.premiere_page", session],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    premiere, seconde = map(float, sortie.split()[-2:])
    return premiere, seconde


def servir(session: str) -> None:
    """Start as the server does, then say what two readings of the same page take."""
    from contrat_ville.wsgi import application  # isort: split

    from django.conf import settings
    from django.test import RequestFactory

    for _ in range(2):
        fabrique = RequestFactory(SERVER_NAME="127.0.0.1")
        fabrique.cookies[settings.SESSION_COOKIE_NAME] = session
        requete = fabrique.get(ADRESSE)
        debut = time.process_time()
        reponse = application.get_response(requete)
        print(time.process_time() - debut)
        assert reponse.status_code == 200, reponse


if __name__ == "__main__":
    if len(sys.argv) > 1:
        servir(sys.argv[1])
    else:
        sys.exit(main())
