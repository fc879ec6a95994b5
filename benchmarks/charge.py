"""Pages under load: gunicorn with two workers, eight people at once, PostgreSQL, twenty years of a
real contract; over a page that is nothing but the frame.

Needs MESURES_DATABASE_URL or TEST_DATABASE_URL on PostgreSQL.
"""

import http.client
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from socket import socket

from benchmarks.base import RACINE, Releve, ouvrir
from outils.mesurer import NON_MESURE

ACTIONS, EXERCICES = 4_000, range(2005, 2025)  # as many a year as in 2004
ANNEE = 2014
CLIENTS = 8
TOURS, SECONDES = 3, 8
CADRE = ("/cadre/",)
MELANGE = (
    f"/actions/?exercice={ANNEE}",
    f"/actions/?exercice={ANNEE}&sort=-montant_accorde&page=2",
    f"/actions/?exercice={ANNEE}&commune=30007&theme=2",
    "/actions/{action}/",
    "/admin/actions/action/{action}/change/",
    f"/?exercice={ANNEE}",
    f"/communes/?exercice={ANNEE}",
    f"/communes/30007/?exercice={ANNEE}",
    f"/themes/3/?exercice={ANNEE}",
    f"/financeurs/CG/?exercice={ANNEE}",
    f"/axes/2/?exercice={ANNEE}",
    f"/porteurs/?exercice={ANNEE}",
    f"/bilan/{ANNEE}/croise/",
    f"/bilan/{ANNEE}/controle/",
    "/recherche/?q=action",
)


@dataclass
class Journal:
    """Seconds per request, by address, and what was refused."""

    durees: dict[str, list[float]] = field(default_factory=dict)
    refus: list[str] = field(default_factory=list)


def main() -> int:
    base = os.environ.get("MESURES_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL") or ""
    if not base.startswith("postgres"):
        print("Non mesuré : donnez un serveur PostgreSQL par MESURES_DATABASE_URL.")
        return NON_MESURE
    reglages = {"SECRET_KEY": secrets.token_urlsafe(50), "PRODUCTION": "non", "DEBUG": "non"}
    os.environ |= reglages | {"MESURES_DATABASE_URL": base, "PROCESSUS": "2"}
    ouvrir(ACTIONS, EXERCICES)
    temoin, action = preparer()
    melange = [adresse.format(action=action) for adresse in MELANGE]
    debits: dict[str, list[float]] = {"cadre": [], "melange": []}
    journal = Journal()
    with servir() as port:
        for _ in range(2):
            solliciter(port, temoin, [*CADRE, *melange], 4, Journal())
        for _ in range(TOURS):
            debits["cadre"].append(solliciter(port, temoin, list(CADRE), SECONDES, Journal()))
            debits["melange"].append(solliciter(port, temoin, melange, 2 * SECONDES, journal))
    return dire(debits, journal)


def dire(debits: dict[str, list[float]], journal: Journal) -> int:
    toutes = sorted(duree for durees in journal.durees.values() for duree in durees)
    # The administration's page is made each time: among kept ones, it would be the p99.
    gardees = [
        d for page, durees in journal.durees.items() for d in durees if "/admin/" not in page
    ]
    mediane, p99 = statistics.median(gardees), statistics.quantiles(gardees, n=100)[98]
    rapports = [m / c for m, c in zip(debits["melange"], debits["cadre"], strict=True)]
    for adresse, durees in sorted(
        journal.durees.items(), key=lambda page: -statistics.median(page[1])
    ):
        print(f"  {statistics.median(durees) * 1000:5.0f} ms {adresse}", file=sys.stderr)
    print(
        f"  {len(toutes)} pages ; {statistics.median(debits['melange']):.0f} par seconde, le cadre "
        f"seul {statistics.median(debits['cadre']):.0f} ; médiane {mediane * 1000:.0f} ms"
    )
    releve = Releve()
    releve.dire("pages par seconde / cadre seul", statistics.median(rapports), 0.4, minimum=True)
    releve.dire("p99 / médiane des pages gardées", p99 / mediane, 5)
    releve.dire("erreurs", len(journal.refus), 0)
    return releve.manques


def preparer() -> tuple[str, int]:
    """Sign in as someone who may see everything: a browser's cookies, and an action to open."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from actions.models import Action
    from comptes.models import Utilisateur

    compte, _ = Utilisateur.objects.get_or_create(
        username="mesures", is_superuser=True, is_staff=True
    )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(compte)
    action = Action.objects.de_l_exercice(ANNEE).order_by("pk")[0]
    client.get(reverse("actions:fiche", args=[action.pk]))
    temoins = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return "; ".join(f"{nom}={client.cookies[nom].value}" for nom in temoins), action.pk


@contextmanager
def servir() -> Iterator[int]:
    """gunicorn as in production but for HTTPS; its port."""
    with socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = int(prise.getsockname()[1])
    commande = [
        "-m",
        "gunicorn",
        "--config",
        "deploiement/gunicorn.py",
        "benchmarks.charge_serveur",
    ]
    serveur = subprocess.Popen(
        [sys.executable, *commande], cwd=RACINE, env=os.environ | {"ECOUTE": f"127.0.0.1:{port}"}
    )
    try:
        for _ in range(300):
            try:
                ouvrir_la_page(port, "", "/sante/")
                break
            except ConnectionRefusedError:
                assert serveur.poll() is None, "gunicorn n'a pas démarré"
                time.sleep(0.1)
        yield port
    finally:
        serveur.terminate()
        serveur.wait()


def solliciter(
    port: int, temoin: str, adresses: list[str], secondes: float, journal: Journal
) -> float:
    """Have everyone open these pages one after the other; the pages per second."""
    debut = time.perf_counter()
    taches = [
        threading.Thread(
            target=visiter, args=(port, temoin, adresses, rang, debut + secondes, journal)
        )
        for rang in range(CLIENTS)
    ]
    avant = sum(map(len, journal.durees.values()))
    for tache in taches:
        tache.start()
    for tache in taches:
        tache.join()
    return (sum(map(len, journal.durees.values())) - avant) / (time.perf_counter() - debut)


def visiter(
    port: int, temoin: str, adresses: list[str], rang: int, fin: float, journal: Journal
) -> None:
    """Each one begins elsewhere."""
    depart = rang * len(adresses) // CLIENTS
    for adresse in islice(cycle(adresses), depart, None):
        debut = time.perf_counter()
        if debut > fin:
            return
        try:
            statut = ouvrir_la_page(port, temoin, adresse)
        except OSError as erreur:
            journal.refus.append(f"{adresse} : {erreur!r}")
            continue
        journal.durees.setdefault(adresse, []).append(time.perf_counter() - debut)
        if statut != 200:
            journal.refus.append(f"{adresse} : {statut}")


def ouvrir_la_page(port: int, temoin: str, adresse: str) -> int:
    """One request on a connection of its own, as a proxy sends it."""
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        page.request("GET", adresse, headers={"Cookie": temoin, "Accept-Encoding": "gzip"})
        reponse = page.getresponse()
        reponse.read()
        return reponse.status
    finally:
        page.close()


if __name__ == "__main__":
    sys.exit(main())
