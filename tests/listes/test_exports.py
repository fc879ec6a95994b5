"""Three files from one sheet: texts stay texts, unknown stays empty, figures stay figures."""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl

from listes.exports import ListeExportee, csv_excel, csv_ouvert, ecrire_xlsx
from listes.tables import Format

FEUILLE = ListeExportee(
    titre="Essai",
    mentions=["Données d'essai"],
    entetes=["Nom", "Nombre", "Montant", "Jour"],
    formats=[Format.TEXTE, Format.ENTIER, Format.MONTANT, Format.DATE],
    lignes=[
        ["=1+1", 3, Decimal("-1234.5"), date(2004, 12, 31)],
        ["l'« été »; ou\nl'hiver", None, None, None],
        ["-12", 0, Decimal(0), None],
    ],
    totaux=["Total", 3, Decimal("-1234.50"), None],
)


def test_csv_pour_excel() -> None:
    assert b"".join(csv_excel(FEUILLE)).decode("utf-8-sig") == (
        "Nom;Nombre;Montant;Jour\r\n"
        "'=1+1;3;-1234,50;31/12/2004\r\n"
        "\"l'« été »; ou\nl'hiver\";;;\r\n"
        "'-12;0;0,00;\r\n"
        "Total;3;-1234,50;\r\n"
        "\r\n"
        "Données d'essai\r\n"
    )


def test_csv_ouvert() -> None:
    assert b"".join(csv_ouvert(FEUILLE)).decode() == (
        "Nom,Nombre,Montant,Jour\r\n"
        "=1+1,3,-1234.50,2004-12-31\r\n"
        "\"l'« été »; ou\nl'hiver\",,,\r\n"
        "-12,0,0.00,\r\n"
    )


def test_classeur() -> None:
    fichier = io.BytesIO()
    ecrire_xlsx(FEUILLE, fichier)
    feuille = openpyxl.load_workbook(fichier)["Essai"]
    assert [[c.value for c in ligne] for ligne in feuille.iter_rows()] == [
        ["Données d'essai", None, None, None],
        ["Nom", "Nombre", "Montant", "Jour"],
        ["=1+1", 3, -1234.5, datetime(2004, 12, 31)],  # noqa: DTZ001  # a workbook has no time zone
        ["l'« été »; ou\nl'hiver", None, None, None],
        ["-12", 0, 0, None],
        ["Total", 3, -1234.5, None],
    ]
    assert feuille["A3"].data_type == "s"
    assert feuille.freeze_panes == "B3"
