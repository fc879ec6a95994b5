"""The corbeille: what is deleted goes there whole, and comes back as it was, or for good goes.

A deletion copies each row that goes with an object, in the very transaction that deletes them:
its lines, its links, its documents. Nothing is left among the living rows, so no figure has to
leave anything out. The files of documents stay where they are until their time is over.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, router, transaction
from django.db.models import SET_NULL, FileField, JSONField, Model
from django.utils import timezone

from comptes.models import Utilisateur
from listes.chiffres import denombrer
from suivi import historique
from suivi.declencheurs import RefusError, refus_traduits
from suivi.masse import LOT, EcritureSuivie, lots
from suivi.models import FichierGarde, Suppression
from suivi.usages import usagers
from suivi.versions import Versionne

MOTIF: Final = "Rétablissement depuis la corbeille"
EFFACE: Final = "Effacé de la corbeille"

Cle = tuple[type[Model], Any]


class EncoreUtiliseError(RefusError):
    """Something that is in use, or gone already, was to be deleted; nothing was."""


# --- Deleting ---------------------------------------------------------------------------------


def jeter(
    modele: type[Versionne],
    cles: Iterable[int],
    lignes: historique.Lignes,
    par: Utilisateur | None,
    argent: Mapping[int | None, str] | None = None,
    motif: str = "",
    remplace_par: int | None = None,
) -> UUID | None:
    """Delete objects of one model, each kept whole in the corbeille; gives what they share there,
    or None where nothing is kept (``CORBEILLE_JOURS`` is 0).

    ``argent`` says in words the amounts that go with each, ``motif`` why they go. Call it in a
    transaction: nobody may write between what is read and what is deleted. Raises
    EncoreUtiliseError.
    """
    objets = list(
        modele._base_manager.select_for_update(of=("self",))
        .filter(pk__in=list(cles))
        .order_by("pk")
    )
    if not objets:
        raise EncoreUtiliseError("Cet objet vient d'être supprimé par quelqu'un d'autre.")
    vus, caches = usagers(modele, objets, frozenset())
    if vus or caches:
        raise EncoreUtiliseError("Rien n'a été supprimé : cet objet vient d'être utilisé.")
    for objet in objets:
        historique.poser_le_depart(objet, lignes)
    collecteur = NestedObjects(using=router.db_for_write(modele), origin=objets)
    collecteur.collect(objets)
    if motif:
        for objet in objets:
            objet._change_reason = motif  # type: ignore[attr-defined]  # read by the history
    geste = _garder(objets, collecteur, par, argent or {}, remplace_par)
    collecteur.delete()
    return geste


def _garder(
    objets: list[Versionne],
    collecteur: NestedObjects,
    par: Utilisateur | None,
    argent: Mapping[int | None, str],
    remplace_par: int | None,
) -> UUID | None:
    if not settings.CORBEILLE_JOURS:
        return None
    geste, le = uuid4(), historique.moment_du_changement()
    rangees, liens = _par_objet(objets, collecteur), _liens_par_objet(objets, collecteur)
    suppressions = [
        Suppression(
            geste=geste,
            le=le,
            par=par,
            modele=objet._meta.label_lower,
            cle=objet.pk,
            nom=str(objet),
            commune=getattr(objet, objet.par_commune) if objet.par_commune else None,
            avec=" ; ".join(filter(None, (_dire(rangees[objet.pk]), argent.get(objet.pk, "")))),
            remplace_par=remplace_par,
            contenu={
                "rangees": [[r._meta.label_lower, _valeurs(r)] for r in rangees[objet.pk]],
                "liens": liens.get(objet.pk, []),
            },
        )
        for objet in objets
    ]
    Suppression.objects.bulk_create(suppressions, batch_size=LOT)
    FichierGarde.objects.bulk_create(
        [
            FichierGarde(
                suppression=suppression,
                modele=rangee._meta.label_lower,
                cle=rangee.pk,
                fichier=nom,
            )
            for suppression in suppressions
            for rangee in rangees[suppression.cle]
            for nom in _fichiers(rangee)
        ],
        batch_size=LOT,
    )
    return geste


def _par_objet(objets: list[Versionne], collecteur: NestedObjects) -> dict[int, list[Model]]:
    """The rows that go with each object, itself first, then what points to a row before it."""
    rangees: dict[int, list[Model]] = {objet.pk: [objet] for objet in objets}
    racines: dict[Cle, int] = {(type(objet), objet.pk): objet.pk for objet in objets}
    restantes = [
        rangee
        for modele, instances in collecteur.data.items()
        for rangee in sorted(instances, key=lambda rangee: rangee.pk)
        if (modele, rangee.pk) not in racines
    ]
    while restantes:
        suivantes = []
        for rangee in restantes:
            racine = next((racines[cle] for _, cle in _renvois(rangee) if cle in racines), None)
            if racine is None:
                suivantes.append(rangee)
                continue
            racines[type(rangee), rangee.pk] = racine
            rangees[racine].append(rangee)
        if len(suivantes) == len(restantes):
            raise EncoreUtiliseError("Rien n'a été supprimé : une ligne n'est à aucun objet.")
        restantes = suivantes
    return rangees


def _liens_par_objet(
    objets: list[Versionne], collecteur: NestedObjects
) -> dict[int, list[tuple[str, str, list[Any]]]]:
    """What only forgets these objects: (model, field, keys), by object."""
    liens: dict[int, list[tuple[str, str, list[Any]]]] = {}
    for (champ, _), lies_par_lot in collecteur.field_updates.items():
        lies: dict[int, list[Any]] = {}
        lot: Any  # a queryset: what is set to NULL isn't read beforehand
        for lot in lies_par_lot:
            for cle, lie in lot.values_list("pk", champ.attname):
                lies.setdefault(lie, []).append(cle)
        for objet in objets:
            if objet.pk in lies and champ.related_model is type(objet):
                trouves = (champ.model._meta.label_lower, champ.attname, sorted(lies[objet.pk]))
                liens.setdefault(objet.pk, []).append(trouves)
    return liens


def _renvois(rangee: Model) -> Iterator[tuple[Any, Cle]]:
    """The foreign keys of a row that point to something, each with what it points to."""
    for champ in rangee._meta.concrete_fields:
        if champ.is_relation and (cle := getattr(rangee, champ.attname)) is not None:
            yield champ, (champ.related_model, cle)  # type: ignore[misc]  # never a generic one


def _dire(rangees: list[Model]) -> str:
    """« 3 subventions, 1 pièce »: what goes with an object, its mere links left out."""
    nombres: dict[type[Model], int] = {}
    for rangee in rangees[1:]:
        if not rangee._meta.auto_created:
            nombres[type(rangee)] = nombres.get(type(rangee), 0) + 1
    return ", ".join(
        denombrer(nombre, str(modele._meta.verbose_name), str(modele._meta.verbose_name_plural))
        for modele, nombre in nombres.items()
    )


def _fichiers(rangee: Model) -> Iterator[str]:
    for champ in rangee._meta.concrete_fields:
        if isinstance(champ, FileField) and (nom := str(champ.value_from_object(rangee) or "")):
            yield nom


def _valeurs(rangee: Model) -> dict[str, Any]:
    """A row's columns as JSON holds them, to the cent and to the microsecond."""
    return {champ.attname: _en_json(champ, rangee) for champ in rangee._meta.concrete_fields}


