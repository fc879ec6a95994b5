"""Eight people write and eight read at once: nothing lost, nobody told that the base is locked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Count, F, Sum

from actions.models import Action, Exercice, Theme
from amorce.chargement import charger
from bilan.exercices import etablir
from financement.models import Financeur, Subvention
from territoires.models import Organisme

pytestmark = pytest.mark.django_db(transaction=True)
ECRIVAINS = LECTEURS = 8
MONTANTS = (Decimal("100.10"), Decimal("0.15"))


@dataclass
class Journal:
    """What was acknowledged, what was seen, and what should not have happened."""

    ecrites: list[str] = field(default_factory=list)
    additions: list[int] = field(default_factory=list)
    lectures: list[int] = field(default_factory=list)
    ennuis: list[str] = field(default_factory=list)


def jouer(duree: float) -> Journal:
    """Load 2004, then let everyone work for so many seconds."""
    charger(settings.FIXTURES)
    Exercice.objects.create(annee=2005)
    compteur = Organisme.objects.create(nom="0")
    journal, fin = Journal(), time.monotonic() + duree
    taches = [
        threading.Thread(target=tenir, args=(journal, fin, geste, rang, compteur.pk))
        for geste in (ecrire, lire)
        for rang in range(ECRIVAINS)
    ]
    for tache in taches:
        tache.start()
    for tache in taches:
        tache.join()
    return journal


def tenir(
    journal: Journal,
    fin: float,
    geste: Callable[[Journal, str, int], None],
    rang: int,
    compteur: int,
) -> None:
    numero = 0
    try:
        while time.monotonic() < fin:
            geste(journal, f"{rang}-{numero}", compteur)
            numero += 1
    except Exception as erreur:
        journal.ennuis.append(f"{geste.__name__} {rang} : {erreur!r}")
    finally:
        connections.close_all()


def ecrire(journal: Journal, reference: str, compteur: int) -> None:
    """Read, then write what was read plus one: what breaks when transactions don't wait."""
    with transaction.atomic():
        organisme = Organisme.objects.select_for_update().get(pk=compteur)
        action = Action.objects.create(
            exercice=Exercice.objects.get(annee=2005),
            theme=Theme.objects.get(numero=1),
            reference=reference,
            intitule="Écrite à plusieurs",
        )
        for code, montant in zip(("VILLE", "CG"), MONTANTS, strict=True):
            financeur = Financeur.objects.get(code=code)
            Subvention.objects.create(action=action, financeur=financeur, montant_accorde=montant)
        organisme.nom = str(int(organisme.nom) + 1)
        organisme.save()
    journal.ecrites.append(reference)
    Theme.objects.filter(numero=2).update(
        libelle_legende=F("libelle_legende"), version=F("version")
    )
    journal.additions.append(1)


def lire(journal: Journal, reference: str, compteur: int) -> None:
    """The figures of 2004 stay; an action of 2005 is there with all its money or not at all."""
    assert etablir(2004).controle.ecarts == ()
    sommes = (
        Subvention.objects.filter(action__exercice__annee=2005)
        .order_by()
        .values("action")
        .annotate(lignes=Count("pk"), total=Sum("montant_accorde"))
        .values_list("lignes", "total")
    )
    vues = set(sommes)
    assert vues <= {(2, sum(MONTANTS))}, vues
    journal.lectures.append(1)


def verifier(journal: Journal) -> None:
    assert journal.ennuis == []
    assert len(journal.lectures) >= LECTEURS
    assert len(journal.ecrites) >= ECRIVAINS
    ecrites = Action.objects.de_l_exercice(2005).values_list("reference", flat=True)
    assert sorted(ecrites) == sorted(journal.ecrites)
    assert Organisme.objects.get().nom == str(len(journal.ecrites))
    # The database itself counts the changes: none overwrote another.
    assert Theme.objects.get(numero=2).version == 1 + len(journal.additions)
    assert Subvention.objects.filter(action__exercice__annee=2005).aggregate(
        somme=Sum("montant_accorde")
    ) == {"somme": sum(MONTANTS) * len(journal.ecrites)}


def test_huit_qui_ecrivent_et_huit_qui_lisent_trois_secondes() -> None:
    verifier(jouer(3))


@pytest.mark.epreuve
def test_huit_qui_ecrivent_et_huit_qui_lisent_une_minute() -> None:
    verifier(jouer(60))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plays on SQLite")
def test_ce_que_sqlite_promet_est_vraiment_regle() -> None:
    connection.close()
    reglages = {}
    with connection.cursor() as curseur:
        for nom in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous"):
            curseur.execute(f"PRAGMA {nom}")
            reglages[nom] = curseur.fetchone()[0]
        with transaction.atomic():
            # Already a writer, though nothing has been written: another one has to wait.
            autre = connection.copy()
            autre.settings_dict["OPTIONS"] = autre.settings_dict["OPTIONS"] | {"timeout": 0}
            with (
                pytest.raises(Exception, match="locked"),
                transaction.atomic(),
                autre.cursor() as c,
            ):
                c.execute("BEGIN IMMEDIATE")
            autre.close()

    assert reglages == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "synchronous": 2,
    }
