"""``kill -9`` of the worker at random moments: each work is done once, or says that it is not."""

import random
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest

from tests.epreuves.test_morts_subites import MORTS, tuer
from tests.sauvegarde.installation import Installation

pytestmark = pytest.mark.epreuve
IMPORTS, LIGNES = 8, 300


@dataclass(frozen=True)
class EnFile(Installation):
    """An installation whose long works wait for a worker."""

    @property
    def environnement(self) -> dict[str, str]:
        return super().environnement | {"FILE_DE_TRAVAUX": "oui"}


def importees(etat: dict[str, Any]) -> dict[str, int]:
    """How many actions each import has written, by its number."""
    compte: dict[str, int] = {}
    for action in etat["tables"]["actions_action"]:
        numero, _, rang = action["reference"].partition("-")
        if rang and numero.startswith("I"):
            compte[numero.removeprefix("I")] = compte.get(numero.removeprefix("I"), 0) + 1
    return compte


def test_l_ouvrier(peuplee: Installation, hasard: random.Random) -> None:
    file = EnFile(peuplee.url, peuplee.fichiers)
    demande = file.lancer("tests/epreuves/demander.py", str(IMPORTS), str(LIGNES))
    assert demande.communicate(timeout=300)[1] == ""
    bilan = file.etat()["bilans"]["2004"]

    for _ in range(MORTS):
        tuer(file.lancer("manage.py", "db_worker"), hasard.uniform(1, 6))
        etat = file.etat()
        assert (etat["integrite"], etat["bilans"]["2004"]) == ("ok", bilan)
        assert set(importees(etat).values()) <= {LIGNES}
    file.reussir("db_worker", "--batch")
    file.reussir("db_worker", "--batch")

    etat = file.etat()
    ecrits = importees(etat)
    travaux = lire_les_travaux(file)
    assert len(travaux) == IMPORTS + 1
    for titre, (fin, message, cle) in travaux.items():
        if titre.startswith("Appliquer"):
            assert ecrits.get(titre.split()[1].removesuffix(".csv"), 0) == (
                LIGNES if fin == "FINI" else 0
            ), message
        elif fin == "FINI":
            with zipfile.ZipFile(file.fichiers / "travaux" / cle) as classeur:
                assert classeur.testzip() is None
        assert fin == "FINI" or "interrompu 3 fois" in message
    assert "FINI" in {fin for fin, _, _ in travaux.values()}


def lire_les_travaux(file: Installation) -> dict[str, tuple[str, str, str]]:
    """Each work by its title: how it ended, what it says, where its file is."""
    lignes = file.reussir(
        "shell",
        "--no-imports",
        "-c",
        "from travaux.models import Travail\n"
        "for t in Travail.objects.all(): print(t.titre, t.etat, t.message, t.cle, sep='|')",
    ).splitlines()
    travaux = {}
    for ligne in lignes:
        titre, fin, message, cle = ligne.split("|")
        travaux[titre] = (fin, message, cle)
    return travaux
