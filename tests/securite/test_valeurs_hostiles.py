"""Impossible values in every address, parameter and form: never a page of error, never a leak.

Nothing is listed by hand: addresses come from the site's patterns, parameters from the filters that
their pages declare, fields from the forms that the pages show.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils.encoding import iri_to_uri

from comptes.models import Utilisateur
from listes.adresse import PARAMETRES
from tests.securite.conftest import SECRET, Monde, motifs

VALEURS = (
    *("%00", "a%00b", "9999", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"),
    *("9" * 40, "-1", "0", "1" * 5000, "1e999", "NaN", "%ED%A0%80", "%FF%FE", "é" * 3000),
    *("' OR 1=1 --", "{{7*7}}", "../../etc/passwd", "[]", "١٢٣", "İ%CC%87"),
)
CHEMINS = ("0", "9" * 12, "9" * 40, "%00", "%ED%A0%80", "é" * 200, "..", "-1")
COURANTS = (
    *("exercice", "q", "page", "p", "o", "all", "e", "moment", "version", "next", "porteur"),
    *("app_label", "model_name", "field_name", "term", "commune", "_popup", "_facets", "annee"),
)
RAPIDE, ENTIER = 2, len(VALEURS)


def parametres(vue: Any) -> list[str]:
    """What the page reads of its address, as far as it declares it; and what others read."""
    declares: list[str] = []
    classe = getattr(vue, "view_class", None)
    if filterset := getattr(classe, "filterset_class", None):
        declares += [*filterset.base_filters, *PARAMETRES]
    page = getattr(vue, "model_admin", None)
    if page is not None:
        for champ in page.list_filter:
            nom = champ if isinstance(champ, str) else getattr(champ, "parameter_name", "")
            declares += [] if isinstance(champ, str) or not nom else [nom]
            declares += [f"{nom}__id__exact", f"{nom}__exact", f"{nom}__isnull"] if nom else []
        if page.date_hierarchy:
            declares += [f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day")]
    return list(dict.fromkeys([*declares, *COURANTS]))


def chemins(route: str, cle: str) -> str:
    """An address of this pattern, every variable part being the same value."""
    lisible = re.sub(r"\(\?P<\w+>(?:[^()]|\([^)]*\))*\)|<[^>]+>", lambda _: cle, route)
    return "/" + re.sub(r"[\^$\\]", "", lisible)


def pages(monde: Monde) -> Iterator[tuple[str, Any]]:
    """Each address with a value that means something; those that end a session apart."""
    for route, vue in motifs(administration=True):
        if "logout" not in route and "jsi18n" not in route:
            for cle in {str(monde.ales["action"]), str(monde.ales["commune"]), "2004", "CG"}:
                adresse = chemins(route, cle)
                yield adresse, vue
                if adresse == chemins(route, ""):
                    break


class Formulaires(HTMLParser):
    """The forms of a page that write: their address and the fields that they send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.trouves: list[tuple[str, dict[str, str], list[str]]] = []
        self._dans = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        lus = {nom: valeur or "" for nom, valeur in attrs}
        if tag == "form":
            self._dans = lus.get("method", "").lower() == "post"
            if self._dans:
                self.trouves.append((lus.get("action", ""), {}, []))
        elif self._dans and tag in ("input", "select", "textarea") and lus.get("name"):
            _, caches, saisis = self.trouves[-1]
            if lus.get("type") == "hidden":
                caches[lus["name"]] = lus.get("value", "")
            elif lus.get("type") not in ("file", "submit"):
                saisis.append(lus["name"])

    def handle_endtag(self, tag: str) -> None:
        self._dans = self._dans and tag != "form"


def defaut(reponse: Any, adresse: str, secret: str = "") -> str:
    """What is wrong with an answer; empty if nothing is."""
    if reponse.status_code >= 500:
        return f"{reponse.status_code} {adresse[:200]}"
    if secret and not reponse.streaming and secret in reponse.content.decode(errors="replace"):
        return f"fuite {adresse[:200]}"
    return ""


def demander(client: Client, adresse: str) -> Any:
    client.raise_request_exception = False
    reponse = client.get(iri_to_uri(adresse))
    for fermer in reponse._resource_closers:  # type: ignore[attr-defined]  # ``close`` would take the test's connection with it
        fermer()
    return reponse


def parcourir(client: Client, monde: Monde, tours: int, secret: str = "") -> tuple[int, list[str]]:
    """Every page, each of its parameters taking ``tours`` of the values in turn."""
    demandees, trouves = 0, []
    for rang, (adresse, vue) in enumerate(dict(pages(monde)).items()):
        noms = parametres(vue)
        for tour in range(tours):
            suite = "&".join(
                f"{nom}={VALEURS[(rang + place + tour * 7) % len(VALEURS)]}"
                for place, nom in enumerate(noms)
                # All at once, the first that isn't understood would hide the others.
                if tours == ENTIER or (place + tour) % 3 == 0
            )
            demandees += 1
            if dit := defaut(demander(client, f"{adresse}?{suite}"), f"{adresse}?{suite}", secret):
                trouves.append(dit)
    return demandees, trouves


