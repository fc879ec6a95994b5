"""Signing in and out: the visitor, the agent who mistypes, the agent who changes her password."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from comptes.models import Utilisateur

MOT_DE_PASSE = "un-mot-de-passe-assez-long"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def compteurs_a_zero() -> None:
    """Failures are counted in the cache, from one test to the next."""
    cache.clear()


@pytest.fixture
def camille() -> Utilisateur:
    return Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)


def texte(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    "adresse",
    [
        "/axes/",
        "/axes/1/",
        "/axes/99/",
        "/actions/",
        "/comptes/password/change/",
        "/comptes/password/set/",
        "/comptes/reauthenticate/",
    ],
)
def test_sans_session_chaque_page_renvoie_a_la_connexion(client: Client, adresse: str) -> None:
    reponse = client.get(adresse)
    assert (reponse.status_code, reponse["Location"]) == (302, f"/comptes/login/?next={adresse}")


def test_l_administration_n_a_pas_sa_propre_porte(client: Client) -> None:
    reponse = client.get("/admin/login/", {"next": "/admin/"})
    assert (reponse.status_code, reponse["Location"]) == (302, "/comptes/login/?next=%2Fadmin%2F")


@pytest.mark.parametrize(
    "adresse", ["signup/", "email/", "confirm-email/", "password/reset/", "login/code/confirm/"]
)
def test_ni_inscription_ni_reinitialisation_par_courriel(client: Client, adresse: str) -> None:
    reponse = client.get(f"/comptes/{adresse}")
    assert reponse.status_code == 404
    assert "Il n’y a rien à cette adresse." in texte(reponse.content.decode())


def test_camille_se_connecte_et_arrive_ou_elle_allait(client: Client, camille: Utilisateur) -> None:
    reponse = client.post(
        "/comptes/login/",
        {"login": "camille", "password": MOT_DE_PASSE, "next": "/axes/"},
        follow=True,
    )
    assert reponse.redirect_chain == [("/axes/", 302)]
    assert "Compte connecté : camille" in texte(reponse.content.decode())


def test_un_mauvais_mot_de_passe_le_dit_sans_dire_lequel_est_faux(
    client: Client, camille: Utilisateur
) -> None:
    messages = []
    for identifiant in ("camille", "personne"):
        reponse = client.post("/comptes/login/", {"login": identifiant, "password": "faux"})
        page = reponse.content.decode()
        assert "<title>Erreur – Connexion – Contrat de ville</title>" in page
        resume = re.search(r'role="alert">(.*?)</div>', page, re.DOTALL)
        assert resume is not None
        messages.append(texte(resume[1]).strip())
    refus = "Vérifiez ce formulaire : L’identifiant ou le mot de passe est incorrect."
    assert messages == [refus, refus]


def test_un_champ_vide_est_signale_au_champ_et_dans_le_resume(client: Client) -> None:
    page = client.post("/comptes/login/", {"login": "", "password": "x"}).content.decode()
    assert "Identifiant</a> : Ce champ est obligatoire." in page
    champ = re.search(r'<input[^>]*id="id_login"[^>]*>', page)
    assert champ is not None
    assert 'aria-invalid="true"' in champ[0]
    assert 'aria-describedby="id_login_error"' in champ[0]
    assert '<div id="id_login_error"' in page


def test_apres_cinq_echecs_le_bon_mot_de_passe_ne_suffit_plus(
    client: Client, camille: Utilisateur
) -> None:
    for _ in range(5):
        client.post("/comptes/login/", {"login": "camille", "password": "faux"})
    reponse = client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    assert reponse.status_code == 200
    assert "Trop de tentatives" in texte(reponse.content.decode())


def test_ni_un_autre_port_ni_une_autre_casse_ne_donnent_de_nouveaux_essais(
    client: Client, camille: Utilisateur
) -> None:
    noms = ("camille", "CAMILLE", "Camille", "camılle", " camille ")
    for port, nom in enumerate(noms, 8001):
        client.post(
            "/comptes/login/",
            {"login": nom, "password": "faux"},
            headers={"host": f"testserver:{port}"},
        )
    reponse = client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    assert "Trop de tentatives" in texte(reponse.content.decode())


def test_une_adresse_qui_essaie_tous_les_comptes_est_arretee(
    client: Client, camille: Utilisateur
) -> None:
    for numero in range(10):
        client.post("/comptes/login/", {"login": f"compte{numero}", "password": "faux"})
    ici = client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    ailleurs = Client(REMOTE_ADDR="192.0.2.8").post(
        "/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE}
    )
    assert (ici.status_code, ailleurs.status_code) == (200, 302)


def test_camille_se_deconnecte(client: Client, camille: Utilisateur) -> None:
    client.force_login(camille)
    assert client.get("/comptes/logout/").status_code == 200
    reponse = client.post("/comptes/logout/", follow=True)
    assert reponse.redirect_chain == [("/comptes/login/", 302)]
    assert "Vous êtes déconnecté." in texte(reponse.content.decode())
    assert client.get("/axes/").status_code == 302


def test_camille_change_son_mot_de_passe(client: Client, camille: Utilisateur) -> None:
    client.force_login(camille)
    refus = client.post(
        "/comptes/password/change/",
        {"oldpassword": MOT_DE_PASSE, "password1": "court", "password2": "court"},
    )
    assert "au minimum 12 caractères" in texte(refus.content.decode())

    accord = client.post(
        "/comptes/password/change/",
        {
            "oldpassword": MOT_DE_PASSE,
            "password1": "un-autre-plus-long-encore",
            "password2": "un-autre-plus-long-encore",
        },
        follow=True,
    )
    assert "Votre mot de passe est changé." in texte(accord.content.decode())
    camille.refresh_from_db()
    assert camille.check_password("un-autre-plus-long-encore")
