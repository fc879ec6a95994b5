"""Applied all or nothing, once, and undone while nothing has changed since."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from importation.application import (
    AnnulationRefuseeError,
    ApplicationRefuseeError,
    annuler,
    appliquer,
    recevoir,
    verifier,
)
from importation.models import Importation, LigneImportee
from suivi.historique import dernieres_ecritures
from territoires.models import Organisme

Ecrire = Callable[[str], Path]
RACINE = Path(__file__).resolve().parents[2]
FICHIER = (
    "Référence;Intitulé;Porteur;Commune;Thème;Axes;Ville accordé;CG demandé\n"
    "A-1;Ateliers;Les Amis;Alès;1;1, 3;100;\n"
    "A-2;Cirque;Les Amis;transterritorial;3;;0;50\n"
)


@pytest.fixture
def importer(exercice: Exercice, agent: Utilisateur) -> Callable[[Path], Importation]:
    def recevoir_et_verifier(chemin: Path) -> Importation:
        return verifier(recevoir(chemin, chemin.name, "e" * 64, exercice, agent).pk)

    return recevoir_et_verifier


Importer = Callable[[Path], Importation]


def etat(annee: int = 2005) -> list[tuple[object, ...]]:
    """Everything that an import may write on actions, but what only says when."""
    return [
        (
            action.reference,
            action.intitule,
            action.commune and action.commune.nom,
            action.porteur and action.porteur.nom,
            action.statut,
            action.provenance,
            sorted(action.axes.values_list("numero", flat=True)),
            [
                (s.financeur.code, s.montant_demande, s.montant_accorde, s.montant_verse)
                for s in action.subventions.all()
            ],
        )
        for action in Action.objects.de_l_exercice(annee).order_by("pk")
    ]


def test_un_import_cree_actions_porteurs_argent_et_historique(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    importation = importer(csv(FICHIER))
    assert etat() == []

    importation = appliquer(importation.pk, agent)

    assert etat() == [
        (
            "A-1",
            "Ateliers",
            "Alès",
            "Les Amis",
            "DEPOSEE",
            "IMPORT",
            [1, 3],
            [("VILLE", None, Decimal(100), None)],
        ),
        (
            "A-2",
            "Cirque",
            None,
            "Les Amis",
            "DEPOSEE",
            "IMPORT",
            [],
            [("VILLE", None, Decimal(0), None), ("CG", Decimal(50), None, None)],
        ),
    ]
    assert (importation.etat, importation.creees, importation.modifiees) == ("APPLIQUEE", 2, 0)
    motif = f"Import n° {importation.pk}"
    traces = Action.historique.filter(history_change_reason=motif).order_by("reference")
    assert [(t.history_type, t.history_user, t.intitule) for t in traces] == [
        ("+", agent, "Ateliers"),
        ("+", agent, "Cirque"),
    ]
    assert traces[0].axes.count() == 2
    assert Subvention.historique.filter(history_change_reason=motif).count() == 3
    assert Organisme.historique.filter(history_change_reason=motif, nom="Les Amis").count() == 1


def test_le_meme_fichier_encore_ne_change_rien(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    appliquer(importer(csv(FICHIER)).pk, agent)
    avant = etat()

    encore = importer(csv(FICHIER))

    assert (encore.creees, encore.modifiees, encore.inchangees) == (0, 0, 2)
    assert not encore.applicable
    assert etat() == avant


def test_sans_reference_l_action_se_reconnait_a_porteur_intitule_et_commune(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    entetes = "Intitulé;Porteur;Commune;Thème;Ville accordé;Statut\n"
    appliquer(importer(csv(entetes + "École ouverte;Les Amis;Alès;1;100;\n")).pk, agent)

    importation = importer(csv(entetes + "ecole  ouverte;LES AMIS;30007;Sport;200;accordée\n"))

    [modifiee] = importation.rapport["modifiees"]
    assert modifiee["changements"] == [
        ["Intitulé", "École ouverte", "ecole ouverte"],
        ["Thème", "Éducation", "Sport"],
        ["Statut", "Déposée", "Accordée"],
        ["Ville accordé", "100\u00a0€", "200\u00a0€"],
    ]
    assert importation.creees == 0


def test_une_cellule_vide_garde_ce_qui_est_enregistre(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    appliquer(importer(csv(FICHIER)).pk, agent)

    importation = importer(csv("Référence;Statut;Ville accordé;CG\nA-1;Refusée;;\nA-2;;;0\n"))
    appliquer(importation.pk, agent)

    assert [(a["ligne"], a["colonne"]) for a in importation.rapport["avertissements"]] == [
        (1, "CG"),
        (2, "Ville accordé"),
        (3, "Statut"),
        (3, "Ville accordé"),
        (2, "Statut"),
        (3, "Statut"),
    ]
    assert [a["message"] for a in importation.rapport["avertissements"][-2:]] == [
        "100\u00a0€ accordés à une action « Refusée » : ils ne comptent dans aucun total. Corrigez "
        "le statut, ou mettez l'accordé à 0.",
        "0\u00a0€ accordés à une action encore « Déposée » : si la décision est prise, passez-la à "
        "« Accordée » ou à « Refusée ».",
    ]
    assert [ligne[4] for ligne in etat()] == ["REFUSEE", "DEPOSEE"]
    assert [ligne[7] for ligne in etat()] == [
        [("VILLE", None, Decimal(100), None)],
        [("VILLE", None, Decimal(0), None), ("CG", Decimal(50), Decimal(0), None)],
    ]


def test_une_action_qui_existait_garde_sa_provenance(
    importer: Importer, csv: Ecrire, agent: Utilisateur, exercice: Exercice
) -> None:
    appliquer(importer(csv(FICHIER)).pk, agent)
    Action.objects.filter(reference="A-1").update(provenance=Action.Provenance.SAISIE)

    appliquer(importer(csv("Référence;Statut\nA-1;Accordée\n")).pk, agent)

    assert [(ligne[4], ligne[5]) for ligne in etat()] == [
        ("ACCORDEE", "SAISIE"),
        ("DEPOSEE", "IMPORT"),
    ]


def test_annuler_rend_tout_comme_avant(importer: Importer, csv: Ecrire, agent: Utilisateur) -> None:
    appliquer(importer(csv(FICHIER)).pk, agent)
    avant = etat()
    second = importer(
        csv(
            "Référence;Intitulé;Porteur;Commune;Thème;Axes;Ville accordé;Etat accordé\n"
            "A-1;Ateliers d'été;Pirouette;Bagard;2;2;150;10\n"
            "A-3;Neuve;Pirouette;Alès;1;;5;\n"
        )
    )
    appliquer(second.pk, agent)
    assert etat() != avant

    annuler(second.pk, agent)

    assert etat() == avant
    assert not Organisme.objects.filter(nom="Pirouette").exists()
    second.refresh_from_db()
    assert (second.etat, second.annulee_par) == ("ANNULEE", agent)
    genres = Action.historique.filter(reference="A-3").values_list("history_type", flat=True)
    assert list(genres) == ["-", "+"]
    derniere = Action.historique.filter(reference="A-1").first()
    assert sorted(lien.axetransversal.numero for lien in derniere.axes.all()) == [1, 3]


def test_annuler_est_refuse_quand_quelque_chose_a_change(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    importation = appliquer(importer(csv(FICHIER)).pk, agent)
    action = Action.objects.get(reference="A-1")
    action.subventions.update(montant_accorde=300)
    suite = Action.objects.get(reference="A-2")
    Action.objects.create(
        exercice=suite.exercice, intitule="Suite", theme=suite.theme, renouvelee_de=suite
    )
    avant = etat()

    with pytest.raises(AnnulationRefuseeError) as refus:
        annuler(importation.pk, agent)

    assert refus.value.motifs == [
        "« Ateliers » (actions, ligne 2) a été modifiée : Ville accordé : 100\u00a0€ → 300\u00a0€.",
        "1 action se rattachent aux actions créées par cet import.",
    ]
    assert etat() == avant


def test_un_import_n_est_applique_qu_une_fois(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    importation = appliquer(importer(csv(FICHIER)).pk, agent)

    with pytest.raises(ApplicationRefuseeError, match="Cet import est déjà : appliqué"):
        appliquer(importation.pk, agent)


def test_ce_qui_a_change_depuis_l_apercu_n_est_pas_ecrase(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    appliquer(importer(csv(FICHIER)).pk, agent)
    importation = importer(csv("Référence;Ville accordé\nA-1;200\n"))
    Subvention.objects.filter(action__reference="A-1").update(montant_accorde=150)

    with pytest.raises(ApplicationRefuseeError, match="ont changé depuis l'aperçu"):
        appliquer(importation.pk, agent)

    assert etat()[0][7] == [("VILLE", None, Decimal(150), None)]


def test_un_exercice_clos_refuse_tout(
    importer: Importer, csv: Ecrire, agent: Utilisateur, exercice: Exercice
) -> None:
    importation = importer(csv(FICHIER))
    appliquee = appliquer(importer(csv(FICHIER)).pk, agent)
    Exercice.objects.filter(pk=exercice.pk).update(clos=True)

    with pytest.raises(ApplicationRefuseeError, match="L'exercice 2005 est clos"):
        appliquer(importation.pk, agent)
    with pytest.raises(AnnulationRefuseeError, match="L'exercice 2005 est clos"):
        annuler(appliquee.pk, agent)


def test_un_fichier_avec_une_erreur_ne_s_applique_pas(
    importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    importation = importer(csv(FICHIER + "A-3;Autre;Les Amis;Nîmes;1;;;\n"))

    with pytest.raises(ApplicationRefuseeError):
        appliquer(importation.pk, agent)

    assert etat() == []


def test_appliquer_et_annuler_se_font_par_lots(
    exercice: Exercice, importer: Importer, csv: Ecrire, agent: Utilisateur
) -> None:
    entetes = "Référence;Intitulé;Porteur;Commune;Thème;Axes;Ville accordé\n"
    nombres = []
    for debut, lignes in ((0, 10), (100, 40)):
        texte = entetes + "".join(
            f"R-{n};Action {n};Les Amis;Alès;1;1, 3;{n}\n" for n in range(debut, debut + lignes)
        )
        importation = importer(csv(texte))
        with CaptureQueriesContext(connection) as application:
            appliquer(importation.pk, agent)
        with CaptureQueriesContext(connection) as annulation:
            annuler(importation.pk, agent)
        nombres.append((len(application), len(annulation)))

    # SQLite is asked twice, before and once it is held, whether something was written meanwhile.
    appliquees = 27 + 2 * len(dernieres_ecritures()) if connection.vendor == "sqlite" else 29
    assert nombres == [(appliquees, 22), (appliquees, 21)]  # the account's limit is read once


_TUE = """
import os, signal, sys
import django
django.setup()
from importation import application
def mourir(*args):
    os.kill(os.getpid(), signal.SIGKILL)
