"""What the page shows of a file, so that a person says what it means: never nothing."""

from decimal import Decimal
from pathlib import Path

from importation.choix import ColonneAChoisir, FeuilleAChoisir, a_choisir
from importation.correspondance import Correspondance
from importation.lecture import Classeur, FeuilleLue, LigneLue
from importation.referentiel import Referentiel

CAS = Path(__file__).parent / "cas"


def test_un_fichier_inconnu_montre_ses_colonnes_leurs_valeurs_et_leur_argent(
    ref: Referentiel,
) -> None:
    classeur = Classeur(
        "x",
        "x",
        [
            FeuilleLue(
                "Feuil1",
                [
                    LigneLue(1, ["Annexe 4"]),
                    LigneLue(3, ["Machin", "Téléphone", "Chose"]),
                    LigneLue(4, ["Les Voix  claires", "0466523412", "1 500 €"]),
                    LigneLue(5, ["Les Voix claires", 466523412, 20.5]),
                ],
            ),
            FeuilleLue("Vide", []),
            FeuilleLue("Notes", [LigneLue(1, ["à rappeler"])]),
        ],
    )

    feuilles = a_choisir(classeur, ref, Correspondance(entetes={"Notes": []}))

    assert feuilles == [
        FeuilleAChoisir(
            "Feuil1",
            lue=True,
            reconnue=False,
            lignes_entetes=(3,),
            debut=[
                (1, ["Annexe 4"]),
                (3, ["Machin", "Téléphone", "Chose"]),
                (4, ["Les Voix  claires", "0466523412", "1 500 €"]),
                (5, ["Les Voix claires", "466523412", "20.5"]),
            ],
            colonnes=[
                ColonneAChoisir("Feuil1", "Machin", ("Les Voix claires",), None, "", ""),
                ColonneAChoisir("Feuil1", "Téléphone", ("0466523412", "466523412"), None, "", ""),
                ColonneAChoisir("Feuil1", "Chose", ("1 500 €", "20.5"), Decimal("1520.50"), "", ""),
            ],
        ),
        FeuilleAChoisir("Notes", False, False, (), [(1, ["à rappeler"])], []),
    ]
