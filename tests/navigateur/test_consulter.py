"""The coordinator's story: « how much for prevention at La Grand'Combe with Fasild money? »"""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from listes.chiffres import montant
from tests.navigateur.attente import attendre
from tests.navigateur.site import Site, se_connecter

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

QUESTION = "/actions/?exercice=2004&commune=30132&theme=2&financeur=FASILD"
VIDE = "—"
CHOIX = (("Commune", "La Grand-Combe"), ("Thème", "Prévention"), ("Financeur", "Fasild"))


@dataclass(frozen=True)
class Affiche:
    """A list as one reads it: headings without their arrow, rows, and the foot."""

    entetes: list[str]
    lignes: list[list[str]]
    pied: list[str]

    def sans(self, entete: str) -> "Affiche":
        """The same without a column."""
        rang = self.entetes.index(entete)
        entetes, *lignes, pied = (
            cellules[:rang] + cellules[rang + 1 :]
            for cellules in (self.entetes, *self.lignes, self.pied)
        )
        return Affiche(entetes, lignes, pied)


REPONSE = Affiche(
    ["Action", "Exercice", "Commune", "Thème", "Porteur", "Statut", "Demandé", "Accordé", "Versé"],
    [
        [
            f"Action reconstituée n° {numero} — Prévention, La Grand-Combe",
            *("2004", "La Grand-Combe", "Prévention", VIDE, "Accordée", VIDE, accorde, VIDE),
        ]
        for numero, accorde in ((119, "450\u00a0€"), (121, "300\u00a0€"))
    ],
    ["Total : 2 actions", "", "", "", "", "", VIDE, "750\u00a0€", VIDE],
)


def lire(page: Page) -> Affiche:
    cellules = """(rangs) => rangs.map((rang) => [...rang.cells].map((c) => c.innerText.trim()))"""
    table = page.locator("table.liste-tableau")
    (entetes,) = table.locator("thead tr").evaluate_all(cellules)
    (pied,) = table.locator("tfoot tr").evaluate_all(cellules)
    lignes = table.locator("tbody tr").evaluate_all(cellules)
    return Affiche([re.sub("[↕▲▼]", "", entete).strip() for entete in entetes], lignes, pied)


def lire_fichier(chemin: Path) -> Affiche:
    """The same, from a workbook: what stands between its headings and its last row."""
    rangs = [
        ["" if valeur is None else valeur for valeur in rang]
        for rang in openpyxl.load_workbook(chemin).worksheets[0].iter_rows(values_only=True)
    ]
    debut = next(numero for numero, rang in enumerate(rangs) if rang[0] == "Action")
    entetes, *lignes, pied = rangs[debut:]
    return Affiche(
        [str(entete) for entete in entetes],
        [[_ecrit(v, e, VIDE) for v, e in zip(rang, entetes, strict=True)] for rang in lignes],
        [_ecrit(v, e, VIDE if _est_montant(e) else "") for v, e in zip(pied, entetes, strict=True)],
    )


def _est_montant(entete: object) -> bool:
    return entete in ("Demandé", "Accordé", "Versé")


def _ecrit(valeur: object, entete: object, vide: str) -> str:
    """A cell of the workbook in the words of the screen."""
    if valeur == "":
        return vide
    chiffre = _est_montant(entete) and valeur != VIDE
    return montant(Decimal(str(valeur))) if chiffre else str(valeur)


def case(page: Page, feuille: str, choix: str) -> Locator:
    """The box whose label begins so, in a sheet of values."""
    return page.get_by_role("group", name=feuille).get_by_label(re.compile(f"^{choix}"))


def cocher(page: Page, feuille: str, choix: str, *, coche: bool = True) -> None:
    """One choice in a sheet of values; the page follows by itself."""
    sommaire = page.locator("summary", has_text=re.compile(rf"^\s*{feuille}"))
    if not sommaire.evaluate("(s) => s.parentElement.open"):
        sommaire.click()
    case(page, feuille, choix).set_checked(coche)


