"""One's sessions: seen, ended, and over when they must be."""

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as reglages
from django.core.cache import cache
from django.test import Client

from comptes.models import Utilisateur

MOT_DE_PASSE = "un-mot-de-passe-assez-long"
NOUVEAU = "un-autre-plus-long-encore"

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille() -> Utilisateur:
    cache.clear()
    return Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)


def connectee(navigateur: str = "") -> Client:
    client = Client(headers={"User-Agent": navigateur})
    client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    return client


def dedans(client: Client) -> bool:
    return client.get("/comptes/password/change/").status_code == 200


def test_elle_voit_ses_sessions_et_en_termine_une(camille: Utilisateur) -> None:
    ici, oubliee = connectee("Poste du bureau"), connectee("Poste oublié")
    page = ici.get("/comptes/sessions/").content.decode()
    assert "Poste du bureau" in page
    assert "Poste oublié" in page

    la_bas = UserSession.objects.get(user_agent="Poste oublié")
    ici.post(f"/comptes/sessions/{la_bas.pk}/terminer/")

    assert (dedans(ici), dedans(oubliee)) == (True, False)


def test_ou_toutes_les_autres(camille: Utilisateur) -> None:
    ici, *autres = [connectee() for _ in range(3)]
    ici.post("/comptes/sessions/")
    assert dedans(ici)
    assert not any(dedans(autre) for autre in autres)


def test_changer_de_mot_de_passe_termine_les_autres(camille: Utilisateur) -> None:
    ici, ailleurs = connectee(), connectee()
    ici.post(
        "/comptes/password/change/",
        {"oldpassword": MOT_DE_PASSE, "password1": NOUVEAU, "password2": NOUVEAU},
    )
    assert (dedans(ici), dedans(ailleurs)) == (True, False)


def test_un_compte_desactive_est_dehors_aussitot(camille: Utilisateur) -> None:
    client = connectee()
    Utilisateur.objects.update(is_active=False)
    assert not dedans(client)


def test_la_session_change_de_nom_a_la_connexion_et_ne_dure_pas(camille: Utilisateur) -> None:
    client = Client()
    client.get("/comptes/login/")
    client.cookies["contrat_session"] = "choisie-par-un-autre"
    client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})

    temoin = client.cookies["contrat_session"]
    assert temoin.value != "choisie-par-un-autre"
    assert temoin["httponly"]
    assert temoin["max-age"] == ""  # closed with the browser
    assert reglages.SESSION_COOKIE_AGE == 12 * 3600


@pytest.mark.parametrize(
    ("mot", "pourquoi"),
    [
        ("court", "au minimum 12"),
        ("q1w2e3r4t5y6", "trop courant"),
        ("camille12345", "trop semblable"),
        ("123456789012345", "entièrement numérique"),
    ],
)
def test_un_mot_de_passe_faible_est_refuse(camille: Utilisateur, mot: str, pourquoi: str) -> None:
    page = connectee().post(
        "/comptes/password/change/",
        {"oldpassword": MOT_DE_PASSE, "password1": mot, "password2": mot},
    )
    camille.refresh_from_db()
    assert pourquoi in page.content.decode()
    assert camille.check_password(MOT_DE_PASSE)
