"""The mark changes with every write of what people edit; it comes back with what it marked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.journal import Evenement
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.declencheurs import apres_migration, avant_migration, sans_declencheurs
from suivi.models import Revision
from suivi.revision import revision
from territoires.models import Commune, Organisme, Quartier


@pytest.fixture
def action(db: None) -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )


def change(ecrire: Callable[[], object]) -> bool:
    avant = revision()
    assert avant is not None
    ecrire()
    return revision() != avant


def test_toute_ecriture_la_change_quel_que_soit_le_chemin(action: Action) -> None:
    actions = Action.objects.filter(pk=action.pk)
    cg = Financeur.objects.create(code="CG", nom="CG")
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")

    def sans_django() -> None:
        with connection.cursor() as curseur:
            curseur.execute("UPDATE financement_subvention SET montant_accorde = 12")

    ecritures: dict[str, Callable[[], object]] = {
        "save": action.save,
        "update": lambda: actions.update(intitule="Autre"),
        "bulk_create": lambda: Subvention.objects.bulk_create(
            [Subvention(action=action, financeur=cg)], ignore_conflicts=True
        ),
        "update of a part": lambda: action.subventions.update(montant_verse=Decimal(1)),
        "raw SQL": sans_django,
        "delete of a part": action.subventions.all().delete,
        "an axis more": lambda: action.axes.add(axe),
        "an axis less": action.axes.clear,
        "commune": lambda: Commune.objects.create(numero=1, nom="Alès", code_insee="30007"),
        "quartier": lambda: Quartier.objects.create(
            commune=Commune.objects.get(), nom="Rochebelle"
        ),
        "porteur": lambda: Organisme.objects.create(nom="Les Amis"),
        "funder": lambda: Financeur.objects.filter(code="CG").update(colonne="CG"),
        "year": lambda: Exercice.objects.update(annee=2005),
        "theme": lambda: Theme.objects.update(numero=2),
        "delete": action.delete,
    }
    assert [nom for nom, ecrire in ecritures.items() if not change(ecrire)] == []


def test_ce_qu_aucune_page_ne_montre_la_laisse_telle(action: Action) -> None:
    compte = Utilisateur.objects.create_user("nadia")
    assert not change(lambda: Evenement.objects.create(genre=Evenement.Genre.EXPORT))
    assert not change(lambda: compte.save(update_fields=["last_login"]))
    assert not change(lambda: Action.objects.filter(intitule="Autre").exists())


def test_les_ecritures_faites_sans_declencheurs_la_changent_a_leur_retour(action: Action) -> None:
    def ecrire() -> None:
        with sans_declencheurs(connection):
            Action.objects.update(intitule="Autre")

    assert change(ecrire)


@pytest.mark.django_db(transaction=True)
def test_tant_que_les_declencheurs_sont_absents_il_n_y_en_a_pas() -> None:
    """On SQLite a migration takes them away, and one that fails doesn't bring them back."""
    avant = revision()
    avant_migration("default")
    pendant = revision()
    apres_migration("default")
    assert pendant == (None if connection.vendor == "sqlite" else avant)
    assert revision() not in {None, avant}


def test_une_base_ou_aucune_marque_n_a_ete_tiree_n_en_a_pas(db: None) -> None:
    Revision.objects.all().delete()
    assert revision() is None


def test_ce_qui_est_abandonne_rend_sa_marque(action: Action) -> None:
    avant = revision()
    lues = [avant]
    with transaction.atomic():
        action.save()
        premiere = revision()
        with transaction.atomic():
            action.save()
            lues.append(revision())
            transaction.set_rollback(True)
        assert revision() == premiere
        action.save()
        lues += [premiere, revision()]
        transaction.set_rollback(True)
    assert revision() == avant
    action.save()
    lues.append(revision())
    assert len(set(lues)) == len(lues) == 5


@pytest.mark.django_db(transaction=True)
def test_personne_ne_lit_sous_la_marque_d_une_transaction_inachevee() -> None:
    """What it read of its own first writes must not pass, once it is over, for what it wrote."""
    with transaction.atomic():
        Theme.objects.create(numero=1, nom="Culture")
        premiere = revision()
        Theme.objects.create(numero=2, nom="Sport")
        seconde = revision()
    assert len({premiere, seconde, revision()}) == 3 or connection.vendor == "sqlite"
    assert premiere != revision()


@pytest.mark.django_db(transaction=True)
def test_deux_qui_ecrivent_a_la_fois_n_attendent_pas_et_chacun_la_change() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time.")
    for numero in (1, 2):
        Theme.objects.create(numero=numero, nom=f"Thème {numero}")
    marques = [revision()]
    tous_ont_ecrit, premier_parti = Barrier(2, timeout=20), Barrier(2, timeout=20)

    with dans_un_fil(lambda: _ecrire(1, tous_ont_ecrit, premier_parti)), transaction.atomic():
        Theme.objects.filter(numero=2).update(nom="Second")
        tous_ont_ecrit.wait()
        premier_parti.wait()
        marques.append(revision())
    marques.append(revision())

    assert len(set(marques)) == 3
    assert Revision.objects.count() >= 2


def _ecrire(numero: int, tous_ont_ecrit: Barrier, parti: Barrier) -> None:
    with transaction.atomic():
        Theme.objects.filter(numero=numero).update(nom="Premier")
        tous_ont_ecrit.wait()
    parti.wait()


@contextmanager
def dans_un_fil(travail: Callable[[], None]) -> Iterator[None]:
    """Meanwhile, on a connection of its own; its errors come out here."""
    erreurs: list[BaseException] = []

    def jouer() -> None:
        try:
            travail()
        except BaseException as erreur:
            erreurs.append(erreur)
        finally:
            connection.close()

    fil = Thread(target=jouer)
    fil.start()
    yield
    fil.join()
    assert erreurs == []
