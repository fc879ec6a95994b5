"""The audit log: each event is one line, its reader changes nothing of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from comptes.journal import Evenement
from comptes.models import Utilisateur

MOT_DE_PASSE = "un-mot-de-passe-assez-long"
FICHIERS_DU_BILAN = (
    "/bilan/2004.pdf",
    "/bilan/2004.xlsx",
    "/bilan/2004/territorial.csv",
    "/bilan/2004/controle.json",
)
Genre = Evenement.Genre

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def compteurs_a_zero() -> None:
    cache.clear()


@pytest.fixture
def camille() -> Utilisateur:
    return Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)


def lignes() -> list[tuple[str, str | None, str | None, str]]:
    """Oldest first: event, whose, from where, what."""
    return list(
        Evenement.objects.order_by("pk").values_list(
            "genre", "compte__username", "adresse", "detail"
        )
    )


def test_entrer_sortir_echouer(client: Client, camille: Utilisateur) -> None:
    client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    client.post("/comptes/logout/")
    client.post("/comptes/login/", {"login": "camille", "password": "faux"})
    # A password typed in the wrong field must not be kept.
    client.post("/comptes/login/", {"login": "mon-mot-de-passe!", "password": "x"})

    ici = "127.0.0.1"
    assert lignes() == [
        (Genre.CONNEXION, "camille", ici, ""),
        (Genre.DECONNEXION, "camille", ici, ""),
        (Genre.ECHEC, None, ici, "camille"),
        (Genre.ECHEC, None, ici, ""),
    ]


def test_le_blocage_est_note(client: Client, camille: Utilisateur) -> None:
    for _ in range(6):
        client.post("/comptes/login/", {"login": "camille", "password": "faux"})

    assert [ligne[0] for ligne in lignes()] == [Genre.ECHEC] * 5 + [Genre.BLOCAGE]


def test_l_adresse_du_mandataire_n_est_pas_celle_de_la_personne(
    client: Client, camille: Utilisateur, settings: Settings
) -> None:
    envoi = {"login": "camille", "password": MOT_DE_PASSE}
    menteur = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    client.post("/comptes/login/", envoi, headers=menteur)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    Client().post("/comptes/login/", envoi, headers=menteur)

    assert [ligne[2] for ligne in lignes()] == ["127.0.0.1", "203.0.113.9"]


def test_refus_et_fichiers(client: Client, camille: Utilisateur, contrat_2004: None) -> None:
    client.force_login(camille)
    client.get("/import/nouveau/")
    client.get("/actions/?exercice=2004&_export=csv")
    for fichier in FICHIERS_DU_BILAN:
        client.get(fichier)
    client.get("/actions/")

    assert [(genre, detail) for genre, _, _, detail in lignes()] == [
        (Genre.CONNEXION, ""),
        (Genre.REFUS, "GET /import/nouveau/"),
        (Genre.EXPORT, "/actions/?exercice=2004&_export=csv"),
        *((Genre.EXPORT, fichier) for fichier in FICHIERS_DU_BILAN),
    ][-len(lignes()) :]
    assert {qui for _, qui, _, _ in lignes()} == {"camille"}


def test_roles_et_comptes_changes_par_l_administration(camille: Utilisateur) -> None:
    saisie = Group.objects.get(name="Saisie")
    camille.groups.add(saisie)
    saisie.user_set.remove(camille)
    camille.groups.set([])

    assert lignes() == [
        (Genre.ROLE, None, None, "camille : ajout Saisie"),
        (Genre.ROLE, None, None, "Saisie : retrait de camille"),
    ]


def test_la_page_du_compte_note_ce_qu_elle_change(camille: Utilisateur) -> None:
    chef = Client()
    chef.force_login(Utilisateur.objects.create_superuser("chef"))
    Evenement.objects.all().delete()

    chef.post(
        f"/admin/comptes/utilisateur/{camille.pk}/change/",
        {
            "username": "camille",
            "is_active": "on",
            "is_superuser": "on",
            "role": Group.objects.get(name="Saisie").pk,
            "etendue": "tout",
        },
    )

    assert [(g, q, d.split(" : ")[0]) for g, q, _, d in lignes()] == [
        (Genre.ROLE, "chef", "camille"),
        (Genre.COMPTE, "chef", "camille"),
    ]
    assert "Modifié : " in lignes()[1][3]


def test_personne_ne_l_ecrit_a_la_main() -> None:
    chef = Client()
    chef.force_login(Utilisateur.objects.create_superuser("chef"))
    ligne = Evenement.objects.create(genre=Genre.REFUS)
    page = f"/admin/comptes/evenement/{ligne.pk}"

    assert chef.get("/admin/comptes/evenement/").status_code == 200
    assert 'name="_save"' not in chef.get(f"{page}/change/").content.decode()
    assert chef.get("/admin/comptes/evenement/add/").status_code == 403
    assert chef.post(f"{page}/change/", {"genre": "EXPORT"}).status_code == 403
    assert chef.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert Evenement.objects.get(pk=ligne.pk).genre == Genre.REFUS


def test_purger_oublie_ce_qui_est_ancien(
    client: Client, camille: Utilisateur, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client.force_login(camille)
    Evenement.objects.all().delete()
    for jours in (1, 360, 400):
        Evenement.objects.create(
            genre=Genre.REFUS, le=timezone.now() - timedelta(days=jours), detail=str(jours)
        )

    call_command("purger", verbosity=0)

    assert [ligne[3] for ligne in lignes()] == ["1", "360"]
    assert client.get("/actions/").status_code == 200


def test_rien_ne_reste_dans_le_navigateur_d_un_poste_partage(
    client: Client, camille: Utilisateur
) -> None:
    client.force_login(camille)
    for page in ("/actions/", "/comptes/sessions/", "/axes/"):
        assert "no-store" in client.get(page)["Cache-Control"], page