def _en_json(champ: Any, rangee: Model) -> Any:
    valeur = champ.value_from_object(rangee)
    if valeur is None or isinstance(valeur, bool | int | str) or isinstance(champ, JSONField):
        return valeur
    return champ.value_to_string(rangee)


def est_garde(nom: str) -> bool:
    """Whether the corbeille still needs this file."""
    return FichierGarde.objects.filter(fichier=nom).exists()


# --- Restoring --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Motif:
    """Why an object can't come back; ``dabord`` is what to restore before it, if one can."""

    phrase: str
    dabord: Suppression | None = None


class RetablissementRefuseError(Exception):
    """An object of the corbeille can't come back as things are; nothing has been written."""

    def __init__(self, *motifs: Motif) -> None:
        super().__init__(" ".join(motif.phrase for motif in motifs))
        self.motifs = motifs


@dataclass(frozen=True)
class Retabli:
    """The object that came back, and what could not come with it."""

    objet: Versionne
    reserves: tuple[str, ...] = ()


def retablir(suppression: Suppression, par: Utilisateur | None) -> Retabli:
    """Put an object of the corbeille back, with all that went with it, in one transaction.

    Raises RetablissementRefuseError.
    """
    try:
        with refus_traduits(), transaction.atomic():
            return _retablir(suppression, par)
    except RefusError as refus:
        raise RetablissementRefuseError(Motif(str(refus))) from refus
    except IntegrityError as erreur:
        raise RetablissementRefuseError(
            Motif("Ce à quoi cet objet renvoie vient de changer : relisez la page, puis réessayez.")
        ) from erreur


