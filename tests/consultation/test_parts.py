"""A share is the same in a list, in its files and on the page of its row."""

import csv
import html
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

LISTES = ("communes", "themes", "financeurs")
PART = re.compile(r'<td class="nombre">(\d+,\d)\u00a0%</td>')
CLE = re.compile(r"<dt>Part de l[’'](?:exercice|accordé)</dt>\s*<dd>.*?(\d+,\d)\u00a0%", re.S)


@pytest.mark.parametrize("liste", LISTES)
def test_la_part_d_une_ligne_est_celle_de_sa_page(coordinatrice: Client, liste: str) -> None:
    """Rounded once: 34,1453 % is 34,1 % everywhere, not 34,15 % then 34,2 %."""
    source = coordinatrice.get(f"/{liste}/?exercice=2004").content.decode()
    lignes = re.search(r"<tbody>(.*?)</tbody>", source, re.S)
    assert lignes is not None
    lues = {}
    for ligne in re.findall(r"<tr>.*?</tr>", lignes[1], re.S):
        page = re.search(rf'href="(/{liste}/[^"]+)"', ligne)
        part = PART.search(ligne)
        if page and part and page[1] not in lues:
            dite = CLE.search(html.unescape(coordinatrice.get(page[1]).content.decode()))
            lues[page[1]] = (part[1], dite[1] if dite else "aucune")
    assert len(lues) >= 4
    assert {page: de_la_page for page, (_, de_la_page) in lues.items()} == {
        page: de_la_liste for page, (de_la_liste, _) in lues.items()
    }


def test_un_fichier_garde_la_part_entiere(coordinatrice: Client) -> None:
    def octets(forme: str) -> bytes:
        adresse = f"/financeurs/?exercice=2004&q=conseil&colonnes=part&_export={forme}"
        return b"".join(coordinatrice.get(adresse))

    part = Decimal("466308") / Decimal("1028246") * 100
    feuille = openpyxl.load_workbook(io.BytesIO(octets("xlsx"))).active
    (ligne,) = (li for li in feuille.iter_rows(values_only=True) if "Conseil" in str(li[0]))
    assert ligne[1] == pytest.approx(float(part), abs=1e-12)
    ouvertes = csv.reader(io.StringIO(octets("csv-ouvert").decode()))
    (ligne_ouverte,) = (li for li in ouvertes if li[0].startswith("Conseil"))
    assert ligne_ouverte[1] == "45.35"


def test_le_nom_des_donnees_ouvertes_dit_ce_qu_aucune_phrase_n_y_dit(coordinatrice: Client) -> None:
    def nom(requete: str) -> str:
        reponse = coordinatrice.get(f"/communes/?{requete}_export=csv-ouvert")
        return str(reponse["Content-Disposition"]).partition("filename=")[2]

    assert nom("") == '"communes-2004-reconstituees-donnees-ouvertes.csv"'
    assert nom("exercice=2004&") == '"communes-2004-reconstituees-donnees-ouvertes.csv"'
