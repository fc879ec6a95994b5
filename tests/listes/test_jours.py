"""Days as people write them."""

import datetime

import pytest

from listes.jours import lire_jour


@pytest.mark.parametrize(
    "texte",
    [
        *("1/9/2005", "01/09/2005", "1/9/05", "1/9/5", "01.09.2005", "1-9-05", "1 9 2005"),
        *("1 sept 2005", "1er septembre 2005", "1 SEPT. 05", "1-sept-2005", " 2005-09-01 "),
    ],
)
def test_le_jour_d_abord_l_annee_pres_de_l_exercice(texte: str) -> None:
    assert lire_jour(texte, 2004) == datetime.date(2005, 9, 1)


@pytest.mark.parametrize(
    ("texte", "annee", "attendue"),
    [
        ("1/1/5", 2026, 2025),
        ("1/1/5", 2011, 2015),
        ("1/1/5", 2010, None),  # 2005 and 2015 are as near
        ("1/1/5", None, None),
        ("1/1/98", 2004, 1998),
        ("1/1/75", 2026, 2075),
        ("1/1/77", 2026, 1977),
        ("1/1/75", None, 1975),
        ("1/1/05", None, 2005),
    ],
)
def test_une_annee_abregee(texte: str, annee: int | None, attendue: int | None) -> None:
    lu = lire_jour(texte, annee)
    assert (lu.year if lu else None) == attendue


@pytest.mark.parametrize(
    "texte",
    [
        *(
            "",
            "9/13/2005",
            "31/02/2005",
            "1/9",
            "1/9/005",
            "1 jui 2005",
            "1 x 2005",
            "1er",
            "0/0/0",
        ),
        *("1//9/2005", "2005/09/01", "printemps", "١/٩/٢٠٠٥", "1 septembree 2005"),
    ],
)
def test_ce_qui_n_est_pas_un_jour(texte: str) -> None:
    assert lire_jour(texte, 2004) is None
