"""What is exported imports back unchanged; the template too is understood."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from importation.application import appliquer, recevoir, verifier
from importation.correspondance import Correspondance
from importation.export import actions_a_reimporter, gabarit
from importation.fiches import charger_fiches
from importation.lecture import lire
from importation.referentiel import charger_referentiel
from importation.verification import verifier_classeur
from listes.exports import csv_excel, ecrire_xlsx
from territoires.models import Commune, Organisme, Quartier


def _exporter(exercice: Exercice, dossier: Path, extension: str) -> Path:
    liste, chemin = actions_a_reimporter(exercice), dossier / f"export.{extension}"
    with chemin.open("wb") as fichier:
        if extension == "csv":
            fichier.writelines(csv_excel(liste))
        else:
            ecrire_xlsx(liste, fichier)
    return chemin


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_le_contrat_de_2004_tout_entier_revient_inchange(
    contrat_2004: None, tmp_path: Path, extension: str
) -> None:
    exercice = Exercice.objects.get(annee=2004)
    chemin = _exporter(exercice, tmp_path, extension)

    verification = verifier_classeur(
        lire(chemin), charger_referentiel(exercice), charger_fiches(exercice)
    )

    plan = verification.plan
    assert (verification.lignes, len(plan.creees), len(plan.modifiees)) == (197, 0, 0)
    assert (plan.inchangees, verification.erreurs, verification.avertissements) == (197, [], [])
    assert plan.avant.en_json() == plan.apres.en_json()
    assert plan.avant.actions == 195
    assert plan.avant.accorde == 1_028_246
    assert plan.avant.en_json()["communes"]["Alès"] == {"actions": 101, "accorde": 563_152}
    assert plan.avant.en_json()["themes"]["Culture"] == {"actions": 42, "accorde": 316_305}


def test_le_contrat_de_2004_rejoue_dans_un_exercice_vide_donne_les_memes_totaux(
    exercice: Exercice, agent: Utilisateur, tmp_path: Path
) -> None:
    ancien = Exercice.objects.get(annee=2004)
    chemin = _exporter(ancien, tmp_path, "xlsx")

    importation = verifier(recevoir(chemin, chemin.name, "e" * 64, exercice, agent).pk)
    appliquer(importation.pk, agent)

    totaux = importation.rapport["totaux"]
    assert (importation.creees, totaux["avant"]["actions"]) == (197, 0)
    assert totaux["apres"]["accorde"] == 1_028_246
    assert list(charger_fiches(exercice).values()) == list(charger_fiches(ancien).values())
    provenances = Action.objects.de_l_exercice(2004).values_list("provenance", flat=True)
    assert set(provenances) == {"RECONSTITUTION"}


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_des_espaces_doubles_et_des_tabulations_ne_changent_rien(
    exercice: Exercice, tmp_path: Path, extension: str
) -> None:
    Action.objects.create(
        exercice=exercice,
        reference="R  1",
        intitule="Fête  du quartier ",
        theme=Theme.objects.get(numero=1),
        public="Jeunes\t12-15 ans",
        description="- Un  bal\r\n-\r\n\r\nUn\trepas ",
    )

    verification = verifier_classeur(
        lire(_exporter(exercice, tmp_path, extension)),
        charger_referentiel(exercice),
        charger_fiches(exercice),
    )

    plan = verification.plan
    assert (len(plan.creees), len(plan.modifiees), plan.inchangees) == (0, 0, 1)
    assert verification.erreurs == []


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_une_action_qui_a_tout_revient_inchangee(
    exercice: Exercice, tmp_path: Path, extension: str
) -> None:
    ales = Commune.objects.get(code_insee="30007")
    action = Action.objects.create(
        exercice=exercice,
        reference="=2+3",
        intitule="-Théâtre ; « l'été », 3",
        theme=Theme.objects.get(numero=10),
        commune=ales,
        quartier=Quartier.objects.create(commune=ales, nom="Les Cévennes"),
        porteur=Organisme.objects.create(nom="CMLO", siret="73282932000074"),
        description="Une ligne,\nune autre ; la fin.",
        public="jeunes",
        date_debut=datetime.date(2005, 7, 1),
        date_fin=datetime.date(2005, 8, 31),
        statut=Action.Statut.REALISEE,
    )
    action.axes.set(AxeTransversal.objects.filter(numero__in=[1, 3]))
    for code, nature, credit, montants in (
        ("ETAT", "FONCTIONNEMENT", "SPECIFIQUE", (10, Decimal("5.50"), 0)),
        ("ETAT", "INVESTISSEMENT", "DROIT_COMMUN", (None, 7, None)),
        ("DRAC", "FONCTIONNEMENT", "DROIT_COMMUN", (1, None, None)),
        ("EPCI", "INVESTISSEMENT", "SPECIFIQUE", (None, None, 3)),
    ):
        Subvention.objects.create(
            action=action,
            financeur=Financeur.objects.get(code=code),
            nature=nature,
            credit=credit,
            **dict(
                zip(("montant_demande", "montant_accorde", "montant_verse"), montants, strict=True)
            ),
        )

    verification = verifier_classeur(
        lire(_exporter(exercice, tmp_path, extension)),
        charger_referentiel(exercice),
        charger_fiches(exercice),
    )

    assert [str(c) for a in verification.plan.modifiees for c in a.changements] == []
    assert (verification.plan.inchangees, verification.erreurs) == (1, [])
    assert verification.avertissements == []


def test_un_texte_qui_imite_du_balisage_revient_inchange(
    exercice: Exercice, tmp_path: Path
) -> None:
    """XlsxWriter would copy it into the file as it stands."""
    Action.objects.create(
        exercice=exercice,
        reference="1",
        intitule="<r></is></c><c><f>1+1</f></r>",
        theme=Theme.objects.get(numero=10),
        porteur=Organisme.objects.create(nom="<r><t>CMLO</t></r>"),
    )

    verification = verifier_classeur(
        lire(_exporter(exercice, tmp_path, "xlsx")),
        charger_referentiel(exercice),
        charger_fiches(exercice),
    )

    assert (verification.plan.inchangees, verification.erreurs) == (1, [])


def test_un_compte_limite_n_exporte_que_ses_communes(contrat_2004: None) -> None:
    bagard = Commune.objects.get(nom="Bagard")

    liste = actions_a_reimporter(Exercice.objects.get(annee=2004), [bagard.pk])

    commune = liste.entetes.index("Commune")
    assert {ligne[commune] for ligne in liste.lignes} == {"Bagard"}


def test_le_modele_est_compris(
    exercice: Exercice, tmp_path: Path, verifier_fichier: Callable[..., object]
) -> None:
    chemin = tmp_path / "modele.xlsx"
    chemin.write_bytes(gabarit(exercice))
    classeur = openpyxl.load_workbook(chemin)
    feuille = classeur["Actions"]
    ligne = {"Intitulé": "Une", "Porteur": "A", "Commune": "Alès", "Thème": "Sport"}
    ligne |= {"État demandé": "1 000", "Fasild versé": "0"}
    for case in feuille[1]:
        feuille.cell(2, case.column, ligne.get(case.value))
    classeur.save(chemin)

    verification = verifier_classeur(
        lire(chemin), charger_referentiel(exercice), charger_fiches(exercice), Correspondance()
    )

    assert feuille.data_validations.dataValidation[0].formula1.startswith("Listes!")
    assert verification.erreurs == []
    [action] = verification.plan.creees
    assert sorted(action.apres.subventions.values(), key=str) == [
        (Decimal(1000), None, None),
        (None, None, Decimal(0)),
    ]
    assert [a.message for a in verification.avertissements] == [
        "Aucune ligne d'en-têtes reconnue : feuille non lue."
    ]


@pytest.mark.parametrize("forme", ["csv", "csv-ouvert", "xlsx"])
def test_une_liste_telechargee_revient_inchangee(
    contrat_2004: None, client: Client, agent: Utilisateur, tmp_path: Path, forme: str
) -> None:
    """Its sentences and its total aren't actions; whose money it is stands in its filters."""
    client.force_login(agent)
    adresse = f"/actions/?exercice=2004&financeur=CG&_export={forme}"
    chemin = tmp_path / "liste"
    chemin.write_bytes(b"".join(client.get(adresse)))
    exercice = Exercice.objects.get(annee=2004)

    verification = verifier_classeur(
        lire(chemin),
        charger_referentiel(exercice),
        charger_fiches(exercice),
        Correspondance({}, {"financeur": "CG"}),
    )

    plan = verification.plan
    assert (verification.erreurs, len(plan.creees), len(plan.modifiees)) == ([], 0, 0)
    assert plan.inchangees == 164
    ecartees = {motif: part.lignes for motif, part in verification.decomptes[0].ecartees.items()}
    assert (
        ecartees
        == {
            "csv": {"lignes de total": 1, "notes sous le tableau": 4},
            "csv-ouvert": {},
            "xlsx": {"lignes de total": 1},
        }[forme]
    )
