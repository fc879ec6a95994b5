"""Who changed what, and when: the kept versions of an object and its lines, told and given back.

Django writes the object, its links and its lines one after the other; all that one request writes
bears one moment, and is told as one change.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from suivi.conflit import en_clair
from suivi.versions import Versionne

NATURES = {"+": "création", "~": "modification", "-": "suppression"}
REVENU = "rétablissement"
DEPART = "État avant le premier changement suivi"


@dataclass(frozen=True)
class Ecart:
    """One field, before and after, as a reader sees them."""

    champ: str
    avant: str
    apres: str


@dataclass(frozen=True)
class Fait:
    """What happened to the object itself (``objet`` empty) or to one of its lines."""

    objet: str
    nature: str
    ecarts: tuple[Ecart, ...] = ()


@dataclass(frozen=True)
class Changement:
    """All that one person did at one moment; ``quand`` is also what one restores."""

    quand: datetime
    qui: str
    motif: str
    faits: tuple[Fait, ...]

    @property
    def supprime(self) -> bool:
        """Whether the object itself went."""
        return any(not fait.objet and fait.nature == NATURES["-"] for fait in self.faits)


@dataclass(frozen=True)
class Version:
    """One kept row, ``cle`` its own key: of which model and object, with its values by field."""

    cle: int
    modele: type[models.Model]
    pk: Any
    quand: datetime
    qui: tuple[int | None, str]
    motif: str
    nature: str
    valeurs: dict[str, Any]


def moment_du_changement() -> datetime:
    """The moment of all that the present request writes; now, where there is no request."""
    requete = getattr(HistoricalRecords.context, "request", None)
    if requete is None:
        return timezone.now()
    if not hasattr(requete, "moment_du_changement"):
        requete.moment_du_changement = timezone.now()
    moment: datetime = requete.moment_du_changement
    return moment


def dater(history_instance: Any, **kwargs: Any) -> None:
    """Give a version about to be kept the moment of its change."""
    history_instance.history_date = moment_du_changement()


def _gardees(modele: type[models.Model]) -> Any:
    """The manager of a model's kept versions."""
    return getattr(modele, modele._meta.simple_history_manager_attribute)  # type: ignore[attr-defined]


def liens_suivis(modele: type[models.Model]) -> list[str]:
    """The many-to-many fields that are kept along."""
    return [champ.name for champ in getattr(_gardees(modele).model, "_history_m2m_fields", ())]


def _liens_gardes(modele: type[models.Model], nom: str) -> Any:
    """The kept rows of a many-to-many."""
    return getattr(_gardees(modele).model, nom).model._default_manager


def _versions(modele: type[models.Model], **filtre: Any) -> list[Version]:
    lignes = _gardees(modele).filter(**filtre).select_related("history_user")
    lies = {nom: _lies(modele, nom, lignes) for nom in liens_suivis(modele)}
    cle = modele._meta.pk.attname
    return [
        Version(
            cle=ligne.pk,
            modele=modele,
            pk=getattr(ligne, cle),
            quand=ligne.history_date,
            qui=(ligne.history_user_id, str(ligne.history_user or "")),
            motif=ligne.history_change_reason or "",
            nature=ligne.history_type,
            valeurs={
                champ.name: getattr(ligne, champ.attname)
                for champ in ligne.tracked_fields
                if champ.attname != cle
            }
            | {nom: tuple(sorted(cles.get(ligne.pk, ()))) for nom, cles in lies.items()},
        )
        for ligne in lignes.order_by("history_date", "history_id")
    ]


def _lies(modele: type[models.Model], nom: str, lignes: Any) -> dict[Any, list[Any]]:
    """The keys that a many-to-many led to, by kept row."""
    champ: Any = modele._meta.get_field(nom)
    lus = _liens_gardes(modele, nom).filter(history__in=lignes.values("pk"))
    trouves: dict[Any, list[Any]] = {}
    for version, cle in lus.values_list("history_id", f"{champ.m2m_reverse_field_name()}_id"):
        trouves.setdefault(version, []).append(cle)
    return trouves


Lignes = dict[type[models.Model], str]
"""The models whose rows are an object's lines, each with the field that points to it."""


