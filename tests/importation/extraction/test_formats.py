"""Number formats: what a cell shows, and whether it still counts euros."""

import pytest

from importation.extraction.formats import Format, lire_format

MILLIERS = "en milliers d'euros"


@pytest.mark.parametrize(
    ("code", "nombre", "unite", "texte"),
    [
        ("0%", 0.75, "un pourcentage", "75%"),
        ("0.00%", 0.755, "un pourcentage", "75.50%"),
        ('0" %"', 75, "un pourcentage", "75 %"),
        ('#,##0.0" k€"', 12.5, MILLIERS, "12.5 k€"),
        ('#,##0\\ "K€"', 12, MILLIERS, "12 K€"),
        ("#,##0\\k\\€", 12, MILLIERS, "12k€"),
        ("#,##0,", 12600, MILLIERS, "13"),
        ("#,##0.0,", 12500, MILLIERS, "12.5"),
        ('0.00,," M€"', 1250000, "en millions d'euros", "1.25 M€"),
        ('#,##0" milliers d\'euros"', 12, MILLIERS, "12 milliers d'euros"),
        ("0000", 7, "", "0007"),
        ("00000000000000", 1234567890123, "", "01234567890123"),
        ("0.00", 2.1, "", "2.10"),
        ("0.0##", 2.125, "", "2.125"),
        ('"R-"000', 7, "", "R-007"),
        ("00\\ 00\\ 00", 12345, "", "01 23 45"),
        ("000-00", 12345678, "", "123456-78"),
        ("0.00;[Red]-0.00", -2.1, "", "-2.10"),
        ('General" k€"', 12.5, MILLIERS, "12.5 k€"),
    ],
)
def test_ce_que_montre_un_format(code: str, nombre: float, unite: str, texte: str) -> None:
    lu = lire_format(code)

    assert isinstance(lu, Format)
    assert (lu.unite, lu.texte(nombre)) == (unite, texte)


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "#", "#,##0", "#,##0.00", "@", "0.00E+00", "# ?/?", ""),
        *(
            '#,##0.00\\ "€"',
            "#,##0.00 [$€-40C]",
            '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-;_-* "-"',
            "0.##",
        ),
        *("dd/mm/yyyy", "[h]:mm", "yyyy", "#,##0.00_€"),
    ],
)
def test_les_formats_ordinaires_ne_changent_rien(code: str) -> None:
    assert lire_format(code) is None
