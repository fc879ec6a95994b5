"""Busy or full, the server says so, keeps what was typed, and still lets people read."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from threading import Event, Thread
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from psycopg.errors import DeadlockDetected

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from contrat_ville.erreurs import est_occupee, est_plein
from suivi.conflit import VERSION
from territoires.models import Organisme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def action() -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        porteur=Organisme.objects.create(nom="Lire ensemble"),
        intitule="Ateliers",
    )


@pytest.fixture
def agente(action: Action) -> Client:
    compte = Utilisateur.objects.create_superuser("agente", password="x")
    client = Client(raise_request_exception=False)
    client.force_login(compte)
    return client


@contextmanager
def longue_ecriture(action: Action) -> Iterator[None]:
    """Somebody else's transaction, which holds the database (SQLite) or this action."""
    tient, lachez = Event(), Event()

    def ecrire() -> None:
        with transaction.atomic():
            Action.objects.filter(pk=action.pk).update(public="Tous")
            tient.set()
            lachez.wait(30)
        connection.close()

    fil = Thread(target=ecrire)
    fil.start()
    assert tient.wait(10)
    attendre(200)
    try:
        yield
    finally:
        lachez.set()
        fil.join()


def attendre(millisecondes: int) -> None:
    """How long a write waits for another one, in these tests."""
    with connection.cursor() as curseur:
        if connection.vendor == "sqlite":
            curseur.execute(f"PRAGMA busy_timeout = {millisecondes}")
        else:
            curseur.execute(f"SET lock_timeout = {millisecondes}")


class Champs(HTMLParser):
    """The hidden fields of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lus: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributs = dict(attrs)
        if tag == "input" and attributs.get("type") == "hidden":
            self.lus[str(attributs["name"])] = str(attributs["value"])


def saisie(action: Action) -> dict[str, Any]:
    return {
        "exercice": action.exercice_id,
        "theme": action.theme_id,
        "porteur": action.porteur_id,
        "intitule": "Ateliers d'écriture <b>",
        "nature": Action.Nature.ACTION,
        "statut": Action.Statut.ACCORDEE,
        f"{VERSION}{action.pk}": action.version,
        **{
            f"{prefixe}-{nom}_FORMS": 0
            for prefixe in ("subventions", "pieces")
            for nom in ("TOTAL", "INITIAL")
        },
    }


def test_un_enregistrement_refuse_garde_la_saisie_et_se_renvoie(
    action: Action, agente: Client
) -> None:
    adresse = f"/admin/actions/action/{action.pk}/change/"

    with longue_ecriture(action):
        refusee = agente.post(adresse, saisie(action))
        assert Action.objects.get().intitule == "Ateliers"
    page = refusee.content.decode()

    assert refusee.status_code == 503
    assert "La base est occupée" in page
    assert "rien de ce que vous envoyiez n’a été enregistré" in page
    champs = Champs(page).lus
    assert champs["intitule"] == "Ateliers d'écriture <b>"
    assert set(champs) == set(saisie(action))


def test_pendant_une_longue_ecriture_on_lit_et_on_exporte(action: Action, agente: Client) -> None:
    with longue_ecriture(action):
        assert agente.get("/actions/").status_code == 200
        fichier = agente.get("/actions/?_export=csv")
        assert fichier.status_code == 200
        assert b"Ateliers" in b"".join(fichier)


def test_un_disque_plein_se_dit(action: Action, agente: Client, settings: Any) -> None:
    """SQLite's own limit on the number of its pages stands for the disk's."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk can't be filled from here.")
    adresse = f"/admin/actions/action/{action.pk}/change/"
    with connection.cursor() as curseur:
        curseur.execute("VACUUM")  # no page is left free by the tests before this one
        curseur.execute("PRAGMA page_count")
        (pages,) = curseur.fetchone()
        curseur.execute(f"PRAGMA max_page_count = {pages}")
        try:
            refusee = agente.post(adresse, saisie(action) | {"description": "long " * 20_000})
        finally:
            curseur.execute("PRAGMA max_page_count = 1073741823")

    assert refusee.status_code == 507
    assert "Le disque du serveur est plein" in refusee.content.decode()
    assert Action.objects.get().intitule == "Ateliers"


def test_chaque_erreur_est_reconnue_a_ce_qu_en_dit_son_auteur() -> None:
    interblocage = OperationalError("deadlock detected")
    interblocage.__cause__ = DeadlockDetected()
    assert est_occupee(interblocage)
    assert est_occupee(OperationalError("database is locked"))
    assert est_plein(OSError(errno.ENOSPC, "No space left on device"))
    assert est_plein(DatabaseError("database or disk is full"))
    for autre in (OSError(errno.ENOENT, "absent"), OperationalError("no such table"), None):
        assert not est_occupee(autre)
        assert not est_plein(autre)
