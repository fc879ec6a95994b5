"""In Chromium: an agent types an action with its funding plan without touching the mouse."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur
from territoires.models import Commune, Organisme, Quartier
from tests.navigateur.attente import DELAI, attendre

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
AJOUT = "/admin/actions/action/add/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


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


class Clavier:
    """Counts the keys, as fingers do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frappes = 0

    def presser(self, *touches: str) -> None:
        for touche in touches:
            self.page.keyboard.press(touche)
        self.frappes += len(touches)

    def taper(self, texte: str) -> None:
        self.page.keyboard.type(texte)
        self.frappes += len(texte)

    def choisir(self, champ: str, texte: str, attendu: str) -> None:
        """On the list that has the focus: its first letter opens it; take the only one found."""
        page = self.page
        expect(page.locator(f"[aria-labelledby=select2-id_{champ}-container]")).to_be_focused()
        self.taper(texte[0])
        page.locator(".select2-search__field:focus").wait_for()
        self.taper(texte[1:])
        expect(page.locator(".select2-search__field:focus")).to_have_value(texte)
        trouvee = page.locator(".select2-results__options:not(:has(li + li))")
        trouvee.locator(".select2-results__option--highlighted", has_text=attendu).wait_for()
        self.presser("Enter")
        page.locator(f"#id_{champ} option:checked", has_text=attendu).wait_for(state="attached")
        expect(page.locator(f"[aria-labelledby=select2-id_{champ}-container]")).to_be_focused()

    def aller(self, champ: str) -> None:
        """From one key to the next, until the field has the focus."""
        for _ in range(80):
            if self.page.locator(f"{champ}:focus").count():
                return
            self.presser("Tab")
        pytest.fail(f"Tab n'atteint pas {champ}.")


def ouvrir(contexte: BrowserContext, adresse: str) -> Page:
    """The form, once signed in by keyboard."""
    contexte.set_default_timeout(DELAI)
    page = contexte.new_page()
    page.goto(adresse)
    page.locator("input[name=login]").focus()
    page.keyboard.type("agent")
    page.keyboard.press("Tab")
    page.keyboard.type("un-mot-de-passe-long")
    page.keyboard.press("Enter")
    page.locator("[name=exercice]:focus").wait_for()
    return page


@pytest.fixture
def contexte(navigateur: Browser) -> Iterator[BrowserContext]:
    contexte = navigateur.new_context(locale="fr-FR", timezone_id="Europe/Paris")
    yield contexte
    contexte.close()


