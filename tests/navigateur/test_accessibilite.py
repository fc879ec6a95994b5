"""Every page, its errors included, is put to axe-core's rules, narrow and wide, light and dark.

The narrow screen is the one of a page magnified four times: nothing but tables may then scroll
sideways, and wider spacing of the text (WCAG 1.4.12) must cut none of it.
"""

import re
from collections import Counter
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from tests.navigateur.pages import (
    ADMINISTRATION,
    PAGES,
    PAS_DES_PAGES,
    SANS_COMPTE,
    SANS_DROITS,
    noms_des_adresses,
    peupler,
    toute_l_administration,
)
from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

ETIQUETTES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "RGAAv4"]
LARGE, ETROIT = 1280, 320
ECRANS = [("light", LARGE), ("dark", ETROIT)]
AUTRES_ECRANS = [("dark", LARGE), ("light", ETROIT)]
AU_CLAVIER = (
    "consultation:accueil",
    "actions:liste",
    "consultation:commune",
    "importation:nouveau",
    "account_login",
)

AXE = """(etiquettes) => axe.run({
    runOnly: {type: "tag", values: etiquettes}, resultTypes: ["violations"],
}).then((r) => r.violations.map(
    (v) => `${v.id}, ${v.nodes.length} fois : ${v.nodes[0].target.join(" ")}`))"""
DEBORDE = """() => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const defile = (e) => e && (
        ["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) ||
        defile(e.parentElement));
    const trop = [...document.body.querySelectorAll("*")].filter((e) =>
        e.getBoundingClientRect().right > page.clientWidth + 1 && !defile(e.parentElement));
    return [`défilement horizontal de ${page.scrollWidth - page.clientWidth} px : ` +
        trop.slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className}`).join(", ")];
}"""
ESPACER = """() => {
    const feuille = new CSSStyleSheet();
    feuille.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [feuille];
    const coupe = (e) => {
        const s = getComputedStyle(e), cache = (v) => ["hidden", "clip"].includes(v);
        const icone = parseFloat(s.textIndent) < -innerWidth; // its name is for those who hear it
        return e.clientWidth > 1 && e.textContent.trim() && !icone &&
            ((cache(s.overflowX) && e.scrollWidth > e.clientWidth + 1) ||
             (cache(s.overflowY) && e.scrollHeight > e.clientHeight + 1));
    };
    return [...document.body.querySelectorAll("main *, header *, footer *")].filter(coupe)
        .slice(0, 3).map((e) => `texte coupé : ${e.tagName.toLowerCase()}.${e.className}`);
}"""
FOYER = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const s = getComputedStyle(e), r = e.getBoundingClientRect();
    const dessus = document.elementFromPoint(
        Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1),
        Math.min(Math.max(r.top + r.height / 2, 0), innerHeight - 1));
    const marque = (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2);
    const vu = r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
    const nom = `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute("class") || ""} ` +
        (e.textContent || e.name || "").trim().slice(0, 30);
    return [nom, marque, vu && (e.contains(dessus) || dessus.contains(e) ||
        (e.ownerSVGElement || e).contains(dessus))];
}"""


@pytest.fixture(scope="module")
def lignes(site: Site, django_db_blocker: DjangoDbBlocker) -> dict[str, int]:
    return peupler()


def fautes(page: Page, adresse: str, *, etroit: bool) -> list[str]:
    """What is wrong with a page; a second navigation is never needed."""
    page.goto(adresse)
    page.evaluate(AXE_SCRIPT)
    trouvees: list[str] = page.evaluate(AXE, ETIQUETTES)
    if not page.title().endswith("Contrat de ville") or page.locator("h1").count() != 1:
        trouvees.append(f"titre ou h1 : {page.title()}, {page.locator('h1').all_inner_texts()}")
    trouvees += page.evaluate(DEBORDE)
    if etroit:
        trouvees += page.evaluate(ESPACER)
        trouvees += [f"espacé, {faute}" for faute in page.evaluate(DEBORDE)]
    return trouvees


def parcourir(site: Site, adresses: dict[str | None, list[str]], theme: Any, largeur: int) -> Any:
    """The faulty pages of each account, and what is wrong there."""
    fautives = {}
    for compte, liste in adresses.items():
        with site.contexte(
            compte, color_scheme=theme, viewport={"width": largeur, "height": 900}
        ) as contexte:
            page = contexte.new_page()
            for adresse in liste:
                trouvees = fautes(page, adresse, etroit=largeur == ETROIT)
                if trouvees:
                    fautives[adresse] = trouvees
    return fautives


def adresses(lignes: dict[str, int]) -> dict[str | None, list[str]]:
    """By account: all the pages, those of the administration that we dress, the refusals."""
    siennes = [adresse.format(**lignes) for toutes in PAGES.values() for adresse in toutes]
    return {
        "coordinatrice": siennes + [adresse.format(**lignes) for adresse in ADMINISTRATION],
        "lectrice": list(SANS_DROITS),
        None: [adresse for toutes in SANS_COMPTE.values() for adresse in toutes],
    }


def test_aucune_page_du_site_n_est_oubliee() -> None:
    connues = {*PAGES, *SANS_COMPTE, *PAS_DES_PAGES}
    assert set(noms_des_adresses()) == connues


@pytest.mark.parametrize(("theme", "largeur"), ECRANS)
def test_toutes_les_pages(site: Site, lignes: dict[str, int], theme: str, largeur: int) -> None:
    assert parcourir(site, adresses(lignes), theme, largeur) == {}


def test_un_identifiant_refuse(site: Site, lignes: dict[str, int]) -> None:
    """The form's errors: announced in the title, summed up, tied to their field."""
    with site.contexte(viewport={"width": ETROIT, "height": 900}) as contexte:
        page = contexte.new_page()
        page.goto("/comptes/login/")
        page.locator("#id_password").press("Enter")
        expect(page).to_have_title(re.compile("^Erreur – Connexion"))
        page.wait_for_load_state()
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(AXE, ETIQUETTES) == []
        for champ in ("#id_login", "#id_password"):
            decrit = page.locator(champ).get_attribute("aria-describedby") or ""
            assert page.locator(champ).get_attribute("aria-invalid") == "true"
            assert page.locator(f"#{decrit.split()[-1]}").inner_text().strip() != ""


