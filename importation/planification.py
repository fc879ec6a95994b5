"""The whole file checked at once: which action each row names, and what would be written."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from actions.models import Action
from actions.statuts import Statut
from financement.montants import Montant
from importation.connues import ActionsConnues, Identite, identite
from importation.fiches import (
    Changement,
    CleLigne,
    FicheAction,
    Montants,
    Totaux,
    additionner,
    comparer,
)
from importation.lignes import Journal, LigneVerifiee, inscrire
from importation.referentiel import (
    NouvelOrganisme,
    Porteurs,
    Referentiel,
    ValeurRefuseeError,
)
from importation.rubriques import ETAPES, RUBRIQUES
from listes.chiffres import denombrer


@dataclass(slots=True)
class ActionPlanifiee:
    """An action of the file: what is on record (None: nothing), and what would be."""

    feuille: str
    lignes: list[int]
    pk: int | None
    avant: FicheAction | None
    apres: FicheAction
    changements: list[Changement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    creees: list[ActionPlanifiee]
    modifiees: list[ActionPlanifiee]
    inchangees: int
    organismes: list[NouvelOrganisme]
    avant: Totaux
    apres: Totaux

    @property
    def empreinte(self) -> str:
        """The same for the same changes to the same data: what was previewed is what is applied."""
        somme = hashlib.sha256()
        for action in self.creees:
            somme.update(repr((action.feuille, action.lignes, action.apres.intitule)).encode())
        for action in self.modifiees:
            somme.update(repr((action.pk, *map(str, action.changements))).encode())
        for organisme in self.organismes:
            somme.update(repr((organisme.nom, organisme.siret)).encode())
        return somme.hexdigest()


INTITULE_MAX = Action._meta.get_field("intitule").max_length or 0

_EXIGES = ("intitule", "theme", "commune")


class Planificateur:
    """Takes the rows one by one, finds the action that each names, and concludes."""

    def __init__(
        self,
        ref: Referentiel,
        fiches: dict[int, FicheAction],
        porteurs: Porteurs,
        journal: Journal,
        cumuler: Iterable[str] = (),
    ) -> None:
        self.ref, self.fiches, self.porteurs, self.journal = ref, fiches, porteurs, journal
        self.cumuler = frozenset(cumuler)
        self.doublons: set[str] = set()  # the stages that adding rows up would settle
        self._connues = ActionsConnues(fiches)
        self._en_cours: dict[Identite, ActionPlanifiee] = {}
        self._premieres: dict[Identite, LigneVerifiee] = {}  # those that others may join
        self._intitulees: set[str] = set()  # the sheets whose titles are made
        self._colonnes_manquantes: set[tuple[str, str]] = set()

    # --- One row -------------------------------------------------------------------------------

    def ajouter(self, ligne: LigneVerifiee) -> None:
        champs = ligne.champs
        if "quartier" in champs and "commune" not in champs:
            commune = self.ref.commune_du_quartier(champs["quartier"])
            if commune is not None:
                champs["commune"] = commune
        self._resoudre_porteur(ligne)
        if ligne.refusee():
            return
        if "intitule" not in champs and not self._connues.a_la_reference(champs):
            self._intituler(ligne)
        if "intitule" not in champs and "reference" not in champs:
            ligne.refuser(
                "intitule",
                "Indiquez l'intitulé de l'action ; si des cellules sont "
                "fusionnées, recopiez-le sur chaque ligne.",
            )
            return
        pk = self._connues.designee_par(ligne)
        if ligne.refusee():
            return
        cle: Identite = (pk,) if pk is not None else identite(champs)
        if cle in self._en_cours:
            self._joindre(cle, ligne)
            return
        avant = self.fiches.get(pk) if pk is not None else None
        if not self._completer(ligne, avant):
            return
        apres = avant.copier() if avant is not None else FicheAction()
        action = ActionPlanifiee(ligne.feuille, [ligne.lue.numero], pk, avant, apres)
        inscrire(ligne, avant, apres, self.ref)
        if not ligne.refusee():
            self._en_cours[cle] = action
            if avant is None:
                self._dire_semblable(ligne, apres)
            if self._joignable(ligne):
                self._premieres[cle] = ligne

    def _dire_semblable(self, ligne: LigneVerifiee, apres: FicheAction) -> None:
        connue = self._connues.ressemblant_a(apres)
        if connue is None or (apres.reference and connue.reference):
            return
        nom = f"« {connue.intitule} »" + (f" ({connue.reference})" if connue.reference else "")
        ligne.avertir(
            "intitule",
            f"Cette action, qui sera créée, ressemble à {nom}, du même porteur : si c'est elle, "
            "écrivez son intitulé ainsi.",
            connue.intitule,
        )

    def _resoudre_porteur(self, ligne: LigneVerifiee) -> None:
        nom, siret = ligne.champs.get("porteur", ""), ligne.champs.pop("siret", "")
        if not nom and not siret:
            return
        try:
            porteur, note = self.porteurs.trouver(nom, siret)
        except ValeurRefuseeError as erreur:
            ligne.refuser("siret" if siret else "porteur", str(erreur))
            return
        ligne.champs["porteur"] = porteur
        if note:
            nouveau = isinstance(porteur, NouvelOrganisme)
            proche = self.ref.organisme_semblable(nom) if nouveau else None
            ligne.avertir("porteur" if nom else "siret", note, proche or "")

    def _intituler(self, ligne: LigneVerifiee) -> None:
        """A title from the pattern of the file, where no column gives one and the porteur is."""
        modele, porteur = ligne.source.modele, ligne.champs.get("porteur")
        if not modele or (porteur is None and "{porteur}" in modele):
            return
        connu = self.ref.organismes[porteur] if isinstance(porteur, int) else porteur
        valeurs = {"porteur": connu.nom if connu else "", "exercice": str(self.ref.annee)}

        def valeur(nom: re.Match[str]) -> str:
            return valeurs.get(nom[1]) or ligne.texte(ligne.colonne(nom[1])).strip()

        if ligne.feuille not in self._intitulees:
            self._intitulees.add(ligne.feuille)
            ligne.avertir(
                "intitule",
                f"Aucune colonne ne donne l'intitulé : il est construit, « {modele} », ici et sur "
                "les lignes suivantes.",
            )
        ligne.champs["intitule"] = re.sub(r"\{(\w+)\}", valeur, modele)[:INTITULE_MAX].strip()

    def _completer(self, ligne: LigneVerifiee, avant: FicheAction | None) -> bool:
        """What an action needs: a title, a theme and a commune when new; a commune that one may."""
        if avant is None:
            for rubrique in _EXIGES:
                if rubrique not in ligne.champs:
                    self._exiger(ligne, rubrique)
            if "porteur" not in ligne.champs and not ligne.refusee():
                ligne.avertir("porteur", "Aucun porteur : l'action sera créée sans porteur.")
        permises = self.ref.communes_permises
        if permises is not None and not ligne.refusee():
            communes = [ligne.champs["commune"]] if "commune" in ligne.champs else []
            if avant is not None:
                communes.append(avant.commune)
            if not permises.issuperset(communes):
                noms = ", ".join(sorted(self.ref.communes.noms[pk] for pk in permises))
                ligne.refuser("commune", f"Votre compte est limité à : {noms}.")
        return not ligne.refusee()

    def _exiger(self, ligne: LigneVerifiee, rubrique: str) -> None:
        libelle = RUBRIQUES[rubrique].libelle
        if ligne.colonne(rubrique) is not None:
            complement = " ou « transterritorial »" if rubrique == "commune" else ""
            ligne.refuser(
                rubrique, f"Obligatoire pour une action nouvelle : {libelle}{complement}."
            )
            return
        ligne.refus += 1
        if (ligne.feuille, rubrique) not in self._colonnes_manquantes:
            self._colonnes_manquantes.add((ligne.feuille, rubrique))
            self.journal.refuser(
                ligne.feuille,
                ligne.source.tableau.ligne_entetes,
                libelle,
                "",
                f"Il manque la colonne « {libelle} », obligatoire pour les actions nouvelles : "
                f"ajoutez-la, ou indiquez sa valeur pour tout le fichier (ligne {ligne.lue.numero} "
                "et suivantes).",
            )

    # --- Writing a row into the action's record ------------------------------------------------

    def _joindre(self, cle: Identite, ligne: LigneVerifiee) -> None:
        """Another row of an action: one more funder, or the same action typed twice."""
        action, premiere = self._en_cours[cle], self._premieres.get(cle)
        lieu = f"la ligne {action.lignes[0]}"
        if action.feuille != ligne.feuille:
            lieu += f" de la feuille « {action.feuille} »"
        if premiere is None or not self._joignable(ligne):
            rubrique = "reference" if "reference" in ligne.champs else "intitule"
            self._compter_doublons(ligne.montants, action.apres.subventions)
            ligne.refuser(rubrique, f"Même action qu'à {lieu} : gardez une seule des deux lignes.")
            return
        for champ, valeur in list(ligne.champs.items()):
            if champ in premiere.champs and premiere.champs[champ] != valeur:
                if champ == "quartier" and self.cumuler:
                    self._sans_quartier(action, premiere, ligne)
                    continue
                ligne.refuser(
                    champ, f"Diffère de {lieu}, qui décrit la même action : accordez-les."
                )
        cumuler = self.cumuler if action.feuille == ligne.feuille else frozenset()
        for cle_ligne, donnes in ligne.montants.items():
            deja = premiere.montants.get(cle_ligne)
            if deja is None:
                continue
            sommes = additionner(deja, donnes, cumuler)
            if sommes is None:
                self._compter_doublons(ligne.montants, premiere.montants)
                ligne.refuser(
                    "financeur",
                    f"Ce financeur est déjà donné à {lieu} : additionnez "
                    "les montants, ou gardez une seule des deux lignes.",
                )
            else:
                ligne.montants[cle_ligne] = sommes
        if ligne.refusee():
            return
        premiere.champs.update(ligne.champs)
        premiere.montants.update(ligne.montants)
        action.lignes.append(ligne.lue.numero)
        inscrire(ligne, action.avant, action.apres, self.ref)

    @staticmethod
    def _sans_quartier(
        action: ActionPlanifiee, premiere: LigneVerifiee, ligne: LigneVerifiee
    ) -> None:
        """Amounts shared out among neighbourhoods: the action added up is in none of them."""
        del ligne.champs["quartier"]
        del premiere.champs["quartier"]
        action.apres.quartier = None
        ligne.avertir("quartier", "L'action touche plusieurs quartiers : aucun n'est retenu.")

    def _joignable(self, ligne: LigneVerifiee) -> bool:
        """Whether other rows may be this action's: one per funder, or added up."""
        return ligne.source.en_long or bool(self.cumuler)

    def _compter_doublons(
        self, donnes: dict[CleLigne, Montants], deja: dict[CleLigne, Montants]
    ) -> None:
        """The stages of a line that two rows of an action give: adding up can be offered."""
        for cle_ligne in donnes.keys() & deja.keys():
            montants = zip(ETAPES, donnes[cle_ligne], strict=True)
            self.doublons.update(etape for etape, montant in montants if montant is not None)

    # --- The whole file ------------------------------------------------------------------------

    def conclure(self) -> Plan:
        creees: list[ActionPlanifiee] = []
        modifiees: list[ActionPlanifiee] = []
        inchangees = 0
        avant = Totaux.des_fiches(self._visibles(), self.ref)
        apres = avant.copier()
        for action in self._en_cours.values():
            if action.avant is None:
                creees.append(action)
            elif action.avant == action.apres:
                inchangees += 1
                continue
            else:
                action.changements = comparer(action.avant, action.apres, self.ref)
                modifiees.append(action)
                apres.compter(action.avant, -1)
            apres.compter(action.apres, 1)
        self._verifier_animation(creees, modifiees)
        self._peser_les_statuts([*modifiees, *creees])
        utiles = {id(a.apres.porteur) for a in (*creees, *modifiees)}
        organismes = [o for o in self.porteurs.nouveaux if id(o) in utiles]
        return Plan(creees, modifiees, inchangees, organismes, avant, apres)

    def _visibles(self) -> Iterable[FicheAction]:
        permises = self.ref.communes_permises
        return (f for f in self.fiches.values() if permises is None or f.commune in permises)

    def _verifier_animation(
        self, creees: list[ActionPlanifiee], modifiees: list[ActionPlanifiee]
    ) -> None:
        """One line for the contract's own running in a budget year."""
        touchees = {a.pk for a in modifiees}
        restantes = any(
            f.nature == Action.Nature.ANIMATION
            for pk, f in self.fiches.items()
            if pk not in touchees
        )
        for action in (*modifiees, *creees):
            if action.apres.nature != Action.Nature.ANIMATION:
                continue
            if restantes:
                self.journal.refuser(
                    action.feuille,
                    action.lignes[0],
                    RUBRIQUES["nature"].libelle,
                    str(Action.Nature.ANIMATION.label),
                    "L'animation du contrat n'a qu'une ligne par exercice : donnez sa référence ou "
                    "son intitulé exact pour la modifier.",
                )
            restantes = True

    def _peser_les_statuts(self, actions: list[ActionPlanifiee]) -> None:
        """Granted money under a status that contradicts it: said once for each status."""
        premieres: dict[Statut, tuple[ActionPlanifiee, Montant]] = {}
        nombres: Counter[Statut] = Counter()
        for action in actions:
            accorde = Montant.des_lignes(
                accorde for _, accorde, _ in action.apres.subventions.values()
            )
            statut = Statut(action.apres.statut)
            if statut.contredit(accorde):
                premieres.setdefault(statut, (action, accorde))
                nombres[statut] += 1
        for statut, (action, accorde) in premieres.items():
            reserve, autres = statut.reserve(accorde), nombres[statut] - 1
            suite = (
                f" De même pour {denombrer(autres, 'autre action')} de ce fichier."
                if autres
                else ""
            )
            self.journal.avertir(
                action.feuille,
                action.lignes[0],
                RUBRIQUES["statut"].libelle,
                str(statut.label),
                reserve[0].upper() + reserve[1:] + suite,
            )
