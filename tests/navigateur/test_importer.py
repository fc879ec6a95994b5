"""In Chromium: an association's spreadsheet, from its mistakes to the report, and back."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from actions.models import Action, Exercice, Theme
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme
from tests.navigateur.attente import attendre
from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

Ligne = list[str]
Etat = dict[str, dict[str, Ligne]]

FICHIER = [
    ["Centre social du Rieu : programmation 2005"],
    [],
    ["Titre du projet", "Association", "Lieu", "Volet", "SIRET", "Etat accordé", "CG accordé"],
    ["Aide aux devoirs", "Lire ensemble", "Alès", "Prévention", None, "4 500 €", 1200],
    ["Jardins partagés", "Terre d'ici", "Alese", 5, None, "mille euros", None],
    ["Théâtre de rue", "Les Saltimbanques", "30027", "Culture", 2.43e13, 0, "300,50"],
    ["Sport au pied des tours", "Ballon rond", "Cendras", "Sports et danse", None, 800, None],
]
ERREURS = [
    (5, "Lieu", "Alese", "« Alese » n'est pas une commune du contrat : vouliez-vous dire « Alès »"),
    (5, "Etat accordé", "mille euros", "« mille euros » n'est pas un montant : écrivez"),
    (6, "SIRET", "24300000000000", "Le tableur a arrondi ce SIRET et ses derniers chiffres"),
    (7, "Volet", "Sports et danse", "« Sports et danse » n'est pas un thème connu : attendu"),
]
DEPOSEE_ET_ACCORDEE = (
    "5\u202f700\xa0€ accordés à une action encore « Déposée » : si la décision est prise, "
    "passez-la à « Accordée » ou à « Refusée »."
)
CASES = ["C5", "F5", "E6", "D7"]
CORRECTIONS = {"C5": "Alès", "F5": 1000, "E6": None, "D7": "Sport"}
APRES: Etat = {
    "territorial": {
        "Alès": ["2", "6\u202f700\xa0€"],
        "Bagard": ["1", "300,50\xa0€"],
        "Cendras": ["1", "800\xa0€"],
    },
    "thematique": {
        "Prévention": ["1", "5\u202f700\xa0€"],
        "Culture": ["1", "300,50\xa0€"],
        "Sport": ["1", "800\xa0€"],
        "Environnement": ["1", "1\u202f000\xa0€"],
    },
}


@pytest.fixture
def envoi(site: Site, tmp_path: Path) -> Path:
    """The file received; 2005 already holds one of its actions, granted otherwise."""
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.get(numero=2),
        commune=Commune.objects.get(code_insee="30007"),
        porteur=Organisme.objects.create(nom="Lire ensemble"),
        intitule="Aide aux devoirs",
    )
    Subvention.objects.create(
        action=action, financeur=Financeur.objects.get(code="ETAT"), montant_accorde=Decimal(4000)
    )
    classeur = openpyxl.Workbook()
    classeur.active.title = "Programmation"
    for ligne in FICHIER:
        classeur.active.append(ligne)
    chemin = tmp_path / "programmation.xlsx"
    classeur.save(chemin)
    return chemin


def envoyer(page: Page, chemin: Path, attendus: list[str]) -> None:
    """Send a file and wait for its preview, whose key figures are known."""
    page.goto("/import/nouveau/")
    page.get_by_label("Fichier").set_input_files(chemin)
    page.get_by_role("button", name="Vérifier le fichier").click()
    attendre(page, lambda: chiffres(page), attendus)


def chiffres(page: Page) -> list[str]:
    """Rows read, to create, to change, unchanged, in error."""
    return page.locator("dl.chiffres dd").all_inner_texts()


def lignes(page: Page, titre: str) -> list[Ligne]:
    """The body of a table, cell by cell, by its caption."""
    tableau = page.locator("table", has=page.locator("caption", has_text=titre))
    return [
        [cellule.strip() for cellule in rangee.locator("th, td").all_inner_texts()]
        for rangee in tableau.locator("tbody tr").all()
    ]


def annonce(page: Page, rang: int) -> Etat:
    """The preview's totals, actions and amount: before the import (0) or after it (1)."""
    return {
        tableau: {
            nom: [cellules[rang], cellules[rang + 2]] for nom, *cellules in lignes(page, titre)
        }
        for tableau, titre in (("territorial", "Par commune"), ("thematique", "Par thème"))
    }


def publie(page: Page, annonces: Etat) -> Etat:
    """What the report says of the same communes and themes."""
    etat: Etat = {}
    for tableau, annoncees in annonces.items():
        page.goto(f"/bilan/2005/{tableau}/")
        imprimees = {
            rangee.locator("th").first.inner_text().strip(): [
                cellule.strip() for cellule in rangee.locator("td").all_inner_texts()[:2]
            ]
            for rangee in page.locator("main table tbody tr").all()
        }
        etat[tableau] = {nom: imprimees[nom] for nom in annoncees}
    return etat


