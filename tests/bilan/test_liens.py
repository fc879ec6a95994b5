"""From any figure of the three tables to the list that gives exactly it: every cell, no sample."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from bilan.exercices import etablir
from bilan.tableaux import Chiffre, Unite
from comptes.models import Utilisateur

COLONNES = {Unite.ACTIONS: "actions", Unite.EUROS: "montant_accorde"}


def pied(page: str) -> dict[str, Decimal]:
    """The totals that the list's foot gives, by column."""
    foot = re.search(r"<tfoot.*?</tfoot>", page, re.DOTALL)
    assert foot is not None
    donnees = re.findall(r"<data\b[^>]*>", foot[0])
    return {
        nom[1]: Decimal(valeur[1])
        for donnee in donnees
        if (nom := re.search(r'data-colonne="([^"]+)"', donnee))
        and (valeur := re.search(r'value="([^"]+)"', donnee))
    }


def cellules() -> Iterator[tuple[str, Chiffre]]:
    for tableau in etablir(2004).tableaux.values():
        for ligne in tableau.toutes_les_lignes:
            for colonne, chiffre in zip(tableau.colonnes, ligne.chiffres, strict=True):
                if chiffre.valeur is not None:
                    yield f"{tableau.code}, {ligne.libelle}, {colonne.code}", chiffre


@pytest.mark.django_db
def test_chaque_chiffre_des_trois_tableaux_mene_a_la_liste_qui_le_donne(
    contrat_2004: None, client: Client
) -> None:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    pieds: dict[str, dict[str, Decimal]] = {}
    differents = []
    comptes = 0
    for place, chiffre in cellules():
        if chiffre.lien not in pieds:
            pieds[chiffre.lien] = pied(client.get(chiffre.lien).content.decode())
        comptes += 1
        if pieds[chiffre.lien].get(COLONNES[chiffre.unite], 0) != chiffre.valeur:
            differents.append((place, chiffre.valeur, pieds[chiffre.lien]))
    assert differents == []
    assert comptes == 33 + 71 + 17 * 24
