"""What one is asked in a meeting: each answer in three clicks at most from the dashboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from actions.models import Action, Exercice, Theme
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier
from tests.navigateur.attente import attendre
from tests.navigateur.site import Site

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]
CLICS_MAX = 3


class Reunion:
    """A coordinator on the dashboard, whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clics = 0

    def cliquer(self, quoi: Locator) -> None:
        self.clics += 1
        quoi.click()

    def section(self, nom: str) -> None:
        menu = self.page.get_by_role("navigation", name="Sections du site")
        self.cliquer(menu.get_by_role("link", name=nom, exact=True))

    def lien(self, texte: str) -> None:
        self.cliquer(self.page.locator("main").get_by_role("link", name=texte).first)

    def trier(self, entete: str) -> None:
        self.cliquer(self.page.locator("thead a", has_text=entete).first)
        self.page.wait_for_url("**sort=-**")

    def attendu(self, quoi: str) -> None:
        self.cliquer(self.page.locator("summary", has_text="Argent attendu"))
        self.cliquer(self.page.get_by_label(quoi))
        self.page.wait_for_url("**attendu=**")

    def lit(self, selecteur: str, texte: str) -> None:
        expect(self.page.locator(selecteur).first).to_contain_text(texte)


def qui_porte_le_plus(reunion: Reunion) -> None:
    reunion.section("Porteurs")
    reunion.trier("Accordé")
    reunion.lit("tbody tr", "Lire ensemble")


def combien_par_habitant(reunion: Reunion) -> None:
    reunion.section("Communes")
    reunion.trier("habitant")
    reunion.lit("tbody tr", "Cendras")


def demande_et_pas_accorde(reunion: Reunion) -> None:
    reunion.section("Actions")
    reunion.attendu("Demandé sans accordé")
    attendre(reunion.page, lambda: lignes(reunion.page), ["Rallye des quartiers"])


def reste_a_verser(reunion: Reunion) -> None:
    reunion.section("Actions")
    reunion.attendu("Reste à verser")
    attendre(reunion.page, lambda: lignes(reunion.page), ["Ludothèque"])


def depuis_lundi(reunion: Reunion) -> None:
    reunion.lien("Depuis lundi")
    reunion.lit(".resultats-nombre", "accordé")
    reunion.lit(".journal", "Ludothèque")


def fasild_en_prevention_a_la_grand_combe(reunion: Reunion) -> None:
    reunion.cliquer(reunion.page.locator(".exercices").get_by_role("link", name="2004"))
    reunion.page.wait_for_url("**exercice=2004")
    reunion.cliquer(reunion.page.locator("svg a[href*='/communes/30132/']").first)
    ligne = reunion.page.locator("#tableau-croisement tbody tr", has_text="Prévention").first
    expect(ligne).to_contain_text("750")


def le_bilan_2004_tombe_t_il_juste(reunion: Reunion) -> None:
    reunion.cliquer(reunion.page.locator(".exercices").get_by_role("link", name="2004"))
    reunion.lien("Voir le contrôle")
    reunion.lit("main", "104")


def combien_donne_l_etat(reunion: Reunion) -> None:
    reunion.section("Financeurs")
    reunion.lit("tbody tr:has-text('État')", "800")


def que_fait_on_au_quartier(reunion: Reunion) -> None:
    reunion.section("Quartiers")
    reunion.lien("Cévennes")
    reunion.lit("main", "Ludothèque")


def que_reste_t_il_a_decider(reunion: Reunion) -> None:
    reunion.lien("attend une décision")
    attendre(reunion.page, lambda: lignes(reunion.page), ["Rallye des quartiers"])


def quel_theme_a_le_plus(reunion: Reunion) -> None:
    reunion.section("Thèmes")
    reunion.trier("Accordé")
    reunion.lit("tbody tr", "Culture")


QUESTIONS = (
    qui_porte_le_plus,
    combien_par_habitant,
    demande_et_pas_accorde,
    reste_a_verser,
    depuis_lundi,
    fasild_en_prevention_a_la_grand_combe,
    le_bilan_2004_tombe_t_il_juste,
    combien_donne_l_etat,
    que_fait_on_au_quartier,
    que_reste_t_il_a_decider,
    quel_theme_a_le_plus,
)


def lignes(page: Page) -> list[str]:
    """The names of the rows of a list."""
    return [nom.strip() for nom in page.locator("tbody th a").all_inner_texts()]


@pytest.fixture(scope="module")
def annee_en_cours(site: Site) -> None:
    """2005: an action decided and partly paid, another that waits."""
    exercice = Exercice.objects.create(annee=2005)
    cendras = Commune.objects.get(nom="Cendras")
    quartier = Quartier.objects.create(nom="Cévennes", commune=cendras)
    etat = Financeur.objects.get(code="ETAT")
    for intitule, porteur, theme, statut, montants in (
        ("Ludothèque", "Lire ensemble", "Culture", "ACCORDEE", (1000, 800, 300)),
        ("Rallye des quartiers", "Les Amis du Rieu", "Sport", "DEPOSEE", (5000, None, None)),
    ):
        action = Action.objects.create(
            exercice=exercice,
            intitule=intitule,
            porteur=Organisme.objects.create(nom=porteur),
            theme=Theme.objects.get(nom=theme),
            commune=cendras,
            quartier=quartier if statut == "ACCORDEE" else None,
            statut=statut,
        )
        demande, accorde, verse = montants
        Subvention.objects.create(
            action=action,
            financeur=etat,
            montant_demande=demande,
            montant_accorde=accorde,
            montant_verse=verse,
        )


@pytest.fixture
def reunion(site: Site, annee_en_cours: None) -> Iterator[Reunion]:
    with site.contexte("coordinatrice", viewport={"width": 1366, "height": 768}) as contexte:
        page = contexte.new_page()
        page.goto("/")
        expect(page.locator("h1")).to_have_text("Tableau de bord 2005")
        yield Reunion(page)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_la_reponse_est_a_trois_clics(
    reunion: Reunion, question: Callable[[Reunion], None]
) -> None:
    question(reunion)
    assert 0 < reunion.clics <= CLICS_MAX
