"""Whoever opens the first page after a start doesn't wait for what a process reads once."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Engine
from django.test import Client

from amorce.chargement import charger
from bilan.graphiques.contours import etaler
from comptes.models import Utilisateur
from contrat_ville.prechauffe import prechauffer


@pytest.mark.django_db(transaction=True)
def test_les_gabarits_et_la_carte_sont_lus_avant_la_premiere_page(client: Client) -> None:
    charger(settings.FIXTURES)
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    etaler.cache_clear()
    gabarits: Any = Engine.get_default().template_loaders[0]  # the one that keeps them
    gabarits.reset()

    prechauffer()
    gc.unfreeze()

    lus = set(gabarits.get_template_cache)
    assert {"base.html", "consultation/accueil.html", "bilan/blocs/illustration.html"} <= lus
    assert etaler.cache_info().misses == 1
    for page in ("/", "/communes/30132/", "/bilan/2004/"):
        assert client.get(page).status_code == 200
    assert etaler.cache_info()[:2] == (3, 1)
    assert set(gabarits.get_template_cache) == lus


def test_une_base_pas_encore_migree_n_empeche_pas_de_demarrer(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", "from contrat_ville.wsgi import application"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/vide.sqlite3"},
        check=True,
    )
