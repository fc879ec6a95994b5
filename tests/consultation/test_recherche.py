"""One box over everything, without accents or case."""

import html
import re
import unicodedata

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from listes.recherche import _TABLE, sans_accents
from territoires.models import Organisme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004", "annee_2005")]


def groupes(page: str) -> dict[str, int]:
    return {
        titre.strip(): int(nombre)
        for titre, nombre in re.findall(
            r'<h2 id="titre-\w+">(.*?)<small>\(.*?<data value="(\d+)">', page
        )
    }


def test_on_trouve_sans_accents_et_par_genre(coordinatrice: Client) -> None:
    page = coordinatrice.get("/recherche/?q=CEVENNES").content.decode()
    assert groupes(page) == {"Porteurs": 1, "Actions": 2}
    assert 'href="/actions/?q=CEVENNES&amp;exercice=tous"' in page
    assert 'href="/porteurs/?q=CEVENNES"' in page


def test_chaque_nombre_est_celui_de_la_liste(coordinatrice: Client) -> None:
    page = coordinatrice.get("/recherche/?q=a").content.decode()
    trouves = groupes(page)
    assert trouves["Communes"] > 8
    adresses = re.findall(r'<p><a href="(/\w+/\?q=a(?:&amp;exercice=tous)?)">', page)
    for adresse, nombre in zip(adresses, trouves.values(), strict=True):
        liste = coordinatrice.get(html.unescape(adresse)).content.decode()
        assert re.search(rf'data-colonne="(?:lignes|actions)">{nombre}<', liste) or (
            f"{nombre} lignes" in liste
        )


def test_l_exercice_lu_se_garde_de_la_recherche_a_ce_qu_elle_trouve(
    coordinatrice: Client,
) -> None:
    page = coordinatrice.get("/recherche/?q=cevennes&exercice=2004").content.decode()
    assert re.search(r'href="/porteurs/\d+/\?exercice=2004"', page)
    assert 'href="/porteurs/?q=cevennes&amp;exercice=2004"' in page
    assert 'href="/actions/?q=cevennes&amp;exercice=tous"' in page, (
        "actions are found in every year"
    )
    assert page.count('<input type="hidden" name="exercice" value="2004">') == 2


def test_qui_ne_voit_qu_une_commune_n_y_trouve_qu_elle(agente: Client) -> None:
    """What is everybody's may come close to it; no commune, porteur or action of elsewhere."""
    trouves = groupes(agente.get("/recherche/?q=ales").content.decode()).keys()
    assert trouves <= {"Financeurs", "Axes transversaux", "Thèmes"}


@pytest.mark.parametrize(
    ("q", "phrase"),
    [
        ("", "Écrivez un ou plusieurs mots"),
        ("zzz%00", "Rien ne répond à «&nbsp;zzz&nbsp;»"),
        ("e" * 10_000, "La recherche est trop longue"),
    ],
)
def test_une_recherche_vide_vaine_ou_trop_longue_le_dit(
    coordinatrice: Client, q: str, phrase: str
) -> None:
    reponse = coordinatrice.get(f"/recherche/?q={q}")
    assert reponse.status_code == 200
    assert phrase in reponse.content.decode()


@pytest.mark.parametrize("mot", ["œuvre", "L'ÉTÉ", "k", "100%", "a_b", "ça", "îlot-3", "\u212a2"])
def test_un_mot_se_trouve_ou_qu_il_soit_ecrit(mot: str) -> None:
    """The bare letters that SQLite looks for first never hide a text that holds the word."""
    for ecrit in {mot, mot.upper(), mot.lower(), unicodedata.normalize("NFD", mot)}:
        organisme = Organisme.objects.create(nom=f"Avec {ecrit} dedans")
        trouves = Organisme.objects.filter(nom__sans_accents__contains=sans_accents(mot))
        assert organisme in trouves, ecrit


@given(st.text(alphabet=st.characters(max_codepoint=0x2200, exclude_categories=["Cs"])))
@example("İ")
def test_la_voie_courte_dit_comme_la_table(texte: str) -> None:
    compose = unicodedata.normalize("NFC", texte).replace("İ", "i")
    assert sans_accents(texte) == compose.lower().translate(_TABLE)


def test_ce_qui_s_en_approche_est_montre_et_se_dit(coordinatrice: Client) -> None:
    page = coordinatrice.get("/recherche/?q=grande+combe").content.decode()
    assert "voici ce qui répond à «&nbsp;La Grand-Combe&nbsp;»" in page
    assert groupes(page)["Communes"] == 1

    vide = coordinatrice.get("/communes/?q=sallindres").content.decode()
    assert re.search(r'Vouliez-vous dire <a href="/communes/\?q=Salindres">', vide)


def test_rien_ne_s_en_approche_que_le_compte_ne_voie(agente: Client) -> None:
    page = agente.get("/recherche/?q=sallindres").content.decode()
    assert "Rien ne répond" in page
    assert "Salindres" not in page
