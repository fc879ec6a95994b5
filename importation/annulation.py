"""Undo an applied import, while nothing of what it wrote has changed since."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from actions.cloture import ExerciceClosError
from actions.models import Action, Exercice
from comptes.models import Utilisateur
from comptes.permissions import dans_les_communes
from financement.models import Subvention
from importation.ecriture import Ecriture, verrouiller, versions
from importation.fiches import FicheAction, charger_fiches, comparer, depuis_json
from importation.models import Importation, LigneImportee
from importation.referentiel import Referentiel, charger_referentiel
from listes.chiffres import denombrer, nombre
from suivi.declencheurs import refus_traduits
from suivi.masse import LOT, EcritureSuivie, lots
from territoires.models import Organisme


class AnnulationRefuseeError(Exception):
    """The import can't be undone; nothing has been written. ``motifs`` say what has changed."""

    def __init__(self, message: str, motifs: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.motifs = list(motifs)


def annuler(importation_id: int, utilisateur: Utilisateur | None) -> Importation:
    """Delete what it created, restore what it changed, in one transaction.

    Raises AnnulationRefuseeError.
    """
    try:
        with refus_traduits(), transaction.atomic():
            importation = Importation.objects.select_for_update().get(pk=importation_id)
            if importation.etat != Importation.Etat.APPLIQUEE:
                raise AnnulationRefuseeError("Seul un import appliqué peut être annulé.")
            _defaire(importation, verrouiller(importation.exercice_id), utilisateur)
    except ExerciceClosError as refus:
        raise AnnulationRefuseeError(str(refus)) from None
    return importation


def _defaire(importation: Importation, exercice: Exercice, utilisateur: Utilisateur | None) -> None:
    lignes = list(importation.lignes_importees.all())
    creees = [ligne.action_id for ligne in lignes if ligne.avant is None and ligne.action_id]
    if utilisateur is not None and (hors := _hors_de(utilisateur.perimetre, lignes)):
        raise AnnulationRefuseeError(
            "Cet import ne peut être annulé que par un compte qui voit tout le territoire : il a "
            f"écrit des actions qui ne sont pas, ou plus, dans vos communes ({nombre(hors)})."
        )
    motifs = [*_changees(lignes, exercice), *_attachees(creees)]
    if motifs:
        raise AnnulationRefuseeError(
            "Cet import ne peut plus être annulé : ce qu'il a écrit a changé depuis.", motifs
        )
    moment = timezone.now()
    motif = f"Annulation de l'import n° {importation.pk}"
    ecriture = Ecriture(exercice, EcritureSuivie(utilisateur, moment, motif))
    ecriture.modifier_actions(
        [
            (ligne.action_id, depuis_json(ligne.apres), depuis_json(ligne.avant))
            for ligne in lignes
            if ligne.action_id is not None and ligne.avant is not None
        ]
    )
    importation.lignes_importees.filter(avant__isnull=True).update(action=None)
    ecriture.supprimer_actions(creees)
    sans_usage = _organismes_sans_usage(importation.organismes_crees)
    ecriture.suivie.supprimer(Organisme, sans_usage)
    importation.etat = Importation.Etat.ANNULEE
    importation.annulee_le, importation.annulee_par = moment, utilisateur
    importation.save()


def _hors_de(communes: frozenset[int], lignes: list[LigneImportee]) -> int:
    """How many of the lines would be written outside these communes, or are no longer in them."""
    if not communes:
        return 0
    ailleurs = {
        pk
        for lot in lots([ligne.action_id for ligne in lignes if ligne.action_id is not None])
        for pk in Action.objects.filter(pk__in=lot)
        .exclude(pk__in=dans_les_communes(Action.objects.order_by(), communes))
        .values_list("pk", flat=True)
    }
    return sum(
        ligne.action_id in ailleurs
        or (ligne.avant is not None and ligne.avant.get("commune") not in communes)
        for ligne in lignes
    )


def _changees(lignes: list[LigneImportee], exercice: Exercice) -> list[str]:
    """One sentence for each action that isn't what the import made of it."""
    presentes = versions([ligne.action_id for ligne in lignes if ligne.action_id is not None])
    suspectes = [ligne for ligne in lignes if presentes.get(ligne.action_id or 0) != ligne.version]
    if not suspectes:
        return []
    ref = charger_referentiel(exercice)
    pks = [ligne.action_id for ligne in suspectes if ligne.action_id in presentes]
    fiches = charger_fiches(exercice, [pk for pk in pks if pk is not None][:LOT])
    return [_phrase(ligne, fiches, ref) for ligne in suspectes[:LOT]]


def _phrase(ligne: LigneImportee, fiches: dict[int, FicheAction], ref: Referentiel) -> str:
    intitule = ligne.apres.get("intitule", "")
    fiche = fiches.get(ligne.action_id or 0)
    if fiche is None:
        return f"« {intitule} » ({ligne}) a été supprimée."
    changements = comparer(depuis_json(ligne.apres), fiche, ref)
    detail = " ; ".join(map(str, changements)) or "enregistrée de nouveau"
    return f"« {intitule} » ({ligne}) a été modifiée : {detail}."


def _attachees(pks: list[int]) -> list[str]:
    """What else has been tied to the actions that would be deleted: documents, renewals…"""
    motifs = []
    for relation in Action._meta.related_objects:
        modele = relation.related_model
        if modele in (Subvention, LigneImportee) or relation.many_to_many:
            continue
        if modele is Action or not modele.__name__.startswith("Historical"):
            combien = sum(
                modele._default_manager.filter(**{f"{relation.field.name}__in": lot}).count()
                for lot in lots(pks)
            )
            if combien:
                noms = modele._meta
                autres = denombrer(combien, str(noms.verbose_name), str(noms.verbose_name_plural))
                motifs.append(f"{autres} se rattachent aux actions créées par cet import.")
    return motifs


def _organismes_sans_usage(pks: list[int]) -> list[int]:
    """Those that the import created and that nothing names any more."""
    restants = {
        pk
        for lot in lots(pks)
        for pk in Organisme.objects.filter(pk__in=lot).values_list("pk", flat=True)
    }
    for relation in Organisme._meta.related_objects:
        modele = relation.related_model
        if modele.__name__.startswith("Historical"):
            continue
        champ = relation.field.name
        for lot in lots(pks):
            cites = modele._default_manager.filter(**{f"{champ}__in": lot})
            restants.difference_update(cites.values_list(champ, flat=True).distinct())
    return sorted(restants)
