"""Whatever the file, no exception: every row is accepted, refused or left out aloud."""

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from actions.models import Exercice
from importation.annotation import annoter
from importation.entetes import CorrespondanceRefuseeError
from importation.fiches import charger_fiches
from importation.lecture import Classeur, FeuilleLue, FichierRefuseError, LigneLue, lire
from importation.referentiel import Referentiel, charger_referentiel
from importation.verification import Verification, verifier_classeur

SANS_FICHIER = Path("absent.csv")
ENTETES = ["Intitulé", "Porteur", "SIRET", "Commune", "Thème", "Axes", "Quartier", "Nature"]
ENTETES += ["Statut", "Début", "Fin", "Ville accordé", "Etat", "CG versé", "Description", "Réf"]
USUELS = ["Un", "Deux", "Alès", "30007", "1", "Sport", "Animation", "31/12/05", "1 234,56 €"]
USUELS += [
    "2,43E+13",
    "73282932000074",
    "transterritorial",
    "-",
    "=1+1",
    "\x00",
    "\ud800",
    "é" * 300,
]

cellules: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(USUELS),
    st.sampled_from(["", ""]),
    st.text(max_size=12),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(),
)
sans_accident = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,  # the same files at each run: what passes here passes everywhere
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def verifier_comptes(verification: Verification, lignes: list[LigneLue]) -> None:
    """Each row stands in the plan, in an error, or in a warning that says why it is left out."""
    plan = verification.plan
    acceptees = {n for action in (*plan.creees, *plan.modifiees) for n in action.lignes}
    refusees = {erreur.ligne for erreur in verification.erreurs}
    ecartees = {a.ligne for a in verification.avertissements if not a.colonne}
    for ligne in lignes:
        if any(c != "" and str(c).strip() for c in ligne.cellules):
            assert ligne.numero in acceptees | refusees | ecartees or 1 in refusees, ligne
    assert plan.inchangees == 0


@sans_accident
@given(lignes=st.lists(st.lists(cellules, max_size=len(ENTETES)), max_size=8))
def test_aucune_cellule_ne_surprend(ref: Referentiel, lignes: list[list[Any]]) -> None:
    lues = [LigneLue(n, ligne) for n, ligne in enumerate(lignes, start=2)]
    classeur = Classeur("x", "x", [FeuilleLue("f", [LigneLue(1, [*ENTETES]), *lues])])

    verification = verifier_classeur(classeur, ref, {})

    verifier_comptes(verification, lues)
    assert annoter(SANS_FICHIER, classeur, verification).startswith(b"PK")


@sans_accident
@given(
    octets=st.binary(max_size=400)
    | st.text(max_size=200).map(lambda t: f"Intitulé;Ville\n{t}".encode("utf-8", "surrogatepass"))
)
def test_aucun_fichier_de_texte_ne_surprend(
    exercice: Exercice, ref: Referentiel, tmp_path: Path, octets: bytes
) -> None:
    chemin = tmp_path / "hasard.csv"
    chemin.write_bytes(octets)

    try:
        classeur = lire(chemin)
        verification = verifier_classeur(classeur, ref, charger_fiches(exercice))
    except (FichierRefuseError, CorrespondanceRefuseeError):
        return
    else:
        assert verification.lignes >= len(verification.plan.creees)


@settings(sans_accident, max_examples=25)
@given(
    lignes=st.lists(st.lists(cellules, max_size=5), max_size=5),
    coupe=st.integers(0, 200) | st.none(),
)
def test_aucun_classeur_ne_surprend(
    exercice: Exercice, tmp_path: Path, lignes: list[list[Any]], coupe: int | None
) -> None:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    feuille.append(ENTETES[:5])
    for ligne in lignes:
        try:
            feuille.append(
                [c if not isinstance(c, datetime.date) or c.year >= 1900 else "" for c in ligne]
            )
        except (IllegalCharacterError, ValueError, UnicodeEncodeError):
            continue
    tampon = io.BytesIO()
    try:
        classeur.save(tampon)
    except (UnicodeEncodeError, ValueError, OverflowError):
        return
    octets = bytearray(tampon.getvalue())
    if coupe is not None:
        del octets[len(octets) // 2 : len(octets) // 2 + coupe]
    chemin = tmp_path / "hasard.xlsx"
    chemin.write_bytes(octets)

    try:
        verifier_classeur(lire(chemin), charger_referentiel(exercice), {})
    except (FichierRefuseError, CorrespondanceRefuseeError):
        return


@pytest.mark.parametrize("extension", ["xls", "ods"])
def test_un_classeur_abime_est_refuse(tmp_path: Path, extension: str) -> None:
    entier = (Path(__file__).parent / "fichiers" / f"petit.{extension}").read_bytes()
    for coupe in range(600, len(entier), 700):
        chemin = tmp_path / f"abime.{extension}"
        chemin.write_bytes(entier[:coupe] + bytes(len(entier) - coupe))
        try:
            lire(chemin)
        except FichierRefuseError:
            continue
