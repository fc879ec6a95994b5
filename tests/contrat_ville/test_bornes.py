"""Bodies heavier than any form accepts are refused by what they announce."""

import pytest
from django.test import Client

from contrat_ville.bornes import OCTETS_MAX


@pytest.mark.parametrize("annonce", [str(OCTETS_MAX + 1), "-1", "beaucoup"])
def test_un_corps_trop_lourd_n_est_pas_lu(client: Client, annonce: str) -> None:
    reponse = client.generic("POST", "/comptes/login/", b"x=1", CONTENT_LENGTH=annonce)

    assert reponse.status_code == 413
    assert reponse.content.decode() == "Envoi refusé : 64 Mo au plus."
