"""After the committee, by keyboard: tick, choose, read what it does, apply, undo."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.navigateur.site import Site
from tests.navigateur.test_accessibilite import AXE, DEBORDE, ETIQUETTES

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


def examiner(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    fautes: list[str] = page.evaluate(AXE, ETIQUETTES)
    return fautes + list(page.evaluate(DEBORDE))


@pytest.mark.parametrize(("largeur", "couleur"), [(1366, "light"), (320, "dark")])
def test_au_clavier_jusqu_a_l_annulation(site: Site, largeur: int, couleur: str) -> None:
    options = {"viewport": {"width": largeur, "height": 800}, "color_scheme": couleur}
    with site.contexte("coordinatrice", **options) as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004&commune=30132&per_page=25")
        for rang in (0, 2):
            page.locator(".coche").nth(rang).focus()
            page.keyboard.press("Space")
        expect(page.locator(".coche:checked")).to_have_count(2)
        assert examiner(page) == []
        page.get_by_role("button", name="Modifier les lignes cochées").press("Enter")

        expect(page.locator("h1")).to_have_text("Modifier 2 actions")
        page.get_by_label("Statut").select_option(label="Réalisée")
        page.get_by_role("button", name="Voir l’aperçu").press("Enter")
        expect(page.locator("#en-lot tbody tr")).to_have_count(2)
        expect(page.locator("#en-lot tbody td:last-child").first).to_have_text("Réalisée")
        assert examiner(page) == []
        page.get_by_role("button", name="Modifier 2 actions").press("Enter")

        expect(page.locator("#messages")).to_contain_text("2 actions modifiées.")
        page.get_by_role("link", name="Annuler cette modification").press("Enter")
        expect(page.locator("main")).to_contain_text("vous avez modifié 2 actions à la fois")
        assert examiner(page) == []
        page.get_by_role("button", name="Annuler cette modification").press("Enter")
        expect(page.locator("#messages")).to_contain_text("2 actions rendues à leur état d'avant.")
