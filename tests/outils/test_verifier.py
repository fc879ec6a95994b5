"""What ``make test`` leaves out on PostgreSQL: only what doesn't depend on the database."""

import re
from pathlib import Path

import pytest

from outils.verifier import SANS_SQL

RACINE = Path(__file__).resolve().parents[2]
PAROLE_DE_SQL = re.compile(
    r"\bconnections?\b|transaction=True|\bcursor\(|\bpsycopg\b|\bThread\b|select_for_update"
    r"|\bRawSQL\b|d[ée]clencheur|\btrigger|collat|TransactionTestCase"
)


@pytest.mark.parametrize("nom", SANS_SQL)
def test_ce_que_postgresql_ne_joue_pas_ne_dit_pas_un_mot_de_sql(nom: str) -> None:
    chemin, _, fonction = nom.partition("::")
    dossier = RACINE / chemin
    textes = [f.read_text() for f in ([dossier] if dossier.is_file() else dossier.glob("*.py"))]

    assert textes != []
    assert any(f"def {fonction}" in texte for texte in textes)
    assert [mot for texte in textes for mot in PAROLE_DE_SQL.findall(texte)] == []