@dataclass(frozen=True)
class Limite:
    """What a limited account reads of a history: what was written while the object was in one of
    these communes, by that field.
    """

    champ: str
    communes: frozenset[int]

    def laisse_voir(self, valeurs: dict[str, Any] | None) -> bool:
        """Whether these values of the object put it in one of these communes."""
        return valeurs is not None and valeurs[self.champ] in self.communes


def dernieres_ecritures() -> list[int | None]:
    """The last kept version of each followed model: where they are the same as before, nothing has
    been written meanwhile. Only told so where one transaction writes at a time (SQLite).
    """
    suivis = (
        modele.historique.model for modele in apps.get_models() if hasattr(modele, "historique")
    )
    return [
        suivi._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        for suivi in suivis
    ]


def versions(objet: models.Model, lignes: Lignes, limite: Limite | None = None) -> list[Version]:
    """All that is kept of an object and its lines, oldest first."""
    toutes = _versions(type(objet), **{objet._meta.pk.attname: objet.pk})
    for modele, lien in lignes.items():
        toutes += _versions(modele, **{f"{lien}_id": objet.pk})
    toutes.sort(key=lambda version: version.quand)
    return toutes if limite is None else list(_permises(toutes, type(objet), limite))


def _permises(
    toutes: list[Version], principal: type[models.Model], limite: Limite
) -> Iterator[Version]:
    """The versions in which the object was in a commune that one may see."""
    valeurs = next((v.valeurs for v in toutes if v.modele is principal), None)
    for _, groupe in groupby(toutes, key=lambda version: version.quand):
        ensemble = list(groupe)
        valeurs = [valeurs, *(v.valeurs for v in ensemble if v.modele is principal)][-1]
        if limite.laisse_voir(valeurs):
            yield from ensemble


def changements(
    objet: models.Model, lignes: Lignes, limite: Limite | None = None
) -> list[Changement]:
    """The changes of an object and its lines, newest first; those that change nothing left out."""
    toutes = versions(objet, lignes, limite)
    noms = _Noms(toutes)
    derniere: dict[tuple[type[models.Model], Any], Version] = {}
    racontes = []
    for _, groupe in groupby(toutes, key=lambda version: (version.quand, version.qui)):
        ensemble = list(groupe)
        # One request may write a line twice: only its values after the last write count.
        avant = {(v.modele, v.pk): derniere.get((v.modele, v.pk)) for v in ensemble}
        premiere = {(v.modele, v.pk): v for v in reversed(ensemble)}
        derniere |= {(v.modele, v.pk): v for v in ensemble}
        faits = [
            fait
            for cle, ancienne in avant.items()
            if (fait := _fait(derniere[cle], ancienne, premiere[cle], noms, type(objet), lignes))
        ]
        if faits:
            racontes.append(
                Changement(
                    quand=ensemble[-1].quand,
                    qui=ensemble[-1].qui[1],
                    motif=next((v.motif for v in ensemble if v.motif), ""),
                    faits=tuple(faits),
                )
            )
    return racontes[::-1]


def avec_leur_avant(modele: type[models.Model], cles: Collection[int]) -> "Recit":
    """These kept rows of a model, each beside the one before it of the same object, told."""
    gardees = _gardees(modele)
    objet = modele._meta.pk.attname
    avant = gardees.filter(
        **{objet: models.OuterRef(objet), "history_id__lt": models.OuterRef("history_id")}
    ).order_by("-history_id")
    lues = gardees.filter(history_id__in=cles).annotate(
        precedente=models.Subquery(avant.values("history_id")[:1])
    )
    precedentes = dict(lues.values_list("history_id", "precedente"))
    toutes = {
        version.cle: version
        for version in _versions(
            modele, history_id__in={*precedentes, *filter(None, precedentes.values())}
        )
    }
    return Recit(
        {cle: (toutes[cle], toutes.get(avant or 0)) for cle, avant in precedentes.items()},
        _Noms(toutes.values()),
    )


