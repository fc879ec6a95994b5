"""An agent limited to Alès asks for Bagard's objects by their numbers, one way after another."""

import io
import zipfile
from typing import Any

import pdfplumber
import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from comptes.models import Utilisateur
from tests.securite.conftest import PDF, SECRET, Monde


def contenu(reponse: Any) -> str:
    """All the text that an answer carries, whatever its form."""
    octets = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
    if octets.startswith(b"%PDF"):
        with pdfplumber.open(io.BytesIO(octets)) as pdf:
            return " ".join(" ".join((page.extract_text() or "").split()) for page in pdf.pages)
    if octets.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return "".join(
                archive.read(nom).decode("utf-8", "replace") for nom in archive.namelist()
            )
    return str(octets.decode())


def test_ni_l_action_ni_ses_pieces(agent: Client, monde: Monde) -> None:
    for la, attendu in ((monde.ales, 200), (monde.bagard, 404)):
        assert agent.get(f"/actions/{la['action']}/").status_code == attendu
        piece: Any = agent.get(f"/actions/pieces/{la['piece']}/")
        assert piece.status_code == attendu
        octets = b"".join(piece.streaming_content) if piece.streaming else b""
        assert octets == (PDF if attendu == 200 else b"")


@pytest.mark.parametrize("numero", [0, 10**9, 2**63, 10**40])
def test_ni_ce_qui_n_existe_pas(agent: Client, numero: int) -> None:
    for page in ("actions/{}/", "actions/pieces/{}/", "porteurs/{}/", "quartiers/{}/"):
        assert agent.get("/" + page.format(numero)).status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/actions/",
        "/actions/?_export=csv",
        "/actions/?_export=csv-ouvert",
        "/actions/?_export=xlsx",
        "/actions/?commune=30002",
        "/actions/?q=bagard",
        "/actions/porteurs/?porteur=foyer",
        "/recherche/?q=bagard",
        "/communes/",
        "/communes/30002/",
        "/porteurs/",
        "/porteurs/?_export=xlsx",
        "/porteurs/{organisme}/",
        "/quartiers/",
        "/quartiers/{quartier}/",
        "/themes/1/",
        "/financeurs/CG/",
        "/axes/1/",
        "/bilan/2004/",
        "/bilan/2004/territorial/",
        "/bilan/2004/territorial.csv",
        "/bilan/2004/controle.json",
        "/bilan/2004.xlsx",
        "/bilan/2004.pdf",
    ],
)
def test_les_mots_propres_a_bagard_ne_paraissent_nulle_part(
    agent: Client, monde: Monde, page: str
) -> None:
    reponse = agent.get(page.format(**monde.bagard))

    assert reponse.status_code in (200, 403, 404)
    assert SECRET not in contenu(reponse)


def test_l_administration_est_fermee_sans_role(agent: Client, monde: Monde) -> None:
    for page in ("", "actions/action/", f"actions/action/{monde.ales['action']}/change/"):
        assert agent.get(f"/admin/{page}").status_code == 302


def test_personne_ne_termine_la_session_d_une_autre(agent: Client, monde: Monde) -> None:
    chef = Utilisateur.objects.get(username="chef")
    session = UserSession.objects.create(user=chef, ip="192.0.2.1", session_key="a", user_agent="x")

    assert agent.post(f"/comptes/sessions/{session.pk}/terminer/").status_code == 404
    assert UserSession.objects.filter(pk=session.pk).exists()
