"""Many made-up actions, to try the application at the size that it will have in twenty years.

Everything made here says so: neutral titles, provenance RECONSTITUTION. The same seed gives the
same rows. Rows go straight to the database in batches.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from actions.models import Action, Exercice, Theme
from amorce.chargement import base_vide, charger
from axes.models import AxeTransversal
from financement.models import Financeur, Subvention
from suivi.declencheurs import sans_declencheurs
from suivi.masse import recompter, verser
from territoires.models import Commune, Organisme, Quartier

LOT = 20_000
ACTIONS_PAR_PORTEUR = 60
PORTEURS_MAX = 4000
QUARTIERS_PAR_COMMUNE = 3
# Rough shares, plausible ones.
PART_TRANSTERRITORIALE = 0.04
PART_AVEC_AXE = 0.15
POIDS_DES_FINANCEURS = {
    "VILLE": 6,
    "ETAT": 5,
    "CG": 5,
    "FASILD": 2,
    "DRAC": 1,
    "DDJS": 1,
    "EPCI": 1,
}

Rangee = tuple[object, ...]


class GenerationImpossibleError(Exception):
    """The database holds entries that made-up ones must not join; the message says which."""


@dataclass(frozen=True)
class Reference:
    """What the made-up rows point to, with the weights by which they are drawn."""

    communes: list[int | None]
    poids_communes: list[float]
    quartiers: dict[int, list[int]]
    themes: list[int]
    theme_animation: int
    financeurs: list[int]
    poids_financeurs: list[float]
    porteurs: list[int]
    axes: list[int]


def generer(nombre: int, annees: Sequence[int], graine: int) -> int:
    """Add that many made-up actions, spread evenly over the years; all or nothing.

    Each year also gets its contract's own running, which isn't counted. Returns the number of
    funding lines. Raises GenerationImpossibleError on a database that holds typed or imported
    actions, or on a closed year or one that has actions.
    """
    _refuser_le_reel(annees)
    with transaction.atomic(), sans_declencheurs(connection):
        if base_vide():
            charger(settings.FIXTURES)
        reference = _reference(nombre)
        exercices = [Exercice.objects.get_or_create(annee=annee)[0] for annee in annees]
        tirage = random.Random(graine)  # noqa: S311  # dice, not secrets
        depart = Depart(action=_suivant(Action), subvention=_suivant(Subvention), tirage=tirage)
        subventions = 0
        for rang, exercice in enumerate(exercices):
            part = nombre // len(annees) + (rang < nombre % len(annees))
            subventions += _ecrire(depart, reference, exercice, part)
        _remettre_les_compteurs(Action, Subvention)
        recompter()
    return subventions


@dataclass
class Depart:
    """The next identifiers, and the dice."""

    action: int
    subvention: int
    tirage: random.Random


def _refuser_le_reel(annees: Sequence[int]) -> None:
    reelles = Action.objects.exclude(provenance=Action.Provenance.RECONSTITUTION)
    if reelles.exists():
        raise GenerationImpossibleError(
            "La base contient des actions saisies ou importées : générez dans une autre base "
            "(DATABASE_URL)."
        )
    closes = sorted(
        Exercice.objects.filter(annee__in=annees, clos=True).values_list("annee", flat=True)
    )
    if closes:
        raise GenerationImpossibleError(
            f"Ces exercices sont clos : {', '.join(map(str, closes))}. Choisissez-en d'autres."
        )
    occupees = Action.objects.filter(exercice__annee__in=annees)
    prises = sorted(set(occupees.values_list("exercice__annee", flat=True).order_by()))
    if prises:
        raise GenerationImpossibleError(
            f"Ces exercices ont déjà des actions : {', '.join(map(str, prises))}. "
            "Choisissez-en d'autres, ou une autre base (DATABASE_URL)."
        )


def _suivant(modele: type[models.Model]) -> int:
    plus_grand = modele._default_manager.aggregate(max=models.Max("pk"))["max"]
    return (plus_grand or 0) + 1


def _reference(nombre: int) -> Reference:
    communes = list(Commune.objects.order_by("numero"))
    habitants = [float(commune.population or 1000) for commune in communes]
    partout = sum(habitants) * PART_TRANSTERRITORIALE
    porteurs = Organisme.objects.bulk_create(
        Organisme(nom=f"Porteur généré n° {rang}", commune=communes[rang % len(communes)])
        for rang in range(1, min(PORTEURS_MAX, nombre // ACTIONS_PAR_PORTEUR + 20) + 1)
    )
    quartiers = Quartier.objects.bulk_create(
        Quartier(commune=commune, nom=f"Quartier généré n° {rang}")
        for commune in communes
        for rang in range(1, QUARTIERS_PAR_COMMUNE + 1)
    )
    par_commune: dict[int, list[int]] = {}
    for quartier in quartiers:
        par_commune.setdefault(quartier.commune_id, []).append(quartier.pk)
    financeurs = {f.code: f.pk for f in Financeur.objects.filter(code__in=POIDS_DES_FINANCEURS)}
    *themes, animation = Theme.objects.order_by("numero").values_list("pk", flat=True)
    return Reference(
        communes=[*(commune.pk for commune in communes), None],
        poids_communes=list(accumulate([*habitants, partout])),
        quartiers=par_commune,
        themes=themes,
        theme_animation=animation,
        financeurs=list(financeurs.values()),
        poids_financeurs=list(accumulate(POIDS_DES_FINANCEURS[code] for code in financeurs)),
        porteurs=[porteur.pk for porteur in porteurs],
        axes=list(AxeTransversal.objects.values_list("pk", flat=True)),
    )


def _ecrire(depart: Depart, reference: Reference, exercice: Exercice, nombre: int) -> int:
    """The rows of one year, by batches; returns the number of funding lines."""
    ecrites = 0
    # The last line is the contract's own running, beside the actions asked for.
    for debut in range(0, nombre + 1, LOT):
        rangs = range(debut, min(debut + LOT, nombre + 1))
        actions: list[Rangee] = []
        subventions: list[Rangee] = []
        axes: list[Rangee] = []
        for rang in rangs:
            action, statut = _action(depart, reference, exercice, rang, animation=rang == nombre)
            actions.append(action)
            subventions.extend(_subventions(depart, reference, statut))
            if reference.axes and depart.tirage.random() < PART_AVEC_AXE:
                axes.append((depart.action, depart.tirage.choice(reference.axes)))
            depart.action += 1
        _verser(Action, CHAMPS_ACTION, actions)
        _verser(Subvention, CHAMPS_SUBVENTION, subventions)
        _verser(Action.axes.through, ("action_id", "axetransversal_id"), axes)
        ecrites += len(subventions)
    return ecrites


CHAMPS_ACTION = (
    "id", "exercice_id", "reference", "intitule", "theme_id", "commune_id", "quartier_id",
    "porteur_id", "nature", "description", "public", "date_debut", "date_fin", "statut",
    "provenance", "modifiee_le",
)  # fmt: skip
STATUTS = ("ACCORDEE", "REALISEE", "DEPOSEE", "REFUSEE", "ABANDONNEE")
POIDS_DES_STATUTS = (40, 80, 90, 98, 100)


def _action(
    depart: Depart, reference: Reference, exercice: Exercice, rang: int, *, animation: bool
) -> tuple[Rangee, str]:
    tirage = depart.tirage
    annee = exercice.annee
    commune = None
    theme, nature, statut = reference.theme_animation, Action.Nature.ANIMATION, "REALISEE"
    intitule = f"Animation du contrat générée, {annee}"
    if not animation:
        theme, nature = tirage.choice(reference.themes), Action.Nature.ACTION
        (commune,) = tirage.choices(reference.communes, cum_weights=reference.poids_communes)
        (statut,) = tirage.choices(STATUTS, cum_weights=POIDS_DES_STATUTS)
        intitule = f"Action générée n° {rang + 1}, {annee}"
    quartiers = reference.quartiers.get(commune, []) if commune is not None else []
    quartier = tirage.choice(quartiers) if quartiers and tirage.random() < 0.4 else None
    debut = date(annee, tirage.randint(1, 12), tirage.randint(1, 28))
    return (
        depart.action,
        exercice.pk,
        f"G{annee}-{rang + 1:06}",
        intitule,
        theme,
        commune,
        quartier,
        tirage.choice(reference.porteurs),
        str(nature),
        "",
        "",
        debut,
        date(annee, 12, 31),
        statut,
        str(Action.Provenance.RECONSTITUTION),
        datetime(annee, 12, 31, tzinfo=UTC),
    ), statut


CHAMPS_SUBVENTION = (
    "id", "action_id", "financeur_id", "nature", "credit", "montant_demande", "montant_accorde",
    "montant_verse",
)  # fmt: skip


def _subventions(depart: Depart, reference: Reference, statut: str) -> Iterator[Rangee]:
    """One to four funders; what isn't decided yet is unknown, a refusal is 0."""
    tirage = depart.tirage
    tires = tirage.choices(
        reference.financeurs, cum_weights=reference.poids_financeurs, k=tirage.randint(1, 4)
    )
    for financeur in dict.fromkeys(tires):
        demande = Decimal(tirage.randint(4, 300) * 50)
        accorde = {"DEPOSEE": None, "REFUSEE": Decimal(0)}.get(
            statut, round(demande * tirage.randint(50, 100) / 100, 2)
        )
        investissement = tirage.random() < 0.08
        yield (
            depart.subvention,
            depart.action,
            financeur,
            "INVESTISSEMENT" if investissement else "FONCTIONNEMENT",
            "DROIT_COMMUN" if tirage.random() < 0.2 else "SPECIFIQUE",
            demande,
            accorde,
            accorde if statut == "REALISEE" else None,
        )
        depart.subvention += 1


def _verser(modele: type[models.Model], champs: Sequence[str], rangees: list[Rangee]) -> None:
    if connection.vendor == "sqlite":
        rangees = [tuple(map(_pour_sqlite, rangee)) for rangee in rangees]
    verser(modele, champs, rangees)


def _pour_sqlite(valeur: Any) -> Any:
    """SQLite keeps decimals, dates and times as text or numbers, as Django writes them."""
    if isinstance(valeur, Decimal):
        return f"{valeur:.2f}"
    if isinstance(valeur, datetime):
        return valeur.strftime("%Y-%m-%d %H:%M:%S")
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def _remettre_les_compteurs(*modeles: type[models.Model]) -> None:
    """Rows came with their identifiers: the database's own counters follow."""
    with connection.cursor() as curseur:
        for ordre in connection.ops.sequence_reset_sql(no_style(), list(modeles)):
            curseur.execute(ordre)
