"""A page that was kept is the page that would be made: for whoever reads it, and at once."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import constants
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from comptes.models import Utilisateur
from comptes.roles import ROLES
from financement.models import Subvention
from suivi import pages_gardees
from suivi.models import Revision
from suivi.pages_gardees import PAGES
from suivi.revision import marquees
from territoires.models import Commune

DU_COMPTE = {
    "django_session",
    "comptes_utilisateur",
    "comptes_utilisateur_communes",
    "comptes_utilisateur_groups",
    "comptes_utilisateur_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
}
"""What says who asks, read at each request, kept page or not."""

ADRESSES = (
    "/?exercice=2004",
    "/actions/?exercice=2004&q=lecture&financeur=ETAT",
    "/bilan/2004/",
    *(f"/bilan/2004/{code}/" for code in ("territorial", "thematique", "croise", "controle")),
    *(f"/{liste}/" for liste in ("communes", "themes", "financeurs", "axes", "quartiers")),
    "/porteurs/",
    "/recherche/?q=culture",
    "/communes/30007/",
    "/themes/3/",
    "/financeurs/ETAT/",
    "/axes/1/",
)


@pytest.fixture(autouse=True)
def rien_de_garde() -> Iterator[None]:
    caches[PAGES].clear()
    yield
    caches[PAGES].clear()


@pytest.fixture
def coordinatrice(contrat_2004: None, client: Client) -> Client:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    return client


def lire(client: Client, adresse: str) -> str:
    """The page, but for the masks of its tokens: they change each time that one is made."""
    reponse = client.get(adresse)
    assert reponse.status_code == 200, adresse
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", reponse.content.decode())


def questions(client: Client, adresse: str) -> list[str]:
    with CaptureQueriesContext(connection) as posees:
        lire(client, adresse)
    return [posee["sql"] for posee in posees.captured_queries]


def accorde_a_ales(client: Client) -> Decimal:
    source = lire(client, "/communes/?q=30007")
    pied = re.search(r'<data value="([^"]*)" data-colonne="montant_accorde"', source)
    assert pied is not None
    return Decimal(pied[1])


def test_une_page_relue_ne_demande_que_qui_la_lit_et_si_rien_n_a_change(
    coordinatrice: Client,
) -> None:
    for adresse in ADRESSES:
        premiere = lire(coordinatrice, adresse)
        posees = questions(coordinatrice, adresse)
        # The session, the account, its permissions; the mark.
        assert (adresse, len(posees)) == (adresse, 4)
        assert lire(coordinatrice, adresse) == premiere


def test_chaque_role_et_chaque_commune_lit_sa_page_et_nulle_autre(
    contrat_2004: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same addresses for all, in one order then in the other; each as if nothing were kept."""
    comptes = {"sans rôle": Utilisateur.objects.create_user("sans-role")}
    for role in ROLES:
        comptes[role] = Utilisateur.objects.create_user(role, is_staff=role != "Lecture")
        comptes[role].groups.add(Group.objects.get(name=role))
    comptes["superutilisatrice"] = Utilisateur.objects.create_superuser("chef")
    for commune in Commune.objects.all():
        comptes[commune.nom] = Utilisateur.objects.create_user(f"agent-{commune.code_insee}")
        comptes[commune.nom].communes.add(commune)
    assert len(comptes) == 1 + len(ROLES) + 1 + 15
    clients = {}
    for qui, compte in comptes.items():
        clients[qui] = Client()
        clients[qui].force_login(compte)
    adresses = ("/", "/actions/", "/communes/", "/bilan/2004/territorial/")

    with monkeypatch.context() as sans_garder:
        sans_garder.setattr(pages_gardees, "_cle", lambda request: None)
        attendues = {
            (qui, adresse): lire(client, adresse)
            for qui, client in clients.items()
            for adresse in adresses
        }
    faites = {cle: lire(clients[cle[0]], cle[1]) for cle in attendues}
    relues = {cle: lire(clients[cle[0]], cle[1]) for cle in reversed(attendues)}

    assert [cle for cle in attendues if faites[cle] != attendues[cle]] == []
    assert [cle for cle in attendues if relues[cle] != attendues[cle]] == []
    assert len({page for (_, adresse), page in attendues.items() if adresse == "/actions/"}) == 21


def test_sur_un_poste_partage_chacune_a_la_sienne(contrat_2004: None) -> None:
    """One browser, with its cookies; two accounts with the same rights."""
    poste = Client()
    for nom in ("nadia", "camille", "nadia"):
        compte, _ = Utilisateur.objects.get_or_create(username=nom)
        poste.force_login(compte)
        source = lire(poste, "/communes/")
        assert re.findall(r"</span> (nadia|camille)</span>", source) == [nom]


def test_ce_qui_vient_d_etre_ecrit_se_lit_aussitot(coordinatrice: Client) -> None:
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
    assert pendant == avant + 10
    assert accorde_a_ales(coordinatrice) == avant

    ligne.action.delete()
    assert accorde_a_ales(coordinatrice) < avant


