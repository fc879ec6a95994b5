"""What a cell shows, in the three kinds of workbooks that LibreOffice writes of one table."""

from pathlib import Path

import pytest

from importation.extraction.bornes import Remarque
from importation.lecture import CelluleEnForme, CelluleIllisible, lire

FICHIERS = Path(__file__).parent.parent / "fichiers"
MILLIERS = "en milliers d'euros"


@pytest.mark.parametrize("genre", ["xlsx", "ods", "xls"])
def test_formats_fusions_et_lignes_masquees(genre: str) -> None:
    [feuille] = lire(FICHIERS / f"formats.{genre}").feuilles

    assert [(ligne.cellules[0], ligne.cellules[5]) for ligne in feuille.lignes[1:]] == [
        (CelluleEnForme(7, "007"), CelluleEnForme(1500, "1500.00")),
        (CelluleEnForme(2.1, "2.10"), CelluleEnForme(0.75, "75%", "un pourcentage")),
        (3, CelluleEnForme(12.5, "12,5 k€", MILLIERS)),
        (4, CelluleEnForme(12600, "13", MILLIERS)),
        (5, CelluleEnForme(1.25, "1,25 M€", "en millions d'euros")),
        (6, 1234.5),
    ]
    assert feuille.fusions == [(2, 2, 7, 2)]
    assert feuille.remarques == [Remarque(4, "", "1 ligne masquée, importée comme les autres.")]


@pytest.mark.parametrize(
    ("genre", "premiere", "seconde"), [("ods", "", ""), ("xls", " (#DIV/0!)", " (#N/A)")]
)
def test_une_erreur_de_calcul_se_voit_a_sa_place(genre: str, premiere: str, seconde: str) -> None:
    [feuille] = lire(FICHIERS / f"erreurs.{genre}").feuilles

    assert [ligne.cellules for ligne in feuille.lignes] == [
        ["a", "b"],
        [1, CelluleIllisible(f"erreur de calcul du tableur{premiere}")],
        [2, CelluleIllisible(f"erreur de calcul du tableur{seconde}")],
    ]
