"""Two browsers on one action: whoever saves second is told, and chooses; without the guard, the
first edit is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.versions import Versionne
from territoires.models import Organisme
from tests.navigateur.site import MOT_DE_PASSE, Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def action() -> Action:
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers de lecture",
        porteur=Organisme.objects.create(nom="Lire ensemble"),
    )
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.create(code="CG", nom="CG"),
        montant_demande=Decimal(1000),
    )
    return action


@pytest.fixture
def pages(navigateur: Browser, live_server: LiveServer, action: Action) -> Iterator[list[Page]]:
    """Alice's and Bruno's, each in a browser of one's own, both open on the action."""
    site = Site(navigateur, live_server.url)
    with ExitStack() as pile:
        pages = []
        for nom in ("alice", "bruno"):
            Utilisateur.objects.create_superuser(nom, password=MOT_DE_PASSE)
            page = pile.enter_context(site.contexte(nom)).new_page()
            page.goto(f"/admin/actions/action/{action.pk}/change/")
            expect(page.locator("#id_intitule")).to_have_value("Ateliers de lecture")
            pages.append(page)
        yield pages


def modifier(page: Page, champ: str, valeur: str) -> None:
    page.locator(f"#id_{champ}").fill(valeur)
    page.locator("[name=_save]").click()


def etat(action: Action) -> tuple[str, Decimal | None]:
    action.refresh_from_db()
    return action.intitule, action.subventions.get().montant_accorde


def test_le_second_navigateur_voit_les_deux_et_garde_les_deux(
    pages: list[Page], action: Action
) -> None:
    alice, bruno = pages

    modifier(alice, "subventions-0-montant_accorde", "800")
    alice.wait_for_url("**/admin/actions/action/")
    modifier(bruno, "intitule", "Ateliers de conte")

    expect(bruno.get_by_role("heading", level=1)).to_have_text(
        "Quelqu'un d'autre a enregistré entre-temps"
    )
    expect(bruno.locator("table.differences tbody tr")).to_have_text(
        [r"Intitulé Ateliers de conte Ateliers de lecture", "Subvention « CG » : Accordé — 800 €"]
    )
    assert etat(action) == ("Ateliers de lecture", Decimal(800))
    bruno.get_by_role("button", name="Enregistrer ces choix").click()
    bruno.wait_for_url("**/admin/actions/action/")
    assert etat(action) == ("Ateliers de conte", Decimal(800))


def test_temoin_sans_la_garde_la_premiere_saisie_est_perdue(
    pages: list[Page], action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bruno = pages
    monkeypatch.setattr(Versionne, "prendre", lambda self, version: None)
    monkeypatch.setattr("suivi.admin._version_lue", lambda request, objet: objet.version)

    modifier(alice, "subventions-0-montant_accorde", "800")
    alice.wait_for_url("**/admin/actions/action/")
    modifier(bruno, "intitule", "Ateliers de conte")
    bruno.wait_for_url("**/admin/actions/action/")

    assert etat(action) == ("Ateliers de conte", None)
