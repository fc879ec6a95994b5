"""In Chromium: nothing that an agent has typed is lost, and nobody else reads it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Organisme
from tests.navigateur.attente import attendre
from tests.navigateur.site import MOT_DE_PASSE, Site, se_connecter

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
AJOUT = "/admin/actions/action/add/"
BANDEAU = ".brouillon"


@pytest.fixture
def site(navigateur: Browser, live_server: LiveServer) -> Site:
    Exercice.objects.create(annee=2004)
    Theme.objects.create(numero=1, nom="Culture")
    Organisme.objects.create(nom="Lire ensemble")
    for ordre, (code, nom) in enumerate((("ETAT", "État"), ("CG", "Conseil général"))):
        Financeur.objects.create(code=code, nom=nom, ordre=ordre)
    for nom in ("alice", "bruno"):
        Utilisateur.objects.create_superuser(nom, password=MOT_DE_PASSE)
    return Site(navigateur, live_server.url)


@pytest.fixture
def alice(site: Site) -> Iterator[BrowserContext]:
    with site.contexte("alice") as contexte:
        yield contexte


def choisir(page: Page, champ: str, texte: str) -> None:
    page.locator(f"[aria-labelledby=select2-id_{champ}-container]").click()
    page.locator(".select2-search__field:focus").fill(texte[:4])
    page.locator(".select2-results__option", has_text=texte).first.click()


def taper(page: Page) -> None:
    """An action with four lines, one more than the form shows."""
    page.goto(AJOUT)
    page.locator("#id_intitule").fill("Ludothèque du Rieu")
    choisir(page, "porteur", "Lire ensemble")
    choisir(page, "theme", "Culture")
    choisir(page, "subventions-0-financeur", "État")
    page.locator("#id_subventions-0-montant_demande").fill("1 500,50")
    page.locator("#subventions-group .add-row a").click()
    choisir(page, "subventions-3-financeur", "Conseil général")
    page.locator("#id_subventions-3-montant_demande").fill("300")
    attendre(page, lambda: "300" in _garde(page), True)


def _garde(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def montants() -> dict[str, Decimal | None]:
    action = Action.objects.get()
    return {str(s.financeur): s.montant_demande for s in action.subventions.all()}


TAPES = {"État": Decimal("1500.50"), "Conseil général": Decimal(300)}


def reprendre(page: Page) -> None:
    page.locator(BANDEAU).get_by_role("button", name="Reprendre").click()
    expect(page.locator("#id_intitule")).to_have_value("Ludothèque du Rieu")


def test_une_session_expiree_ne_fait_rien_perdre(alice: BrowserContext) -> None:
    page = alice.new_page()
    taper(page)
    Session.objects.all().delete()
    page.locator("[name=_save]").click()
    page.wait_for_url("**/login/**")
    se_connecter(page, "alice")
    expect(page.locator(BANDEAU)).to_contain_text("n’a pas été enregistrée")
    reprendre(page)
    page.locator("[name=_save]").click()
    expect(page.locator("#messages .alert-success")).to_be_visible()
    assert montants() == TAPES
    page.goto(AJOUT)
    expect(page.locator("#id_intitule")).to_have_value("")
    expect(page.locator(BANDEAU)).to_have_count(0)


def test_un_navigateur_ferme_ne_fait_rien_perdre(site: Site, alice: BrowserContext) -> None:
    page = alice.new_page()
    taper(page)
    with site.contexte("alice", storage_state=alice.storage_state()) as ensuite:
        page = ensuite.new_page()
        page.goto(AJOUT)
        reprendre(page)
        page.locator("[name=_save]").click()
        expect(page.locator("#messages .alert-success")).to_be_visible()
        assert montants() == TAPES


def test_une_saisie_refusee_se_garde_et_dit_ou_corriger(alice: BrowserContext) -> None:
    page = alice.new_page()
    taper(page)
    choisir(page, "subventions-3-financeur", "État")
    page.locator("#id_subventions-0-montant_demande").fill("douze")
    page.locator("[name=_save]").click()
    resume = page.locator("[data-erreurs]")
    expect(resume).to_contain_text("2 points à corriger")
    expect(resume).to_contain_text("État a déjà une ligne de fonctionnement en crédits spécifiques")
    expect(page.locator("#id_subventions-0-montant_demande")).to_be_focused()
    expect(page.locator("#id_subventions-0-montant_demande")).to_have_value("douze")
    page.on("dialog", lambda dialogue: dialogue.accept())
    page.goto(AJOUT)
    reprendre(page)
    expect(page.locator("#id_subventions-0-montant_demande")).to_have_value("douze")


def test_quitter_une_saisie_commencee_previent(alice: BrowserContext) -> None:
    page = alice.new_page()
    prevenus: list[str] = []

    def noter(dialogue: Dialog) -> None:
        prevenus.append(dialogue.type)
        dialogue.accept()

    page.on("dialog", noter)
    page.goto(AJOUT)
    page.goto("/actions/")
    assert prevenus == []
    taper(page)
    page.goto("/actions/")
    assert prevenus == ["beforeunload"]
    page.goto(AJOUT)
    page.locator(BANDEAU).get_by_role("button", name="L’oublier").click()
    page.goto(AJOUT)
    expect(page.locator("#id_intitule")).to_have_value("")
    expect(page.locator(BANDEAU)).to_have_count(0)


def test_personne_d_autre_ne_la_lit_et_sortir_l_oublie(site: Site, alice: BrowserContext) -> None:
    page = alice.new_page()
    taper(page)
    garde = alice.storage_state()
    garde["cookies"] = []
    with site.contexte("bruno", storage_state=garde) as chez_bruno:
        autre = chez_bruno.new_page()
        autre.goto(AJOUT)
        expect(autre.locator("#id_intitule")).to_have_value("")
        expect(autre.locator(BANDEAU)).to_have_count(0)
    page.on("dialog", lambda dialogue: dialogue.accept())
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(lambda url: AJOUT not in url)
    assert "Ludothèque" not in _garde(page)


def test_reprise_apres_qu_une_autre_a_enregistre_elle_est_comparee(
    site: Site, alice: BrowserContext
) -> None:
    action = Action.objects.create(
        exercice=Exercice.objects.get(),
        theme=Theme.objects.get(),
        porteur=Organisme.objects.get(),
        intitule="Ludothèque",
    )
    page = alice.new_page()
    page.on("dialog", lambda dialogue: dialogue.accept())
    page.goto(f"/admin/actions/action/{action.pk}/change/")
    page.locator("#id_intitule").fill("Ludothèque du Rieu")
    attendre(page, lambda: "Rieu" in _garde(page), True)
    Action.objects.filter(pk=action.pk).update(intitule="Jeux et livres")
    page.goto(f"/admin/actions/action/{action.pk}/change/")
    expect(page.locator(BANDEAU)).to_contain_text("Quelqu’un a enregistré depuis")
    reprendre(page)
    page.locator("[name=_save]").click()
    expect(page.locator("table.differences")).to_contain_text("Jeux et livres")
    action.refresh_from_db()
    assert action.intitule == "Jeux et livres"