def test_la_reponse_en_trois_choix_son_total_son_fichier_et_son_lien(
    site: Site, tmp_path: Path
) -> None:
    with site.contexte() as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        se_connecter(page, "coordinatrice")
        expect(page).to_have_url(f"{site.adresse}/actions/?exercice=2004")

        for feuille, choix in CHOIX:
            cocher(page, feuille, choix)
            expect(page.locator(".puce", has_text=f"{feuille} : {choix}")).to_be_visible()
        expect(page.locator("#annonce")).to_have_text("Total : 2 actions, 750 € accordés")
        page.keyboard.press("Escape")
        expect(page).to_have_url(f"{site.adresse}{QUESTION}")
        attendre(page, lambda: lire(page), REPONSE)

        accorde = page.get_by_role("columnheader", name="Accordé")
        for sens in ("descending", "ascending", "descending"):
            accorde.get_by_role("link").click()
            expect(accorde).to_have_attribute("aria-sort", sens)
            ranges = sorted(("300\u00a0€", "450\u00a0€"), reverse=sens == "descending")
            attendre(page, lambda: [ligne[7] for ligne in lire(page).lignes], ranges)

        cocher(page, "Colonnes", "Statut", coche=False)
        expect(page.get_by_role("columnheader", name="Statut")).to_have_count(0)
        page.keyboard.press("Escape")
        affiche = REPONSE.sans("Statut")
        attendre(page, lambda: lire(page), affiche)

        with page.expect_download() as telechargement:
            page.get_by_role("link", name="Excel (.xlsx)").click()
        fichier = tmp_path / "actions.xlsx"
        telechargement.value.save_as(fichier)
        assert lire_fichier(fichier) == affiche

        expect(page).to_have_url(re.compile("[?&]colonnes="))
        partagee = page.url
        page.go_back()
        expect(page.get_by_role("columnheader", name="Statut")).to_have_count(1)

    with site.contexte() as ailleurs:
        page = ailleurs.new_page()
        page.goto(partagee)
        se_connecter(page, "lectrice")
        expect(page).to_have_url(partagee)
        attendre(page, lambda: lire(page), affiche)


@dataclass
class Parcours:
    """What someone does from a page: each link that she clicks on is counted."""

    page: Page
    clics: int = 0

    def suivre(self, lien: Locator) -> None:
        depart = self.page.url
        lien.click()
        expect(self.page).not_to_have_url(depart)
        self.page.wait_for_load_state()
        self.clics += 1


def chiffre_croise(page: Page, rangee: str, colonne: str) -> Locator:
    """The figure where a theme or a commune meets a funder."""
    croisement = page.get_by_role("region", name="par financeur")
    colonnes = croisement.locator("thead th")
    expect(colonnes.filter(has_text=colonne)).to_have_count(1)
    rang = colonnes.all_inner_texts().index(colonne)
    ligne = croisement.get_by_role("row", name=re.compile(f"^{rangee}"))
    return ligne.locator("th, td").nth(rang).get_by_role("link")


@pytest.mark.parametrize(
    ("depart", "clics"),
    [("/?exercice=2004", 2), ("/actions/?exercice=2004", 3), ("/communes/30132/?exercice=2004", 1)],
)
def test_la_reponse_en_trois_clics_au_plus(site: Site, depart: str, clics: int) -> None:
    """Read one click before the last: the commune's page already says 750 €."""
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto(depart)
        parcours = Parcours(page)
        if depart.startswith("/actions/"):
            parcours.suivre(page.get_by_role("link", name="Communes", exact=True))
        if not depart.startswith("/communes/"):
            carte_ou_liste = page.get_by_role("link", name=re.compile("^La Grand-Combe"))
            parcours.suivre(carte_ou_liste.first)
        reponse = chiffre_croise(page, "Prévention", "Fasild")
        expect(reponse).to_have_text("750 €")
        parcours.suivre(reponse)
        expect(page).to_have_url(f"{site.adresse}{QUESTION}")
        attendre(page, lambda: lire(page), REPONSE)
        assert parcours.clics == clics


def test_d_un_chiffre_du_bilan_a_ses_actions(site: Site) -> None:
    """Three clicks from the table that crosses communes and themes: the figure, then the funder."""
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/bilan/2004/croise/")
        themes = page.locator("thead th").all_inner_texts()
        rang = page.get_by_role("row", name=re.compile("^Grand'Combe"))
        cellule = rang.locator("th, td").nth(themes.index("Prévention"))
        euros = cellule.get_by_role("link", name=re.compile("€")).first
        annonce = euros.inner_text()

        euros.click()
        page.wait_for_url("**/actions/?*")
        liste = lire(page)
        assert (liste.pied[7], len(liste.lignes)) == (annonce, 4)

        cocher(page, "Financeur", "Fasild")
        attendre(page, lambda: lire(page), REPONSE)