def _retablir(suppression: Suppression, par: Utilisateur | None) -> Retabli:
    # Whoever locks the row has it: a second one waits here, then finds nothing.
    prise = Suppression.objects.select_for_update().filter(pk=suppression.pk).first()
    if prise is None:
        raise RetablissementRefuseError(Motif("Cet objet n'est plus dans la corbeille."))
    prise.delete()
    rangees = [_rangee(nom, valeurs) for nom, valeurs in prise.contenu["rangees"]]
    reserves = list(_raccorder(rangees))
    objet: Any = rangees[0]
    _verifier(objet)
    # Whoever still holds a form of the deleted object is told that it has changed.
    objet.version += 1
    for rangee in rangees:
        rangee.save_base(raw=True, force_insert=True)  # as it was: no date of today
    reserves += _renouer(objet, prise.contenu["liens"])
    _raconter(rangees, par)
    return Retabli(objet, tuple(reserves))


def _rangee(nom: str, valeurs: dict[str, Any]) -> Model:
    try:
        modele: type[Model] = apps.get_model(nom)
    except LookupError as erreur:
        raise RetablissementRefuseError(
            Motif("Une mise à jour du site a changé ce qu'il faudrait rétablir.")
        ) from erreur
    # A column that an update took away since is left out; one that it added takes its default.
    connus = {champ.attname: champ for champ in modele._meta.concrete_fields}
    return modele(
        **{
            colonne: connus[colonne].to_python(valeur)
            for colonne, valeur in valeurs.items()
            if colonne in connus
        }
    )


def _raccorder(rangees: list[Model]) -> Iterator[str]:
    """See that all that rows point to is there; give what had to be changed for that, in words.

    Raises RetablissementRefuseError naming what must come back first.
    """
    motifs = []
    for rangee, champ, (cible, cle) in list(_manquants(rangees)):
        parti = Suppression.objects.filter(modele=cible._meta.label_lower, cle=cle).first()
        nom = cible._meta.verbose_name if rangee._meta.auto_created else champ.verbose_name
        remplacant = _remplacant(cible, parti)
        if remplacant is not None:
            setattr(rangee, champ.attname, remplacant.pk)
            yield f"{nom} : « {parti} » est devenu « {remplacant} »."
        elif champ.remote_field.on_delete is SET_NULL:
            setattr(rangee, champ.attname, None)
        elif parti is not None and parti.jours_restants:
            motifs.append(Motif(f"{nom} « {parti} », dans la corbeille aussi", parti))
        elif rangee._meta.auto_created:
            rangees.remove(rangee)
            yield f"{nom} n° {cle} : n'existe plus, le lien n'est pas rétabli."
        else:
            motifs.append(Motif(f"{nom} n° {cle}, qui n'existe plus"))
    if motifs:
        raise RetablissementRefuseError(*motifs)


def _manquants(rangees: list[Model]) -> Iterator[tuple[Model, Any, Cle]]:
    presents = {(type(rangee), rangee.pk) for rangee in rangees}
    demandes: dict[Any, set[Any]] = {}
    for rangee in rangees:
        for _, (cible, cle) in _renvois(rangee):
            if (cible, cle) not in presents:
                demandes.setdefault(cible, set()).add(cle)
    for cible, cles in demandes.items():
        trouves = cible._base_manager.filter(pk__in=cles).values_list("pk", flat=True)
        presents.update((cible, cle) for cle in trouves)
    for rangee in rangees:
        for champ, cle in _renvois(rangee):
            if cle not in presents:
                yield rangee, champ, cle


