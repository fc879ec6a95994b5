"""In Chromium: a long file is asked for where there is a queue, and comes whatever page is open."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect
from pytest_django import Settings

from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def file_de_travaux(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_la_page_qui_suit_un_travail_montre_son_fichier_d_elle_meme(site: Site) -> None:
    with site.contexte("lectrice") as contexte:
        page = contexte.new_page()
        page.goto("/bilan/2004/")
        page.get_by_role("link", name="Excel", exact=True).click()
        page.wait_for_url("**/travaux/*/")
        expect(page.get_by_text("En attente")).to_be_visible()

        call_command("db_worker", "--batch")

        with page.expect_download() as attendu:
            page.get_by_role("link", name="Télécharger le fichier").click()
        assert attendu.value.suggested_filename == "bilan-2004.xlsx"


def test_page_fermee_sans_script_le_travail_continue_et_se_retrouve(site: Site) -> None:
    with site.contexte("coordinatrice", java_script_enabled=False) as contexte:
        page = contexte.new_page()
        page.goto("/bilan/2004/")
        page.get_by_role("link", name="Excel", exact=True).click()
        page.wait_for_url("**/travaux/*/")
        page.close()

        call_command("db_worker", "--batch")

        page = contexte.new_page()
        page.goto("/travaux/")
        page.get_by_role("link", name="Bilan 2004 (Excel)", exact=True).click()
        expect(page.get_by_text("Le fichier est prêt.")).to_be_visible()
