"""Filtered out, unknown, zero, no line, known in part: told apart on screen and in every file."""

import csv
import html
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from actions.models import Action
from financement.models import Financeur, Subvention
from listes.chiffres import LEGENDE, LEGENDE_FILTREE

pytestmark = pytest.mark.django_db

Ouvrir = Callable[[str], Any]
ADRESSE = "/actions/?sort=intitule&colonnes=montant_accorde,investissement"


@pytest.fixture
def cinq(agir: Callable[..., Action]) -> None:
    """What the funders grant to five actions, each of another kind."""
    agir("A partielle", montants={"ETAT": (None, 4200.5, None), "VILLE": (None, None, None)})
    agir("B inconnue", montants={"ETAT": (None, None, None)})
    agir("C nulle", montants={"ETAT": (None, 0, None)})
    agir("D sans ligne")
    investit = agir("E d'investissement", montants={"VILLE": (None, 300, None)})
    Subvention.objects.create(
        action=investit,
        financeur=Financeur.objects.get(code="ETAT"),
        nature=Subvention.Nature.INVESTISSEMENT,
        montant_accorde=15_000,
    )


def lignes(client: Client, forme: str, suite: str = "") -> list[list[Any]]:
    """The rows of a file below its headings, foot included; headings first."""
    octets = b"".join(client.get(f"{ADRESSE}{suite}&_export={forme}"))
    if forme == "xlsx":
        feuille = openpyxl.load_workbook(io.BytesIO(octets)).active
        lues = [list(ligne) for ligne in feuille.iter_rows(values_only=True)]
    else:
        separateur = ";" if forme == "csv" else ","
        lues = list(csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=separateur))
    entetes = next(rang for rang, ligne in enumerate(lues) if ligne[0] == "Action")
    return lues[entetes : entetes + 7]


def test_a_l_ecran(cinq: None, ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?sort=intitule")

    assert [ligne[-3::2] for ligne in page.lignes()] == [
        ["4\u202f200,50\xa0€, 1\xa0inconnu", "aucune ligne"],
        ["—", "aucune ligne"],
        ["0\xa0€", "aucune ligne"],
        ["aucune ligne", "aucune ligne"],
        ["300\xa0€", "15\u202f000\xa0€"],
    ]
    assert page.pied()[-3::2] == ["4\u202f500,50\xa0€, 2\xa0inconnus", "15\u202f000\xa0€"]
    assert html.escape(LEGENDE) in page.source
    assert "4\u202f500,50\xa0€</data> accordés, 2\xa0inconnus" in page.source


def test_sous_un_financeur_ce_qui_est_aux_autres_est_hors_filtre(
    cinq: None, ouvrir: Ouvrir
) -> None:
    page = ouvrir("/actions/?sort=intitule&financeur=ETAT")

    assert [(ligne[0][0], ligne[-3], ligne[-1]) for ligne in page.lignes()] == [
        ("A", "4\u202f200,50\xa0€", "aucune ligne"),
        ("B", "—", "aucune ligne"),
        ("C", "0\xa0€", "aucune ligne"),
        ("E", "hors filtre", "15\u202f000\xa0€"),
    ]
    assert html.escape(LEGENDE_FILTREE) in page.source


@pytest.mark.parametrize(
    ("forme", "inconnu", "partielle", "total"),
    [
        ("xlsx", "—", (4200.5, 1), (4500.5, 2)),
        ("csv", "—", ("4200,50", "1"), ("4500,50", "2")),
        ("csv-ouvert", "", ("4200.50", "1"), None),  # a program adds up by itself
    ],
)
def test_en_fichier_une_colonne_compte_les_inconnus(
    cinq: None,
    coordinatrice: Client,
    forme: str,
    inconnu: str,
    partielle: tuple[Any, Any],
    total: tuple[Any, Any] | None,
) -> None:
    entetes, a, b, c, d, e, *pied = lignes(coordinatrice, forme)

    assert entetes[:4] == [
        *("Action", "Accordé", "Accordé, montants inconnus"),
        "Investissement accordé",
    ]
    assert tuple(a[1:3]) == partielle
    assert [str(case) for case in b[1:3]] == [inconnu, "1"] or b[1:3] == [inconnu or None, 1]
    assert [float(str(case).replace(",", ".")) for case in c[1:3]] == [0, 0]
    assert [case or "" for case in d[1:4]] == ["", "", ""]
    assert float(str(e[3]).replace(",", ".")) == 15_000
    assert [tuple(ligne[1:3]) for ligne in pied] == ([total] if total else [])


def test_sans_investissement_sa_colonne_n_est_pas_la(
    agir: Callable[..., Action], ouvrir: Ouvrir
) -> None:
    agir("Chorale", montants={"ETAT": (None, 10, None)})

    assert "Investissement accordé" not in ouvrir("/actions/").entetes()
    demandee = ouvrir("/actions/?colonnes=investissement")
    assert demandee.entetes() == ["Action"]


def test_l_investissement_se_trie_et_se_filtre(cinq: None, ouvrir: Ouvrir) -> None:
    triee = ouvrir("/actions/?sort=-investissement")
    assert triee.lignes()[0][0] == "E d'investissement"
    filtree = ouvrir("/actions/?accorde=investissement")
    assert [ligne[0] for ligne in filtree.lignes()] == ["E d'investissement"]
