"""Money that a table holds and that nothing would import: never left aside without a word."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from importation.verification import Verification

CAS = Path(__file__).parent / "cas"
Verifier = Callable[..., Verification]
Ecrire = Callable[[str], Path]
DEBUT = "Intitulé;Porteur;Commune;Thème;"
ALORS = "dites ce qu'elle contient, ou choisissez « Ne pas importer »"


def test_l_argent_d_un_financeur_inconnu_est_une_erreur(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "financeur-inconnu.xlsx")

    assert [(p.ligne, p.colonne, p.message) for p in verification.erreurs] == [
        (
            1,
            "CAF accordé",
            "Colonne de montants (500\u00a0€) d'un financeur inconnu : CAF. Créez ce financeur ou "
            "choisissez « Ne pas importer ».",
        ),
        (
            1,
            "Région accordé",
            "Colonne de montants (1\u202f500\u00a0€) d'un financeur inconnu : Région. Créez ce "
            "financeur ou choisissez « Ne pas importer ».",
        ),
    ]
    [source] = verification.tableaux
    assert [(litige.financeur, litige.entete, litige.somme) for litige in source.litiges] == [
        ("CAF", "CAF accordé", Decimal(500)),
        ("Région", "Région accordé", Decimal(1500)),
    ]


def test_ne_pas_importer_tranche(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(
        CAS / "financeur-inconnu.xlsx", colonnes={"CAF accordé": "", "Région accordé": ""}
    )

    assert verification.erreurs == []
    assert verification.plan.apres.accorde == 1000


def test_des_montants_sans_en_tete_sont_une_erreur(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "entetes-sur-deux-lignes-corrigee.xlsx")

    doute = f"aucune étape n'est indiquée, et une autre colonne est de même ; {ALORS}."
    assert [(p.colonne, p.message) for p in verification.erreurs] == [
        ("État", f"Colonne de montants (2\u202f000\u00a0€) : {doute}"),
        ("Colonne G", f"Colonne de montants (1\u202f000\u00a0€) sans en-tête : {ALORS}."),
        ("Ville", f"Colonne de montants (800\u00a0€) : {doute}"),
        ("Colonne I", f"Colonne de montants (500\u00a0€) sans en-tête : {ALORS}."),
    ]
    assert verification.plan.apres.accorde == 0


def test_un_identifiant_n_est_pas_un_porteur(verifier_fichier: Verifier) -> None:
    verification = verifier_fichier(CAS / "identifiant-pris-pour-porteur.csv")

    assert verification.erreurs == []
    assert [(o.nom, o.siret) for o in verification.plan.organismes] == [
        ("Les Voix claires", "73282932000074")
    ]
    assert verification.plan.apres.accorde == 1500


@pytest.mark.parametrize(
    ("entetes", "cellules", "message"),
    [
        ("Téléphone", "0466523412", ""),
        ("Téléphone", "466523412", ""),
        ("Nombre d'habitants", "1500", ""),
        ("Taux d'aide (%)", "75", ""),
        ("Remarques", "rappeler le 12", ""),
        ("CAF", "0", ""),
        (
            "Montant accordé",
            "1500",
            "Cette colonne ne dit pas de quel financeur sont ses montants : ajoutez une colonne "
            "« Financeur », ou indiquez le financeur de tout le fichier.",
        ),
        ("Programme", "147", ""),
        (
            "Montant proposé",
            "1500",
            f"Colonne de montants (1\u202f500\u00a0€) dont le financeur n'est pas dit : {ALORS}.",
        ),
        (
            "État;État",
            "1500;1500",
            "Colonne de montants (1\u202f500\u00a0€) : aucune étape n'est indiquée, et une autre "
            f"colonne est de même ; {ALORS}.",
        ),
        (
            "État accordé;Etat attribué",
            "1500;20,50",
            "Colonne de montants (20,50\u00a0€) : « État accordé » remplit déjà cette rubrique : "
            f"colonne ignorée ; {ALORS}.",
        ),
        (
            ";" * 8,
            ";" * 9 + "1500",  # column N, as in « n° »
            f"Colonne de montants (1\u202f500\u00a0€) sans en-tête : {ALORS}.",
        ),
        (
            "Total accordé",
            "1500",
            f"Colonne de montants (1\u202f500\u00a0€) dont le financeur n'est pas dit : {ALORS}.",
        ),
        (
            "État accordé 2004",
            "1500",
            "Montants de 2004 (1\u202f500\u00a0€), alors que l'import porte sur 2005 : "
            f"importez-les dans leur exercice, ou {ALORS}.",
        ),
    ],
)
def test_une_colonne_de_montants(
    verifier_fichier: Verifier, csv: Ecrire, entetes: str, cellules: str, message: str
) -> None:
    verification = verifier_fichier(csv(f"{DEBUT}{entetes}\nUn;A;Alès;1;{cellules}\n"))

    assert {p.message for p in verification.erreurs} == {message} - {""}


@pytest.mark.parametrize(
    ("entetes", "cellules", "message"),
    [
        (
            "Coût total de l'action",
            "9000",
            "Colonne de montants (9\u202f000\u00a0€) qui ne sont pas ceux d'un financeur : non "
            "importée.",
        ),
        (
            "État accordé;Montant justifié",
            "1000;1800",
            "Colonne de montants (1\u202f800\u00a0€) à une étape que l'application ne garde pas : "
            "non importée.",
        ),
        (
            "État accordé;Montant proposé",
            "1000;1800",
            "Colonne de montants (1\u202f800\u00a0€) à une étape que l'application ne garde pas : "
            "non importée.",
        ),
        (
            "État accordé;Ville accordé;Total accordé",
            "1000;500;1500",
            "Colonne de total (1\u202f500\u00a0€) : non importée.",
        ),
        (
            "État accordé;Total accordé",
            "1000;1800",
            "Colonne de total (1\u202f800\u00a0€) : non importée ; les colonnes importées font "
            "1\u202f000\u00a0€, vérifiez qu'il n'en manque pas.",
        ),
        (
            "État accordé 2004;État accordé 2005",
            "1000;1800",
            "Montants de 2004 (1\u202f000\u00a0€), alors que l'import porte sur 2005 : colonne non "
            "importée.",
        ),
    ],
)
def test_une_colonne_de_montants_laissee_de_cote_est_dite(
    verifier_fichier: Verifier, csv: Ecrire, entetes: str, cellules: str, message: str
) -> None:
    verification = verifier_fichier(csv(f"{DEBUT}{entetes}\nUn;A;Alès;1;{cellules}\n"))

    assert verification.erreurs == []
    assert message in [p.message for p in verification.avertissements]
