"""Words beside a number, as French has them."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from listes.chiffres import MontantIllisibleError, accord, denombrer, lire_montant

MONTANTS: list[list[str | int | None]] = json.loads(
    (Path(__file__).parent / "montants.json").read_text()
)


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


def _centimes(texte: str) -> int | None:
    try:
        return int(lire_montant(texte) * 100)
    except MontantIllisibleError:
        return None


def test_un_montant_se_lit_comme_on_l_ecrit() -> None:
    assert [[texte, _centimes(str(texte))] for texte, _ in MONTANTS] == MONTANTS


@pytest.mark.navigateur
def test_le_navigateur_lit_les_memes_montants(navigateur: Browser) -> None:
    page = navigateur.new_page()
    page.add_script_tag(path=settings.BASE_DIR / "static" / "js" / "montants.js")
    lus = page.evaluate(
        "textes => textes.map(texte => [texte, Montants.centimes(texte)])",
        [texte for texte, _ in MONTANTS],
    )
    page.close()
    assert lus == MONTANTS


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("3.500", "« 3.500 » se lit de deux façons : écrivez 3\u202f500 ou 3,50."),
        ("12,345 €", "« 12,345 € » se lit de deux façons : écrivez 12\u202f345 ou 12,35."),
        ("douze", "« douze » n'est pas un montant : écrivez par exemple 1234,56 ou 1 234 €."),
        (
            "12345678901",
            "« 12345678901 » est trop grand : dix chiffres au plus avant la virgule.",
        ),
    ],
)
def test_un_montant_refuse_dit_comment_l_ecrire(texte: str, attendu: str) -> None:
    with pytest.raises(MontantIllisibleError) as refus:
        lire_montant(texte)
    assert str(refus.value) == attendu