def test_chaque_page_porte_son_propre_titre(site: Site, lignes: dict[str, int]) -> None:
    with site.contexte("coordinatrice", java_script_enabled=False) as contexte:
        page = contexte.new_page()
        titres: Counter[str] = Counter()
        for toutes in PAGES.values():
            page.goto(toutes[0].format(**lignes))
            titres[page.title()] += 1
    assert [titre for titre, fois in titres.items() if fois > 1] == []


@pytest.mark.parametrize("nom", AU_CLAVIER)
def test_le_clavier_montre_ou_l_on_est(site: Site, lignes: dict[str, int], nom: str) -> None:
    """From the skip link on, whatever takes the focus shows it and stands in sight."""
    adresse = PAGES[nom][0] if nom in PAGES else SANS_COMPTE[nom][0]
    compte = "coordinatrice" if nom in PAGES else None
    with site.contexte(compte, reduced_motion="reduce") as contexte:
        page = contexte.new_page()
        page.goto(adresse)
        page.keyboard.press("Tab")
        expect(page.locator("a:focus")).to_have_text("Aller au contenu")
        perdus = []
        for _ in range(60):
            page.keyboard.press("Tab")
            foyer = page.evaluate(FOYER)
            if foyer is None:
                break
            if foyer[1:] != [True, True]:
                perdus.append(foyer)
        assert perdus == []
        page.goto(adresse)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#contenu")).to_be_focused()


@pytest.mark.epreuve
@pytest.mark.parametrize(("theme", "largeur"), AUTRES_ECRANS)
def test_toutes_les_pages_sur_les_autres_ecrans(
    site: Site, lignes: dict[str, int], theme: str, largeur: int
) -> None:
    assert parcourir(site, adresses(lignes), theme, largeur) == {}


@pytest.mark.epreuve
@pytest.mark.parametrize(("theme", "largeur"), ECRANS)
def test_toute_l_administration(site: Site, theme: str, largeur: int) -> None:
    dossiers: dict[str | None, list[str]] = {"coordinatrice": list(toute_l_administration())}
    assert parcourir(site, dossiers, theme, largeur) == {}
