"""The frame of every page, and the pages that say that something can't be shown."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults

from comptes.models import Utilisateur


def texte(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("code", "titre"), [(400, "Demande incomprise"), (500, "Erreur du site")])
def test_les_pages_d_urgence_ne_demandent_rien_a_personne(code: int, titre: str) -> None:
    page = render_to_string(f"{code}.html")
    assert f"<title>{titre} – Contrat de ville</title>" in page
    for adresse in re.findall(r'(?:href|src)="/static/([^"]+)"', page):
        assert finders.find(adresse), adresse


@pytest.mark.parametrize(
    ("erreur", "phrase"),
    [
        (Http404("L'axe 9 n'existe pas."), "L&#x27;axe 9 n&#x27;existe pas."),
        (Http404(), "Il n’y a rien à cette adresse."),
        (Http404("No Action matches the given query."), "Il n’y a rien à cette adresse."),
    ],
)
def test_une_page_introuvable_dit_ce_qui_manque(erreur: Http404, phrase: str) -> None:
    requete = RequestFactory().get("/nulle-part/")
    requete.user = Utilisateur(username="camille", is_superuser=True)
    page = defaults.page_not_found(requete, erreur).content.decode()
    assert phrase in page
    assert "Voir les axes" in page


def test_un_acces_refuse_dit_a_qui_demander() -> None:
    requete = RequestFactory().get("/admin/")
    requete.user = Utilisateur(username="camille")
    page = defaults.permission_denied(requete, PermissionDenied()).content.decode()
    assert "Votre compte « camille » n’a pas le droit d’ouvrir cette page." in texte(page)
    assert "demandez ce droit à l’administrateur" in texte(page)


@pytest.mark.django_db
def test_un_formulaire_perime_le_dit_en_francais() -> None:
    page = Client(enforce_csrf_checks=True).post("/comptes/logout/").content.decode()
    assert "Rien n’a été enregistré." in texte(page)


@pytest.mark.django_db
def test_une_page_connectee_porte_ses_reperes() -> None:
    client = Client()
    client.force_login(Utilisateur.objects.create_user("camille"))
    reponse = client.get("/axes/")
    page = reponse.content.decode()
    assert page.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Axes transversaux"]
    assert "<title>Axes transversaux – Contrat de ville</title>" in page
    assert re.findall(r"<(header|main|footer)\b", page) == ["header", "main", "footer"]
    assert re.findall(r'<nav[^>]*aria-label="([^"]+)"', page)[:2] == [
        "Sections du site",
        "Fil d’Ariane",
    ]
    assert 'href="#contenu"' in page
    assert re.search(r"<(script|style)>|\sstyle=|\son[a-z]+=", page) is None
    assert re.findall(r'(?:src|href)="(https?:|//)', page) == []
