"""A small contract whose every text is hostile, and the two who look at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import CharField, TextField
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from actions.models import Action, Exercice, Theme
from actions.pieces import Piece
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

SCRIPT = "<script>alert('volé')</script>"
FORMULE = '=HYPERLINK("http://voleur.example","2")'
PDF = b"%PDF-1.4 essai"
SECRET = "Réservé à Bagard"


@dataclass(frozen=True)
class Monde:
    """Alès, where the agent works; Bagard, where she has no business."""

    ales: dict[str, int]
    bagard: dict[str, int]


@pytest.fixture
def fichiers(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def monde(db: None, fichiers: Path) -> Monde:
    exercice = Exercice.objects.create(annee=2004)
    theme = Theme.objects.create(
        numero=1, nom=f"Thème {SCRIPT}", libelle_tableau=SCRIPT, libelle_legende=SCRIPT
    )
    financeur = Financeur.objects.create(code="CG", nom=f"CG {SCRIPT}"[:100])
    textes = {
        champ.name: SCRIPT
        for champ in AxeTransversal._meta.concrete_fields
        if isinstance(champ, CharField | TextField) and champ.editable
    }
    axe = AxeTransversal.objects.create(**textes, numero=1)
    chef = Utilisateur.objects.create_superuser("chef", first_name=SCRIPT, last_name=SCRIPT)
    lieux = []
    for numero, (nom, texte) in enumerate((("Alès", SCRIPT), ("Bagard", SECRET)), 1):
        commune = Commune.objects.create(
            numero=numero,
            nom=f"{nom} {SCRIPT}",
            libelle_tableau=f"{nom} {SCRIPT}",
            libelle_legende=f"{nom} {SCRIPT}",
            code_insee=f"3000{numero}",
        )
        organisme = Organisme.objects.create(nom=f"Foyer {nom} {texte}", commune=commune)
        # A neighbourhood's name is on any map: the filters offer them all.
        quartier = Quartier.objects.create(commune=commune, nom=f"Centre {SCRIPT}")
        action = Action.objects.create(
            exercice=exercice,
            theme=theme,
            commune=commune,
            quartier=quartier,
            porteur=organisme,
            intitule=texte if nom == "Bagard" else FORMULE,
            description=texte,
            public=texte,
            reference=f"={nom}",
        )
        action.axes.add(axe)
        Subvention.objects.create(
            action=action, financeur=financeur, montant_accorde=Decimal("100.50")
        )
        piece = Piece(action=action)
        piece.recevoir(SimpleUploadedFile(f"{texte}.pdf", PDF), chef)
        piece.save()
        lieux.append(
            {
                "commune": commune.pk,
                "organisme": organisme.pk,
                "quartier": quartier.pk,
                "action": action.pk,
                "piece": piece.pk,
            }
        )
    return Monde(*lieux)


@pytest.fixture
def chef(monde: Monde) -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.get(username="chef"))
    return client


@pytest.fixture
def agent(monde: Monde) -> Client:
    """Limited to Alès, without any role."""
    compte = Utilisateur.objects.create_user("agent")
    compte.communes.set([monde.ales["commune"]])
    client = Client()
    client.force_login(compte)
    return client


def motifs(
    suite: list[Any] | None = None, route: str = "", administration: bool = False
) -> Iterator[tuple[str, Any]]:
    """Every (route, view) of the site, the administration's own apart."""
    for motif in get_resolver().url_patterns if suite is None else suite:
        ici = route + str(motif.pattern)
        if isinstance(motif, URLResolver):
            if motif.app_name != "admin" or administration:
                yield from motifs(motif.url_patterns, ici, administration)
        elif isinstance(motif, URLPattern):
            yield ici, motif.callback
