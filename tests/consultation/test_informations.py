"""The public pages, and the way to them from everywhere."""

import pytest
from django.test import Client
from pytest_django import Settings

PAGES = ["/accessibilite/", "/mentions-legales/", "/donnees-personnelles/"]


@pytest.mark.django_db
@pytest.mark.parametrize("page", [*PAGES, "/comptes/login/"])
def test_elles_se_lisent_sans_compte_et_se_trouvent_au_pied_de_chaque_page(
    client: Client, page: str
) -> None:
    reponse = client.get(page)
    assert reponse.status_code == 200
    for adresse in PAGES:
        assert f'href="{adresse}"' in reponse.content.decode()


@pytest.mark.django_db
def test_sans_audit_le_site_se_dit_non_conforme(client: Client) -> None:
    page = client.get("/accessibilite/").content.decode()
    assert "<strong>non conforme</strong>" in page
    assert "Aucun audit n’a encore été mené" in page


@pytest.mark.django_db
def test_les_mots_viennent_des_reglages(client: Client, settings: Settings) -> None:
    settings.EXPLOITANT = "Agglomération d'essai"
    settings.CONTACT = "aide@exemple.fr"
    settings.ACCESSIBILITE = "partiellement conforme"
    settings.ACCESSIBILITE_AUDIT = "Audit de mars : 80 % des critères."
    page = client.get("/accessibilite/").content.decode()
    assert "<strong>partiellement conforme</strong>" in page
    assert "Audit de mars" in page
    assert 'href="mailto:aide@exemple.fr"' in page
    assert "Agglomération d&#x27;essai" in client.get("/mentions-legales/").content.decode()
