"""No address changes anything for a page of another site."""

import re

from django.test import Client

from comptes.models import Utilisateur
from tests.securite.conftest import motifs

ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>|\(\?P<\w+>[^)]*\)")


def adresse(route: str) -> str:
    """An address of this pattern, with something in the place of each argument."""
    return "/" + ARGUMENT.sub("1", route).strip("^$").replace("\\", "")


def test_aucune_vue_n_est_exemptee() -> None:
    exemptees = [
        route for route, vue in motifs(administration=True) if getattr(vue, "csrf_exempt", False)
    ]
    assert exemptees == []


def test_sans_son_jeton_rien_n_est_accepte(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(Utilisateur.objects.create_superuser("chef"))
    adresses = sorted({adresse(route) for route, _ in motifs(administration=True)})

    acceptees = {a: s for a in adresses if (s := client.post(a).status_code) not in (403, 404)}

    assert acceptees == {}
    assert len(adresses) > 60


def test_le_temoin_de_session_reste_chez_lui() -> None:
    from django.conf import settings

    assert settings.SESSION_COOKIE_HTTPONLY
    assert (settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")
