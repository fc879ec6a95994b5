"""``next=`` leads nowhere but home."""

import pytest
from django.core.cache import cache
from django.test import Client

from comptes.models import Utilisateur

DEHORS = (
    "https://voleur.example/",
    "//voleur.example/",
    "/\\voleur.example",
    "\\\\voleur.example",
    "https:voleur.example",
    "javascript:alert(1)",
    "http:///voleur.example",
    "https://testserver@voleur.example/",
    " //voleur.example",
)
MOT_DE_PASSE = "un-mot-de-passe-assez-long"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dehors", DEHORS)
def test_ni_en_entrant_ni_en_sortant_ni_en_se_prouvant_encore(client: Client, dehors: str) -> None:
    cache.clear()
    Utilisateur.objects.create_user("camille", password=MOT_DE_PASSE)
    for adresse, envoi in (
        ("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE}),
        ("/comptes/login/", {}),  # already in: sent where it says at once
        ("/comptes/reauthenticate/", {"password": MOT_DE_PASSE}),
        ("/comptes/logout/", {}),
    ):
        reponse = client.post(adresse, envoi | {"next": dehors})
        assert reponse.status_code == 302, adresse
        cible = reponse["Location"]
        assert cible.startswith("/"), (adresse, cible)
        assert not cible.startswith(("//", "/\\")), (adresse, cible)
        assert "voleur" not in cible.partition("?")[0]
