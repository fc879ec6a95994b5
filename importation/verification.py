"""The whole file checked at once: every row read, every problem named, nothing written."""

from collections.abc import Callable
from dataclasses import dataclass

from importation.correspondance import Correspondance, TableauCorrespondu, correspondre
from importation.fiches import Fiche
from importation.lecture import Classeur, sans_ramassage
from importation.lignes import lire_ligne
from importation.plan import Plan
from importation.planification import Planificateur
from importation.porteurs import Porteurs
from importation.problemes import Journal, Probleme
from importation.referentiel import Referentiel

_SANS_OBJET = frozenset({"Provenance"})  # our own export's, never imported
_PAS_DE_PROGRESSION = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """What the file holds and what it would do. ``lignes`` counts the rows read, but totals."""

    lignes: int
    plan: Plan
    erreurs: list[Probleme]
    avertissements: list[Probleme]
    ignores: list[str]

    @property
    def applicable(self) -> bool:
        return not self.erreurs


@sans_ramassage()
def verifier_classeur(
    classeur: Classeur,
    ref: Referentiel,
    fiches: dict[int, Fiche],
    voulue: Correspondance | None = None,
    progresser: Callable[[int], None] = lambda pourcent: None,
) -> Verification:
    """Check everything against the actions of the budget year.

    Raises CorrespondanceRefuseeError where the headings can't be matched.
    """
    voulue = voulue or Correspondance()
    tableaux, ecartees = correspondre(classeur, ref, voulue)
    journal = Journal()
    _annoncer(tableaux, ecartees, voulue, journal)
    porteurs = Porteurs(ref)
    planificateur = Planificateur(ref, fiches, porteurs, journal)
    total = sum(len(t.tableau.lignes) for t in tableaux) or 1
    lues = comptees = 0
    for source in tableaux:
        for lue in source.tableau.lignes:
            lues += 1
            if lues % _PAS_DE_PROGRESSION == 0:
                progresser(lues * 100 // total)
            ligne = lire_ligne(source, lue, journal)
            if ligne is not None:
                comptees += 1
                planificateur.ajouter(ligne)
    plan = planificateur.conclure()
    ignores = list(dict.fromkeys(nom for t in tableaux for nom in t.ignores))
    return Verification(comptees, plan, journal.erreurs, journal.avertissements, ignores)


def _annoncer(
    tableaux: list[TableauCorrespondu],
    ecartees: list[str],
    voulue: Correspondance,
    journal: Journal,
) -> None:
    """What a person should know of the columns before reading the rows' problems."""
    for nom in ecartees:
        journal.avertir(nom, 0, "", "", "Aucune ligne d'en-têtes reconnue : feuille non lue.")
    presents = {nom for t in tableaux for nom in t.tableau.entetes.values()}
    for nom in voulue.colonnes.keys() - presents:
        journal.avertir("", 0, nom, "", "Colonne citée dans la correspondance, absente du fichier.")
    for source in tableaux:
        tableau = source.tableau
        for entete, note in source.notes:
            journal.avertir(
                tableau.feuille,
                tableau.ligne_entetes,
                entete,
                entete,
                note[:1].upper() + note[1:] + ".",
            )
        for entete in source.ignores:
            if entete not in _SANS_OBJET.union(voulue.colonnes, dict(source.notes)):
                journal.avertir(
                    tableau.feuille, tableau.ligne_entetes, entete, entete, "Colonne non importée."
                )
