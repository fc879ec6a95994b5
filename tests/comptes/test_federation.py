"""Single sign-on, against a provider that answers: who is known comes in, and nobody else."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from comptes.journal import Evenement
from comptes.models import Utilisateur

pytestmark = pytest.mark.django_db

Personne = dict[str, Any]
CAMILLE: Personne = {
    "sub": "42",
    "preferred_username": "cdurand",
    "email": "camille@ville.example",
    "email_verified": True,
}


class Fournisseur(BaseHTTPRequestHandler):
    """The three addresses of an OpenID Connect provider that sign-in needs."""

    personne: ClassVar[Personne] = {}

    def do_GET(self) -> None:
        base = f"http://{self.headers['Host']}"
        if self.path == "/userinfo":
            self.repondre(self.personne)
        else:
            self.repondre(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/userinfo",
                    "jwks_uri": f"{base}/jwks",
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.repondre({"access_token": "jeton", "token_type": "Bearer"})

    def repondre(self, contenu: Any) -> None:
        octets = json.dumps(contenu).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *args: Any) -> None:
        """Silent."""


@pytest.fixture(autouse=True)
def fournisseur(settings: Settings) -> Iterator[str]:
    cache.clear()
    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Fournisseur)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    adresse = f"http://127.0.0.1:{serveur.server_address[1]}"
    application = {
        "provider_id": "agents",
        "name": "Connexion de la ville",
        "client_id": "contrat",
        "secret": "secret",
        "settings": {"server_url": adresse},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [application], "OAUTH_PKCE_ENABLED": True}
    }
    yield adresse
    serveur.shutdown()
    serveur.server_close()
    fil.join()


def entrer(client: Client, personne: Personne) -> Any:
    """Go to the provider, be recognised there as this person, come back."""
    Fournisseur.personne = personne
    depart = client.post("/comptes/oidc/agents/login/")
    demande = parse_qs(urlsplit(depart["Location"]).query)
    assert demande["code_challenge_method"] == ["S256"]
    assert demande["redirect_uri"] == ["http://testserver/comptes/oidc/agents/login/callback/"]
    return client.get(
        "/comptes/oidc/agents/login/callback/", {"code": "c", "state": demande["state"][0]}
    )


def test_la_page_de_connexion_la_propose(client: Client) -> None:
    page = client.get("/comptes/login/").content.decode()
    assert "Connexion de la ville" in page
    assert 'action="/comptes/oidc/agents/login/"' in page


def test_sans_fournisseur_il_n_y_a_rien(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert client.post("/comptes/oidc/agents/login/").status_code == 404


def test_camille_entre_par_son_adresse_verifiee(client: Client) -> None:
    camille = Utilisateur.objects.create_user("camille", email="Camille@ville.example")

    reponse = entrer(client, CAMILLE)

    assert (reponse.status_code, reponse["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(camille.pk)
    # Known from now on by the provider's own number: an address may change hands.
    assert entrer(Client(), CAMILLE | {"email": "autre@ville.example"})["Location"] == "/"
    assert Utilisateur.objects.count() == 1


@pytest.mark.parametrize(
    ("personne", "comptes"),
    [
        (CAMILLE, []),
        (CAMILLE | {"email_verified": False}, ["camille@ville.example"]),
        (CAMILLE, ["camille@ville.example", "CAMILLE@ville.example"]),
        ({"sub": "42", "preferred_username": "camille"}, ["", "camille@ville.example"]),
    ],
    ids=["unknown", "address not verified", "two accounts", "no address"],
)
def test_personne_d_autre_n_entre(client: Client, personne: Personne, comptes: list[str]) -> None:
    for rang, courriel in enumerate(comptes):
        Utilisateur.objects.create_user("camille" if rang == 0 else f"autre{rang}", email=courriel)

    reponse = entrer(client, personne)

    assert reponse.status_code == 403
    assert "aucun compte d’ici" in reponse.content.decode()
    assert "_auth_user_id" not in client.session
    assert Utilisateur.objects.count() == len(comptes)
    assert Evenement.objects.get().genre == Evenement.Genre.ECHEC


def test_un_compte_inactif_reste_dehors(client: Client) -> None:
    Utilisateur.objects.create_user("camille", email="camille@ville.example", is_active=False)
    entrer(client, CAMILLE)
    assert client.get("/actions/").status_code == 302


def test_ou_les_reglages_le_permettent_un_compte_est_fait_sans_role(
    client: Client, settings: Settings
) -> None:
    settings.OIDC_CREER_COMPTES = True

    assert entrer(client, CAMILLE).status_code == 302

    compte = Utilisateur.objects.get()
    assert (compte.username, compte.email) == ("cdurand", "camille@ville.example")
    assert not compte.has_usable_password()
    assert not compte.is_staff
    assert not compte.groups.exists()


def test_revenir_sans_etre_parti_est_refuse(client: Client) -> None:
    Fournisseur.personne = CAMILLE
    client.get("/comptes/oidc/agents/login/callback/", {"code": "c", "state": "inventé"})
    assert "_auth_user_id" not in client.session
