"""The site as the browser's tests reach it: its address, and who opens it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.navigateur.attente import DELAI

MOT_DE_PASSE = "un-mot-de-passe-assez-long"


@dataclass(frozen=True)
class Site:
    navigateur: Browser
    adresse: str

    @contextmanager
    def contexte(self, compte: str | None = None, **options: Any) -> Iterator[BrowserContext]:
        """A browser of one's own; signed in without the form where an account is named."""
        contexte = self.navigateur.new_context(
            base_url=self.adresse, locale="fr-FR", timezone_id="Europe/Paris", **options
        )
        contexte.set_default_timeout(DELAI)
        if compte is not None:
            contexte.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": session(compte).cookies[settings.SESSION_COOKIE_NAME].value,
                        "url": self.adresse,
                    }
                ]
            )
        try:
            yield contexte
        finally:
            contexte.close()


def session(compte: str) -> Client:
    """Signed in through the form, and the password given again as some pages ask."""
    client = Client()
    client.post("/comptes/login/", {"login": compte, "password": MOT_DE_PASSE})
    client.post("/comptes/reauthenticate/", {"password": MOT_DE_PASSE})
    return client


def se_connecter(page: Page, compte: str) -> None:
    """As anyone does, on the page that asks for it."""
    page.locator("#id_login").fill(compte)
    page.locator("#id_password").fill(MOT_DE_PASSE)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
