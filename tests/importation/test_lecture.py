"""Files as people send them, and as an enemy would."""

import datetime
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from importation.lecture import (
    CelluleIllisible,
    FeuilleLue,
    FichierRefuseError,
    LigneLue,
    lire,
)

FICHIERS = Path(__file__).parent / "fichiers"
Classeur = Callable[[Sequence[Sequence[Any]]], Path]


@pytest.mark.parametrize(
    "octets",
    [
        "Intitulé;Ville\r\nÉté;1,5\r\n".encode(),
        "\ufeffIntitulé;Ville\nÉté;1,5\n".encode(),
        "Intitulé;Ville\nÉté;1,5\n".encode("cp1252"),
        "Intitulé;Ville\nÉté;1,5\n".encode("utf-16"),
        'Intitulé,Ville\nÉté,"1,5"\n'.encode(),
        "Intitulé\tVille\nÉté\t1,5\n".encode("cp1252"),
    ],
)
def test_un_csv_quel_que_soit_son_codage_et_son_separateur(tmp_path: Path, octets: bytes) -> None:
    chemin = tmp_path / "actions.csv"
    chemin.write_bytes(octets)

    [feuille] = lire(chemin).feuilles

    assert feuille.lignes == [LigneLue(1, ["Intitulé", "Ville"]), LigneLue(2, ["Été", "1,5"])]


def test_la_ligne_sep_d_excel_decide_et_les_lignes_gardent_leur_numero(tmp_path: Path) -> None:
    chemin = tmp_path / "actions.csv"
    chemin.write_bytes(b"sep=;\n\na,b;c\n")

    assert lire(chemin).feuilles[0].lignes == [LigneLue(3, ["a,b", "c"])]


@pytest.mark.parametrize("nom", ["petit.xls", "petit.ods"])
def test_les_formats_d_excel_97_et_de_libreoffice(nom: str) -> None:
    assert lire(FICHIERS / nom).feuilles[0].lignes == [
        LigneLue(1, ["Intitulé", "Début", "Ville"]),
        LigneLue(3, ["Été", datetime.date(2005, 7, 1), 1234.5]),
    ]


def test_une_formule_sans_resultat_n_est_ni_vide_ni_zero(tmp_path: Path, xlsx: Classeur) -> None:
    chemin = xlsx([["Intitulé", "Ville"], ["Été", "=1+1"]])

    [illisible] = lire(chemin).feuilles[0].lignes[1].cellules[1:]

    assert isinstance(illisible, CelluleIllisible)
    assert illisible.motif.startswith("formule dont le fichier ne contient pas le résultat")


def test_le_zero_qu_ecrit_un_programme_avant_tout_calcul_n_en_est_pas_un(tmp_path: Path) -> None:
    chemin = tmp_path / "programme.xlsx"
    with xlsxwriter.Workbook(chemin) as classeur:
        page = classeur.add_worksheet()
        page.write_formula(0, 0, "=SUM(B1:B9)")
        page.write_formula(0, 1, "=6*7", None, 42)

    sans_resultat, calculee = lire(chemin).feuilles[0].lignes[0].cellules

    assert isinstance(sans_resultat, CelluleIllisible)
    assert calculee == 42


def test_une_erreur_de_calcul_n_est_pas_une_cellule_vide(tmp_path: Path) -> None:
    chemin = tmp_path / "erreur.xlsx"
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = "#N/A"
    classeur.active["A1"].data_type = "e"
    classeur.save(chemin)

    assert lire(chemin).feuilles[0].lignes[0].cellules == [
        CelluleIllisible("erreur de calcul du tableur (#N/A)")
    ]


def test_un_classeur_dit_ses_cellules_fusionnees(tmp_path: Path) -> None:
    chemin = tmp_path / "fusions.xlsx"
    classeur = openpyxl.Workbook()
    classeur.active["C2"] = "État"
    classeur.active.merge_cells("C2:D4")
    classeur.save(chemin)

    [feuille] = lire(chemin).feuilles

    assert feuille == FeuilleLue("Sheet", [LigneLue(2, ["", "", "État"])], [(2, 2, 4, 3)])


def test_une_feuille_masquee_n_est_pas_lue(tmp_path: Path) -> None:
    chemin = tmp_path / "masquee.xlsx"
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = "visible"
    classeur.create_sheet("secrets")["A1"] = "caché"
    classeur["secrets"].sheet_state = "hidden"
    classeur.save(chemin)

    assert [feuille.nom for feuille in lire(chemin).feuilles] == ["Sheet"]


def test_une_bombe_est_refusee_avant_d_etre_depliee(tmp_path: Path) -> None:
    chemin = tmp_path / "bombe.xlsx"
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as feuille:
            for _ in range(310):
                feuille.write(b" " * 1024**2)

    assert chemin.stat().st_size < 1024**2
    with pytest.raises(FichierRefuseError, match=r"310 Mo une fois déplié : 300 Mo au plus"):
        lire(chemin)


