"""The 2004 contract, a 2005 that holds what 2004 lacks, and the people who consult them."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

ALES, GRAND_COMBE = "30007", "30132"


@pytest.fixture
def annee_2005(contrat_2004: None) -> None:
    """Every kind of line: services, investment, unknown amounts, several axes, a porteur."""
    exercice = Exercice.objects.create(annee=2005)
    communes = {c.code_insee: c for c in Commune.objects.all()}
    themes = {t.numero: t for t in Theme.objects.all()}
    porteur = Organisme.objects.create(nom="Régie des Cévennes", commune=communes[ALES])
    quartier = Quartier.objects.create(nom="Tamaris", commune=communes[ALES])

    def agir(theme: int, commune: str | None, axes: list[int], *aides: Any, **champs: Any) -> None:
        action = Action.objects.create(
            exercice=exercice,
            theme=themes[theme],
            commune=None if commune is None else communes[commune],
            intitule=f"Action {theme} {commune}",
            **champs,
        )
        action.axes.set(AxeTransversal.objects.filter(numero__in=axes))
        for code, nature, demande, accorde, verse in aides:
            Subvention.objects.create(
                action=action,
                financeur=Financeur.objects.get(code=code),
                nature=nature,
                montant_demande=demande,
                montant_accorde=accorde,
                montant_verse=verse,
            )

    f, i = Subvention.Nature.FONCTIONNEMENT, Subvention.Nature.INVESTISSEMENT
    agir(
        3,
        ALES,
        [1, 2],
        ("ETAT", f, 1000, Decimal("800.50"), 400),
        ("DRAC", f, 300, 200, None),
        ("DDJS", f, 100, None, None),
        ("CG", i, 9000, 9000, 9000),
        porteur=porteur,
        quartier=quartier,
    )
    agir(3, GRAND_COMBE, [2], ("FASILD", f, None, 0, 0), porteur=porteur)
    agir(5, ALES, [], ("VILLE", f, 50, None, None), statut=Action.Statut.ACCORDEE)
    agir(5, None, [1], ("DRAC", f, 70, 60, 50))
    agir(1, ALES, [], nature=Action.Nature.FONDS)
    agir(2, GRAND_COMBE, [])


def connecter(nom: str, *communes: str) -> Client:
    compte = Utilisateur.objects.create(username=nom)
    compte.communes.set(Commune.objects.filter(code_insee__in=communes))
    client = Client()
    client.force_login(compte)
    return client


@pytest.fixture
def coordinatrice(contrat_2004: None) -> Client:
    """She sees the whole territory."""
    return connecter("coordinatrice")


@pytest.fixture
def agente(contrat_2004: None) -> Client:
    """She sees La Grand-Combe only."""
    return connecter("agente", GRAND_COMBE)