@dataclass(frozen=True)
class Recit:
    """Kept rows by key, each with the one before it; None for the first of its object."""

    paires: "dict[int, tuple[Version, Version | None]]"
    noms: "_Noms"

    def ecarts(self, cle: int) -> tuple[Ecart, ...]:
        """What a row changed; of a creation, what it holds; of a deletion, nothing more."""
        version, avant = self.paires[cle]
        if version.nature == "-" or (avant is None and version.nature == "~"):
            return ()
        vide = avant is None or avant.nature == "-"
        valeurs = dict.fromkeys(version.valeurs) if vide or avant is None else avant.valeurs
        ecarts = self.noms.ecarts(version.modele, valeurs, version.valeurs)
        return tuple(e for e in ecarts if e.avant != e.apres) if vide else ecarts


def dernier_auteur(objet: models.Model, lignes: Lignes) -> str:
    """Who saved last, and when, in words; empty when nobody knows."""
    for change in changements(objet, lignes)[:1]:
        if change.qui:
            return f"{change.qui}, le {timezone.localtime(change.quand):%d/%m/%Y à %H:%M}"
    return ""


def _fait(
    apres: Version,
    avant: Version | None,
    premiere: Version,
    noms: "_Noms",
    principal: type[models.Model],
    lignes: Lignes,
) -> Fait | None:
    objet = "" if apres.modele is principal else noms.ligne(apres, lignes[apres.modele])
    if premiere.motif == DEPART:
        return Fait(objet, DEPART) if not objet else None
    if apres.nature == "-":
        return Fait(objet, NATURES["-"])
    if avant is None and premiere.nature == "+":
        ecarts = noms.ecarts(apres.modele, dict.fromkeys(apres.valeurs), apres.valeurs)
        utiles = (e for e in ecarts if e.champ in noms.utiles and e.avant != e.apres)
        return Fait(objet, NATURES["+"], tuple(utiles))
    if avant is None:
        return Fait(objet, NATURES["~"])
    if avant.nature == "-":
        return Fait(objet, REVENU)
    ecarts = noms.ecarts(apres.modele, avant.valeurs, apres.valeurs)
    return Fait(objet, NATURES["~"], ecarts) if ecarts else None


class _Noms:
    """What stored keys stand for: one query per model that versions point to."""

    def __init__(self, toutes: Iterable[Version]) -> None:
        cles: dict[type[models.Model], set[Any]] = {}
        self.utiles: set[str] = set()  # what is told of an object that has just been made
        for version in toutes:
            for nom, valeur in version.valeurs.items():
                champ = version.modele._meta.get_field(nom)
                if isinstance(champ, models.DecimalField | models.ManyToManyField):
                    self.utiles.add(str(champ.verbose_name))
                if cible := _cible(champ):
                    valeurs = valeur if isinstance(valeur, tuple) else (valeur,)
                    cles.setdefault(cible, set()).update(v for v in valeurs if v is not None)
        self._noms = {
            modele: {
                objet.pk: str(objet) for objet in modele._default_manager.filter(pk__in=valeurs)
            }
            for modele, valeurs in cles.items()
        }

    def ecarts(
        self, modele: type[models.Model], avant: dict[str, Any], apres: dict[str, Any]
    ) -> tuple[Ecart, ...]:
        return tuple(
            Ecart(
                str(modele._meta.get_field(nom).verbose_name),  # type: ignore[union-attr]
                self.en_clair(modele, nom, avant.get(nom)),
                self.en_clair(modele, nom, valeur),
            )
            for nom, valeur in apres.items()
            if avant.get(nom) != valeur
        )

    def en_clair(self, modele: type[models.Model], nom: str, valeur: Any) -> str:
        champ: Any = modele._meta.get_field(nom)
        if cible := _cible(champ):
            noms = self._noms.get(cible, {})
            if isinstance(valeur, tuple):
                return en_clair([noms.get(v, f"n° {v}") for v in valeur])
            return en_clair(None if valeur is None else noms.get(valeur, f"n° {valeur}"))
        if champ.choices:
            return str(dict(champ.flatchoices).get(valeur, en_clair(valeur)))
        if isinstance(valeur, datetime):
            valeur = timezone.localtime(valeur)
        return en_clair(valeur)

    def ligne(self, version: Version, lien: str) -> str:
        """A line by what names it: its links and choices, not its amounts."""
        parties = [
            self.en_clair(version.modele, nom, valeur)
            for nom, valeur in version.valeurs.items()
            if nom != lien and (_cible(version.modele._meta.get_field(nom)))
        ]
        return f"{version.modele._meta.verbose_name} {', '.join(parties)}".strip()