def test_deux_cellules_aux_bouts_de_la_feuille_ne_tuent_pas_l_application(tmp_path: Path) -> None:
    chemin = tmp_path / "vaste.xlsx"
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = classeur.active["XFD1048576"] = 1
    classeur.save(chemin)

    with pytest.raises(FichierRefuseError, match="abîmé ou démesuré"):
        lire(chemin)


@pytest.mark.parametrize(
    ("octets", "motif"),
    [
        (b"", "Le fichier est vide"),
        (b"\x00\x01\x02binaire", "n'est pas du texte"),
        (b"PK\x03\x04tronque", "Le fichier est abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "abîmé"),
        (b"a;b\n" * 100_002, "trop grand : 100000 lignes"),
        (b";" * 400, "trop grand"),
    ],
)
def test_un_fichier_refuse_dit_quoi_faire(tmp_path: Path, octets: bytes, motif: str) -> None:
    chemin = tmp_path / "fichier.xlsx"
    chemin.write_bytes(octets)

    with pytest.raises(FichierRefuseError, match=motif):
        lire(chemin)


def _coupe(octets: bytes) -> bytes:
    return octets[: len(octets) // 2]


def _sans_fin_de_membre(octets: bytes) -> bytes:
    """The archive's directory is whole; what a member holds can't be unpacked."""
    milieu = octets.index(b"worksheets/sheet1.xml") + 60
    return octets[:milieu] + bytes(200) + octets[milieu + 200 :]


def _autre_compression(octets: bytes) -> bytes:
    return octets.replace(b"\x08\x00", b"\x63\x00")


@pytest.mark.parametrize("nom", ["formats.xlsx", "formats.ods", "formats.xls"])
@pytest.mark.parametrize(
    "abimer", [_coupe, _autre_compression, lambda octets: octets[:600] + bytes(len(octets) - 600)]
)
def test_un_classeur_abime_est_refuse_en_une_phrase(
    tmp_path: Path, nom: str, abimer: Callable[[bytes], bytes]
) -> None:
    chemin = tmp_path / nom
    octets = (FICHIERS / nom).read_bytes()
    if abimer is _autre_compression and nom.endswith("xls"):
        octets = octets[:2_000]
    chemin.write_bytes(abimer(octets))

    with pytest.raises(FichierRefuseError, match="abîmé"):
        lire(chemin)


def test_un_membre_de_l_archive_abime_est_refuse_en_une_phrase(tmp_path: Path) -> None:
    chemin = tmp_path / "abime.xlsx"
    chemin.write_bytes(_sans_fin_de_membre((FICHIERS / "formats.xlsx").read_bytes()))

    with pytest.raises(FichierRefuseError, match="abîmé"):
        lire(chemin)


@pytest.mark.parametrize(
    ("debut", "quoi"),
    [(b"%PDF-1.7", "un PDF"), (b"\n<html><table>", "une page web"), (b"<?xml version", "du XML")],
)
def test_un_fichier_sous_un_faux_nom_est_reconnu(tmp_path: Path, debut: bytes, quoi: str) -> None:
    chemin = tmp_path / "actions.xls"
    chemin.write_bytes(debut + b" " * 500)

    with pytest.raises(FichierRefuseError, match=f"Ce fichier est {quoi}, quel que soit son nom"):
        lire(chemin)


def test_des_textes_sans_fin_sont_refuses(tmp_path: Path) -> None:
    """A text of 30 000 characters that the file holds once, and 2 000 rows show."""
    chemin = tmp_path / "actions.xlsx"
    with xlsxwriter.Workbook(chemin) as classeur:
        page = classeur.add_worksheet()
        for rang in range(2_000):
            page.write_string(rang, 0, "mot " * 7_500)

    assert chemin.stat().st_size < 100_000
    with pytest.raises(FichierRefuseError, match="plus de 50 millions de caractères"):
        lire(chemin)


def test_un_document_texte_n_est_pas_un_classeur(tmp_path: Path) -> None:
    chemin = tmp_path / "lettre.docx"
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    with pytest.raises(
        FichierRefuseError, match=r"n'est pas un classeur. Envoyez un fichier .xlsx"
    ):
        lire(chemin)


def test_les_macros_sont_ignorees(tmp_path: Path, xlsx: Classeur) -> None:
    chemin = xlsx([["Intitulé", "Ville"], ["Été", 5]])
    with zipfile.ZipFile(chemin, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Auto_Open")

    assert lire(chemin).feuilles[0].lignes[1] == LigneLue(2, ["Été", 5])
