"""The report's pages, as a coordinator reads them and as a program does."""

import io
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pdfplumber
import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice
from bilan.exercices import etablir
from bilan.rapport import etablir_rapport
from bilan.tableaux import Tableau
from comptes.models import Utilisateur
from territoires.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004")]

PAGES = [
    "/",
    "/bilan/2004/",
    "/bilan/2004/?tout=1",
    "/bilan/2004/territorial/",
    "/bilan/2004/thematique/",
    "/bilan/2004/croise/",
    "/bilan/2004/controle/",
]


@pytest.fixture
def coordinatrice(client: Client) -> Client:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    return client


class Lecteur(HTMLParser):
    """Reads the figures of a page's tables: by table, then row by row, value and link."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tableaux: dict[str, list[list[tuple[str, str]]]] = {}
        self._tableau: list[list[tuple[str, str]]] | None = None
        self._lien = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributs = dict(attrs)
        if tag == "table" and attributs.get("data-tableau"):
            self._tableau = self.tableaux.setdefault(str(attributs["data-tableau"]), [])
        elif tag == "tr" and self._tableau is not None:
            self._tableau.append([])
        elif tag == "a":
            self._lien = attributs.get("href") or ""
        elif tag == "data" and self._tableau and "data-role" not in attributs:
            self._tableau[-1].append((str(attributs["value"]), self._lien))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._tableau = None
        elif tag == "a":
            self._lien = ""


def chiffres_affiches(tableau: Tableau) -> list[list[tuple[str, str]]]:
    """The figures that the page must hold, row by row, heading included."""
    return [
        [],
        *(
            [
                (f"{c.valeur:.0f}", c.lien)
                for c in ligne.chiffres
                if c.valeur is not None and not c.vide
            ]
            for ligne in tableau.toutes_les_lignes
        ),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_une_page_sans_session_renvoie_a_la_connexion(client: Client, page: str) -> None:
    reponse = client.get(page)
    assert (reponse.status_code, reponse["Location"]) == (
        302,
        f"/comptes/login/?next={quote(page)}",
    )


@pytest.mark.parametrize("page", PAGES)
def test_une_page_tient_en_quatorze_requetes(
    coordinatrice: Client, django_assert_max_num_queries: DjangoAssertNumQueries, page: str
) -> None:
    with django_assert_max_num_queries(14):
        reponse = coordinatrice.get(page)
    assert reponse.status_code == 200
    assert "reconstituées" in reponse.content.decode()


@pytest.mark.parametrize("code", ["territorial", "thematique", "croise"])
def test_chaque_chiffre_d_une_page_est_une_donnee_et_mene_a_ses_actions(
    coordinatrice: Client, code: str
) -> None:
    attendu = chiffres_affiches(etablir(2004).tableaux[code])
    seul = Lecteur(coordinatrice.get(f"/bilan/2004/{code}/").content.decode())
    rapport = Lecteur(coordinatrice.get("/bilan/2004/?tout=1").content.decode())
    assert seul.tableaux[code] == attendu
    assert rapport.tableaux[code] == attendu


def test_le_bilan_se_lit_chapitre_par_chapitre_dans_l_ordre(coordinatrice: Client) -> None:
    """Each at the name that it has in the report, one leading to the next, the first lines of the
    contents and an address of old to each.
    """
    rapport = etablir_rapport(2004)
    ancres = [section.ancre for section in rapport.sections]
    assert ancres == [
        *("lecture", "chiffres-cles", "territorial", "thematique", "croise", "financeurs"),
        *("axes", "actions", "controle", "sources"),
    ]
    ouverture = coordinatrice.get("/bilan/2004/").content.decode()
    tout = coordinatrice.get("/bilan/2004/?tout=1").content.decode()
    suivants = re.findall(r'href="(/bilan/2004/[^"]+)" rel="next"', ouverture)
    parcourus: list[str] = []
    while suivants:
        parcourus += suivants
        page = coordinatrice.get(suivants[0]).content.decode()
        suivants = re.findall(r'href="([^"]+)" rel="next"', page)
    assert parcourus == [f"/bilan/2004/{ancre}/" for ancre in ancres]
    for section in rapport.sections:
        assert f'<li id="{section.ancre}">' in ouverture
        assert f'<section id="{section.ancre}"' in tout
        for partie in section.sections:
            assert f'<li id="{partie.ancre}">' in ouverture


def test_un_chapitre_porte_les_chiffres_du_bilan_entier(coordinatrice: Client) -> None:
    tout = Lecteur(coordinatrice.get("/bilan/2004/?tout=1").content.decode()).tableaux
    seuls = {
        code: Lecteur(coordinatrice.get(f"/bilan/2004/{code}/").content.decode()).tableaux[code]
        for code in ("territorial", "thematique", "croise", "financeurs")
    }
    assert seuls == {code: tout[code] for code in seuls}


@pytest.mark.parametrize("page", ["/bilan/2004/actions/", "/bilan/2004/?tout=1"])
def test_la_liste_des_actions_y_est_ligne_par_ligne(coordinatrice: Client, page: str) -> None:
    lues = re.findall(r'href="/actions/(\d+)/"', coordinatrice.get(page).content.decode())
    assert sorted(map(int, lues)) == sorted(Action.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("ancre", ["inconnu", "axe-1", "tout", "x" * 300])
def test_un_chapitre_inconnu_se_dit(coordinatrice: Client, ancre: str) -> None:
    reponse = coordinatrice.get(f"/bilan/2004/{ancre}/")
    assert reponse.status_code == 404
    assert "Le bilan 2004 n&#x27;a pas de chapitre" in reponse.content.decode()


def test_la_page_thematique_montre_les_deux_valeurs_d_un_chiffre_contredit(
    coordinatrice: Client,
) -> None:
    page = coordinatrice.get("/bilan/2004/thematique/").content.decode()
    culture = re.search(r'<tr data-ligne="3">.*?</tr>', page, re.DOTALL)
    assert culture is not None
    assert '<data value="316305">316\u202f305\u00a0€</data>' in culture[0]
    assert '<data value="286195" data-role="publie">286\u202f195\u00a0€</data>' in culture[0]
    assert "≠ +30\u202f110" in culture[0]
    assert "3 + FPH" in page


def test_la_page_de_controle_nomme_les_quatre_incoherences_et_les_cinq_sommes(
    coordinatrice: Client,
) -> None:
    page = coordinatrice.get("/bilan/2004/controle/").content.decode()
    assert page.count('data-statut="conforme"') == 100
    assert page.count('data-statut="incoherence_source"') == 4
    assert page.count("Ne tombe pas juste") == 5


@pytest.mark.parametrize(
    ("page", "phrase"),
    [
        ("/bilan/1999/", "L&#x27;exercice 1999 n&#x27;existe pas. Exercices connus : 2004."),
        ("/bilan/1999/croise/", "L&#x27;exercice 1999 n&#x27;existe pas."),
        ("/bilan/99999999999999999999/", "n&#x27;existe pas."),
    ],
)
def test_un_exercice_inconnu_se_dit_en_une_phrase(
    coordinatrice: Client, page: str, phrase: str
) -> None:
    reponse = coordinatrice.get(page)
    assert reponse.status_code == 404
    assert phrase in reponse.content.decode()


def test_une_annee_sans_rien_fait_un_bilan_correct(coordinatrice: Client) -> None:
    Exercice.objects.create(annee=2005)
    for page in ("/", "/bilan/2005/", "/bilan/2005/croise/", "/bilan/2005/controle/"):
        assert coordinatrice.get(page).status_code == 200
    page = coordinatrice.get("/bilan/2005/?tout=1").content.decode()
    assert "Contrôle des chiffres publiés" not in page
    assert "Aucune action n’est enregistrée" in page
    assert "reconstituées" not in page


def test_une_base_sans_exercice_dit_comment_commencer(coordinatrice: Client) -> None:
    from bilan.models import ChiffrePublie

    ChiffrePublie.objects.all().delete()
    Action.objects.all().delete()
    Exercice.objects.all().delete()
    assert "Aucun exercice" in coordinatrice.get("/").content.decode()
    assert coordinatrice.get("/bilan/").status_code == 404


def test_le_bilan_est_celui_de_l_exercice_lu_sinon_du_dernier(coordinatrice: Client) -> None:
    Exercice.objects.create(annee=2005)
    assert coordinatrice.get("/bilan/")["Location"] == "/bilan/2004/", "2005 has no action yet"
    assert coordinatrice.get("/bilan/?exercice=2005")["Location"] == "/bilan/2005/"


def test_les_themes_ne_disent_compter_l_animation_que_si_elle_y_est(coordinatrice: Client) -> None:
    phrase = "dont l&#x27;animation du contrat"
    assert phrase in coordinatrice.get("/bilan/2004/").content.decode()
    Action.objects.filter(nature=Action.Nature.ANIMATION).delete()
    assert phrase not in coordinatrice.get("/bilan/2004/").content.decode()


def test_un_compte_limite_a_une_commune_ne_voit_que_ses_chiffres(client: Client) -> None:
    agente = Utilisateur.objects.create_user("agente")
    agente.communes.add(Commune.objects.get(code_insee="30077"))
    client.force_login(agente)
    page = client.get("/bilan/2004/?tout=1").content.decode()
    lu = Lecteur(page)
    assert lu.tableaux["territorial"][-1] == [
        ("7", "/actions/?exercice=2004"),
        ("39200", "/actions/?exercice=2004"),
    ]
    assert "Ce bilan ne compte que les communes ouvertes à votre compte" in page
    assert "Action reconstituée n° 1 " not in page
    # 39 200 € for the 1 952 inhabitants of Cendras, not for the whole territory's.
    for adresse in ("/", "/bilan/2004/", "/communes/30077/"):
        assert "20,08\u00a0€" in client.get(adresse).content.decode(), adresse
    for adresse in ("/", "/bilan/2004/", "/bilan/2004/controle/"):
        lue = client.get(adresse).content.decode()
        assert "Les chiffres publiés comptent tout le territoire" in lue, adresse
        assert "Aucun chiffre" not in lue, adresse


def test_les_liens_du_pdf_telecharge_ouvrent_les_pages_du_site(coordinatrice: Client) -> None:
    reponse: Any = coordinatrice.get("/bilan/2004.pdf")
    fichier = b"".join(reponse)
    with pdfplumber.open(io.BytesIO(fichier)) as pdf:
        liens = {lien["uri"] for page in pdf.pages for lien in page.hyperlinks}
    site = "http://testserver"
    assert {lien[: len(site)] for lien in liens} == {site}

    pages = {lien.removeprefix(site) for lien in liens}
    for page in pages:
        resolve(page.partition("?")[0])
    listes, fiches = ({p for p in pages if ("?" in p) is liste} for liste in (True, False))
    assert (len(listes) > 100, len(fiches)) == (True, 197)
    for page in (min(listes), max(listes), min(fiches)):
        assert coordinatrice.get(page).status_code == 200, page