def _cible(champ: Any) -> type[models.Model] | None:
    return champ.related_model if champ.is_relation else None


def poser_le_depart(objet: models.Model, lignes: Lignes) -> None:
    """Keep the present state of an object that has no history yet, before it first changes."""
    suivies = _gardees(type(objet)).filter(**{objet._meta.pk.attname: objet.pk})
    if not suivies.exists():
        _garder([objet])
    for modele, lien in lignes.items():
        cles = _gardees(modele).filter(**{f"{lien}_id": objet.pk}).values(modele._meta.pk.attname)
        _garder(list(modele._default_manager.filter(**{lien: objet}).exclude(pk__in=cles)))


def _garder(objets: list[Any]) -> None:
    if not objets:
        return
    modele = type(objets[0])
    for objet in objets:
        objet._history_user = None
    gardees = _gardees(modele).bulk_history_create(
        objets,
        default_change_reason=DEPART,
        default_date=moment_du_changement() - timedelta(microseconds=1),
    )
    for objet in objets:
        del objet._history_user
    par_objet = {objet.pk: gardee for objet, gardee in zip(objets, gardees, strict=True)}
    for nom in liens_suivis(modele):
        champ: Any = modele._meta.get_field(nom)
        lignes_gardees = _liens_gardes(modele, nom)
        actuels = champ.remote_field.through._default_manager.filter(
            **{f"{champ.m2m_field_name()}__in": objets}
        )
        lignes_gardees.bulk_create(
            lignes_gardees.model(
                history=par_objet[getattr(lien, f"{champ.m2m_field_name()}_id")],
                **{
                    colonne.attname: getattr(lien, colonne.attname) for colonne in lien._meta.fields
                },
            )
            for lien in actuels
        )


def _etat_au(
    objet: models.Model, lignes: Lignes, moment: datetime
) -> tuple[dict[str, Any] | None, dict[type[models.Model], dict[Any, dict[str, Any]]]]:
    """The values of an object and of its lines (by key) at a moment; None before it was kept."""
    principal: dict[str, Any] | None = None
    etats: dict[type[models.Model], dict[Any, dict[str, Any]]] = {modele: {} for modele in lignes}
    for version in versions(objet, lignes):
        if version.quand > moment:
            break
        if version.modele is type(objet):
            principal = None if version.nature == "-" else version.valeurs
        elif version.nature == "-":
            etats[version.modele].pop(version.pk, None)
        else:
            etats[version.modele][version.pk] = version.valeurs
    return principal, etats


def retablir(
    objet: Versionne,
    lignes: Lignes,
    moment: datetime,
    version: int,
    limite: Limite | None = None,
) -> bool:
    """Write back, as a new change, the state at a moment; False when nothing is kept of it that
    one may see.

    Call it in a transaction. Raises VersionDepasseeError where the object isn't at this version
    any more, ValidationError where that state is no longer allowed.
    """
    principal, etats = _etat_au(objet, lignes, moment)
    if principal is None or (limite is not None and not limite.laisse_voir(principal)):
        return False
    objet.prendre(version)
    motif = f"Rétablit la version du {timezone.localtime(moment):%d/%m/%Y à %H:%M:%S}"
    lies = set(liens_suivis(type(objet)))
    _ecrire(objet, {nom: v for nom, v in principal.items() if nom not in lies}, motif)
    for nom in lies:
        getattr(objet, nom).set(principal[nom])
    for modele, voulues in etats.items():
        presentes = {
            ligne.pk: ligne for ligne in modele._default_manager.filter(**{lignes[modele]: objet})
        }
        for pk, ligne in presentes.items():
            if pk not in voulues:
                ligne._change_reason = motif  # type: ignore[attr-defined]
                ligne.delete()
        for pk, valeurs in voulues.items():
            _ecrire(presentes.get(pk) or modele(pk=pk), valeurs, motif)
    return True


def _ecrire(objet: Any, valeurs: dict[str, Any], motif: str) -> None:
    for nom, valeur in valeurs.items():
        setattr(objet, objet._meta.get_field(nom).attname, valeur)
    objet._change_reason = motif
    objet.full_clean()
    objet.save()
