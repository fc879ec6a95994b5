"""An import through the queue: from the file that is sent to the actions that are written."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from actions.models import Action, Exercice
from comptes.models import Utilisateur
from importation.application import appliquer
from importation.models import Importation
from travaux.models import Travail
from travaux.taches import REFUSE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("file_de_travaux")]
Travailler = Callable[[], None]
ENTETES = "Intitulé;Porteur;Commune;Thème;Ville accordé\n"
JUSTE = ENTETES + "Ateliers;Les Amis;Alès;1;100\nCirque;Les Amis;Alès;3;200\n"


@pytest.fixture
def exercice(contrat_2004: None) -> Exercice:
    return Exercice.objects.create(annee=2005)


def envoyer(client: Client, exercice: Exercice, texte: str = JUSTE) -> tuple[Importation, str]:
    """Send a file: what is kept of it, and where one is led."""
    reponse = client.post(
        "/import/nouveau/",
        {"exercice": exercice.pk, "fichier": SimpleUploadedFile("amis.csv", texte.encode())},
    )
    return Importation.objects.latest("pk"), reponse["Location"]


def test_du_fichier_aux_actions_et_retour(
    nadia: Client, exercice: Exercice, travailler: Travailler
) -> None:
    importation, suivi = envoyer(nadia, exercice)
    apercu = f"/import/{importation.pk}/"
    assert importation.etat == "RECUE"
    assert "En attente" in nadia.get(suivi).content.decode()
    # The import's own page leads to the same work.
    assert nadia.post(f"{apercu}verifier/")["Location"] == suivi
    travailler()
    assert nadia.get(suivi)["Location"] == apercu
    assert "Appliquer cet import" in nadia.get(apercu).content.decode()

    suivi = nadia.post(f"{apercu}appliquer/")["Location"]
    assert not Action.objects.de_l_exercice(2005).exists()
    travailler()
    page = nadia.get(suivi, follow=True)
    assert page.request["PATH_INFO"] == apercu
    assert "L&#x27;import est appliqué." in page.content.decode()
    assert Action.objects.de_l_exercice(2005).count() == 2

    suivi = nadia.post(f"{apercu}annuler/")["Location"]
    travailler()
    assert "tout est comme avant lui" in nadia.get(suivi, follow=True).content.decode()
    assert not Action.objects.de_l_exercice(2005).exists()
    assert "Terminé : L&#x27;import est annulé" in nadia.get("/travaux/").content.decode()


def test_ce_que_l_import_refuse_se_dit_sur_sa_page(
    nadia: Client, exercice: Exercice, travailler: Travailler
) -> None:
    importation, _ = envoyer(nadia, exercice)
    travailler()
    suivi = nadia.post(f"/import/{importation.pk}/appliquer/")["Location"]
    exercice.cloturer("Bilan publié", Utilisateur.objects.get(username="nadia"))
    travailler()

    page = nadia.get(suivi, follow=True)

    assert Travail.objects.latest("pk").etat == Travail.Etat.ECHOUE
    assert page.request["PATH_INFO"] == f"/import/{importation.pk}/"
    assert "clos" in page.content.decode()
    assert not Action.objects.de_l_exercice(2005).exists()


def test_les_colonnes_reglees_a_la_main_sont_verifiees_par_l_ouvrier(
    nadia: Client, exercice: Exercice, travailler: Travailler
) -> None:
    importation, _ = envoyer(nadia, exercice, "Intitulé;Thème;Somme\nUn;1;100\n")
    travailler()
    choix = {
        "exercice": exercice.pk,
        "colonne_0": "intitule",
        "colonne_1": "theme",
        "colonne_2": "montant_accorde",
        "constante_commune": "Alès",
        "constante_porteur": "Les Amis",
        "constante_financeur": "Fasild",
    }

    nadia.post(f"/import/{importation.pk}/colonnes/", choix)
    travailler()

    importation.refresh_from_db()
    assert (importation.etat, importation.erreurs, importation.creees) == ("VERIFIEE", 0, 1)
    assert importation.rapport["totaux"]["apres"]["financeurs"] == {"Fasild": {"accorde": 100}}


def test_qui_ne_peut_plus_saisir_n_ecrit_rien(
    nadia: Client, exercice: Exercice, travailler: Travailler
) -> None:
    importation, _ = envoyer(nadia, exercice)
    travailler()
    suivi = nadia.post(f"/import/{importation.pk}/appliquer/")["Location"]
    Utilisateur.objects.filter(username="nadia").update(is_superuser=False)
    travailler()

    page = nadia.get(suivi).content.decode()

    assert REFUSE.replace("'", "&#x27;") in page
    assert not Action.objects.de_l_exercice(2005).exists()


def test_ecrit_par_un_ouvrier_mort_avant_de_le_dire_il_l_est_une_fois(
    nadia: Client, exercice: Exercice, travailler: Travailler
) -> None:
    importation, _ = envoyer(nadia, exercice)
    travailler()
    suivi = nadia.post(f"/import/{importation.pk}/appliquer/")["Location"]
    appliquer(importation.pk, Utilisateur.objects.get(username="nadia"))

    travailler()

    assert "L&#x27;import est appliqué." in nadia.get(suivi, follow=True).content.decode()
    assert Action.objects.de_l_exercice(2005).count() == 2
