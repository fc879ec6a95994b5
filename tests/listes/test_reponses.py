"""An answer kept in memory is the one that the database would give."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from actions.questions import ActionQuerySet
from comptes.models import Utilisateur
from financement.models import Subvention
from listes.reponses import Reponses
from suivi.versions import suivis
from territoires.models import Commune

ADRESSES = (
    "/?exercice=2004",
    "/actions/?exercice=2004&q=lecture&financeur=ETAT",
    "/bilan/2004/",
    *(f"/{liste}/" for liste in ("communes", "themes", "financeurs", "axes", "quartiers")),
    "/porteurs/",
    "/communes/30007/",
    "/themes/3/",
    "/financeurs/ETAT/",
    "/axes/1/",
)


def requetes(poser: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as posees:
        poser()
    return [requete["sql"] for requete in posees.captured_queries]


@pytest.fixture
def coordinatrice(contrat_2004: None, client: Client) -> Client:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    return client


def accorde_a_ales(client: Client) -> str:
    source = client.get("/communes/?q=30007").content.decode()
    pied = re.search(r'<data value="([^"]*)" data-colonne="montant_accorde"', source)
    assert pied is not None
    return pied[1]


def test_an_answer_is_asked_for_once_while_nothing_changes(contrat_2004: None) -> None:
    def accorde() -> Decimal | None:
        return Reponses.actuelles().a(ActionQuerySet.montants, Action.objects.all()).accorde

    assert accorde() == Decimal("1028246.00")
    assert len(requetes(accorde)) == 1

    Subvention.objects.filter(montant_accorde=None).update(montant_accorde=0)
    ligne = Subvention.objects.filter(montant_accorde__gt=1).earliest("pk")
    Subvention.objects.filter(pk=ligne.pk).update(montant_accorde=0)
    assert ligne.montant_accorde is not None
    assert accorde() == Decimal("1028246.00") - ligne.montant_accorde


def test_each_selection_question_and_detail_has_its_own_answer(contrat_2004: None) -> None:
    reponses, actions = Reponses.actuelles(), Action.objects.order_by("pk")
    ales, toutes = actions.filter(commune__code_insee="30007"), actions.all()
    effectif = ActionQuerySet.effectif
    lus = [reponses.a(effectif, selection) for selection in (ales, toutes, ales, toutes)]
    assert lus == [ales.effectif(), toutes.effectif()] * 2
    par_nature = reponses.a(ActionQuerySet.effectifs_par, ales, "nature")
    assert sorted(par_nature) == [("ACTION", 101, 101, 101), ("FONDS", 1, 0, 1)]
    par_provenance = reponses.a(ActionQuerySet.effectifs_par, ales, "provenance")
    assert par_provenance == [("RECONSTITUTION", 102, 101, 102)]
    assert reponses.a(effectif, toutes.filter(pk__in=[])) == toutes.none().effectif()
    for champ in ("nature", "provenance"):
        annotees = ales.annotate(part=F(champ))
        assert reponses.a(ActionQuerySet.effectifs_par, annotees, "part") == (
            reponses.a(ActionQuerySet.effectifs_par, ales, champ)
        )


def test_where_no_mark_says_what_changed_each_answer_is_asked_anew(contrat_2004: None) -> None:
    reponses, actions = Reponses(None), Action.objects.all()
    avant = reponses.a(ActionQuerySet.effectif, actions)
    with connection.cursor() as curseur:
        curseur.execute("UPDATE actions_action SET nature = 'FONDS' WHERE nature = 'ACTION'")
    assert (avant.actions, reponses.a(ActionQuerySet.effectif, actions).actions) == (195, 0)


def test_a_page_shows_what_anybody_has_just_written(coordinatrice: Client) -> None:
    """By the application or past it; given up or not."""
    avant = accorde_a_ales(coordinatrice)
    assert accorde_a_ales(coordinatrice) == avant
    ligne = Subvention.objects.filter(
        action__commune__code_insee="30007", montant_accorde__gt=1
    ).earliest("pk")

    with transaction.atomic(), connection.cursor() as curseur:
        curseur.execute(
            "UPDATE financement_subvention SET montant_accorde = montant_accorde + 10 "
            "WHERE id = %s",
            [ligne.pk],
        )
        pendant = accorde_a_ales(coordinatrice)
        transaction.set_rollback(True)
    assert Decimal(pendant) == Decimal(avant) + 10
    assert accorde_a_ales(coordinatrice) == avant

    ligne.action.delete()
    assert Decimal(accorde_a_ales(coordinatrice)) < Decimal(avant)


def test_what_one_account_was_answered_is_not_said_to_one_who_sees_less(
    coordinatrice: Client,
) -> None:
    limitee = Utilisateur.objects.create_user("limitee")
    limitee.communes.add(Commune.objects.get(code_insee="30132"))
    siennes = Action.objects.filter(commune__code_insee="30132").effectif()
    lecteur = Client()
    lecteur.force_login(limitee)

    def annonce(client: Client) -> str:
        source = client.get("/actions/?exercice=2004").content.decode()
        lu = re.search(r'<data value="(\d+)" data-colonne="actions"', source)
        assert lu is not None
        return lu[1]

    lues = [annonce(qui) for qui in (coordinatrice, lecteur, coordinatrice, lecteur)]
    assert lues == ["195", str(siennes.actions)] * 2


def test_only_what_is_versioned_is_asked_through_it(
    coordinatrice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table whose writes leave the mark alone would be shown as it was."""
    lues: set[str] = set()
    poser = Reponses.a

    def noter(self: Reponses, question: Any, lignes: Any, *args: Any, **precisions: Any) -> Any:
        for sql in requetes(lambda: question(lignes, *args, **precisions)):
            lues.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
        return poser(self, question, lignes, *args, **precisions)

    monkeypatch.setattr(Reponses, "a", noter)
    for adresse in ADRESSES:
        assert coordinatrice.get(adresse).status_code == 200, adresse

    suivies = {
        table
        for entiere, parties in suivis(connection)
        for table in (entiere, *(partie for partie, _ in parties))
    }
    assert {"actions_action", "financement_subvention", "actions_action_axes"} <= lues <= suivies
