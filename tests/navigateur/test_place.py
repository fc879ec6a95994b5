"""How much room pages take: no void, no page without end, nothing wider than the screen."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from tests.navigateur.pages import CHAPITRES, PAGES, peupler
from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

HAUTEURS = {"/communes/30007/?exercice=2004": 4200, "/communes/30132/?exercice=2004": 4060}
"""Of two communes' pages on a screen 1366 px wide, before their parts stood in two columns."""

HTML = "text/html; charset=utf-8"
HAUTEUR = "document.documentElement.scrollHeight"
COLONNES = """() => [...document.querySelectorAll(".accueil-colonne")].map((colonne) => {
    const fins = [...colonne.querySelectorAll(":scope > section > :last-child")];
    return colonne.getBoundingClientRect().bottom - fins.at(-1).getBoundingClientRect().bottom;
})"""
DE_COTE = """() => [document.scrollingElement, ...document.querySelectorAll(
    ".table-responsive, .results, .tabular, .defilement")]
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.tagName} ${e.className} : ${e.scrollWidth} > ${e.clientWidth}`)"""
CARTES = """() => [...document.querySelectorAll("table")].filter((t) => t.tBodies[0]?.rows.length)
    .flatMap((t) => [...t.tBodies[0].rows[0].cells])
    .filter((c) => c.tagName === "TD" && c.offsetParent && !c.dataset.libelle &&
        !c.matches(".action-checkbox, .delete")).map((c) => c.outerHTML)"""
FORMULAIRES = (
    "/admin/actions/action/",
    "/admin/actions/action/add/",
    "/admin/actions/action/{action}/change/",
    "/admin/actions/action/{action}/history/",
    "/admin/actions/action/{action}/delete/",
    "/admin/territoires/commune/",
    "/admin/axes/axetransversal/1/change/",
)
TITRES = """(titres) => titres.map((titre) => titre.textContent.trim())"""


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    with site.contexte("coordinatrice", viewport={"width": 1366, "height": 768}) as contexte:
        yield contexte.new_page()


@pytest.mark.parametrize("adresse", HAUTEURS)
def test_la_page_d_une_commune_est_deux_fois_moins_haute(page: Page, adresse: str) -> None:
    page.goto(adresse)
    assert page.evaluate(HAUTEUR) <= HAUTEURS[adresse] / 2


@pytest.mark.parametrize("largeur", [1366, 1920])
def test_le_tableau_de_bord_n_a_pas_de_vide(page: Page, largeur: int) -> None:
    """Both columns end together, on what they hold; and what needs attention is said first."""
    page.set_viewport_size({"width": largeur, "height": 900})
    page.goto("/?exercice=2004")
    assert all(vide < 2 for vide in page.evaluate(COLONNES))
    titres = page.locator(".accueil h2").evaluate_all(TITRES)
    assert [t for t in titres if t not in ("Derniers changements", "Ce qui a changé")] == [
        *("À regarder", "Chiffres clés", "Le territoire"),
        *("Par commune", "Par thème"),
    ]


def test_le_bilan_se_lit_par_chapitres_courts_le_sommaire_en_vue(page: Page) -> None:
    """The whole is several times as high; each chapter says where it stands in the contents, which
    stay in sight to its end.
    """
    page.goto("/bilan/2004/?tout=1")
    entier = page.evaluate(HAUTEUR)
    for ancre in CHAPITRES:
        page.goto(f"/bilan/2004/{ancre}/")
        assert page.evaluate(HAUTEUR) <= 4500 < entier / 2, ancre
        sommaire = page.locator(".sommaire-feuille")
        courant = sommaire.locator("[aria-current=page]")
        assert courant.get_attribute("href") == f"/bilan/2004/{ancre}/"
        page.locator(".voisins").scroll_into_view_if_needed()
        expect(courant).to_be_in_viewport()
        page.emulate_media(media="print")
        expect(page.locator(".sommaire")).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
        page.emulate_media(media="screen")


def test_au_telephone_le_sommaire_se_deplie(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/bilan/2004/axes/")
    lien = page.locator(".sommaire-pli").get_by_role("link", name="Chiffres clés")
    expect(lien).to_be_hidden()
    page.locator(".sommaire-pli summary").click()
    lien.click()
    page.wait_for_url("**/bilan/2004/chiffres-cles/")


@pytest.fixture(scope="module")
def lignes(site: Site, django_db_blocker: DjangoDbBlocker) -> dict[str, int]:
    return peupler()


@pytest.mark.parametrize("largeur", [390, 640])
def test_rien_ne_defile_de_cote_au_telephone_ni_a_deux_cents_pour_cent(
    site: Site, lignes: dict[str, int], largeur: int
) -> None:
    """Neither a page nor a table in it: each row is a card whose values say what they are.

    640 px is what a screen of 1280 has left where the page is magnified twice.
    """
    adresses = [adresse.format(**lignes) for toutes in PAGES.values() for adresse in toutes]
    fautives = {}
    with site.contexte("coordinatrice", viewport={"width": largeur, "height": 844}) as contexte:
        page = contexte.new_page()
        for adresse in (*adresses, *(adresse.format(**lignes) for adresse in FORMULAIRES)):
            page.goto(adresse)
            if fautes := page.evaluate(DE_COTE) + page.evaluate(CARTES):
                fautives[adresse] = fautes
    assert fautives == {}


def test_une_action_se_lit_et_se_corrige_au_telephone(site: Site, lignes: dict[str, int]) -> None:
    with site.contexte("coordinatrice", viewport={"width": 390, "height": 844}) as contexte:
        page = contexte.new_page()
        page.goto(f"/actions/{lignes['action']}/")
        carte = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="État"))
        expect(carte.locator("[data-libelle=Accordé]")).to_have_text("800\u00a0€")
        page.get_by_role("link", name="Modifier").click()
        accorde = page.locator("#id_subventions-0-montant_accorde")
        accorde.fill("850")
        boites = [
            page.locator(f"#id_subventions-0-{champ}").bounding_box()
            for champ in ("nature", "montant_demande", "montant_accorde", "montant_verse")
        ]
        assert all(b is not None and b["x"] >= 0 and b["x"] + b["width"] <= 390 for b in boites)
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        expect(carte.locator("[data-libelle=Accordé]")).to_have_text("850\u00a0€")


@pytest.mark.parametrize("gabarit", ["400.html", "500.html", "503.html", "507.html"])
def test_une_page_d_erreur_est_sombre_quand_l_appareil_l_est(site: Site, gabarit: str) -> None:
    """Those that stand alone, without the frame of the others."""
    corps = render_to_string(gabarit, {"ecriture": True, "adresse": "/"})
    ecran = {"width": 390, "height": 844}
    with site.contexte(viewport=ecran, color_scheme="dark") as contexte:
        page = contexte.new_page()
        page.route("**/erreur/", lambda demande: demande.fulfill(body=corps, content_type=HTML))
        page.goto("/erreur/")
        expect(page.locator("body")).to_have_css("background-color", "rgb(18, 24, 31)")
        assert page.evaluate(DE_COTE) == []