def aller_a(page: Page, role: str, nom: str) -> None:
    """By the Tab key alone, to the control that says so."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(
            """([role, nom]) => {
                const e = document.activeElement;
                const dit = e.labels?.length ? e.labels[0].innerText : e.innerText || "";
                return (role === e.tagName.toLowerCase()) && dit.trim().startsWith(nom);
            }""",
            [role, nom],
        ):
            return
    raise AssertionError(f"{nom} ne s'atteint pas au clavier")


def test_au_clavier_seul(site: Site) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        for feuille, choix in CHOIX:
            aller_a(page, "summary", feuille)
            page.keyboard.press("Enter")
            aller_a(page, "input", choix)
            page.keyboard.press("Space")
            expect(page.locator(".puce", has_text=f"{feuille} : {choix}")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator("summary:focus")).to_have_text(re.compile(rf"^\s*{feuille}"))
        expect(page.locator("#annonce")).to_have_text("Total : 2 actions, 750 € accordés")
        attendre(page, lambda: lire(page), REPONSE)

        aller_a(page, "a", "Accordé")
        page.keyboard.press("Enter")
        entete = page.get_by_role("columnheader", name="Accordé")
        expect(entete).to_have_attribute("aria-sort", "descending")
        expect(page.locator("#tri-montant_accorde")).to_be_focused()


def test_sans_javascript_la_meme_page(site: Site, tmp_path: Path) -> None:
    with site.contexte("coordinatrice", java_script_enabled=False) as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        for feuille, choix in CHOIX:
            page.locator("summary", has_text=re.compile(rf"^\s*{feuille}")).click()
            case(page, feuille, choix).check()
            page.locator("summary", has_text=re.compile(rf"^\s*{feuille}")).click()
        page.get_by_role("button", name="Filtrer").click()
        attendre(page, lambda: lire_sans_script(page), REPONSE.lignes)

        page.get_by_role("columnheader", name="Accordé").get_by_role("link").click()
        page.wait_for_url("**sort=-montant_accorde**")
        page.get_by_role("columnheader", name="Accordé").get_by_role("link").click()
        attendre(page, lambda: lire_sans_script(page), REPONSE.lignes[::-1])

        with page.expect_download() as telechargement:
            page.get_by_role("link", name="Excel (.xlsx)").click()
        fichier = tmp_path / "actions.xlsx"
        telechargement.value.save_as(fichier)
        assert lire_fichier(fichier).lignes == REPONSE.lignes[::-1]

        page.get_by_role("link", name="Retirer le filtre Commune").click()
        expect(page.locator(".puce", has_text="Commune")).to_have_count(0)


def lire_sans_script(page: Page) -> list[list[str]]:
    """Without scripts in the page, one reads cell by cell."""
    return [
        [cellule.strip() for cellule in rang.locator("th, td").all_inner_texts()]
        for rang in page.locator("table.liste-tableau tbody tr").all()
    ]


def test_revenir_en_arriere_rend_les_filtres_de_l_adresse(site: Site) -> None:
    """A box ticked before stays ticked: the next filter adds to it and forgets nothing."""
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        cocher(page, "Thème", "Prévention")
        expect(page.locator(".puce", has_text="Prévention")).to_be_visible()
        page.keyboard.press("Escape")
        accorde = page.get_by_role("columnheader", name="Accordé")
        accorde.get_by_role("link").click()
        expect(accorde).to_have_attribute("aria-sort", "descending")

        page.go_back()
        expect(page).to_have_url(f"{site.adresse}/actions/?exercice=2004&theme=2")
        expect(accorde).not_to_have_attribute("aria-sort", "descending")
        expect(page.locator("input[name=theme]:checked")).to_have_count(1)

        cocher(page, "Commune", "La Grand-Combe")
        expect(page.locator("#annonce")).to_have_text(re.compile("^Total : 4 actions"))
        expect(page).to_have_url(f"{site.adresse}/actions/?exercice=2004&commune=30132&theme=2")


def test_d_une_page_a_l_autre_on_lit_depuis_le_haut(site: Site) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        page.get_by_role("link", name="Suivante").click()
        expect(page.locator("#annonce")).to_have_text(re.compile(", page 2 sur 4$"))
        expect(page.locator("#resultats")).to_be_focused()
        expect(page.locator(".puces")).to_be_in_viewport()


def test_retirer_un_filtre_au_clavier_garde_sa_place(site: Site) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004&commune=30132&theme=2")
        retirer = page.get_by_role("link", name="Retirer le filtre")
        for retire, suivant in (("Commune", "Thème"), ("Thème", "Exercice")):
            retirer.filter(has_text=retire).press("Enter")
            expect(retirer.filter(has_text=suivant)).to_be_focused()
        retirer.filter(has_text="Exercice").press("Enter")
        expect(page.locator("#resultats")).to_be_focused()

        page.goto(f"{QUESTION}&q=introuvable")
        page.get_by_role("link", name="sans « Recherche »").press("Enter")
        expect(page.locator("#resultats")).to_be_focused()


def test_un_montant_mal_ecrit_se_lit_sur_son_champ(site: Site) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004")
        page.locator("summary", has_text="Plus de filtres").click()
        montant_min = page.get_by_label("Accordé, au moins (€)")
        montant_min.fill("abc")
        montant_min.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("un filtre n’est pas compris.")
        expect(montant_min).to_have_attribute("aria-invalid", "true")
        expect(montant_min).to_have_accessible_description(
            re.compile("« Accordé, au moins \\(€\\) » : « abc » n'est pas un montant")
        )

        page.get_by_role("link", name="« Accordé, au moins (€) »").press("Enter")
        expect(montant_min).to_be_focused()
        montant_min.fill("1000")
        montant_min.press("Enter")
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(montant_min).not_to_have_attribute("aria-invalid", "true")
        expect(montant_min).to_have_accessible_description("")


def test_sans_colonne_cochee_la_premiere_seule(site: Site) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004&colonnes=commune")
        cocher(page, "Colonnes", "Commune", coche=False)
        attendre(page, lambda: lire(page).entetes, ["Action"])
        page.reload()
        attendre(page, lambda: lire(page).entetes, ["Action"])
        expect(page.locator("input[name=colonnes]:checked")).to_have_count(0)


@pytest.mark.parametrize("largeur", [768, 1366])
@pytest.mark.parametrize(
    ("adresse", "tableau"),
    [
        ("/actions/?exercice=2004", "#resultats .table-responsive"),
        ("/bilan/2004/actions/", ".table-responsive:has(#tableau-actions)"),
        ("/admin/actions/action/", ".results"),
    ],
)
def test_les_en_tetes_restent_quand_la_liste_defile(
    site: Site, adresse: str, tableau: str, largeur: int
) -> None:
    """The page itself isn't wider for it, and paper shows the whole table."""
    with site.contexte("coordinatrice", viewport={"width": largeur, "height": 844}) as contexte:
        page = contexte.new_page()
        page.goto(adresse)
        cadre = page.locator(tableau).last
        cadre.evaluate("(e) => { e.scrollIntoView(); e.scrollTop = 400; }")

        def sous_le_bord() -> Any:
            return cadre.evaluate(
                "(e) => Math.round(e.querySelector('thead th').getBoundingClientRect().top"
                " - e.getBoundingClientRect().top - e.clientTop)"
            )

        assert cadre.evaluate("(e) => e.scrollTop") == 400
        assert sous_le_bord() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == largeur
        page.emulate_media(media="print")
        assert cadre.evaluate("(e) => e.scrollHeight - e.clientHeight") <= 1


def test_les_colonnes_usuelles_tiennent_a_l_ecran_et_le_papier_ne_montre_que_la_liste(
    site: Site,
) -> None:
    """The second page holds the longest theme."""
    with site.contexte("coordinatrice", viewport={"width": 1280, "height": 900}) as contexte:
        page = contexte.new_page()
        page.goto("/actions/?exercice=2004&theme=2&sort=-montant_accorde")
        gestes = page.locator(".sens, .puce [aria-hidden], .puces li:last-child")
        expect(gestes.filter(visible=True)).to_have_count(12)
        page.emulate_media(media="print")
        expect(gestes.filter(visible=True)).to_have_text(["▼"])

        page.emulate_media(media="screen")
        page.goto("/actions/?exercice=2004&page=2")
        defile = page.locator(".table-responsive").evaluate("(e) => e.scrollWidth - e.clientWidth")
        assert defile == 0
