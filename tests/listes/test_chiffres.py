"""Words beside a number, as French has them."""

import pytest

from listes.chiffres import accord, denombrer


@pytest.mark.parametrize(
    ("effectif", "attendu"),
    [
        (None, "— ligne"),
        (0, "0 ligne"),
        (1, "1 ligne"),
        (2, "2 lignes"),
        (1234, "1\u202f234 lignes"),
    ],
)
def test_le_pluriel_commence_a_deux(effectif: int | None, attendu: str) -> None:
    assert denombrer(effectif, "ligne") == attendu


def test_chaque_mot_s_accorde_sauf_pluriel_donne() -> None:
    assert accord(2, "laissée telle quelle") == "laissées telles quelles"
    assert accord(2, "non comptée", "non comptées") == "non comptées"
    assert accord(1, "non comptée", "non comptées") == "non comptée"
