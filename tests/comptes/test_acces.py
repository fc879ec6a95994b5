"""Who gets what: every address of the site, for every role, in one's own commune and elsewhere.

``acces.csv`` is the rule: it is read, and a change of it is a choice. An address that it doesn't
name fails the test. ``ECRIRE_ACCES=1 pytest tests/comptes/test_acces.py`` writes it anew.
"""

import csv
import io
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from actions.models import Action, Exercice, Piece, Theme
from axes.models import AxeTransversal
from bilan.models import ChiffrePublie
from comptes.journal import Evenement
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE
from financement.models import Financeur, Subvention
from importation.models import Importation
from suivi.corbeille import jeter
from suivi.models import Suppression
from territoires.models import Commune, Organisme, Quartier
from travaux.models import Travail

FICHIER = Path(__file__).with_name("acces.csv")
ANONYME, SANS_ROLE = "anonyme", "sans rôle"
COLONNES = (ANONYME, SANS_ROLE, "Lecture", "Saisie", "Coordination", "Administration")

# Whose the object is, for the account that asks: her commune's or another's; or, where an import, a
# session or a long work is somebody's, hers or another's.
PARTOUT, LIMITE = "tout le territoire", "limité à une commune"
ICI, AILLEURS = "limité : objet de son périmètre", "limité : objet d'ailleurs"
TOUS = "tout compte"

# What is sent to an address that writes; elsewhere, nothing is.
ENVOIS: dict[str, dict[str, Any]] = {
    "_add": {},
    "_change": {},
    "_delete": {"post": "yes"},
    "_retablir": {"version": "1"},
    "_ensemble": {},
    "_cloture": {"clos": "oui", "motif": "Publié"},
    "_password_change": {},
    "nouveau": {},
    "verifier": {},
    "colonnes": {},
    "regler": {},
    "appliquer": {},
    "annuler": {},
    "terminer_session": {},
    "_geste": {"geste": "desactiver"},
}
UN_MOT_DE_PASSE = "pbkdf2_sha256$1$sel$empreinte"  # nobody signs in with it
PDF = b"%PDF-1.4 essai"

Ligne = tuple[str, str, str]
"""Method, address, whose."""


@dataclass(frozen=True)
class Adresse:
    """``action`` is what a list of the administration does to a selection."""

    route: str
    nom: str
    action: str = ""

    def __str__(self) -> str:
        lisible = re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"<\1\2>", self.route)
        suite = f" ({self.action})" if self.action else ""
        return "/" + re.sub(r"[\^$\\]", "", lisible) + suite

    @property
    def modele(self) -> str:
        """The model of an administration's page; empty elsewhere."""
        trouve = re.match(r"admin/([a-z]+)/([a-z]+)/", self.route)
        return f"{trouve[1]}.{trouve[2]}" if trouve else ""

    @property
    def envoi(self) -> dict[str, Any] | None:
        if self.action:
            return {"action": self.action, "index": "0"}
        return next((e for fin, e in ENVOIS.items() if self.nom.endswith(fin)), None)

    @property
    def methodes(self) -> tuple[str, ...]:
        """What writes is asked to write; a page of the administration may be read only."""
        if self.envoi is None:
            return ("GET",)
        return ("GET", "POST") if self.nom.endswith("_change") else ("POST",)


@dataclass
class Monde:
    """The values that addresses take: those of all, then those of one's own and of another's."""

    communs: dict[str, Any] = field(default_factory=dict)
    ici: dict[str, Any] = field(default_factory=dict)
    ailleurs: dict[str, Any] = field(default_factory=dict)

    def adresse(self, ou: Adresse, lieu: str, compte: Utilisateur | None) -> str:
        objets = self.communs | self.ailleurs | (self.ici if lieu == ICI else {})
        if lieu == ICI and compte is not None:
            objets |= {
                "import": compte.importations.get().pk,
                "session": UserSession.objects.get(user=compte).pk,
                "travaux": compte.travaux.get().pk,
            }
        cle = objets.get(ou.modele) or objets.get(ou.route.split("/")[0])
        if ou.route.startswith("actions/pieces"):
            cle = objets["piece"]
        elif "sessions/" in ou.route:
            cle = objets["session"]
        valeurs = dict.fromkeys(("object_id", "id", "cle", "pk"), cle)
        chemin = re.sub(r"<(\w+)>", lambda nom: str((objets | valeurs)[nom[1]]), str(ou))
        if ou.nom.endswith("_retablir"):
            return f"{chemin}?moment=2100-01-01T00:00:00%2B00:00"
        return chemin.partition(" ")[0]

    def envoi(self, ou: Adresse) -> dict[str, Any]:
        if not ou.action:
            return ou.envoi or {}
        lieux = (self.communs | self.ici, self.communs | self.ailleurs)
        return (ou.envoi or {}) | {"_selected_action": [lieu[ou.modele] for lieu in lieux]}


