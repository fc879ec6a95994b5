"""The second factor: set up, asked for, required by role; a passkey in a real browser."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.live_server_helper import LiveServer

from comptes.journal import Evenement
from comptes.models import Utilisateur

MOT_DE_PASSE = "un-mot-de-passe-assez-long"
PAGES = "/comptes/second-facteur/"


@pytest.fixture(autouse=True)
def compteurs_a_zero(db: None) -> None:
    cache.clear()


@pytest.fixture
def camille() -> Utilisateur:
    return Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)


@pytest.fixture
def chez_elle(camille: Utilisateur) -> Client:
    return connectee()


def connectee() -> Client:
    """Signed in, and having just proved again who she is, as these pages ask."""
    client = Client()
    donner_le_mot_de_passe(client)
    client.post("/comptes/reauthenticate/", {"password": MOT_DE_PASSE})
    return client


def donner_le_mot_de_passe(client: Client) -> Any:
    return client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})


def code(secret: str, decalage: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + decalage)))


def activer(client: Client) -> tuple[str, list[str]]:
    """Set codes up as a person does; return their secret and the recovery codes shown."""
    page = client.get(f"{PAGES}totp/activate/").content.decode()
    trouve = re.search(r"<code>(\w+)</code>", page)
    assert trouve is not None
    fini = client.post(f"{PAGES}totp/activate/", {"code": code(trouve[1])}, follow=True)
    return trouve[1], re.findall(r"<code>(\d+)</code>", fini.content.decode())


def test_camille_active_ses_codes_et_ils_lui_sont_demandes(chez_elle: Client) -> None:
    secret, secours = activer(chez_elle)
    assert len(secours) == 10

    ailleurs = Client()
    reponse = donner_le_mot_de_passe(ailleurs)
    assert (reponse.status_code, reponse["Location"]) == (302, f"{PAGES}authenticate/")
    assert ailleurs.get("/axes/").status_code == 302  # the password alone opens nothing

    faux = ailleurs.post(f"{PAGES}authenticate/", {"code": "000000"})
    assert "Code incorrect" in faux.content.decode()
    juste = ailleurs.post(f"{PAGES}authenticate/", {"code": code(secret, 1)})
    assert juste.status_code == 302
    assert ailleurs.get("/axes/").status_code == 200


def test_un_code_de_secours_ne_sert_qu_une_fois(chez_elle: Client) -> None:
    _, secours = activer(chez_elle)
    entrees = []
    for _essai in range(2):
        client = Client()
        donner_le_mot_de_passe(client)
        client.post(f"{PAGES}authenticate/", {"code": secours[0]})
        entrees.append(client.get("/axes/").status_code)
    assert entrees == [200, 302]


def test_les_codes_de_secours_ne_sont_montres_qu_une_fois(chez_elle: Client) -> None:
    _, secours = activer(chez_elle)
    page = chez_elle.get(f"{PAGES}recovery-codes/").content.decode()
    assert not any(un_code in page for un_code in secours)


def test_les_codes_essayes_au_hasard_sont_arretes(chez_elle: Client) -> None:
    secret, _ = activer(chez_elle)
    client = Client()
    donner_le_mot_de_passe(client)
    for _essai in range(5):
        client.post(f"{PAGES}authenticate/", {"code": "000000"})
    client.post(f"{PAGES}authenticate/", {"code": code(secret, 1)})
    assert client.get("/axes/").status_code == 302


def test_etre_connectee_ne_suffit_pas_pour_toucher_aux_facteurs(camille: Utilisateur) -> None:
    client = Client()
    donner_le_mot_de_passe(client)
    for page in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        assert client.get(f"{PAGES}{page}")["Location"].startswith("/comptes/reauthenticate/?")


@pytest.mark.parametrize(
    "page", ["", "totp/activate/", "webauthn/", "webauthn/add/", "authenticate/"]
)
def test_sans_session_rien_ne_s_ouvre(client: Client, page: str) -> None:
    assert client.get(f"{PAGES}{page}").status_code == 302


def test_un_role_peut_l_exiger(chez_elle: Client, camille: Utilisateur, settings: Settings) -> None:
    settings.SECOND_FACTEUR_ROLES = ["Administration"]
    assert chez_elle.get("/axes/").status_code == 200

    camille.groups.add(Group.objects.get(name="Administration"))
    camille.is_staff = True
    camille.save()
    for adresse in ("/axes/", "/actions/", "/admin/", "/comptes/password/change/"):
        reponse = chez_elle.get(adresse)
        assert (reponse.status_code, reponse["Location"]) == (302, PAGES), adresse
    assert chez_elle.post("/comptes/sessions/1/terminer/").status_code == 302
    page = chez_elle.get(PAGES).content.decode()
    assert "Votre rôle demande un second facteur" in page
    assert chez_elle.get("/sante/").status_code == 200

    activer(chez_elle)
    assert chez_elle.get("/admin/").status_code == 200


def test_il_peut_l_etre_de_tous(chez_elle: Client, settings: Settings) -> None:
    settings.SECOND_FACTEUR_ROLES = ["tous"]
    assert chez_elle.get("/axes/")["Location"] == PAGES


def test_un_superutilisateur_a_tous_les_roles(
    chez_elle: Client, camille: Utilisateur, settings: Settings
) -> None:
    settings.SECOND_FACTEUR_ROLES = ["Coordination"]
    camille.is_superuser = True
    camille.save()
    assert chez_elle.get("/axes/")["Location"] == PAGES


def test_sans_role_qui_l_exige_aucune_question_n_est_posee_a_la_base(
    chez_elle: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SECOND_FACTEUR_ROLES = []
    chez_elle.get("/comptes/password/change/")
    with django_assert_num_queries(3):  # the session, the account, what the menu may show
        chez_elle.get("/comptes/password/change/")


def test_l_administration_retire_le_facteur_perdu(chez_elle: Client, camille: Utilisateur) -> None:
    activer(chez_elle)
    chef = Client()
    chef.force_login(Utilisateur.objects.create_superuser("chef"))

    chef.post(
        f"/admin/comptes/utilisateur/{camille.pk}/geste/", {"geste": "retirer_le_second_facteur"}
    )

    assert not Authenticator.objects.filter(user=camille).exists()
    assert chez_elle.get("/axes/").status_code == 302  # her sessions are over
    assert donner_le_mot_de_passe(Client())["Location"] == "/"
    assert Evenement.objects.filter(detail="camille : second facteur retiré").exists()


@pytest.mark.navigateur
@pytest.mark.django_db(transaction=True)
def test_une_cle_d_acces_de_bout_en_bout(
    navigateur: Browser, live_server: LiveServer, camille: Utilisateur
) -> None:
    """Added, then used alone to sign in, under the strict policy and without an error."""
    contexte = navigateur.new_context()
    page = contexte.new_page()
    plaintes: list[str] = []
    page.on("console", lambda m: plaintes.append(m.text) if m.type == "error" else None)
    cdp = contexte.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.goto(f"{live_server.url}/comptes/login/")
    page.fill("#id_login", "camille")
    page.fill("#id_password", MOT_DE_PASSE)
    page.click("main button >> nth=0")
    page.wait_for_url(f"{live_server.url}/")

    page.goto(f"{live_server.url}{PAGES}webauthn/add/")
    page.fill("#id_password", MOT_DE_PASSE)
    page.click("main button")
    page.wait_for_url(lambda url: urlsplit(url).path == f"{PAGES}webauthn/add/")
    page.check("#id_passwordless")
    page.click("form[data-cle] button")
    page.wait_for_url(f"**{PAGES}recovery-codes/")
    page.click('header button:has-text("Se déconnecter")')
    page.wait_for_url(f"{live_server.url}/comptes/login/")

    page.click("form[data-cle] button")
    page.wait_for_url(f"{live_server.url}/")
    expect(page.locator("header")).to_contain_text("camille")
    assert plaintes == []
    contexte.close()