def test_un_droit_donne_ou_retire_change_la_page_aussitot(contrat_2004: None) -> None:
    compte = Utilisateur.objects.create_user("nadia")
    client = Client()
    client.force_login(compte)

    def montre() -> tuple[bool, bool, int]:
        source = lire(client, "/communes/")
        codes = set(re.findall(r'href="/communes/(\d{5})/', source))
        return ('href="/import/"' in source, 'href="/admin/"' in source, len(codes))

    assert (montre(), montre()) == ((False, False, 15),) * 2
    compte.groups.add(Group.objects.get(name="Saisie"))
    Utilisateur.objects.filter(pk=compte.pk).update(is_staff=True)
    assert (montre(), montre()) == ((True, True, 15),) * 2
    compte.communes.add(Commune.objects.get(code_insee="30132"))
    assert (montre(), montre()) == ((True, True, 1),) * 2
    compte.groups.clear()
    assert (montre(), montre()) == ((False, True, 1),) * 2


def test_le_nom_d_un_compte_est_le_sien_partout(coordinatrice: Client) -> None:
    """In the header, and among the last changes, where it is read by others."""
    camille = Utilisateur.objects.create_user("camille")
    action = Action.objects.earliest("pk")
    action._history_user = camille  # type: ignore[attr-defined]  # simple-history's
    action.save()
    assert "camille" in lire(coordinatrice, "/")

    camille.username = "c.durand"
    camille.save()
    assert "c.durand" in lire(coordinatrice, "/")
    Utilisateur.objects.filter(username="coordinatrice").update(first_name="Inès")
    assert "</span> Inès</span>" in lire(coordinatrice, "/")


def test_un_message_se_dit_une_fois(coordinatrice: Client) -> None:
    lire(coordinatrice, "/communes/")
    demande: Any = HttpRequest()
    demande.session = coordinatrice.session
    messages = FallbackStorage(demande)
    messages.add(constants.SUCCESS, "C'est enregistré.")
    reponse = HttpResponse()
    messages.update(reponse)
    demande.session.save()
    coordinatrice.cookies.update(reponse.cookies)

    dits = ["C&#x27;est enregistré." in lire(coordinatrice, "/communes/") for _ in range(3)]
    assert dits == [True, False, False]


def test_le_formulaire_d_une_page_gardee_est_recu(contrat_2004: None) -> None:
    compte = Utilisateur.objects.create_user("nadia")
    for _ in range(2):  # a second sign-in on the same browser draws another secret
        client = Client(enforce_csrf_checks=True)
        client.force_login(compte)
        lire(client, "/communes/")
        source = client.get("/communes/").content.decode()
        jeton = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', source)
        assert jeton is not None
        reponse = client.post("/comptes/logout/", {"csrfmiddlewaretoken": jeton[1]})
        assert reponse.status_code == 302


def test_une_page_ne_montre_que_ce_dont_la_marque_change(coordinatrice: Client) -> None:
    """A table whose writes leave the mark alone would be shown as it was."""
    action = Action.objects.earliest("pk")
    lues: set[str] = set()
    for adresse in (*ADRESSES, f"/actions/{action.pk}/"):
        for sql in questions(coordinatrice, adresse):
            lues.update(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
    assert lues - DU_COMPTE - set(marquees(connection)) == set()
    assert len(lues) > 20


def test_sans_marque_rien_n_est_garde(coordinatrice: Client) -> None:
    Revision.objects.all().delete()
    lire(coordinatrice, "/communes/")
    with connection.cursor() as curseur:
        curseur.execute("UPDATE territoires_commune SET nom = 'Alès-en-Cévennes' WHERE numero = 1")
    Revision.objects.all().delete()
    assert "Alès-en-Cévennes" in lire(coordinatrice, "/communes/")


def test_une_page_par_jour_et_par_façon_de_la_demander(
    coordinatrice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    entiere = lire(coordinatrice, "/actions/")
    assert len(questions(coordinatrice, "/actions/")) == 4
    morceau = coordinatrice.get("/actions/", headers={"HX-Request": "true"})
    assert morceau["HX-Push-Url"] == "/actions/"
    repris = coordinatrice.get("/actions/", headers={"HX-Request": "true"})
    assert (repris["HX-Push-Url"], repris.content) == ("/actions/", morceau.content)
    assert lire(coordinatrice, "/actions/") == entiere

    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2031, 1, 1))
    assert len(questions(coordinatrice, "/actions/")) > 4


def test_ni_un_fichier_ni_un_refus_ne_sont_gardes(coordinatrice: Client) -> None:
    for adresse, statut in (("/actions/?_export=csv", 200), ("/communes/99999/", 404)):
        for _ in range(2):
            assert coordinatrice.get(adresse).status_code == statut
    assert not caches[PAGES]._cache  # type: ignore[attr-defined]  # locmem's own