def adresses(motifs: list[Any] | None = None, route: str = "") -> Iterator[Adresse]:
    """Every address of the site, through all the includes."""
    for motif in get_resolver().url_patterns if motifs is None else motifs:
        ici = route + str(motif.pattern)
        if isinstance(motif, URLResolver):
            yield from adresses(motif.url_patterns, ici)
        elif isinstance(motif, URLPattern):
            yield Adresse(ici, motif.name or "")
            if (
                ici.startswith("admin/")
                and ici.endswith("/")
                and "_changelist" in (motif.name or "")
            ):
                yield from (Adresse(ici, motif.name or "", nom) for nom in actions_de(ici))


def actions_de(liste: str) -> Iterator[str]:
    """What a list does to a selection, once it has asked or by handing over a file."""
    for modele, page in admin.site._registry.items():
        if liste == f"admin/{modele._meta.app_label}/{modele._meta.model_name}/":
            for nom in ("delete_selected", *(page.actions or ())):
                yield str(nom)


PROPRES = {
    "territoires.commune",
    "territoires.quartier",
    "territoires.organisme",
    "actions.action",
    "suivi.suppression",
}
PAGES_PROPRES = re.compile(
    r"(communes|porteurs|quartiers|actions|actions/pieces|import|travaux)/<|.*/ses"
)


def lieux(ou: Adresse, methode: str) -> tuple[str, ...]:
    """Whose object an address may lead to; without any, a limit matters to what one writes."""
    if "<" in ou.route and (ou.modele in PROPRES or PAGES_PROPRES.match(ou.route)):
        return (PARTOUT, ICI, AILLEURS)
    return (PARTOUT,) if methode == "GET" else (PARTOUT, LIMITE)


@pytest.fixture
def monde(db: None, settings: Settings, tmp_path: Path) -> Monde:
    """A small contract, one object of every kind, in Alès and in Bagard where it has a commune."""
    settings.MEDIA_ROOT = tmp_path
    exercice = Exercice.objects.create(annee=2004)
    theme = Theme.objects.create(
        numero=1, nom="Culture", libelle_tableau="Culture", libelle_legende="Culture"
    )
    financeur = Financeur.objects.create(code="CG", nom="CG")
    axe = AxeTransversal.objects.create(numero=1, titre="Lecture")
    chiffre = ChiffrePublie.objects.create(
        exercice=exercice,
        tableau="territorial",
        colonne="actions",
        libelle="TOTAL",
        valeur=Decimal(1),
        imprime="1",
    )
    quelqu_un = Utilisateur.objects.create_user("quelqu'un")
    monde = Monde(
        communs={
            "actions.exercice": exercice.pk,
            "actions.theme": theme.pk,
            "axes.axetransversal": axe.pk,
            "bilan.chiffrepublie": chiffre.pk,
            "financement.financeur": financeur.pk,
            "comptes.utilisateur": quelqu_un.pk,
            "comptes.evenement": Evenement.objects.create(genre=Evenement.Genre.REFUS).pk,
            "auth.group": Group.objects.get(name="Saisie").pk,
            "themes": 1,
            "financeurs": "CG",
            "axes": 1,
            "comptes": 1,
            "annee": 2004,
            "code": "territorial",
            "ancre": "territorial",
            "provider_id": "inconnu",
            "uidb64": "MQ",
            "token": "a-b",
            "app_label": "actions",
            "content_type_id": 1,
            "url": "inconnue",
            "admin": 1,
        }
    )
    for numero, (nom, lieu) in enumerate((("Alès", monde.ici), ("Bagard", monde.ailleurs)), 1):
        commune = Commune.objects.create(
            numero=numero,
            nom=nom,
            libelle_tableau=nom,
            libelle_legende=nom,
            code_insee=f"3000{numero}",
        )
        organisme = Organisme.objects.create(nom=f"Foyer de {nom}", commune=commune)
        quartier = Quartier.objects.create(commune=commune, nom="Centre")
        action = Action.objects.create(
            exercice=exercice,
            theme=theme,
            intitule=f"Fête à {nom}",
            commune=commune,
            quartier=quartier,
            porteur=organisme,
        )
        Subvention.objects.create(action=action, financeur=financeur)
        piece = Piece(action=action)
        piece.recevoir(SimpleUploadedFile("bilan.pdf", PDF), quelqu_un)
        piece.save()
        jetee = Action.objects.create(
            exercice=exercice, theme=theme, intitule=f"Bal à {nom}", commune=commune
        )
        geste = jeter(Action, [jetee.pk], {Subvention: "action"}, quelqu_un)
        lieu |= {
            "suivi.suppression": Suppression.objects.get(modele="actions.action", cle=jetee.pk).pk,
            "geste": geste,
            "territoires.commune": commune.pk,
            "territoires.quartier": quartier.pk,
            "territoires.organisme": organisme.pk,
            "actions.action": action.pk,
            "communes": commune.code_insee,
            "quartiers": quartier.pk,
            "porteurs": organisme.pk,
            "actions": action.pk,
            "piece": piece.pk,
        }
    monde.ailleurs["import"] = importer(quelqu_un, exercice).pk
    monde.ailleurs["session"] = ouvrir_une_session(quelqu_un).pk
    monde.ailleurs["travaux"] = demander(quelqu_un).pk
    return monde


