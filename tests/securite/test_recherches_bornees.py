"""A search of any length costs what ten words cost, wherever it is typed, and says so."""

import time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from comptes.administration import Administration
from comptes.saisies import COUPEE, MOTS_MAX, couper, est_coupee
from tests.securite.conftest import Monde

CINQ_CENTS = " ".join(f"a{n}" for n in range(500))


def pages_de_l_administration() -> list[Any]:
    get_resolver().url_patterns  # noqa: B018  # reading it registers them, and takes some away
    return list(admin.site._registry.values())


def test_ce_qui_est_cherche_est_les_dix_premiers_mots() -> None:
    assert couper(f"  {CINQ_CENTS}") == "a0 a1 a2 a3 a4 a5 a6 a7 a8 a9"
    assert len(couper("é" * 5000)) == 200
    assert [est_coupee(texte) for texte in ("", " un  deux ", "un " * 10, "un " * 11)] == [
        False,
        False,
        False,
        True,
    ]


def test_toute_page_de_l_administration_est_bornee() -> None:
    assert [p for p in pages_de_l_administration() if not isinstance(p, Administration)] == []


def test_cinq_cents_mots_dans_l_administration(chef: Client, monde: Monde) -> None:
    debut = time.process_time()
    for page in pages_de_l_administration():
        if not page.search_fields:
            continue
        adresse = f"/admin/{page.opts.app_label}/{page.opts.model_name}/"
        with CaptureQueriesContext(connection) as questions:
            reponse = chef.get(adresse, {"q": CINQ_CENTS})
            encore = chef.get(adresse, {"q": "e " * 2000})

        assert (adresse, reponse.status_code, encore.status_code) == (adresse, 200, 200)
        assert COUPEE in [str(message) for message in get_messages(reponse.wsgi_request)]
        assert max(question["sql"].count("LIKE") for question in questions) <= 4 * 3 * MOTS_MAX
    assert time.process_time() - debut < 20


@pytest.mark.parametrize("page", ["/actions/", "/porteurs/", "/recherche/"])
def test_cinq_cents_mots_sur_le_site(chef: Client, monde: Monde, page: str) -> None:
    with CaptureQueriesContext(connection) as questions:
        reponse: Any = chef.get(page, {"q": " ".join(CINQ_CENTS.split()[:40])})

    assert reponse.status_code == 200
    assert COUPEE in reponse.content.decode()
    assert max(question["sql"].count("LIKE") for question in questions) <= 4 * 3 * MOTS_MAX


def test_ni_pendant_la_frappe(chef: Client, monde: Monde) -> None:
    with CaptureQueriesContext(connection) as questions:
        chef.get("/actions/porteurs/", {"porteur": CINQ_CENTS})
        chef.get("/actions/", {"porteur": " ".join(CINQ_CENTS.split()[:40])})
        chef.get(
            "/admin/autocomplete/",
            {
                "term": CINQ_CENTS,
                "app_label": "actions",
                "model_name": "action",
                "field_name": "porteur",
            },
        )

    assert max(question["sql"].count("LIKE") for question in questions) <= 4 * 3 * MOTS_MAX
