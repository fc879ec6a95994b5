"""A page comes light, from here alone, and says nothing in the browser's console."""

from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage
from pytest_django import DjangoDbBlocker

from tests.navigateur.attente import attendre
from tests.navigateur.pages import ADMINISTRATION, PAGES, SANS_COMPTE, peupler
from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

OCTETS_MAX = 300_000


@pytest.fixture(scope="module")
def lignes(site: Site, django_db_blocker: DjangoDbBlocker) -> dict[str, int]:
    return peupler()


def relever(site: Site, compte: str | None, adresses: list[str]) -> dict[str, list[str]]:
    """What a first visit breaks, by page: its weight on the wire, other hosts, complaints."""
    recus: list[float] = []
    en_cours: dict[str, str] = {}
    reproches: list[str] = []

    def demande(evenement: dict[str, Any]) -> None:
        url = evenement["request"]["url"]
        if evenement["type"] != "Other":  # the icon, of which Chromium doesn't say that it came
            en_cours[evenement["requestId"]] = url
        if not url.startswith((site.adresse, "data:")):
            reproches.append(f"demande {url}")

    def recue(evenement: dict[str, Any]) -> None:
        en_cours.pop(evenement["requestId"], None)
        recus.append(evenement.get("encodedDataLength", 0))

    def dit(message: ConsoleMessage) -> None:
        # The browser also says when the page itself is a refusal, as it should be.
        refus = message.location["url"] == page.url and "Failed to load" in message.text
        if message.type == "error" and not refus:
            reproches.append(message.text)

    fautives = {}
    with site.contexte(compte) as contexte:
        page = contexte.new_page()
        page.on("console", dit)
        page.on("pageerror", lambda erreur: reproches.append(str(erreur)))
        reseau = contexte.new_cdp_session(page)
        reseau.send("Network.enable")
        reseau.send("Network.setCacheDisabled", {"cacheDisabled": True})
        reseau.on("Network.requestWillBeSent", demande)
        reseau.on("Network.loadingFinished", recue)
        reseau.on("Network.loadingFailed", recue)
        for adresse in adresses:
            recus.clear()
            reproches.clear()
            page.goto(adresse)
            attendre(page, lambda: " ".join(en_cours.values()), "")
            octets = sum(recus)
            if not 0 < octets <= OCTETS_MAX:
                reproches.append(f"{octets:.0f} octets")
            if reproches:
                fautives[adresse] = list(reproches)
    return fautives


def test_toute_page_est_legere_d_ici_et_sans_reproche(site: Site, lignes: dict[str, int]) -> None:
    siennes = [
        adresse.format(**lignes)
        for adresse in (*(une for toutes in PAGES.values() for une in toutes), *ADMINISTRATION)
    ]
    publiques = [adresse for toutes in SANS_COMPTE.values() for adresse in toutes]
    assert relever(site, "coordinatrice", siennes) == {}
    assert relever(site, None, publiques) == {}