def importer(compte: Utilisateur, exercice: Exercice) -> Importation:
    return Importation.objects.create(
        exercice=exercice,
        fichier=ContentFile(b"Intitul\xc3\xa9;Porteur\nCirque;Foyer\n", name="a.csv"),
        nom="a.csv",
        utilisateur=compte,
    )


def demander(compte: Utilisateur) -> Travail:
    return Travail.objects.create(
        utilisateur=compte, titre="Bilan", methode="GET", adresse="/", permission=CONNECTE
    )


def ouvrir_une_session(compte: Utilisateur) -> UserSession:
    return UserSession.objects.create(
        user=compte, ip="192.0.2.1", session_key=f"autre{compte.pk}", user_agent="x"
    )


class Personne:
    """An account signed in, or a visitor; no request of hers has any consequence."""

    def __init__(self, role: str, *communes: str) -> None:
        self.fabrique = RequestFactory()
        self.compte: Utilisateur | None = None
        if role == ANONYME:
            return
        self.compte = Utilisateur.objects.create_user(
            f"{role} {' '.join(communes)}", is_staff=role != SANS_ROLE
        )
        self.compte.password = UN_MOT_DE_PASSE
        self.compte.save()
        self.compte.groups.set(Group.objects.filter(name=role))
        self.compte.communes.set(Commune.objects.filter(nom__in=communes))
        importer(self.compte, Exercice.objects.get())
        ouvrir_une_session(self.compte)
        demander(self.compte)
        client = Client()
        client.force_login(self.compte)
        self.fabrique.cookies = client.cookies

    def obtient(self, site: BaseHandler, methode: str, adresse: str, envoi: dict[str, Any]) -> str:
        """The status of the answer, or in a word where it sends."""
        demande = self.fabrique.get(adresse) if methode == "GET" else None
        demande = demande or self.fabrique.post(adresse, envoi)
        demande._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # as the client does
        with transaction.atomic():
            reponse: Any = site.get_response(demande)
            reponse.close()
            transaction.set_rollback(True)
        vers = reponse.get("Location", "").partition("?")[0]
        if vers in (reverse("account_login"), reverse("admin:login")):
            return "connexion"
        # What is done to a selection asks first; else it is the list again, or the way back to it.
        if "action" in envoi and (
            reponse.status_code == 302 or "cl" in getattr(reponse, "context_data", {})
        ):
            return "sans effet"
        # The administration sends to its first page whoever asks for an object that isn't there.
        return "accueil" if vers == reverse("admin:index") else str(reponse.status_code)


@pytest.fixture
def site(caplog: pytest.LogCaptureFixture) -> Iterator[BaseHandler]:
    """The site without its server: the test client's own work would take as long as the pages."""
    caplog.set_level(logging.CRITICAL, "django.request")  # refusals by the thousand
    site = BaseHandler()
    site.load_middleware()
    request_finished.disconnect(close_old_connections)
    yield site
    request_finished.connect(close_old_connections)


def test_chaque_adresse_repond_a_chaque_role_comme_le_dit_le_tableau(
    monde: Monde, site: BaseHandler
) -> None:
    entiers = [Personne(role) for role in COLONNES]
    limites = [Personne(role, "Alès") for role in COLONNES]
    observees: dict[Ligne, list[str]] = {}

    for ou in adresses():
        for methode in ou.methodes:
            par_lieu: dict[str, list[str]] = {}
            for lieu in lieux(ou, methode):
                gens = entiers if lieu == PARTOUT else limites
                sans_limite = par_lieu.get(PARTOUT, COLONNES)
                par_lieu[lieu] = [
                    # A limit gives nothing: without an object, what is refused to all stays so.
                    obtenu
                    if lieu == LIMITE and obtenu in ("connexion", "403")
                    else qui.obtient(
                        site, methode, monde.adresse(ou, lieu, qui.compte), monde.envoi(ou)
                    )
                    for qui, obtenu in zip(gens, sans_limite, strict=True)
                ]
            if len(par_lieu) > 1 and len({tuple(reponses) for reponses in par_lieu.values()}) == 1:
                par_lieu = {TOUS: par_lieu[PARTOUT]}
            for lieu, reponses in par_lieu.items():
                observees[methode, str(ou), lieu] = reponses

    comparer(observees)


def comparer(observees: dict[Ligne, list[str]]) -> None:
    """With the written table, which is written anew when one asks for it."""
    ecrite = io.StringIO()
    redaction = csv.writer(ecrite, lineterminator="\n")
    redaction.writerow(("méthode", "adresse", "périmètre", *COLONNES))
    redaction.writerows((*ligne, *reponses) for ligne, reponses in observees.items())
    if os.environ.get("ECRIRE_ACCES"):
        FICHIER.write_text(ecrite.getvalue(), encoding="utf-8")
    assert ecrite.getvalue().splitlines() == FICHIER.read_text(encoding="utf-8").splitlines()
