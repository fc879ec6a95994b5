"""The life of an import: received, checked, applied, undone. Plain functions for a worker."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils import timezone

from actions.cloture import ExerciceClosError
from actions.models import Action, Exercice
from comptes.models import Utilisateur
from comptes.permissions import dans_les_communes
from financement.models import Subvention
from importation.correspondance import Correspondance, TableauCorrespondu
from importation.ecriture import Ecriture, verrouiller, versions
from importation.fiches import FicheAction, charger_fiches, comparer, depuis_json, totaux_en_json
from importation.lecture import Classeur, FichierRefuseError, lire
from importation.lignes import Probleme
from importation.models import Importation, LigneImportee
from importation.planification import ActionPlanifiee, Plan
from importation.referentiel import NouvelOrganisme, Referentiel, charger_referentiel
from importation.reglement import retrouver_choix
from importation.verification import Verification, verifier_classeur
from listes.chiffres import denombrer, nombre
from suivi.declencheurs import refus_traduits
from suivi.historique import dernieres_ecritures
from suivi.masse import LOT, EcritureSuivie, lots
from territoires.models import Organisme

MONTRES = 500  # problems and actions kept for the pages, of each kind; the annotated file has all


class ApplicationRefuseeError(Exception):
    """The import can't be applied as it stands; nothing has been written. The message says why."""


def recevoir(
    chemin_ou_fichier: Path | File[bytes],
    nom: str,
    empreinte: str,
    exercice: Exercice,
    utilisateur: Utilisateur | None,
    correspondance: Correspondance | None = None,
    expediteur: str = "",
) -> Importation:
    """Keep a file and who sent it; nothing is read yet."""
    importation = Importation(
        nom=nom[:255],
        empreinte=empreinte,
        exercice=exercice,
        utilisateur=utilisateur,
        expediteur=expediteur,
        correspondance=(correspondance or Correspondance()).en_json(),
    )
    if isinstance(chemin_ou_fichier, Path):
        octets = io.BytesIO(chemin_ou_fichier.read_bytes())
        importation.fichier.save(nom, File(octets), save=False)
    else:
        importation.fichier.save(nom, chemin_ou_fichier, save=False)
    importation.save()
    return importation


def verifier(importation_id: int, *, se_souvenir: bool = False) -> Importation:
    """Dry run: read the file, check everything, keep the report. Writes nothing else.

    ``se_souvenir``: take what was settled for the same headings (``retrouver_choix``).
    """
    importation = Importation.objects.select_related("exercice", "utilisateur").get(
        pk=importation_id
    )
    if not importation.en_attente:
        return importation
    try:
        classeur = lire_fichier(importation)
        if se_souvenir:
            retrouver_choix(importation, classeur)
        verification = verification_de(importation, classeur, importation.noter_progression)
    except FichierRefuseError as refus:
        importation.etat, importation.message = Importation.Etat.ECHOUEE, str(refus)
        importation.rapport, importation.plan = {}, ""
        importation.save()
        return importation
    importation.etat, importation.message = Importation.Etat.VERIFIEE, ""
    _noter(importation, verification)
    importation.save()
    return importation


def appliquer(importation_id: int, utilisateur: Utilisateur | None = None) -> Importation:
    """Write what was previewed, all of it or nothing, in one transaction.

    Raises ApplicationRefuseeError where it can't be, or is no longer what was previewed.
    """
    importation = Importation.objects.select_related("exercice", "utilisateur").get(
        pk=importation_id
    )
    classeur = lire_fichier(importation)
    verification = etat = None
    if connection.vendor == "sqlite":
        # A transaction keeps everybody else from writing: the longest part comes before it.
        etat = dernieres_ecritures()
        verification = _verifier_la_moitie(importation, classeur)
    try:
        with refus_traduits(), transaction.atomic():
            importation = Importation.objects.select_for_update().get(pk=importation_id)
            if importation.etat != Importation.Etat.VERIFIEE:
                raise ApplicationRefuseeError(
                    f"Cet import est déjà : {importation.get_etat_display().lower()}."
                )
            exercice = verrouiller(importation.exercice_id)
            if verification is None or dernieres_ecritures() != etat:
                verification = _verifier_la_moitie(importation, classeur)
            if verification.plan.empreinte != importation.plan or not verification.applicable:
                raise ApplicationRefuseeError(
                    "Les actions ont changé depuis l'aperçu : rien n'a été écrit. Vérifiez de "
                    "nouveau le fichier."
                )
            motif = f"Import n° {importation.pk}"
            ecriture = Ecriture(exercice, EcritureSuivie(utilisateur, timezone.now(), motif))
            _ecrire(importation, verification.plan, ecriture)
    except ExerciceClosError as refus:
        raise ApplicationRefuseeError(str(refus)) from None
    return importation


