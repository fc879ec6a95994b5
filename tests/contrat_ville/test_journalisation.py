"""The technical log: JSON, one request's id on all its lines, nobody's name."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from comptes.models import Utilisateur
from contrat_ville.journalisation import Json, requete_en_cours


@pytest.fixture
def lignes() -> Iterator[io.StringIO]:
    sortie = io.StringIO()
    poignee = logging.StreamHandler(sortie)
    poignee.setFormatter(Json())
    sources = [logging.getLogger(nom) for nom in ("contrat_ville", "django")]
    niveaux = [source.level for source in sources]
    for source in sources:
        source.addHandler(poignee)
        source.setLevel(logging.INFO)
    yield sortie
    for source, niveau in zip(sources, niveaux, strict=True):
        source.removeHandler(poignee)
        source.setLevel(niveau)


def lues(sortie: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]


@pytest.mark.django_db
def test_une_requete_est_une_ligne_sans_qui_ni_quoi(client: Client, lignes: io.StringIO) -> None:
    client.force_login(Utilisateur.objects.create_user("camille.durand"))

    reponse = client.get("/actions/?q=Mme+Durand", headers={"X-Request-ID": "mandataire-0042"})

    assert reponse["X-Request-ID"] == "mandataire-0042"
    (ligne,) = lues(lignes)
    assert ligne.pop("le").endswith("+00:00")
    assert isinstance(ligne.pop("duree_ms"), int)
    assert ligne == {
        "niveau": "INFO",
        "source": "contrat_ville.acces",
        "requete": "mandataire-0042",
        "methode": "GET",
        "page": "/actions/",
        "statut": 200,
        "message": "requête",
    }


@pytest.mark.parametrize("recu", ["", "court", "a" * 65, "x\ny" * 9, "<script>alert(1)</script>"])
def test_un_identifiant_etrange_est_remplace(client: Client, recu: str) -> None:
    rendu = client.get("/sante/", headers={"X-Request-ID": recu})["X-Request-ID"]

    assert rendu != recu
    assert len(rendu) == 32


@pytest.mark.django_db
def test_une_adresse_inconnue_et_un_refus_ne_sont_pas_cites(
    client: Client, lignes: io.StringIO
) -> None:
    client.get("/dossier-de-madame-durand/")
    client.get("/", headers={"host": "durand.example"})

    assert "durand" not in lignes.getvalue()
    assert {ligne["statut"] for ligne in lues(lignes)} == {404, 400}


def test_une_erreur_dit_ou_et_non_quoi(lignes: io.StringIO) -> None:
    jeton = requete_en_cours.set("abc")
    try:
        int("06 12 34 56 78")
    except ValueError:
        logging.getLogger("contrat_ville.essai").exception("Échec")
    finally:
        requete_en_cours.reset(jeton)

    (ligne,) = lues(lignes)
    assert (ligne["requete"], ligne["message"], ligne["erreur"]) == ("abc", "Échec", "ValueError")
    assert "test_une_erreur_dit_ou_et_non_quoi" in ligne["pile"][-1]
    assert "06 12" not in lignes.getvalue()
