"""What a row writes into an action's record: its fields, its money, and what is doubtful."""

from decimal import Decimal

from actions.models import Action
from importation.fiches import CHAMPS, INCONNUS, Fiche, completer, nom_de_colonne
from importation.lignes import LigneVerifiee
from importation.plan import ActionPlanifiee
from importation.referentiel import Referentiel
from importation.rubriques import ETAPES
from listes.chiffres import montant

_ANIMATION = Action.Nature.ANIMATION.value
_ECRITS = frozenset({*CHAMPS, "axes"} - {"quartier"})


def inscrire(action: ActionPlanifiee, ligne: LigneVerifiee, ref: Referentiel) -> None:
    apres, champs = action.apres, ligne.champs
    for champ, valeur in champs.items():
        if champ in _ECRITS:
            setattr(apres, champ, valeur)
    _ecrire_quartier(action, ligne, ref)
    if apres.date_debut and apres.date_fin and apres.date_fin < apres.date_debut:
        ligne.refuser("date_fin", f"La fin doit suivre le début ({apres.date_debut:%d/%m/%Y}).")
    if apres.nature == _ANIMATION and apres.commune is not None:
        ligne.refuser("commune", "L'animation du contrat est transterritoriale : écrivez-le ici.")
    for cle_ligne, donnes in ligne.montants.items():
        montants = completer(apres.subventions.get(cle_ligne, INCONNUS), donnes)
        apres.subventions[cle_ligne] = montants
        demande, accorde, verse = montants
        if demande is not None and accorde is not None and accorde > demande:
            nom = nom_de_colonne(cle_ligne, "accorde", ref)
            _avertir_montant(ligne, nom, accorde, f"dépasse le demandé ({montant(demande)})")
        if accorde is not None and verse is not None and verse > accorde:
            nom = nom_de_colonne(cle_ligne, "verse", ref)
            _avertir_montant(ligne, nom, verse, f"dépasse l'accordé ({montant(accorde)})")
    if action.avant is not None:
        _signaler_vides(action.avant, ligne)


def _avertir_montant(ligne: LigneVerifiee, nom: str, valeur: Decimal, quoi: str) -> None:
    ligne.avertir_sous(nom, montant(valeur), f"Ce montant {quoi} : vérifiez.")


def _ecrire_quartier(action: ActionPlanifiee, ligne: LigneVerifiee, ref: Referentiel) -> None:
    apres = action.apres
    noms = ref.quartiers.get(apres.commune) if apres.commune is not None else None
    if "quartier" in ligne.champs:
        trouve = noms.trouver(ligne.champs["quartier"]) if noms else None
        if trouve is None:
            connus = ", ".join(noms.noms.values()) if noms else "aucun"
            ligne.refuser(
                "quartier",
                f"Ce quartier n'est pas connu dans la commune. Connus : {connus}.",
            )
        else:
            apres.quartier = trouve
    elif apres.quartier is not None and (noms is None or apres.quartier not in noms.noms):
        apres.quartier = None
        ligne.avertir("commune", "La commune change : le quartier enregistré est retiré.")


def _signaler_vides(avant: Fiche, ligne: LigneVerifiee) -> None:
    """An empty cell erases nothing; where something is on record, say that it stays."""
    for colonne in ligne.source.colonnes:
        if not ligne.vide(colonne):
            continue
        cible = colonne.cible
        if isinstance(cible, str):
            garde = cible in CHAMPS and cible not in ligne.champs and getattr(avant, cible)
        else:
            montants = avant.subventions.get(cible.ligne, INCONNUS)
            garde = montants[list(ETAPES).index(cible.etape)] is not None
        if garde:
            ligne.avertir_sous(
                colonne.entete,
                "",
                "Cellule vide : la valeur enregistrée est gardée.",
            )
