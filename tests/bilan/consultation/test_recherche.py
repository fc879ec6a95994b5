"""One box over everything, without accents or case."""

import re

import pytest
from django.test import Client

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
    assert 'href="/actions/?q=CEVENNES"' in page
    assert 'href="/porteurs/?q=CEVENNES"' in page


def test_chaque_nombre_est_celui_de_la_liste(coordinatrice: Client) -> None:
    page = coordinatrice.get("/recherche/?q=a").content.decode()
    trouves = groupes(page)
    assert trouves["Communes"] > 8
    adresses = re.findall(r'<p><a href="(/\w+/\?q=a)">', page)
    for adresse, nombre in zip(adresses, trouves.values(), strict=True):
        liste = coordinatrice.get(adresse).content.decode()
        assert re.search(rf'data-colonne="(?:lignes|actions)">{nombre}<', liste) or (
            f"{nombre} lignes" in liste
        )


def test_qui_ne_voit_qu_une_commune_n_y_trouve_qu_elle(agente: Client) -> None:
    assert groupes(agente.get("/recherche/?q=ales").content.decode()).keys() <= {"Financeurs"}


@pytest.mark.parametrize(
    ("q", "phrase"),
    [
        ("", "Écrivez un ou plusieurs mots"),
        ("zzz%00", "Rien ne répond à « zzz »"),
        ("e" * 10_000, "La recherche est trop longue"),
    ],
)
def test_une_recherche_vide_vaine_ou_trop_longue_le_dit(
    coordinatrice: Client, q: str, phrase: str
) -> None:
    reponse = coordinatrice.get(f"/recherche/?q={q}")
    assert reponse.status_code == 200
    assert phrase in reponse.content.decode()
