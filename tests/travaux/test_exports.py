"""A long file asked of an installation with a queue: where it waits, who gets it, what it holds."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from comptes.journal import Evenement
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE
from sauvegarde.rangees import modeles_sauvegardes
from territoires.models import Commune
from tests.travaux.conftest import sans_fermer
from travaux.models import Travail
from travaux.reprise import INTERROMPU
from travaux.taches import ABSENT, IMPREVU, REFUSE, executer

pytestmark = pytest.mark.django_db
Travailler = Callable[[], None]
LISTE = "/actions/?exercice=2004&theme=3&sort=-montant_accorde&_export="
TOUTE_LA_LISTE = "/actions/?exercice=2004&_export=csv"


def contenu(reponse: Any) -> bytes:
    return b"".join(reponse) if reponse.streaming else bytes(reponse.content)


def demander(client: Client, adresse: str) -> Travail:
    """Ask for a long file: one is led to where it is followed."""
    reponse = client.get(adresse)
    travail = Travail.objects.latest("pk")
    assert (reponse.status_code, reponse["Location"]) == (302, f"/travaux/{travail.pk}/")
    return travail


@pytest.mark.parametrize(
    "adresse",
    [
        LISTE + "csv",
        LISTE + "csv-ouvert",
        LISTE + "xlsx",
        "/bilan/2004.pdf",
        "/bilan/2004.xlsx",
    ],
)
def test_le_fichier_est_celui_que_la_page_aurait_donne(
    nadia: Client, settings: Settings, travailler: Travailler, request: Any, adresse: str
) -> None:
    direct = nadia.get(adresse)
    attendu = contenu(direct)
    request.getfixturevalue("file_de_travaux")

    travail = demander(nadia, adresse)
    page = nadia.get(f"/travaux/{travail.pk}/").content.decode()
    assert "En attente" in page
    assert f'href="/travaux/{travail.pk}/"' in page  # what a browser without JavaScript follows
    assert nadia.get(f"/travaux/{travail.pk}/fichier/").status_code == 404
    travailler()

    assert "Télécharger le fichier" in nadia.get(f"/travaux/{travail.pk}/").content.decode()
    fait = nadia.get(f"/travaux/{travail.pk}/fichier/")
    assert morceaux(contenu(fait)) == morceaux(attendu)
    for nom in ("Content-Type", "Content-Disposition"):
        assert fait[nom] == direct[nom]


def morceaux(octets: bytes) -> dict[str, bytes]:
    """The file, or a workbook's parts but the one that holds the second when it was made."""
    if not octets.startswith(b"PK"):
        return {"": octets}
    with zipfile.ZipFile(io.BytesIO(octets)) as classeur:
        return {n: classeur.read(n) for n in classeur.namelist() if n != "docProps/core.xml"}


