"""``importer``: what it prints, what it writes, how it exits."""

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from actions.models import Action, Exercice
from importation.models import Importation

Ecrire = Callable[[str], Path]
JUSTE = (
    "Intitulé;Porteur;Commune;Thème;Ville accordé;Etat\n"
    "Ateliers;Les Amis;Alès;1;1 000,50 €;200\n"
    "Cirque;Les Amis;transterritorial;3;;0\n"
)
FAUX = JUSTE + "Contes;Les Amis;Alese;3;12a;\n"


def _lancer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = 0
    try:
        call_command("importer", *arguments)
    except SystemExit as sortie:
        code = int(str(sortie.code))
    except CommandError as refus:
        return refus.returncode, str(refus)
    return code, capsys.readouterr().out


def test_sans_appliquer_rien_n_est_ecrit(
    exercice: Exercice, csv: Ecrire, capsys: pytest.CaptureFixture[str]
) -> None:
    code, sortie = _lancer(capsys, str(csv(JUSTE)), "--exercice=2005", "--format=json")

    resultat = json.loads(sortie)
    assert code == 0
    assert list(resultat) == [
        "lignes",
        "creees",
        "modifiees",
        "inchangees",
        "erreurs",
        "avertissements",
        "totaux",
        "feuilles",
    ]
    assert [resultat[c] for c in ("lignes", "creees", "modifiees", "inchangees")] == [2, 2, 0, 0]
    assert resultat["erreurs"] == []
    assert resultat["avertissements"] == [
        {
            "feuille": "actions",
            "ligne": 1,
            "colonne": "Etat",
            "valeur": "Etat",
            "message": "Aucune étape n'est indiquée : lu comme le montant accordé.",
        },
        {
            "feuille": "actions",
            "ligne": 2,
            "colonne": "Statut",
            "valeur": "Déposée",
            "message": "1\u202f200,50\u00a0€ accordés à une action encore « Déposée » : si la "
            "décision est prise, passez-la à « Accordée » ou à « Refusée ». De même pour 1 autre "
            "action de ce fichier.",
        },
    ]
    vide = {"actions": 0, "accorde": 0, "communes": {}, "themes": {}, "financeurs": {}}
    assert resultat["totaux"] == {
        "avant": vide,
        "apres": {
            "actions": 2,
            "accorde": 1200.5,
            "communes": {
                "Alès": {"actions": 1, "accorde": 1200.5},
                "Transterritorial": {"actions": 1, "accorde": 0},
            },
            "themes": {
                "Éducation": {"actions": 1, "accorde": 1200.5},
                "Culture": {"actions": 1, "accorde": 0},
            },
            "financeurs": {"Ville": {"accorde": 1000.5}, "État": {"accorde": 200}},
        },
    }
    assert not Action.objects.de_l_exercice(2005).exists()
    assert not Importation.objects.exists()


def test_appliquer_puis_appliquer_encore(
    exercice: Exercice, csv: Ecrire, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (str(csv(JUSTE)), "--exercice=2005", "--appliquer")

    premier = _lancer(capsys, *arguments)
    second = _lancer(capsys, *arguments)

    assert premier[0] == second[0] == 0
    assert (
        "Lignes lues : 2. Actions à créer : 2, à modifier : 0, inchangées : 0. Erreurs : 0."
        in premier[1]
    )
    assert (
        "Accordé (fonctionnement) : 0\u00a0€ → 1\u202f200,50\u00a0€ (+1\u202f200,50)." in premier[1]
    )
    assert "Actions à créer : 0, à modifier : 0, inchangées : 2." in second[1]
    assert Action.objects.de_l_exercice(2005).count() == 2
    assert list(Importation.objects.values_list("etat", flat=True)) == ["APPLIQUEE"] * 2


def test_avec_une_erreur_rien_n_est_ecrit_et_le_fichier_est_annote(
    exercice: Exercice, csv: Ecrire, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    annote = tmp_path / "annote.xlsx"

    code, sortie = _lancer(
        capsys, str(csv(FAUX)), "--exercice=2005", "--appliquer", f"--annote={annote}"
    )

    assert code == 1
    assert (
        "feuille « actions », ligne 4, colonne « Ville accordé » « 12a » : « 12a » n'est" in sortie
    )
    assert "Rien n'a été écrit : corrigez les erreurs, puis recommencez." in sortie
    assert not Action.objects.de_l_exercice(2005).exists()
    feuille = openpyxl.load_workbook(annote)["actions"]
    remarques = {
        case.coordinate: case.comment.text
        for rangee in feuille.iter_rows()
        for case in rangee
        if case.comment
    }
    assert sorted(remarques) == ["A2", "C4", "E4", "F1"]
    assert remarques["E4"] == (
        "« 12a » n'est pas un montant : écrivez par exemple 1234,56 ou 1 234 €."
    )
    assert feuille["E4"].fill.start_color.rgb == "FFFFC7CE"


def test_une_correspondance_dans_un_fichier(
    exercice: Exercice, csv: Ecrire, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    correspondance = tmp_path / "map.json"
    correspondance.write_text(
        json.dumps(
            {
                "colonnes": {
                    "Intitulé du projet": "intitule",
                    "Somme": "montant_accorde",
                    "X": None,
                },
                "constantes": {"financeur": "CG", "commune": "30007", "theme": 3, "porteur": "A"},
            }
        )
    )
    chemin = csv("Intitulé du projet;Somme;X\nUn;100;?\n")

    code, sortie = _lancer(
        capsys,
        str(chemin),
        "--exercice=2005",
        f"--correspondance={correspondance}",
        "--format=json",
    )

    apres = json.loads(sortie)["totaux"]["apres"]
    assert code == 0
    assert apres["financeurs"] == {"Conseil général du Gard": {"accorde": 100}}
    assert apres["communes"] == {"Alès": {"actions": 1, "accorde": 100}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv", "--exercice=2005"], "Le fichier absent.csv ne peut pas être lu"),
        (["FICHIER", "--exercice=1999"], "L'exercice 1999 n'existe pas"),
        (["FICHIER", "--exercice=2005", "--correspondance=absent.json"], "absent.json"),
        (["FICHIER", "--exercice=2005", "--annote=/absent/a.xlsx"], "/absent/a.xlsx"),
        (["FICHIER"], "--exercice"),
        (["FICHIER", "--exercice=2005", "--format=xml"], "xml"),
    ],
)
def test_un_refus_sort_avec_2(
    exercice: Exercice,
    csv: Ecrire,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    chemin = str(csv(JUSTE))

    with pytest.raises(CommandError) as refus:
        call_command("importer", *(chemin if a == "FICHIER" else a for a in arguments))

    assert message in str(refus.value)
    if "--exercice=2005" in arguments and "--format=xml" not in arguments:
        assert refus.value.returncode == 2


def test_un_exercice_clos_est_refuse(
    exercice: Exercice, csv: Ecrire, capsys: pytest.CaptureFixture[str]
) -> None:
    Exercice.objects.filter(annee=2005).update(clos=True)

    code, message = _lancer(capsys, str(csv(JUSTE)), "--exercice=2005")

    assert code == 2
    assert message == "L'exercice 2005 est clos : demandez à la coordination de le rouvrir."