application._garder_de_quoi_annuler = mourir
application.appliquer(int(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_un_import_tue_en_pleine_ecriture_ne_laisse_rien(
    contrat_2004_ecrit: None, csv: Ecrire, tmp_path: Path
) -> None:
    exercice = Exercice.objects.create(annee=2005)
    lignes = "".join(f"R-{n};Action {n};Les Amis;Alès;1;;{n};\n" for n in range(1500))
    chemin = csv(FICHIER.splitlines()[0] + "\n" + lignes)
    importation = verifier(recevoir(chemin, chemin.name, "e" * 64, exercice, None).pk)
    assert importation.applicable
    reglages = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{reglages['NAME']}"
    else:
        hote = f"{reglages['HOST'] or '127.0.0.1'}:{reglages['PORT'] or 5432}"
        mot_de_passe = f":{reglages['PASSWORD']}" if reglages["PASSWORD"] else ""
        url = f"postgres://{reglages['USER']}{mot_de_passe}@{hote}/{reglages['NAME']}"
    environnement = os.environ | {
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(tmp_path / "fichiers"),
        "PYTHONPATH": os.pathsep.join([str(RACINE), os.environ.get("PYTHONPATH", "")]),
    }
    environnement.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

    mort = subprocess.run(
        [sys.executable, "-c", _TUE, str(importation.pk)],
        env=environnement,
        cwd=RACINE,
        check=False,
    )

    assert mort.returncode == -signal.SIGKILL
    importation.refresh_from_db()
    assert importation.etat == "VERIFIEE"
    assert not Action.objects.de_l_exercice(2005).exists()
    assert not Organisme.objects.filter(nom="Les Amis").exists()
    assert not LigneImportee.objects.exists()
    assert not Subvention.historique.filter(history_type="+", montant_accorde=1499).exists()
    assert appliquer(importation.pk).creees == 1500
    assert (
        Financeur.objects.get(code="VILLE").subventions.filter(action__exercice=exercice).count()
        == 1500
    )