def _remplacant(cible: Any, parti: Suppression | None) -> Any:
    """What the object that went was merged into, from one to the next; None where it wasn't."""
    vus: set[int] = set()
    while parti is not None and parti.remplace_par is not None and parti.pk not in vus:
        vus.add(parti.pk)
        for remplacant in cible._base_manager.filter(pk=parti.remplace_par):
            return remplacant
        parti = Suppression.objects.filter(modele=parti.modele, cle=parti.remplace_par).first()
    return None


def _verifier(objet: Model) -> None:
    """The rules that other rows may have made impossible meanwhile, said in words. Those of its
    lines hold among themselves, as they did.
    """
    copie = copy(objet)  # cleaning may change what is to come back as it was
    try:
        copie.clean()
        copie.validate_unique()
        copie.validate_constraints()
    except ValidationError as erreur:
        raise RetablissementRefuseError(*map(Motif, erreur.messages)) from erreur


def _renouer(objet: Model, liens: Iterable[tuple[str, str, list[Any]]]) -> Iterator[str]:
    """Have what had only forgotten the object point to it again, where it points to nothing else
    and may be written.
    """
    for nom, colonne, cles in liens:
        modele: Any = apps.get_model(nom)
        libres = modele._base_manager.filter(pk__in=cles, **{f"{colonne}__isnull": True})
        try:
            with refus_traduits(), transaction.atomic():
                libres.update(**{colonne: objet.pk})
        except RefusError as refus:
            noms = ", ".join(f"« {lie} »" for lie in libres[:10])
            yield f"{noms} : le lien n'est pas rétabli. {refus}"


def _raconter(rangees: list[Model], par: Utilisateur | None) -> None:
    ecriture = EcritureSuivie(par, historique.moment_du_changement(), MOTIF)
    cles: dict[type[Model], list[Any]] = {}
    for rangee in rangees:
        cles.setdefault(type(rangee), []).append(rangee.pk)
    for modele, siennes in cles.items():
        if hasattr(modele, "historique"):
            ecriture.garder(modele, siennes, "+")
            for nom in historique.liens_suivis(modele):
                ecriture.garder_liens(modele, nom, siennes)


# --- Forgetting -------------------------------------------------------------------------------


def purger(maintenant: datetime) -> int:
    """Forget what has been there long enough, with its files; the history says so of each object.

    Returns how many objects went.
    """
    perimees = Suppression.objects.perimees(maintenant)
    with transaction.atomic():
        partis = list(perimees.values_list("pk", "modele", "cle"))
        noms = list(
            FichierGarde.objects.filter(suppression__in=perimees).values_list("fichier", flat=True)
        )
        _tracer(((modele, cle) for _, modele, cle in partis), maintenant)
        perimees.delete()
        for nom in noms:
            transaction.on_commit(partial(default_storage.delete, nom), robust=True)
    return len(partis)


def _tracer(partis: Iterable[tuple[str, int]], maintenant: datetime) -> None:
    dit = f"{EFFACE} le {timezone.localtime(maintenant):%d/%m/%Y}"
    cles: dict[str, list[int]] = {}
    for nom, cle in partis:
        cles.setdefault(nom, []).append(cle)
    suivis: dict[str, Any] = {modele._meta.label_lower: modele for modele in apps.get_models()}
    for nom in cles.keys() & suivis:
        suivi, siennes = suivis[nom].historique.model, cles[nom]
        for lot in lots(siennes):
            dernieres: dict[int, Any] = {
                gardee.id: gardee
                for gardee in suivi.objects.filter(id__in=lot, history_type="-").order_by(
                    "history_id"
                )
            }
            for gardee in dernieres.values():
                motif = gardee.history_change_reason
                gardee.history_change_reason = " ; ".join(filter(None, (motif, dit)))[-100:]
            suivi.objects.bulk_update(dernieres.values(), ["history_change_reason"])
