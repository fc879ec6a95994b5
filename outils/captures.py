"""The guide's screenshots, made anew from a fresh 2004 contract: « make captures ».

Everything stands in a temporary folder: nobody's database is read or written.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

RACINE = Path(__file__).resolve().parent.parent
IMAGES = RACINE / "docs" / "guide" / "images"
COMPTE = "coordination"


@dataclass(frozen=True)
class Capture:
    """A picture: its file, the page, and how much of it (the whole page where None)."""

    nom: str
    adresse: str
    hauteur: int | None


CAPTURES = (
    Capture("tableau-de-bord", "/", 1150),
    Capture("bilan-rapport", "/bilan/2004/", 1000),
    Capture("bilan-thematique", "/bilan/2004/thematique/", None),
    Capture("bilan-controle", "/bilan/2004/controle/", 900),
    Capture("actions-filtrees", "/actions/?exercice=2004&commune=30132&theme=2", None),
    Capture("communes", "/communes/?exercice=2004", None),
    Capture("commune", "/communes/30132/?exercice=2004", 1050),
    Capture("recherche", "/recherche/?q=prevention", 1000),
    Capture("liste-vide", "/actions/?exercice=2004&commune=30132&theme=11", None),
)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with site_temporaire() as (site, page):
        for capture in CAPTURES:
            _capturer(page, site, capture)


@contextmanager
def site_temporaire() -> Iterator[tuple[str, Page]]:
    """A site of the 2004 contract alone: its address, and a page signed in to it."""
    with tempfile.TemporaryDirectory() as dossier:
        cle = secrets.token_urlsafe(50)
        mot_de_passe = secrets.token_urlsafe(16)
        environnement = os.environ | {
            "DATABASE_URL": f"sqlite:///{dossier}/captures.sqlite3",
            "MEDIA_ROOT": f"{dossier}/fichiers",
            "SECRET_KEY": cle,
            "DJANGO_SUPERUSER_PASSWORD": mot_de_passe,
        }
        for commande in (
            ["migrate", "--verbosity", "0"],
            ["charger_2004"],
            ["createsuperuser", "--noinput", "--username", COMPTE, "--email", "c@example.org"],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *commande], cwd=RACINE, env=environnement, check=True
            )
        with _servir(environnement, mot_de_passe) as servi:
            yield servi


@contextmanager
def _servir(environnement: dict[str, str], mot_de_passe: str) -> Iterator[tuple[str, Page]]:
    with socket.socket() as libre:
        libre.bind(("127.0.0.1", 0))
        port = libre.getsockname()[1]
    serveur = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "contrat_ville.wsgi", "--threads", "4",
            "--bind", f"127.0.0.1:{port}", "--log-level", "error",
        ],
        cwd=RACINE,
        env=environnement,
    )  # fmt: skip
    try:
        site = f"http://127.0.0.1:{port}"
        _attendre(site)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which(os.environ.get("CHROMIUM") or "chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = chromium.new_page(
                viewport={"width": 1200, "height": 900},
                locale="fr-FR",
                timezone_id="Europe/Paris",
            )
            page.goto(f"{site}/comptes/login/")
            page.fill("input[name=login]", COMPTE)
            page.fill("input[name=password]", mot_de_passe)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(f"{site}/")
            yield site, page
    finally:
        serveur.terminate()
        serveur.wait()


def _attendre(site: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{site}/comptes/login/").close()  # noqa: S310  # our server
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("Le serveur des captures ne répond pas.")


def _capturer(page: Page, site: str, capture: Capture) -> None:
    page.set_viewport_size({"width": 1200, "height": capture.hauteur or 900})
    page.goto(f"{site}{capture.adresse}")
    fichier = IMAGES / f"{capture.nom}.png"
    page.screenshot(path=fichier, full_page=capture.hauteur is None)
    print(fichier.relative_to(RACINE))


if __name__ == "__main__":
    main()