def test_aucun_parametre_ne_fait_d_erreur(chef: Client, monde: Monde) -> None:
    demandees, trouves = parcourir(chef, monde, RAPIDE)
    assert trouves == []
    assert demandees > 200


def test_aucun_parametre_ne_dit_ce_qui_est_d_ailleurs(agent: Client, monde: Monde) -> None:
    demandees, trouves = parcourir(agent, monde, 1, SECRET)
    assert trouves == []
    assert demandees > 100


def test_aucun_numero_ni_code_impossible_ne_fait_d_erreur(chef: Client, monde: Monde) -> None:
    routes = {route for route, _ in motifs(administration=True) if "<" in route}
    trouves = [
        dit
        for route in sorted(routes)
        for cle in CHEMINS
        if (dit := defaut(demander(chef, chemins(route, cle)), chemins(route, cle)))
    ]
    assert trouves == []
    assert len(routes) > 50


def envoyer(client: Client, monde: Monde, tours: int) -> tuple[int, list[str]]:
    """Every form that the pages show, its fields taking ``tours`` of the values in turn."""
    envoyes, trouves, vus = 0, [], set()
    for adresse, _ in pages(monde):
        reponse = demander(client, adresse)
        if reponse.status_code != 200 or reponse.streaming:
            continue
        for action, caches, saisis in Formulaires(reponse.content.decode(errors="replace")).trouves:
            vers = action or adresse
            marque = (re.sub(r"\d+", "N", vers), tuple(sorted(saisis)))
            if not saisis or "logout" in vers or marque in vus:
                continue
            vus.add(marque)
            for tour in range(tours):
                donnees = {
                    nom: _brute(VALEURS[(place + tour * 7) % len(VALEURS)])
                    for place, nom in enumerate(saisis)
                }
                # Every other time what is hidden is hostile too, and refuses the rest.
                if tour % 2:
                    donnees |= {nom: _brute(VALEURS[(tour * 5) % len(VALEURS)]) for nom in caches}
                else:
                    donnees = caches | donnees
                envoyes += 1
                if dit := defaut(client.post(vers, donnees), vers):
                    trouves.append(f"{dit} {sorted(saisis)[:5]} tour {tour}")
    return envoyes, trouves


def _brute(valeur: str) -> str:
    """The value as a form holds it: no longer written for an address."""
    return valeur.replace("%00", "\0").replace("%2B", "+").replace("%ED%A0%80", "\ufffd")


def test_aucun_formulaire_ne_fait_d_erreur(chef: Client, monde: Monde) -> None:
    envoyes, trouves = envoyer(chef, monde, RAPIDE)
    assert trouves == []
    assert envoyes > 40


@pytest.fixture
def comptes(monde: Monde, roles_rendus: None) -> dict[str, Client]:
    """A visitor, and every role with and without a limit to Alès."""
    clients = {"visiteur": Client()}
    for role in ("", *Group.objects.values_list("name", flat=True)):
        for limite in (False, True):
            nom = f"{role or 'sans role'} {'limité' if limite else ''}".strip()
            compte = Utilisateur.objects.create_user(nom.replace(" ", "-"), is_staff=True)
            compte.groups.set(Group.objects.filter(name=role))
            compte.communes.set([monde.ales["commune"]] if limite else [])
            clients[nom] = Client()
            clients[nom].force_login(compte)
    return clients


@pytest.mark.epreuve
def test_aucun_compte_ne_fait_d_erreur_ni_ne_lit_ailleurs(
    comptes: dict[str, Client], monde: Monde
) -> None:
    trouves = {
        nom: parcourir(client, monde, RAPIDE, SECRET if "limité" in nom else "")[1]
        + envoyer(client, monde, RAPIDE)[1]
        for nom, client in comptes.items()
    }
    assert {nom: defauts for nom, defauts in trouves.items() if defauts} == {}
    assert len(comptes) >= 9


@pytest.mark.epreuve
def test_chaque_valeur_dans_chaque_parametre_et_chaque_formulaire(
    chef: Client, agent: Client, monde: Monde
) -> None:
    for client, secret in ((chef, ""), (agent, SECRET), (Client(), SECRET)):
        _, trouves = parcourir(client, monde, ENTIER, secret)
        assert trouves == []
    assert Utilisateur.objects.filter(username="chef").exists()
    assert envoyer(chef, monde, ENTIER)[1] == []