def test_une_action_se_saisit_s_enregistre_et_se_corrige_au_seul_clavier(
    contexte: BrowserContext, live_server: LiveServer
) -> None:
    page = ouvrir(contexte, f"{live_server.url}{AJOUT}")
    plaintes: list[str] = []
    page.on("console", lambda dit: plaintes.append(dit.text) if dit.type == "error" else None)
    clavier = Clavier(page)
    clavier.presser("Tab")
    clavier.taper("Fête du livre")
    clavier.presser("Tab")
    clavier.taper("Lire ensemble")
    creer = page.locator(".select2-results__option--highlighted")
    expect(creer).to_have_text("Créer « Lire ensemble »")
    with contexte.expect_page() as ouverte:
        clavier.presser("Enter")
    fenetre = ouverte.value
    expect(fenetre.locator("[name=nom]:focus")).to_have_value("Lire ensemble")
    with fenetre.expect_event("close"):
        fenetre.keyboard.press("Enter")
    clavier.frappes += 1
    page.locator("#id_porteur option:checked", has_text="Lire ensemble").wait_for(state="attached")

    page.bring_to_front()
    clavier.aller("[aria-labelledby=select2-id_theme-container]")
    clavier.choisir("theme", "cult", "Culture")
    clavier.presser("Tab")
    clavier.choisir("commune", "ales", "Alès")
    clavier.presser("Tab")
    clavier.choisir("quartier", "cen", "Centre (Alès)")
    clavier.aller("[aria-labelledby=select2-id_subventions-0-financeur-container]")
    for rang, (tape, financeur, demande, accorde) in enumerate(
        (
            ("etat", "État", "1 500,50", "1000"),
            ("cons", "Conseil général", "300", "400"),
            ("fas", "Fasild", "0", "0"),
        )
    ):
        if rang:
            clavier.presser("Enter")
        clavier.choisir(f"subventions-{rang}-financeur", tape, financeur)
        clavier.presser("Tab")
        clavier.taper(demande)
        clavier.presser("Tab")
        clavier.taper(accorde)
    clavier.presser("Tab")
    attendre(
        page,
        lambda: [page.inner_text("#totaux"), page.inner_text("#alertes-montants")],
        [
            "Crédits de fonctionnement – demandé : 1\u202f800,50\u00a0€, "
            "accordé : 1\u202f400\u00a0€, versé : —",
            "Conseil général : l'accordé dépasse le demandé.",
        ],
    )
    clavier.aller("#id_pieces-0-fichier")
    clavier.frappes += 1  # Enter: the system's own window chooses the file
    page.set_input_files(
        "#id_pieces-0-fichier",
        {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": PDF},
    )
    clavier.presser("Control+s")
    page.wait_for_url("**/change/")
    assert clavier.frappes <= 111

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
    assert action.pieces.get().nom == "budget.pdf"
    expect(page.locator("#select2-id_quartier-container")).to_contain_text("Centre (Alès)")
    clavier.aller("#id_subventions-1-montant_accorde")
    page.keyboard.press("Control+a")
    page.keyboard.type("250")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/admin/actions/action/")
    assert action.subventions.get(financeur__code="CG").montant_accorde == Decimal(250)
    action.refresh_from_db()
    assert str(action.quartier) == "Centre (Alès)"
    page.goto(f"{live_server.url}/admin/actions/action/{action.pk}/history/")
    expect(page.locator("ol.historique h2")).to_have_count(2)
    assert plaintes == []


def coller(page: Page, champ: str, texte: str) -> None:
    """As Ctrl+V does, without the machine's clipboard."""
    page.locator(champ).focus()
    page.evaluate(
        """([champ, texte]) => {
            const presse = new DataTransfer();
            presse.setData("text/plain", texte);
            document.querySelector(champ).dispatchEvent(new ClipboardEvent(
                "paste", { clipboardData: presse, bubbles: true, cancelable: true }));
        }""",
        [champ, texte],
    )


def montants(page: Page) -> list[list[str]]:
    lignes = page.locator("#subventions-group tr.form-row:not(.empty-form)").all()
    return [
        [champ.input_value() for champ in ligne.locator("input.montant").all()] for ligne in lignes
    ]


def test_une_colonne_de_tableur_remplit_les_lignes_et_s_annule(
    contexte: BrowserContext, live_server: LiveServer
) -> None:
    page = ouvrir(contexte, f"{live_server.url}{AJOUT}")
    page.fill("#id_subventions-1-montant_accorde", "7")

    coller(
        page, "#id_subventions-1-montant_accorde", "12 500 €\t1\t9\r\n3.500,50\t\r\nTotal\t2\r\n"
    )

    assert montants(page) == [
        ["", "", ""],
        ["", "12 500 €", "1"],
        ["", "3.500,50", ""],
        ["", "Total", "2"],
    ]
    message = page.locator("#collage")
    expect(message).to_contain_text(
        "5 montants collés. 1 ne se lit pas comme un montant : à corriger. "
        "1 laissé de côté, faute de place."
    )
    expect(page.locator("#total-montant_accorde")).to_contain_text("16\u202f000,50")
    page.get_by_role("button", name="Annuler le collage").press("Enter")
    expect(message).to_have_text("Collage annulé.")
    expect(page.locator("#id_subventions-1-montant_accorde")).to_be_focused()
    assert montants(page) == [["", "", ""], ["", "7", ""], ["", "", ""], ["", "", ""]]


def test_entree_dans_la_derniere_ligne_en_ajoute_une_si_elle_est_remplie(
    contexte: BrowserContext, live_server: LiveServer
) -> None:
    page = ouvrir(contexte, f"{live_server.url}{AJOUT}")
    page.locator("#id_subventions-2-montant_verse").press("Enter")
    assert len(montants(page)) == 3
    page.fill("#id_subventions-2-montant_verse", "5")
    page.locator("#id_subventions-2-montant_verse").press("Enter")

    assert len(montants(page)) == 4
    Clavier(page).choisir("subventions-3-financeur", "et", "État")


def test_un_porteur_deja_connu_n_est_pas_propose_a_la_creation(
    contexte: BrowserContext, live_server: LiveServer
) -> None:
    Organisme.objects.create(nom="Les Amis du Rieu")
    page = ouvrir(contexte, f"{live_server.url}{AJOUT}")
    page.locator("[aria-labelledby=select2-id_porteur-container]").focus()
    page.keyboard.type("les amis du rieu")
    choix = page.locator(".select2-results__option")
    expect(choix).to_have_text(["Les Amis du Rieu"])
    page.keyboard.type(" ")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(choix).to_have_text(["Les Amis du Rieu", "Créer « les amis du rie »"])