def _verifier_la_moitie(importation: Importation, classeur: Classeur) -> Verification:
    """The check as the first half of the work."""
    return verification_de(
        importation, classeur, lambda lu: importation.noter_progression(lu * 50 // 100)
    )


def lire_fichier(importation: Importation) -> Classeur:
    """The rows of the file that was kept."""
    try:
        return lire(Path(importation.fichier.path), importation.nom)
    except FileNotFoundError:
        raise FichierRefuseError("Le fichier n'est plus sur le serveur : envoyez-le.") from None


def verification_de(
    importation: Importation,
    classeur: Classeur,
    progresser: Callable[[int], None] = lambda pourcent: None,
) -> Verification:
    """The file checked against the data of now, with the columns that were settled for it."""
    return verifier_classeur(
        classeur,
        charger_referentiel(importation.exercice, importation.communes_permises),
        charger_fiches(importation.exercice),
        Correspondance(**importation.correspondance),
        progresser,
    )


def _noter(importation: Importation, verification: Verification) -> None:
    plan = verification.plan
    importation.plan = plan.empreinte
    importation.lignes = verification.lignes
    importation.creees, importation.modifiees = len(plan.creees), len(plan.modifiees)
    importation.inchangees = plan.inchangees
    importation.erreurs = len(verification.erreurs)
    importation.avertissements = len(verification.avertissements)
    importation.rapport = rapport_de(verification)


def rapport_de(verification: Verification) -> dict[str, Any]:
    """What the preview shows: the first of each kind, the totals, what would be created."""
    plan = verification.plan
    lieux = {source.tableau.feuille: source for source in verification.tableaux}
    return {
        "erreurs": [p.en_json() | _lieu(p, lieux) for p in verification.erreurs[:MONTRES]],
        "avertissements": [
            p.en_json() | _lieu(p, lieux) for p in verification.avertissements[:MONTRES]
        ],
        "creees": [_creee(action) for action in plan.creees[:MONTRES]],
        "modifiees": [_modifiee(action) for action in plan.modifiees[:MONTRES]],
        "organismes": list(_organismes(plan, lieux))[:MONTRES],
        "organismes_nombre": len(plan.organismes),
        "decomptes": [decompte.en_json() for decompte in verification.decomptes],
        "financeurs_inconnus": [
            {"nom": litige.financeur, "feuille": feuille, "colonne": litige.entete}
            for feuille, source in lieux.items()
            for litige in source.litiges
            if litige.financeur
        ],
        "a_cumuler": verification.a_cumuler,
        "totaux": totaux_en_json(plan.avant, plan.apres),
    }


def _lieu(probleme: Probleme, lieux: Mapping[str, TableauCorrespondu]) -> dict[str, Any]:
    """What the page needs to mend a cell: whether it is one, and the field of its column."""
    source = lieux.get(probleme.feuille)
    if source is None or probleme.ligne <= source.tableau.lignes_entetes[-1]:
        return {"dans_la_table": False, "cellule": False, "rubrique": ""}
    colonne = next((c for c in source.colonnes if c.entete == probleme.colonne), None)
    rubrique = colonne.cible if colonne and isinstance(colonne.cible, str) else ""
    return {"dans_la_table": True, "cellule": colonne is not None, "rubrique": rubrique}


def _organismes(plan: Plan, lieux: Mapping[str, TableauCorrespondu]) -> Iterator[dict[str, str]]:
    """Those that would be created, each with the sheet and the column that name it."""
    feuilles: dict[int, str] = {}
    for action in (*plan.creees, *plan.modifiees):
        feuilles.setdefault(id(action.apres.porteur), action.feuille)
    for organisme in plan.organismes:
        feuille = feuilles[id(organisme)]
        colonne = lieux[feuille].par_rubrique.get("porteur")
        yield {
            "nom": organisme.nom,
            "siret": organisme.siret or "",
            "feuille": feuille,
            "colonne": colonne.entete if colonne else "",
        }


def _creee(action: ActionPlanifiee) -> dict[str, Any]:
    return {
        "feuille": action.feuille,
        "ligne": action.lignes[0],
        "intitule": action.apres.intitule,
    }


def _modifiee(action: ActionPlanifiee) -> dict[str, Any]:
    return _creee(action) | {
        "changements": [[c.rubrique, c.avant, c.apres] for c in action.changements],
    }


def _ecrire(importation: Importation, plan: Plan, ecriture: Ecriture) -> None:
    organismes = ecriture.creer_organismes(plan.organismes)
    for action in (*plan.creees, *plan.modifiees):
        porteur = action.apres.porteur
        if isinstance(porteur, NouvelOrganisme):
            action.apres.porteur = organismes[id(porteur)]
    importation.noter_progression(55)
    changements = [(a.pk, a.avant, a.apres) for a in plan.modifiees if a.pk and a.avant]
    pks = ecriture.creer_actions([action.apres for action in plan.creees])
    for pk, action in zip(pks, plan.creees, strict=True):
        action.pk = pk
    ecriture.modifier_actions(changements)
    importation.noter_progression(85)
    _garder_de_quoi_annuler(importation, [*plan.creees, *plan.modifiees])
    importation.etat = Importation.Etat.APPLIQUEE
    importation.appliquee_le = ecriture.suivie.moment
    importation.organismes_crees = list(organismes.values())
    importation.save()


def _garder_de_quoi_annuler(importation: Importation, actions: list[ActionPlanifiee]) -> None:
    ecrites = versions([action.pk for action in actions if action.pk])
    LigneImportee.objects.bulk_create(
        [
            LigneImportee(
                importation=importation,
                action_id=action.pk,
                feuille=action.feuille[:255],
                ligne=action.lignes[0],
                avant=action.avant.en_json() if action.avant else None,
                apres=action.apres.en_json(),
                version=ecrites[action.pk or 0],
            )
            for action in actions
        ],
        batch_size=LOT,
    )


# --- Undone, while nothing of what it wrote has changed since -------------------------------------


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
