"""A script stored in every text stays a text: in the pages, the paper and the workbook."""

import io
from typing import Any

import openpyxl
import pdfplumber
import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.test import Client

from tests.securite.conftest import SCRIPT, Monde

PAGES = (
    "/", "/actions/", "/actions/{action}/", "/actions/porteurs/?porteur=foyer", "/communes/",
    "/communes/30001/", "/themes/", "/themes/1/", "/financeurs/", "/financeurs/CG/", "/porteurs/",
    "/porteurs/{organisme}/", "/quartiers/", "/quartiers/{quartier}/", "/axes/", "/axes/1/",
    "/bilan/2004/", "/bilan/2004/territorial/", "/bilan/2004/thematique/", "/bilan/2004/croise/",
    "/recherche/?q=foyer", "/comptes/sessions/", "/import/", "/import/nouveau/",
    "/admin/", "/admin/actions/action/", "/admin/actions/action/{action}/change/",
    "/admin/actions/action/{action}/history/", "/admin/territoires/commune/",
    "/admin/territoires/organisme/{organisme}/change/", "/admin/comptes/evenement/",
    "/admin/comptes/utilisateur/", "/admin/axes/axetransversal/", "/admin/actions/theme/",
)  # fmt: skip
OUVERTURE = SCRIPT.partition(">")[0] + ">alert("


@pytest.mark.parametrize("page", PAGES)
def test_dans_les_pages(chef: Client, monde: Monde, page: str) -> None:
    reponse = chef.get(page.format(**monde.ales), headers={"User-Agent": SCRIPT})

    assert reponse.status_code == 200
    assert OUVERTURE not in reponse.content.decode()
    politique = reponse["Content-Security-Policy"]
    assert "script-src 'self'" in politique
    assert "unsafe" not in politique
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["X-Frame-Options"] == "DENY"


def test_sur_le_papier(chef: Client, monde: Monde) -> None:
    octets: Any = chef.get("/bilan/2004.pdf")
    contenu = b"".join(octets.streaming_content) if octets.streaming else octets.content
    assert b"/JavaScript" not in contenu
    assert b"/Launch" not in contenu
    with pdfplumber.open(io.BytesIO(contenu)) as pdf:
        assert any("<script>" in (page.extract_text() or "") for page in pdf.pages)


def test_dans_le_classeur(chef: Client, monde: Monde) -> None:
    reponse: Any = chef.get("/actions/?_export=xlsx")
    classeur = openpyxl.load_workbook(io.BytesIO(b"".join(reponse.streaming_content)))
    valeurs = {cellule.value for ligne in classeur.active.iter_rows() for cellule in ligne}
    assert f"Thème {SCRIPT}" in valeurs


def test_aucun_de_nos_textes_n_est_declare_sur() -> None:
    """Every text is escaped by the templates: no template of ours says otherwise."""
    from pathlib import Path

    from django.conf import settings

    fautifs = [
        str(gabarit.relative_to(settings.BASE_DIR))
        for dossier in ("templates", *{a.label for a in apps.get_app_configs() if _a_nous(a)})
        for gabarit in (Path(settings.BASE_DIR) / dossier).rglob("*.html")
        if "autoescape off" in (texte := gabarit.read_text()) or "|safe }}" in texte
    ]
    # The frame takes the tags out of a title that its own block has already escaped.
    assert fautifs == ["templates/base.html"]


def test_chaque_texte_du_contrat_est_essaye_ici(monde: Monde) -> None:
    """A new field that people type into must be added to this folder's world."""
    types = (CharField, TextField)
    vides = []
    for modele in apps.get_models():
        if modele._meta.app_label not in ("actions", "axes", "territoires", "financement"):
            continue
        if modele.__name__.startswith("Historical") or not modele._base_manager.exists():
            continue
        vides += [
            f"{modele.__name__}.{champ.name}"
            for champ in modele._meta.concrete_fields
            if isinstance(champ, types) and champ.editable and not champ.choices
            and (champ.max_length or 1000) > len(SCRIPT)
            and not modele._base_manager.exclude(**{champ.name: ""}).exists()
        ]  # fmt: skip
    assert vides == []


def _a_nous(application: Any) -> bool:
    from django.conf import settings

    return str(application.path).startswith(str(settings.BASE_DIR)) and ".venv" not in str(
        application.path
    )
