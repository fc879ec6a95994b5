"""The file given back."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from actions.models import Exercice
from importation.annotation import annoter
from importation.fiches import charger_fiches
from importation.lecture import lire
from importation.referentiel import charger_referentiel
from importation.verification import verifier_classeur

Xlsx = Callable[[Sequence[Sequence[Any]]], Path]
LIGNES: list[list[Any]] = [
    ["Demandes 2005"],
    ["Intitulé", "Porteur", "Commune", "Thème", "Ville", "Calcul"],
    ["Un", "A", "Alese", 1, 12, "=E3*2"],
]


def _annoter(chemin: Path, exercice: Exercice) -> Path:
    classeur = lire(chemin)
    verification = verifier_classeur(
        classeur, charger_referentiel(exercice), charger_fiches(exercice)
    )
    rendu = chemin.with_name("rendu.xlsx")
    rendu.write_bytes(annoter(chemin, classeur, verification))
    return rendu


def test_le_classeur_de_l_association_revient_avec_ses_formules(
    exercice: Exercice, xlsx: Xlsx
) -> None:
    feuille = openpyxl.load_workbook(_annoter(xlsx(LIGNES), exercice))["Actions"]

    assert feuille["F3"].value == "=E3*2"
    assert "vouliez-vous dire « Alès » ?" in feuille["C3"].comment.text
    assert feuille["C3"].fill.start_color.rgb == "00FFC7CE"
    assert feuille["E2"].fill.start_color.rgb == "00FFEB9C"


def test_corrige_et_renvoye_il_ne_garde_rien_des_anciennes_remarques(
    exercice: Exercice, xlsx: Xlsx
) -> None:
    rendu = _annoter(xlsx(LIGNES), exercice)
    classeur = openpyxl.load_workbook(rendu)
    classeur["Actions"]["C3"] = "Alès"
    classeur.save(rendu)

    second = openpyxl.load_workbook(_annoter(rendu, exercice))

    assert second.sheetnames == ["Actions", "Vérification"]
    assert second["Actions"]["C3"].comment is None
    assert second["Actions"]["C3"].fill.fill_type is None
    gravites = [case.value for case in second["Vérification"]["A"]]
    assert gravites == ["Gravité", *["Avertissement"] * 3, "Création"]


def test_recopie_un_texte_qui_imite_du_balisage_reste_un_texte(
    exercice: Exercice, tmp_path: Path
) -> None:
    """A .csv is given back as a new workbook, where XlsxWriter would copy it as it stands."""
    intitule = "<r></is></c><c><f>1+1</f></r>"
    chemin = tmp_path / "demandes.csv"
    chemin.write_text(f"Intitulé;Porteur;Commune;Thème;Ville\n{intitule};A;=1+1;1;12\n", "utf-8")

    classeur = openpyxl.load_workbook(_annoter(chemin, exercice))

    lue = [(case.value, case.data_type) for case in classeur.worksheets[0][2]][:3]
    assert lue == [(f"{intitule} ", "s"), ("A", "s"), ("=1+1", "s")]
    dite = next(c for c in classeur["Vérification"]["E"] if c.value == "=1+1")
    assert dite.data_type == "s"


def test_un_classeur_qui_cache_un_million_de_cellules_revient_recopie_sans_elles(
    exercice: Exercice, xlsx: Xlsx
) -> None:
    """A file of some kilobytes, a hidden sheet of empty cells that have a format."""
    chemin = xlsx(LIGNES)
    vides = b"<row>" + b'<c s="0"/>' * 26 + b"</row>"
    with zipfile.ZipFile(chemin) as source:
        parties = {nom: source.read(nom) for nom in source.namelist()}
    parties["xl/workbook.xml"] = parties["xl/workbook.xml"].replace(
        b"</sheets>",
        b'<sheet name="h" sheetId="9" state="hidden" r:id="rId99" xmlns:r="http://schemas.openxml'
        b'formats.org/officeDocument/2006/relationships"/></sheets>',
    )
    parties["xl/_rels/workbook.xml.rels"] = parties["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Target="worksheets/sheet9.xml" Type="http://schemas.openxml'
        b'formats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
    )
    parties["xl/worksheets/sheet9.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + vides * 40_000
        + b"</sheetData></worksheet>"
    )
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, octets in parties.items():
            archive.writestr(nom, octets)

    rendu = _annoter(chemin, exercice)

    assert chemin.stat().st_size < 100_000
    assert openpyxl.load_workbook(rendu).sheetnames == ["Actions", "Vérification"]
