"""The guide's screenshots of what an agent types and imports: « make captures »."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page

from outils.captures import IMAGES, RACINE, site_temporaire

TITRE = ["Centre social du Rieu – programmation 2005"]
ENTETES = ["Titre du projet", "Association", "Lieu", "Volet", "SIRET", "Du"]
ENTETES += ["Etat demandé", "Etat accordé", "CG accordé"]
FAUTIF = (
    ("Aide aux devoirs", "Lire ensemble", "Alès", 2, None, "03/01/2005", 6000, 4500, "1 200 €"),
    ("Jardins partagés", "Terre d'ici", "Alese", 5, None, "01/03/05", 2500, "mille euros", None),
    ("Théâtre de rue", "Saltimbanques", "La Grand'Combe", "Culture", 2.43e13, None, 900, 0, 300),
    ("Foot en bas des tours", "Ballon rond", "Cendras", "Sports, danse", None, None, 1500, 800, 0),
)  # fmt: skip
JUSTE = (
    FAUTIF[0],
    ("Jardins partagés", "Terre d'ici", "Alès", 5, None, "01/03/05", 2500, 1000, None),
    ("Théâtre de rue", "Saltimbanques", "La Grand'Combe", "Culture", None, None, 900, 0, 300),
    ("Foot en bas des tours", "Ballon rond", "Cendras", 4, None, None, 1500, 800, 0),
)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with site_temporaire() as (site, page), tempfile.TemporaryDirectory() as dossier:
        _ouvrir_2005(page, site)
        _importer(page, site, Path(dossier))
        _saisir(page, site)


def _ouvrir_2005(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/actions/exercice/add/")
    page.fill("[name=annee]", "2005")
    page.press("[name=annee]", "Enter")
    page.wait_for_url("**/admin/actions/exercice/")


def _saisir(page: Page, site: str) -> None:
    """One action typed, corrected by two people at once, and its history."""
    page.goto(f"{site}/admin/actions/action/add/")
    page.click("#toggle-nav-sidebar")
    page.fill("[name=intitule]", "Fête du livre")
    _choisir(page, "porteur", "lire", "Lire ensemble")
    _choisir(page, "theme", "cult", "Culture")
    _choisir(page, "commune", "ales", "Alès")
    for rang, (tape, financeur, demande, accorde) in enumerate(
        (("etat", "État", "1 500,50", "1000"), ("cons", "Conseil général du Gard", "300", "400"))
    ):
        _choisir(page, f"subventions-{rang}-financeur", tape, financeur)
        page.fill(f"[name=subventions-{rang}-montant_demande]", demande)
        page.fill(f"[name=subventions-{rang}-montant_accorde]", accorde)
    page.press("[name=subventions-1-montant_accorde]", "Tab")
    _capturer(page, "saisir-action")
    page.press("[name=intitule]", "Control+s")
    page.wait_for_url("**/change/")
    action = page.url
    page.fill("[name=public]", "Familles du Rieu")
    page.fill("[name=subventions-1-montant_accorde]", "250")
    chromium = page.context.browser
    autre = chromium.new_page(storage_state=page.context.storage_state()) if chromium else page
    autre.goto(action)  # as somebody else would, in another browser
    autre.fill("[name=subventions-1-montant_accorde]", "300")
    autre.press("[name=intitule]", "Control+s")
    autre.locator(".messagelist .success").wait_for()
    autre.close()
    page.press("[name=intitule]", "Control+s")
    page.get_by_text("Rien n’a été enregistré").wait_for()
    _capturer(page, "saisir-conflit", 480)
    page.get_by_role("button", name="Enregistrer ces choix").click()
    page.locator(".messagelist .success").wait_for()
    page.goto(action.replace("/change/", "/history/"))
    _capturer(page, "saisir-historique", 660)
    page.goto(f"{site}/admin/actions/action/?exercice__id__exact=2")
    _capturer(page, "saisir-liste", 620)


def _choisir(page: Page, champ: str, tape: str, voulu: str) -> None:
    page.locator(f"[aria-labelledby=select2-id_{champ}-container]").click()
    page.locator(".select2-search__field:focus").fill(tape)
    page.locator(".select2-results__option--highlighted", has_text=voulu).wait_for()
    page.keyboard.press("Enter")
    page.locator(f"#id_{champ} option:checked", has_text=voulu).wait_for(state="attached")


def _importer(page: Page, site: str, dossier: Path) -> None:
    _envoyer(page, site, _ecrire(dossier / "programmation 2005.xlsx", FAUTIF))
    _capturer(page, "import-erreurs")
    page.get_by_role("link", name="Colonnes").click()
    _capturer(page, "import-colonnes", 760)
    _envoyer(page, site, _ecrire(dossier / "programmation 2005 corrigée.xlsx", JUSTE))
    _capturer(page, "import-apercu")
    page.get_by_role("button", name="Appliquer cet import").click()
    page.get_by_text("L'import est appliqué.").wait_for()
    _capturer(page, "import-applique", 620)
    page.goto(f"{site}/import/")
    _capturer(page, "import-liste")


def _ecrire(chemin: Path, lignes: Sequence[Sequence[object]]) -> Path:
    """A spreadsheet as an association sends it: title lines first."""
    classeur = Workbook()
    for ligne in (TITRE, [], ENTETES, *lignes):
        classeur.active.append(ligne)
    classeur.save(chemin)
    return chemin


def _envoyer(page: Page, site: str, fichier: Path) -> None:
    page.goto(f"{site}/import/nouveau/")
    page.set_input_files("[name=fichier]", fichier)
    page.get_by_role("button", name="Vérifier le fichier").click()
    page.get_by_text("lignes lues").wait_for()


def _capturer(page: Page, nom: str, hauteur: int | None = None) -> None:
    """The whole page, or its top, at the guide's width."""
    fichier = IMAGES / f"{nom}.png"
    if hauteur is None:
        page.screenshot(path=fichier, full_page=True)
    else:
        page.screenshot(
            path=fichier,
            full_page=True,
            clip={"x": 0, "y": 0, "width": 1200, "height": hauteur},
        )
    print(fichier.relative_to(RACINE))


if __name__ == "__main__":
    main()