def test_un_fichier_fautif_est_corrige_applique_vu_au_bilan_puis_annule(
    site: Site, envoi: Path, tmp_path: Path
) -> None:
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        plaintes: list[str] = []
        page.on("console", lambda dit: plaintes.append(dit.text) if dit.type == "error" else None)

        envoyer(page, envoi, ["4", "0", "1", "0", "4"])
        erreurs = lignes(page, "Erreurs")
        for lue, (ligne, colonne, valeur, message) in zip(erreurs, ERREURS, strict=True):
            assert lue[:4] == ["Programmation", str(ligne), colonne, valeur]
            assert lue[4].startswith(message)
        expect(page.get_by_role("button", name="Appliquer")).to_have_count(0)

        with page.expect_download() as attendu:
            page.get_by_role("link", name="Fichier annoté", exact=True).click()
        annote = tmp_path / attendu.value.suggested_filename
        attendu.value.save_as(annote)
        classeur = openpyxl.load_workbook(annote)
        feuille = classeur["Programmation"]
        remarques = {
            case.coordinate: case.comment.text
            for rangee in feuille.iter_rows()
            for case in rangee
            if case.comment
        }
        assert remarques == {
            "A4": DEPOSEE_ET_ACCORDEE,
            **{case: erreur[4] for case, erreur in zip(CASES, erreurs, strict=True)},
        }

        for case, correction in CORRECTIONS.items():
            feuille[case].value = correction
        classeur.save(annote)
        envoyer(page, annote, ["4", "3", "1", "0", "0"])
        assert lignes(page, "Modifications") == [
            [
                "4",
                "Aide aux devoirs",
                "État accordé : 4\u202f000\xa0€ → 4\u202f500\xa0€\n"
                "Conseil général du Gard accordé : — → 1\u202f200\xa0€",
            ]
        ]
        avant, apres = annonce(page, 0), annonce(page, 1)
        assert apres == APRES
        apercu = page.url
        assert publie(page, avant) == avant

        page.goto(apercu)
        page.get_by_role("button", name="Appliquer cet import").click()
        page.get_by_text("L'import est appliqué.").wait_for()
        assert publie(page, apres) == apres

        page.goto(apercu)
        page.get_by_role("link", name="Annuler l’import").click()
        page.get_by_role("button", name="Annuler l’import").click()
        page.get_by_text("L'import est annulé : tout est comme avant lui.").wait_for()
        assert publie(page, avant) == avant
        assert Action.objects.de_l_exercice(2005).count() == 1
        assert plaintes == []


def test_un_fichier_fautif_se_regle_dans_sa_page_au_clavier(site: Site, tmp_path: Path) -> None:
    """Without the spreadsheet: a suggestion taken, cells mended, a row left out; then undone."""
    Exercice.objects.create(annee=2006)
    classeur = openpyxl.Workbook()
    classeur.active.title = "Programmation"
    for ligne in FICHIER:
        classeur.active.append(ligne)
    chemin = tmp_path / "programmation.xlsx"
    classeur.save(chemin)
    with site.contexte("coordinatrice") as contexte:
        page = contexte.new_page()
        plaintes: list[str] = []
        page.on("console", lambda dit: plaintes.append(dit.text) if dit.type == "error" else None)
        page.goto("/import/nouveau/")
        page.get_by_label("Exercice").select_option("2006")
        page.get_by_label("Fichier", exact=True).set_input_files(chemin)
        page.get_by_role("button", name="Vérifier le fichier").click()
        attendre(page, lambda: chiffres(page), ["4", "1", "0", "0", "4"])

        page.get_by_role("button", name="Lire « Alès »").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="1 correction faite ici").wait_for()
        page.get_by_label("Etat accordé, ligne 5 : la valeur juste").fill("1 000")
        page.get_by_label("Laisser la ligne 6 de côté").focus()
        page.keyboard.press("Space")
        page.get_by_label("Volet, ligne 7 : la valeur juste").fill("Sport")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="4 corrections faites ici").wait_for()

        assert chiffres(page) == ["3", "3", "0", "0", "0"]
        assert lignes(page, "Ce qui est lu") == [
            ["« Programmation » : lu", "4", "7\u202f800,50\xa0€"],
            ["gardé", "3", "7\u202f500\xa0€"],
            ["lignes laissées de côté ici", "1", "300,50\xa0€"],
        ]
        page.get_by_role("button", name="Revenir au fichier pour la correction 3").click()
        page.get_by_role("heading", name="3 corrections faites ici").wait_for()
        page.get_by_role("link", name="Colonnes").click()
        page.get_by_role("heading", name="Ce que contient chaque colonne").wait_for()
        page.get_by_text("(changer)").click()
        expect(page.get_by_label("Ligne 3", exact=True)).to_be_checked()
        assert plaintes == []
