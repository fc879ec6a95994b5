"""The 2004 contract, its people, and how a test reads a list page."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from actions.models import Action, Exercice, Theme
from amorce.chargement import charger
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune


@dataclass(frozen=True)
class PageDeListe:
    """What a reader sees of a list page."""

    source: str

    def totaux(self) -> dict[str, str]:
        """The figures of the foot, by column; « — » for those unknown."""
        pied = re.search(r"<tfoot>(.*?)</tfoot>", self.source, re.S)
        assert pied is not None, "no foot"
        return {
            colonne: valeur
            for valeur, colonne in re.findall(
                r'<data value="([^"]*)" data-colonne="([^"]*)"', pied[1]
            )
        }

    def entetes(self) -> list[str]:
        tete = re.search(r"<thead.*?</thead>", self.source, re.S)
        assert tete is not None, "no head"
        return [_texte(re.sub("<span.*?</span>", "", th)) for th in _cellules(tete[0])]

    def lignes(self) -> list[list[str]]:
        """Every row of the page, cell by cell, as read."""
        corps = re.search(r"<tbody>(.*?)</tbody>", self.source, re.S)
        assert corps is not None, "no body"
        return [
            [_texte(cellule) for cellule in _cellules(ligne)]
            for ligne in re.findall(r"<tr>(.*?)</tr>", corps[1], re.S)
        ]

    def pied(self) -> list[str]:
        pied = re.search(r"<tfoot>(.*?)</tfoot>", self.source, re.S)
        assert pied is not None, "no foot"
        return [_texte(cellule) for cellule in _cellules(pied[1])]

    def alertes(self) -> str:
        """What the page says of parameters that it does not understand."""
        return " ".join(
            _texte(bloc) for bloc in re.findall(r'role="alert">(.*?)</div>', self.source, re.S)
        )


def _cellules(ligne: str) -> list[str]:
    return re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", ligne, re.S)


def _texte(balises: str) -> str:
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]+>", "", balises))).strip()


@pytest.fixture(scope="module")
def lectrice(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Client]:
    """Signed in over the 2004 contract, loaded once for a module whose tests only read.

    The module must be marked ``django_db``: without it, no test database is made.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        charger(settings.FIXTURES)
        client = Client()
        client.force_login(Utilisateur.objects.create(username="lectrice"))
        yield client
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def lire() -> Callable[[Any], PageDeListe]:
    """The list page of an answer, which must be one."""

    def lire(reponse: Any) -> PageDeListe:
        assert reponse.status_code == 200
        return PageDeListe(reponse.content.decode())

    return lire


@pytest.fixture
def coordinatrice(client: Client, db: None) -> Client:
    """She sees the whole territory."""
    client.force_login(Utilisateur.objects.create(username="coordinatrice"))
    return client


@pytest.fixture
def agente_d_ales(contrat_2004: None) -> Client:
    """She sees Alès only."""
    agente = Utilisateur.objects.create(username="agente")
    agente.communes.add(Commune.objects.get(code_insee="30007"))
    client = Client()
    client.force_login(agente)
    return client


@pytest.fixture
def ouvrir(
    coordinatrice: Client, lire: Callable[[Any], PageDeListe]
) -> Callable[[str], PageDeListe]:
    return lambda adresse: lire(coordinatrice.get(adresse))


@pytest.fixture
def exercice(db: None) -> Exercice:
    return Exercice.objects.create(annee=2005)


@pytest.fixture
def theme(db: None) -> Theme:
    return Theme.objects.get_or_create(numero=1, defaults={"nom": "Culture"})[0]


@pytest.fixture
def agir(exercice: Exercice, theme: Theme) -> Callable[..., Action]:
    """An action of 2005, with its money as {funder: (asked, granted, paid)}."""

    def agir(intitule: str, **champs: Any) -> Action:
        montants = champs.pop("montants", {})
        action = Action.objects.create(
            **{"exercice": exercice, "theme": theme, "intitule": intitule, **champs}
        )
        for code, (demande, accorde, verse) in montants.items():
            financeur, _ = Financeur.objects.get_or_create(code=code, defaults={"nom": code})
            Subvention.objects.create(
                action=action,
                financeur=financeur,
                montant_demande=demande,
                montant_accorde=accorde,
                montant_verse=verse,
            )
        return action

    return agir
