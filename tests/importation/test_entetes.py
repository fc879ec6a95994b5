"""Where a table begins, however its sender wrote its headings."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from importation.correspondance import Correspondance
from importation.entetes import CorrespondanceRefuseeError, TableauLu, trouver_tableau
from importation.extraction.bornes import Fusion
from importation.lecture import Cellule, FeuilleLue, LigneLue, lire
from importation.referentiel import Referentiel
from importation.verification import Verification

CAS = Path(__file__).parent / "cas"
DESCRIPTION: list[Cellule] = ["Référence", "Intitulé", "Porteur", "Commune", "Thème"]
R1: list[Cellule] = ["R1", "Chorale", "Les Voix claires", "Alès", "Culture"]
ETAPES: list[Cellule] = ["", "", "", "", "", "demandé", "accordé", "demandé", "accordé"]


def feuille(*lignes: list[Cellule], fusions: list[Fusion] | None = None) -> FeuilleLue:
    return FeuilleLue("f", [LigneLue(n, x) for n, x in enumerate(lignes, 1) if x], fusions or [])


@pytest.mark.parametrize("retour", [" ", "\n", "  \n "])
def test_un_retour_a_la_ligne_ne_change_pas_un_en_tete(
    verifier_fichier: Callable[..., Verification], retour: str
) -> None:
    verification = verifier_fichier(
        CAS / "entete-multiligne.xlsx",
        colonnes={
            f"organisme{retour}aidé": "intitule",
            f"Montant{retour}de l'aide (1)": "montant_accorde",
        },
        constantes={"financeur": "CG", "theme": "3", "commune": "transterritorial"},
    )

    assert verification.erreurs == []
    assert verification.plan.apres.accorde == Decimal(1500)


def test_les_en_tetes_sur_deux_lignes_sont_joints(
    verifier_fichier: Callable[..., Verification], ref: Referentiel
) -> None:
    verification = verifier_fichier(CAS / "entetes-sur-deux-lignes.xlsx")

    ligne, codes = ("FONCTIONNEMENT", "SPECIFIQUE"), ref.financeurs.codes
    [action] = verification.plan.creees
    assert verification.erreurs == []
    assert action.apres.subventions == {
        (codes["ETAT"], *ligne): (Decimal(2000), Decimal(1000), None),
        (codes["VILLE"], *ligne): (Decimal(800), Decimal(500), None),
    }


@pytest.mark.parametrize(
    ("lignes", "fusions", "choisies", "financements"),
    [
        (  # merged over their stages
            ([*DESCRIPTION, "État", "", "Ville"], ETAPES),
            [(1, 5, 1, 6), (1, 7, 1, 8)],
            (1, 2),
            ["État demandé", "État accordé", "Ville demandé", "Ville accordé"],
        ),
        (  # not merged: the blank cells beside them are theirs
            ([*DESCRIPTION, "État", "", "Ville"], ETAPES),
            [],
            (1, 2),
            ["État demandé", "État accordé", "Ville demandé", "Ville accordé"],
        ),
        (  # the funders above the line that names everything
            (["", "", "", "", "", "État", "", "Ville"], [*DESCRIPTION, *ETAPES[5:]]),
            [],
            (1, 2),
            ["État demandé", "État accordé", "Ville demandé", "Ville accordé"],
        ),
        (  # the stages above, and a title over the description
            (
                ["Programmation 2005"],
                ["Action", "", "", "", "", "Demandé", "", "Accordé", ""],
                [*DESCRIPTION, "État", "Ville", "État", "Ville"],
            ),
            [(2, 0, 2, 4), (2, 5, 2, 6), (2, 7, 2, 8)],
            (2, 3),
            ["Demandé État", "Demandé Ville", "Accordé État", "Accordé Ville"],
        ),
        (  # units under the headings
            ([*DESCRIPTION, "État accordé", "Ville accordé"], ["", "", "", "", "", "en €", "€"]),
            [],
            (1, 2),
            ["État accordé", "Ville accordé"],
        ),
    ],
)
def test_deux_lignes_font_un_en_tete(
    ref: Referentiel,
    lignes: tuple[list[Cellule], ...],
    fusions: list[Fusion],
    choisies: tuple[int, ...],
    financements: list[str],
) -> None:
    montants: list[Cellule] = [2000, 1000, 800, 500]

    lue = trouver_tableau(feuille(*lignes, [*R1, *montants], fusions=fusions), ref)

    assert lue is not None
    assert lue.lignes_entetes == choisies
    noms = [*DESCRIPTION, *financements]
    noms += [f"Colonne {lettre}" for lettre in "FGHI"[len(financements) :]]
    assert list(lue.entetes.values()) == noms
    assert [ligne.cellules[:5] for ligne in lue.lignes] == [R1]


def test_la_premiere_ligne_de_textes_n_est_pas_prise_pour_des_en_tetes(ref: Referentiel) -> None:
    entetes: list[Cellule] = [*DESCRIPTION, "État accordé", "Statut"]

    lue = trouver_tableau(feuille(entetes, [*R1, "", "Accordée"], [*R1, "", "projet"]), ref)

    assert lue is not None
    assert lue.lignes_entetes == (1,)
    assert len(lue.lignes) == 2


def test_des_en_tetes_que_personne_ne_connait_sont_proposes(ref: Referentiel) -> None:
    lue = trouver_tableau(
        feuille(["Annexe 4"], ["Machin", "Truc", "Chose"], ["a", "b", 1500], ["c", "d", "20,5"]),
        ref,
    )

    assert lue == TableauLu(
        "f",
        (2,),
        {0: "Machin", 1: "Truc", 2: "Chose"},
        [LigneLue(3, ["a", "b", 1500]), LigneLue(4, ["c", "d", "20,5"])],
        reconnu=False,
    )


def test_la_ligne_d_en_tetes_se_choisit(ref: Referentiel) -> None:
    page = feuille(["Intitulé", "Porteur"], ["Un", "A"], ["Quoi", "Combien"], ["x", 1, "y"])

    assert trouver_tableau(page, ref, choisies=[]) is None
    assert trouver_tableau(page, ref, choisies=[3]) == TableauLu(
        "f", (3,), {0: "Quoi", 1: "Combien", 2: "Colonne C"}, [LigneLue(4, ["x", 1, "y"])]
    )
    with pytest.raises(CorrespondanceRefuseeError, match="la ligne 9 est vide"):
        trouver_tableau(page, ref, choisies=[9])


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ('{"entetes": {"f": [1, 2]}}', Correspondance(entetes={"f": [1, 2]})),
        ('{"entetes": {"f": []}}', Correspondance(entetes={"f": []})),
        ('{"entetes": {"f": 1}}', None),
        ('{"entetes": {"f": ["1"]}}', None),
        ('{"entetes": []}', None),
    ],
)
def test_une_correspondance_dit_les_lignes_d_en_tetes(texte: str, attendu: Any) -> None:
    if attendu is not None:
        assert Correspondance.depuis_json(texte) == attendu
        return
    with pytest.raises(CorrespondanceRefuseeError, match="numéros de ses lignes"):
        Correspondance.depuis_json(texte)


def test_un_classeur_reel_reste_lisible_d_un_bout_a_l_autre(ref: Referentiel) -> None:
    [page] = lire(CAS / "entetes-sur-deux-lignes.xlsx").feuilles

    lue = trouver_tableau(page, ref)

    assert lue is not None
    assert list(lue.cellules(5)) == [2000]
    assert list(lue.cellules(5, 0)) == []
