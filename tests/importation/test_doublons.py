"""Two sheets that hold the same lines never count twice without a word."""

from decimal import Decimal
from typing import Any

import pytest

from importation.correspondance import Correspondance
from importation.lecture import Classeur, FeuilleLue, LigneLue
from importation.referentiel import Referentiel
from importation.verification import Verification, verifier_classeur

ENTETES = ["Intitulé", "Porteur", "Commune", "Thème", "État accordé"]
UN: list[Any] = ["Un", "A", "Alès", 1, 100]
DEUX: list[Any] = ["Deux", "B", "Alès", 2, 30.5]
TROIS: list[Any] = ["Trois", "C", "Alès", 3, 7]


def verifier(ref: Referentiel, *feuilles: list[list[Any]], **voulue: Any) -> Verification:
    lues = [
        FeuilleLue(nom, [LigneLue(n, ligne) for n, ligne in enumerate(lignes, 1)])
        for nom, lignes in zip("ABC", feuilles, strict=False)
    ]
    return verifier_classeur(Classeur("x", "x", lues), ref, {}, Correspondance(**voulue))


def _feuille_a_part(verification: Verification) -> list[tuple[str, str]]:
    return [(p.feuille, p.message) for p in verification.avertissements if not p.ligne]


def test_une_copie_n_est_pas_importee(ref: Referentiel) -> None:
    verification = verifier(ref, [ENTETES, UN, DEUX], [ENTETES, DEUX, UN])

    assert verification.erreurs == []
    assert verification.plan.apres.accorde == Decimal("130.5")
    assert _feuille_a_part(verification) == [
        ("B", "Ses lignes sont aussi dans la feuille « A » : feuille non importée.")
    ]
    assert [d.en_json() for d in verification.decomptes][1] == {
        "feuille": "B",
        "lues": {"lignes": 2, "accorde": 130.5},
        "gardees": {"lignes": 0},
        "ecartees": {"lignes d'une autre feuille": {"lignes": 2, "accorde": 130.5}},
        "colonnes": {},
    }


def test_la_feuille_la_plus_complete_est_gardee(ref: Referentiel) -> None:
    verification = verifier(ref, [ENTETES, UN], [ENTETES, DEUX, UN])

    assert verification.erreurs == []
    assert [a.feuille for a in verification.plan.creees] == ["B", "B"]
    assert _feuille_a_part(verification) == [
        ("A", "Ses lignes sont aussi dans la feuille « B » : feuille non importée.")
    ]


def test_deux_feuilles_qui_se_recoupent_se_tranchent(ref: Referentiel) -> None:
    feuilles = [ENTETES, UN, DEUX], [ENTETES, DEUX, TROIS]
    verification = verifier(ref, *feuilles)

    assert [(p.feuille, p.ligne, p.message) for p in verification.erreurs] == [
        (
            "B",
            0,
            "Une de ses lignes est aussi dans la feuille « A » : l'argent y compterait deux fois. "
            "Choisissez, dans Colonnes, la feuille à lire.",
        ),
        (
            "B",
            2,
            "Même action qu'à la ligne 3 de la feuille « A » : gardez une seule des deux lignes.",
        ),
    ]
    choisie = verifier(ref, *feuilles, entetes={"A": []})
    assert choisie.erreurs == []
    assert choisie.plan.apres.accorde == Decimal("37.5")
    assert choisie.decomptes[1].ecartees["feuille non lue, par choix"].lignes == 3


def test_meme_additionnees_deux_feuilles_ne_comptent_pas_deux_fois(ref: Referentiel) -> None:
    verification = verifier(
        ref,
        [ENTETES, UN, DEUX, TROIS],
        [ENTETES, UN],
        [ENTETES, UN, ["X", *TROIS[1:]]],
        cumuler=["accorde"],
    )

    assert {p.feuille for p in verification.erreurs} == {"C"}
    assert verification.plan.apres.accorde == Decimal("144.5")


@pytest.mark.parametrize(
    "autre",
    [
        [ENTETES, DEUX, TROIS],
        [[*ENTETES[:4], "Ville accordé"], ["Autre", "A", "Alès", 1, 100]],
    ],
)
def test_deux_feuilles_differentes_sont_lues_toutes_deux(
    ref: Referentiel, autre: list[list[Any]]
) -> None:
    verification = verifier(ref, [ENTETES, UN], autre)

    assert (verification.erreurs, _feuille_a_part(verification)) == ([], [])
    assert verification.plan.apres.accorde in (Decimal("137.5"), 200)


def test_une_feuille_non_reconnue_est_dite_avec_son_argent(ref: Referentiel) -> None:
    verification = verifier(
        ref, [ENTETES, UN], [["Machin", "Somme (€)"], ["Sport", 12000], ["Culture", 500.5]]
    )

    assert _feuille_a_part(verification) == [
        (
            "B",
            "Aucune ligne d'en-têtes reconnue : feuille non lue (12\u202f500,50\u00a0€ sous "
            "« Somme (€) »).",
        )
    ]
    assert verification.decomptes[1].en_json() == {
        "feuille": "B",
        "lues": {"lignes": 2},
        "gardees": {"lignes": 0},
        "ecartees": {"aucune ligne d'en-têtes reconnue": {"lignes": 2}},
        "colonnes": {"Somme (€)": 12500.5},
    }
