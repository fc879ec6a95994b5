"""Three days of an agent, from the year that opens to the spreadsheet that comes: what is entered
is entered by keyboard alone.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from tests.actions.test_admin_clavier import Clavier
from tests.navigateur.attente import attendre
from tests.navigateur.site import MOT_DE_PASSE, Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
NOUVELLES = (
    ("Ludothèque du Rieu", "culture", "Culture", "rousson", "Rousson"),
    ("Ciné-club", "sport", "Sport", "cendras", "Cendras"),
    ("Rallye des quartiers", "sante", "Santé", "bagard", "Bagard"),
)
FINANCEURS = (("fasild", "Fasild", "1500"), ("gard", "Conseil général du Gard", "300"))


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    with site.contexte("coordinatrice") as contexte:
        yield contexte.new_page()


def test_trois_jours_d_une_agente(site: Site, page: Page, tmp_path: Path) -> None:
    lundi_l_annee_s_ouvre(page)
    mardi_on_saisit_au_clavier(page, site)
    mercredi_un_tableur_arrive(page, tmp_path)


def lundi_l_annee_s_ouvre(page: Page) -> None:
    """Open 2005, which sends nobody to zeros, and renew ten actions of 2004 into it."""
    page.goto("/admin/actions/exercice/add/")
    clavier = Clavier(page)
    page.locator("#id_annee").focus()
    clavier.taper("2005")
    clavier.presser("Enter")
    expect(page.locator("#messages .alert-success")).to_be_visible()
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Tableau de bord 2004")
    page.locator(".exercices").get_by_role("link", name="2005").click()
    expect(page.locator("main")).to_contain_text("L’exercice 2005 n’a encore aucune action")
    page.get_by_role("link", name="Renouveler l’an dernier").click()
    page.get_by_role("link", name="Tout décocher").click()
    page.wait_for_url("**cocher=aucune")
    cases = page.locator("input[name=action]")
    expect(page.locator("input[name=action]:checked")).to_have_count(0)
    for rang in range(10):
        cases.nth(rang).check()
    page.get_by_role("button", name="Voir ce qui sera créé").click()
    page.get_by_role("button", name="Renouveler 10 actions").click()
    expect(page.locator("#messages")).to_contain_text("10 actions renouvelées en 2005")
    expect(page.locator("tbody tr")).to_have_count(10)


def mardi_on_saisit_au_clavier(page: Page, site: Site) -> None:
    """Three actions with their funders, one with a document; a mistake, a conflict, a deletion."""
    porteur = "Lire ensemble"
    page.goto("/actions/?exercice=2005")
    page.keyboard.press("n")
    for rang, (intitule, theme, nom_du_theme, lieu, commune) in enumerate(NOUVELLES):
        page.locator("[name=exercice]:focus").wait_for()
        saisir(page, intitule, porteur, (theme, nom_du_theme), (lieu, commune), rang == 0)
        if rang == 0:
            mal_ecrire_puis_corriger(page)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/actions/?exercice=2005")
        expect(page.locator("#messages")).to_contain_text(intitule)
        page.keyboard.press("n")
    assert Action.objects.filter(exercice__annee=2005).count() == 13
    action = Action.objects.get(intitule=NOUVELLES[0][0])
    assert action.pieces.get().nom == "budget.pdf"
    assert sorted(action.subventions.values_list("financeur__code", "montant_demande")) == [
        ("CG", Decimal(12500)),
        ("FASILD", Decimal(1500)),
    ]
    un_conflit(page, site, action)
    supprimer_puis_retablir(page, action)


def saisir(
    page: Page,
    intitule: str,
    porteur: str,
    theme: tuple[str, str],
    commune: tuple[str, str],
    avec_une_piece: bool,
) -> None:
    clavier = Clavier(page)
    clavier.presser("Tab")
    clavier.taper(intitule)
    clavier.presser("Tab")
    if avec_une_piece:  # the porteur isn't known yet: made from the field
        clavier.taper(porteur)
        expect(page.locator(".select2-results__option--highlighted")).to_have_text(
            f"Créer « {porteur} »"
        )
        with page.context.expect_page() as ouverte:
            clavier.presser("Enter")
        fenetre = ouverte.value
        expect(fenetre.locator("[name=nom]:focus")).to_have_value(porteur)
        with fenetre.expect_event("close"):
            fenetre.keyboard.press("Enter")
        page.locator("#id_porteur option:checked", has_text=porteur).wait_for(state="attached")
        page.bring_to_front()
    else:
        clavier.choisir("porteur", porteur, porteur)
    clavier.aller("[aria-labelledby=select2-id_theme-container]")
    clavier.choisir("theme", *theme)
    clavier.presser("Tab")
    clavier.choisir("commune", *commune)
    clavier.aller("[aria-labelledby=select2-id_subventions-0-financeur-container]")
    for rang, (tape, financeur, demande) in enumerate(FINANCEURS):
        if rang:
            clavier.presser("Enter")
        clavier.choisir(f"subventions-{rang}-financeur", tape, financeur)
        clavier.presser("Tab")
        clavier.taper(demande)
    if avec_une_piece:
        page.set_input_files(
            "#id_pieces-0-fichier",
            {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": PDF},
        )


def mal_ecrire_puis_corriger(page: Page) -> None:
    """The amount is refused, all the rest is kept; the cursor is already where one mends."""
    montant = page.locator("#id_subventions-1-montant_demande")
    montant.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("douze")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-erreurs]")).to_contain_text("1 point à corriger")
    expect(montant).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("12 500 €")
    page.set_input_files(
        "#id_pieces-0-fichier",
        {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": PDF},
    )
    montant.focus()


def un_conflit(page: Page, site: Site, action: Action) -> None:
    """Marc saves the same action meanwhile: both titles are shown, one chooses."""
    Utilisateur.objects.create_superuser("marc", password=MOT_DE_PASSE)
    page.goto(f"/actions/{action.pk}/")
    page.keyboard.press("e")
    page.locator("#id_intitule").fill("Ludothèque")
    with site.contexte("marc") as contexte:
        autre = contexte.new_page()
        autre.goto(f"/admin/actions/action/{action.pk}/change/")
        autre.locator("#id_intitule").fill("Jeux et livres")
        autre.locator("[name=_save]").click()
        expect(autre.locator("#messages .alert-success")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("table.differences")).to_contain_text("Jeux et livres")
    page.get_by_role("button", name="Garder toute ma saisie").click()
    page.wait_for_url(f"**/actions/{action.pk}/")
    expect(page.locator("h1")).to_have_text("Ludothèque")


def supprimer_puis_retablir(page: Page, action: Action) -> None:
    page.get_by_role("link", name="Supprimer").click()
    page.locator("#content input[type=submit]").click()
    expect(page.locator("#messages")).to_contain_text("Ludothèque")
    page.goto(f"/actions/{action.pk}/")
    expect(page.locator("main")).to_contain_text("supprimée")
    page.get_by_role("link", name="Rétablir").first.click()
    page.locator("main form button, main form input[type=submit]").last.click()
    attendre(page, lambda: Action.objects.filter(pk=action.pk).exists(), True)
    page.goto(f"/actions/{action.pk}/")
    expect(page.locator("h1")).to_have_text("Ludothèque")
    expect(page.locator("#titre-pieces + ul")).to_contain_text("budget.pdf")


def mercredi_un_tableur_arrive(page: Page, tmp_path: Path) -> None:
    fichier = tmp_path / "programmation.csv"
    fichier.write_text(
        "Intitulé;Porteur;Thème;Commune;État accordé\n"
        "Aide aux devoirs;Lire ensemble;Prévention;Alès;4 500 €\n"
        "Jardins partagés;Lire ensemble;Environnement;Cendras;800\n",
        encoding="utf-8",
    )
    page.goto("/import/nouveau/")
    page.locator("input[type=file]").set_input_files(fichier)
    page.locator("#id_exercice").select_option(label="2005")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/import/*/")
    page.get_by_role("button", name="Appliquer").first.click()
    expect(page.locator("#messages")).to_contain_text("L'import est appliqué")
    assert Action.objects.filter(exercice=Exercice.objects.get(annee=2005)).count() == 15
    page.goto("/journal/")
    expect(page.locator(".journal")).to_contain_text("Aide aux devoirs")
    expect(page.locator(".journal")).to_contain_text("Ludothèque")
