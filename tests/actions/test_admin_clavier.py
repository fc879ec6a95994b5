"""In Chromium: an agent types an action with its funding plan without touching the mouse."""

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Commune, Quartier
from tests.navigateur.attente import DELAI, attendre

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
AJOUT = "/admin/actions/action/add/"


@pytest.fixture(autouse=True)
def contrat() -> None:
    Exercice.objects.create(annee=2004)
    Theme.objects.create(numero=1, nom="Culture")
    for numero, nom in enumerate(("Alès", "Bagard"), 1):
        commune = Commune.objects.create(
            numero=numero,
            nom=nom,
            libelle_tableau=nom,
            libelle_legende=nom,
            code_insee=f"3000{numero}",
        )
        Quartier.objects.create(commune=commune, nom="Centre")
    for ordre, (code, nom) in enumerate(
        (("ETAT", "État"), ("CG", "Conseil général"), ("FASILD", "Fasild"))
    ):
        Financeur.objects.create(code=code, nom=nom, ordre=ordre)
    Utilisateur.objects.create_superuser("agent", password="un-mot-de-passe-long")


def choisir(page: Page, champ: str, texte: str, attendu: str) -> None:
    """As one does by keyboard on the field that has the focus: open, type, take the first."""
    page.keyboard.press("Enter")
    page.locator(".select2-search__field:focus").wait_for()
    page.keyboard.type(texte)
    trouvee = page.locator(".select2-results__options:not(:has(li + li))")
    trouvee.locator(".select2-results__option--highlighted", has_text=attendu).wait_for()
    page.keyboard.press("Enter")
    page.locator(f"#id_{champ} option:checked", has_text=attendu).wait_for(state="attached")
    expect(page.locator(f"[aria-labelledby=select2-id_{champ}-container]")).to_be_focused()


def tabuler(page: Page, fois: int = 1) -> None:
    for _ in range(fois):
        page.keyboard.press("Tab")


def aller(page: Page, champ: str) -> None:
    """From one key to the next, until the field has the focus."""
    for _ in range(80):
        if page.locator(f"{champ}:focus").count():
            return
        tabuler(page)
    pytest.fail(f"Tab n'atteint pas {champ}.")


def test_une_action_se_saisit_s_enregistre_et_se_corrige_au_seul_clavier(
    navigateur: Browser, live_server: LiveServer
) -> None:
    contexte: BrowserContext = navigateur.new_context(locale="fr-FR", timezone_id="Europe/Paris")
    contexte.set_default_timeout(DELAI)
    page = contexte.new_page()
    plaintes: list[str] = []
    page.on("console", lambda dit: plaintes.append(dit.text) if dit.type == "error" else None)
    page.goto(f"{live_server.url}{AJOUT}")
    page.locator("input[name=login]").focus()
    page.keyboard.type("agent")
    tabuler(page)
    page.keyboard.type("un-mot-de-passe-long")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{AJOUT}")
    page.locator("[name=exercice]:focus").wait_for()

    tabuler(page)
    page.keyboard.type("Fête du livre")
    tabuler(page, 2)  # over the porteur's field, onto its « + »
    with contexte.expect_page() as ouverte:
        page.keyboard.press("Enter")
    fenetre = ouverte.value
    fenetre.locator("[name=nom]:focus").wait_for()
    with fenetre.expect_event("close"):
        fenetre.keyboard.type("Lire ensemble")
        fenetre.keyboard.press("Enter")
    page.locator("#id_porteur option:checked").wait_for(state="attached")

    page.bring_to_front()
    tabuler(page)  # from the « + », where one is back
    choisir(page, "theme", "cult", "Culture")
    tabuler(page)
    choisir(page, "commune", "ales", "Alès")
    tabuler(page)
    choisir(page, "quartier", "cen", "Centre (Alès)")
    expect(page.locator("#select2-id_quartier-container")).to_contain_text("Centre (Alès)")
    aller(page, "[aria-labelledby=select2-id_subventions-0-financeur-container]")
    for rang, (tape, financeur, demande, accorde) in enumerate(
        (
            ("etat", "État", "1 500,50", "1000"),
            ("cons", "Conseil général", "300", "400"),
            ("fas", "Fasild", "0", "0"),
        )
    ):
        choisir(page, f"subventions-{rang}-financeur", tape, financeur)
        tabuler(page, 3)
        page.keyboard.type(demande)
        tabuler(page)
        page.keyboard.type(accorde)
        tabuler(page, 3)  # over « versé » and the line's « supprimer »
    attendre(
        page,
        lambda: [page.inner_text("#totaux"), page.inner_text("#alertes-montants")],
        [
            "Crédits de fonctionnement – demandé : 1\u202f800,50\u00a0€, "
            "accordé : 1\u202f400\u00a0€, versé : —",
            "Conseil général : l'accordé dépasse le demandé.",
        ],
    )
    page.keyboard.press("Control+s")
    page.wait_for_url("**/change/")

    action = Action.objects.get()
    assert (action.intitule, str(action.porteur), str(action.quartier)) == (
        "Fête du livre",
        "Lire ensemble",
        "Centre (Alès)",
    )
    assert list(action.subventions.values_list("montant_demande", "montant_accorde")) == [
        (Decimal("1500.50"), Decimal(1000)),
        (Decimal(300), Decimal(400)),
        (Decimal(0), Decimal(0)),
    ]
    expect(page.locator("#select2-id_quartier-container")).to_contain_text("Centre (Alès)")
    aller(page, "#id_subventions-1-montant_accorde")
    page.keyboard.press("Control+a")
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/actions/action/")
    assert action.subventions.get(financeur__code="CG").montant_accorde == Decimal(250)
    action.refresh_from_db()
    assert str(action.quartier) == "Centre (Alès)"
    page.goto(f"{live_server.url}/admin/actions/action/{action.pk}/history/")
    expect(page.locator("ol.historique h2")).to_have_count(2)
    assert plaintes == []
    contexte.close()
