"""No violation that axe-core can see, light and dark, wide and narrow; nothing too wide."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

REGLES = ["RGAAv4", "wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
PAGES = [
    "/",
    "/communes/",
    "/communes/?commune=inconnue",
    "/communes/30132/",
    "/communes/30007/?exercice=2005",
    "/communes/30132/?exercice=1999",
    "/themes/",
    "/themes/3/",
    "/themes/99/",
    "/financeurs/",
    "/financeurs/ETAT/?exercice=2005",
    "/porteurs/?exercice=2005",
    "/quartiers/?exercice=2005",
    "/axes/",
    "/axes/2/?exercice=2005",
    "/recherche/?q=ales",
    "/recherche/?q=zzzz",
    "/accessibilite/",
    "/mentions-legales/",
    "/donnees-personnelles/",
]


@pytest.mark.usefixtures("contrat_2004", "annee_2005")
@pytest.mark.parametrize("largeur", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_aucune_page_ne_manque_aux_regles(
    live_server: LiveServer, navigateur: Browser, coordinatrice: Client, theme: str, largeur: int
) -> None:
    contexte = navigateur.new_context(
        viewport={"width": largeur, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        base_url=live_server.url,
    )
    session = coordinatrice.cookies[settings.SESSION_COOKIE_NAME].value
    contexte.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    manquements = []
    for adresse in PAGES:
        page = contexte.new_page()
        page.goto(adresse)
        resultat = Axe().run(page, options={"runOnly": REGLES})
        manquements += [(adresse, violation["id"]) for violation in resultat.response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth") > largeur:
            manquements.append((adresse, "plus large que l'écran"))
        page.close()
    contexte.close()
    assert manquements == []