def test_personne_d_autre_ne_le_voit(
    nadia: Client, ines: Client, file_de_travaux: None, travailler: Travailler, fichiers: Path
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    travailler()

    assert [chemin.name for chemin in fichiers.iterdir()] == [travail.cle]
    assert contenu(nadia.get(f"/travaux/{travail.pk}/fichier/"))
    for suite in ("", "fichier/"):
        assert ines.get(f"/travaux/{travail.pk}/{suite}").status_code == 404
        assert Client().get(f"/travaux/{travail.pk}/{suite}").status_code == 302
    assert nadia.get("/travaux/99999999999999999999/").status_code == 404
    assert "Actions (CSV pour Excel)" in nadia.get("/travaux/").content.decode()
    assert "Aucun travail" in ines.get("/travaux/").content.decode()


def test_le_journal_dit_ce_qui_est_sorti_et_quand(
    nadia: Client, file_de_travaux: None, travailler: Travailler
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    travailler()
    exports = Evenement.objects.filter(genre=Evenement.Genre.EXPORT)
    assert not exports.exists()

    contenu(nadia.get(f"/travaux/{travail.pk}/fichier/"))

    assert [(e.compte_id, e.detail) for e in exports] == [(travail.utilisateur_id, TOUTE_LA_LISTE)]


def test_limite_a_une_commune_on_ne_recoit_que_ses_lignes(
    ines: Client, request: Any, travailler: Travailler
) -> None:
    attendu = contenu(ines.get(TOUTE_LA_LISTE))
    request.getfixturevalue("file_de_travaux")

    travail = demander(ines, TOUTE_LA_LISTE)
    travailler()

    fait = contenu(ines.get(f"/travaux/{travail.pk}/fichier/"))
    assert fait == attendu
    assert b"Bagard" not in fait


def test_limite_entre_temps_on_recoit_ce_qui_reste(
    nadia: Client, request: Any, travailler: Travailler
) -> None:
    compte = Utilisateur.objects.get(username="nadia")
    compte.communes.add(Commune.objects.get(nom="Bagard"))
    attendu = contenu(nadia.get(TOUTE_LA_LISTE))
    compte.communes.clear()
    request.getfixturevalue("file_de_travaux")

    travail = demander(nadia, TOUTE_LA_LISTE)
    compte.communes.add(Commune.objects.get(nom="Bagard"))
    travailler()
    assert contenu(nadia.get(f"/travaux/{travail.pk}/fichier/")) == attendu

    compte.communes.add(Commune.objects.get(nom="Alès"))
    assert nadia.get(f"/travaux/{travail.pk}/fichier/").status_code == 404


def test_un_compte_ferme_ne_fait_rien_faire(
    nadia: Client, file_de_travaux: None, travailler: Travailler, fichiers: Path
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    Utilisateur.objects.filter(username="nadia").update(is_active=False)

    travailler()

    travail.refresh_from_db()
    assert (travail.etat, travail.message) == ("ECHOUE", REFUSE)
    assert list(fichiers.iterdir()) == []
    refus = Evenement.objects.get(genre=Evenement.Genre.REFUS)
    assert (refus.compte_id, refus.detail) == (travail.utilisateur_id, f"GET {TOUTE_LA_LISTE}")


def test_demande_deux_fois_il_est_fait_une_fois(
    nadia: Client, file_de_travaux: None, travailler: Travailler
) -> None:
    premier = demander(nadia, TOUTE_LA_LISTE)
    assert demander(nadia, TOUTE_LA_LISTE) == premier
    travailler()

    assert demander(nadia, TOUTE_LA_LISTE) != premier  # figures may have changed: it is made anew


def test_un_compte_ne_remplit_pas_la_file(nadia: Client, file_de_travaux: None) -> None:
    for annee in range(1, 11):
        demander(nadia, f"/bilan/{annee}.pdf")

    reponse = nadia.get("/bilan/2004.pdf", follow=True)

    assert Travail.objects.count() == 10
    assert reponse.request["PATH_INFO"] == "/travaux/"
    assert "Vous avez déjà 10 travaux en attente" in reponse.content.decode()


def test_ce_qui_ne_peut_se_faire_dit_pourquoi(
    nadia: Client,
    file_de_travaux: None,
    travailler: Travailler,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inconnu = demander(nadia, "/bilan/1999.pdf")
    travailler()
    page = nadia.get(f"/travaux/{inconnu.pk}/").content.decode()
    assert "1999" in page
    assert "Redemander ce travail" in page

    casse = demander(nadia, "/bilan/2004.pdf")
    Travail.objects.filter(pk=casse.pk).update(arguments={"annee": 2004})
    travailler()
    casse.refresh_from_db()
    assert (casse.etat, casse.message) == ("ECHOUE", IMPREVU)


def test_un_filtre_qui_ne_designe_plus_rien_n_ouvre_pas_toute_la_liste(
    nadia: Client, file_de_travaux: None, travailler: Travailler, fichiers: Path
) -> None:
    travail = demander(nadia, "/actions/?theme=3&_export=csv")
    Travail.objects.update(arguments=travail.arguments | {"parametres": "theme=333&_export=csv"})

    travailler()

    travail.refresh_from_db()
    assert (travail.etat, travail.message) == ("ECHOUE", ABSENT)
    assert list(fichiers.iterdir()) == []


def test_la_page_suit_le_travail_jusqu_a_sa_fin(
    nadia: Client, file_de_travaux: None, travailler: Travailler, fichiers: Path
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    suivi = f"/travaux/{travail.pk}/"
    fichiers.mkdir(parents=True)
    (fichiers / f"{travail.cle}.progression").write_text("42")

    bloc = nadia.get(suivi, headers={"HX-Request": "true"}).content.decode()
    assert bloc.count("<html") == 0
    assert f'hx-get="{suivi}" hx-trigger="every 1s"' in bloc
    assert '<progress id="progression" max="100" value="42">' in bloc
    Travail.objects.update(demande_le=timezone.now() - timedelta(minutes=2))
    assert "attend depuis plus d’une minute" in nadia.get(suivi).content.decode()
    travailler()

    assert nadia.get(suivi, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_un_travail_qui_tue_son_ouvrier_est_abandonne_apres_trois_morts(
    nadia: Client, file_de_travaux: None, travailler: Travailler
) -> None:
    travail = demander(nadia, TOUTE_LA_LISTE)
    for mort in range(3):
        tache = DBTaskResult.objects.get()
        tache.claim(f"mort-{mort}")  # what a worker does before it starts, and this one dies
        Travail.objects.update(etat=Travail.Etat.EN_COURS)
        page = nadia.get(f"/travaux/{travail.pk}/").content.decode()
        tache.refresh_from_db()
        assert tache.status == ("READY" if mort < 2 else "RUNNING")

    assert "interrompu 3 fois" in page
    travailler()
    travail.refresh_from_db()
    assert (travail.etat, travail.message) == ("ECHOUE", INTERROMPU)


def test_les_travaux_et_leurs_fichiers_s_oublient_apres_une_semaine(
    nadia: Client, file_de_travaux: None, travailler: Travailler, fichiers: Path
) -> None:
    for annee in (2004, 2003):
        demander(nadia, f"/bilan/{annee}.xlsx")
    travailler()
    vieux, recent = Travail.objects.order_by("pk")
    il_y_a_huit_jours = timezone.now() - timedelta(days=8)
    Travail.objects.filter(pk=vieux.pk).update(demande_le=il_y_a_huit_jours)
    DBTaskResult.objects.filter(pk__in=[vieux.tache]).update(enqueued_at=il_y_a_huit_jours)
    (fichiers / f"{recent.cle}.partiel").touch()
    (fichiers / "inconnu.partiel").touch()

    dit = io.StringIO()
    call_command("purger", stdout=dit)

    assert "1 travail, " in dit.getvalue()
    assert list(Travail.objects.all()) == [recent]
    assert [tache.pk for tache in DBTaskResult.objects.all()] == [recent.tache]
    assert [chemin.name for chemin in fichiers.iterdir()] == [f"{recent.cle}.partiel"]


def test_les_sauvegardes_laissent_les_travaux() -> None:
    sauvegardees = {modele._meta.app_label for modele in modeles_sauvegardes()}

    assert {"travaux", "django_tasks_database"} & sauvegardees == set()
    assert {"actions", "importation"} <= sauvegardees


def test_sans_file_rien_n_attend(nadia: Client) -> None:
    reponse = nadia.get("/bilan/2004.xlsx")

    assert reponse.status_code == 200
    assert contenu(reponse)[:2] == b"PK"
    assert not Travail.objects.exists()
    assert "Mes travaux" not in nadia.get("/actions/").content.decode()
    with pytest.raises(CommandError, match="Il n'y a pas de file"):
        call_command("db_worker")


def test_sans_file_une_tache_est_faite_aussitot_confiee(nadia: Client) -> None:
    travail = Travail.objects.create(
        utilisateur=Utilisateur.objects.get(username="nadia"),
        titre="Bilan",
        fonction="bilan.views:faire_le_classeur",
        arguments={"annee": 2004},
        permission=CONNECTE,
    )

    with sans_fermer():
        executer.enqueue(travail.pk)

    travail.refresh_from_db()
    assert travail.etat == Travail.Etat.FINI
