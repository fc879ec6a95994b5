"""Bodies heavier than any form accepts are refused by what they announce."""

import pytest
from django.db import connection
from django.test import Client

from comptes.models import Utilisateur
from contrat_ville.bornes import OCTETS_MAX, TROP_GRAND
from territoires.models import Commune


@pytest.mark.parametrize("annonce", [str(OCTETS_MAX + 1), "-1", "beaucoup"])
def test_un_corps_trop_lourd_n_est_pas_lu(client: Client, annonce: str) -> None:
    reponse = client.generic("POST", "/comptes/login/", b"x=1", CONTENT_LENGTH=annonce)

    assert reponse.status_code == 413
    assert reponse.content.decode() == "Envoi refusé : 64 Mo au plus."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("formulaire", "champ", "valeur"),
    [
        ("/admin/comptes/utilisateur/add/", "communes", "9" * 25),
        ("/admin/territoires/commune/add/", "contour", "9" * 5000),
    ],
)
def test_un_nombre_que_rien_ne_tient_est_refuse_en_une_phrase(
    client: Client, formulaire: str, champ: str, valeur: str
) -> None:
    client.force_login(Utilisateur.objects.create_superuser("chef"))
    reponse = client.post(formulaire, {champ: valeur})
    if champ == "communes" and connection.vendor == "postgresql":
        assert reponse.status_code == 200, "the form says that it is no commune"
    else:
        assert reponse.status_code == 400
        assert TROP_GRAND in reponse.content.decode()
    assert Utilisateur.objects.count() == 1
    assert not Commune.objects.exists()
