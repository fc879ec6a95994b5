"""The dry run of a whole file: every row read, counted and planned, every doubt said."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from importation.appariement import sommes_du_tableau
from importation.correspondance import (
    ColonneCorrespondue,
    Correspondance,
    TableauCorrespondu,
    correspondre,
)
from importation.decompte import Decompte, Part
from importation.entetes import TableauLu, forme
from importation.fiches import FicheAction
from importation.lecture import Classeur, est_notre_recapitulatif, sans_ramassage
from importation.lignes import Journal, Probleme
from importation.planification import Plan, Planificateur
from importation.referentiel import Porteurs, Referentiel, cle_organisme
from importation.rubriques import ETAPES
from importation.tri import Tri
from importation.valeurs import en_texte
from listes.chiffres import accord, denombrer, montant

_SANS_OBJET = frozenset({"Provenance"})  # our own export's, never imported
_PAS_DE_PROGRESSION = 1000
_NOMMENT = ("reference", "intitule", "porteur")


@dataclass(frozen=True, slots=True)
class Verification:
    """What the file holds and what it would do. ``lignes`` counts the rows read, but totals.

    ``decomptes``: what became of the rows and euros of each sheet. ``tableaux``: the tables read.
    ``a_cumuler``: the stages that several rows of an action give, in conflict
    unless they are added up (``Correspondance.cumuler``).
    """

    lignes: int
    plan: Plan
    erreurs: list[Probleme]
    avertissements: list[Probleme]
    decomptes: list[Decompte]
    tableaux: list[TableauCorrespondu]
    a_cumuler: list[str]

    @property
    def rangs(self) -> dict[str, dict[str, int]]:
        """Sheet → heading → its column, from 0."""
        lus = [source.tableau for source in self.tableaux]
        return {lu.feuille: {nom: rang for rang, nom in lu.entetes.items()} for lu in lus}

    @property
    def corrections(self) -> list[Probleme]:
        """What was mended or left out in the pages, for the file given back to say it."""
        dites = []
        for lu in (source.tableau for source in self.tableaux):
            for (ligne, rang), apres in lu.corrigees.items():
                dit = f"Lu « {apres} », corrigé dans l'application : corrigez aussi ce fichier."
                dites.append(Probleme(lu.feuille, ligne, lu.entetes[rang], "", dit))
            dites += [
                Probleme(lu.feuille, ligne, "", "", "Ligne laissée de côté dans l'application.")
                for ligne in sorted(lu.laissees)
            ]
        return dites

    @property
    def applicable(self) -> bool:
        return not self.erreurs


@sans_ramassage()
def verifier_classeur(
    classeur: Classeur,
    ref: Referentiel,
    fiches: dict[int, FicheAction],
    voulue: Correspondance | None = None,
    progresser: Callable[[int], None] = lambda pourcent: None,
) -> Verification:
    """Check everything against the actions of the budget year.

    Raises CorrespondanceRefuseeError where the headings can't be matched.
    """
    voulue = voulue or Correspondance()
    tableaux, ecartees = correspondre(classeur, ref, voulue)
    journal = Journal()
    _annoncer(classeur, tableaux, ecartees, voulue, journal)
    porteurs = Porteurs(ref)
    planificateur = Planificateur(ref, fiches, porteurs, journal, voulue.cumuler)
    total = sum(len(t.tableau.lignes) for t in tableaux) or 1
    lues = comptees = 0
    references = {fiche.reference for fiche in fiches.values()}
    tris = [
        Tri(t, ref, journal, Decompte(t.tableau.feuille, colonnes=t.ecartees), references)
        for t in tableaux
    ]
    doublons = _trouver_doublons(tableaux)
    for doublon in doublons:
        consigner = journal.avertir if doublon.entier else journal.refuser
        consigner(doublon.source.tableau.feuille, 0, "", "", doublon.message)
    sans_apport = [doublon.source for doublon in doublons if doublon.entier]
    for tri in tris:
        if tri.source in sans_apport:
            tri.ecarter_tout("lignes d'une autre feuille")
            continue
        for lue in tri.source.tableau.lignes:
            lues += 1
            if lues % _PAS_DE_PROGRESSION == 0:
                progresser(lues * 100 // total)
            ligne = tri.lire(lue)
            if ligne is not None:
                comptees += 1
                planificateur.ajouter(ligne)
                tri.compter(ligne)
        tri.conclure()
    _dire_les_autres_annees(tris, comptees, ref, journal)
    return Verification(
        comptees,
        planificateur.conclure(),
        journal.erreurs,
        journal.avertissements,
        [*(tri.decompte for tri in tris), *_non_lues(classeur, tableaux, ecartees)],
        tableaux,
        [etape for etape in ETAPES if etape in planificateur.doublons],
    )


def _non_lues(
    classeur: Classeur, tableaux: list[TableauCorrespondu], ecartees: list[TableauLu]
) -> Iterator[Decompte]:
    """The sheets that aren't read, by choice or because nobody knows their headings."""
    lues = {source.tableau.feuille for source in tableaux}
    inconnues = {tableau.feuille: tableau for tableau in ecartees}
    for feuille in classeur.feuilles:
        if feuille.nom in lues or not feuille.lignes or est_notre_recapitulatif(feuille):
            continue
        decompte = Decompte(feuille.nom)
        tableau = inconnues.get(feuille.nom)
        if tableau is None:
            decompte.ecartees["feuille non lue, par choix"] = Part(len(feuille.lignes))
        else:
            decompte.ecartees["aucune ligne d'en-têtes reconnue"] = Part(len(tableau.lignes))
            decompte.colonnes.update(sommes_du_tableau(tableau))
        yield decompte


def _dire_les_autres_annees(
    tris: list[Tri], comptees: int, ref: Referentiel, journal: Journal
) -> None:
    """Rows of other budget years: set aside, said; the whole file: an error."""
    for tri in tris:
        feuille, colonne = tri.source.tableau.feuille, tri.source.par_rubrique.get("exercice")
        for annee, (ligne, part) in sorted(tri.annees.items()):
            entete = colonne.entete if colonne else ""
            dit = f"{part} de l'exercice {annee}, alors que l'import porte sur {ref.annee}"
            if comptees:
                journal.avertir(feuille, ligne, entete, str(annee), f"{dit} : non importé.")
            else:
                suite = f"importez ce fichier dans l'exercice {annee}."
                journal.refuser(feuille, ligne, entete, str(annee), f"{dit} : {suite}")


def _annoncer(
    classeur: Classeur,
    tableaux: list[TableauCorrespondu],
    ecartees: list[TableauLu],
    voulue: Correspondance,
    journal: Journal,
) -> None:
    """What a person should know of the file and its columns before reading the rows' problems."""
    for feuille in classeur.feuilles:
        for remarque in feuille.remarques:
            journal.avertir(feuille.nom, remarque.ligne, "", remarque.valeur, remarque.message)
    for ecartee in ecartees:
        dit = "Aucune ligne d'en-têtes reconnue : feuille non lue"
        sommes = [f"{montant(s)} sous « {nom} »" for nom, s in sommes_du_tableau(ecartee).items()]
        suite = f" ({', '.join(sommes)})" if sommes else ""
        journal.avertir(ecartee.feuille, 0, "", "", f"{dit}{suite}.")
    presents = {forme(nom) for t in tableaux for nom in t.tableau.entetes.values()}
    citees = {forme(nom): nom for nom in voulue.colonnes}
    for nom in (nom for connue, nom in citees.items() if connue not in presents):
        journal.avertir("", 0, nom, "", "Colonne citée dans la correspondance, absente du fichier.")
    for source in tableaux:
        _dire_ce_qui_est_au_dessus(source.tableau, voulue, journal)
        for entete, note, grave in _remarques(source, citees):
            consigner = journal.refuser if grave else journal.avertir
            tableau = source.tableau
            phrase = note[:1].upper() + note[1:]
            consigner(tableau.feuille, tableau.ligne_entetes, entete, entete, phrase)


def _dire_ce_qui_est_au_dessus(
    tableau: TableauLu, voulue: Correspondance, journal: Journal
) -> None:
    """Rows of figures above the headings: perhaps those weren't the right ones."""
    if not tableau.au_dessus:
        return
    lignes = denombrer(len(tableau.au_dessus), "ligne de chiffres", "lignes de chiffres")
    dit = f"{lignes} au-dessus des en-têtes (ligne {tableau.ligne_entetes}) : non importé"
    premiere = tableau.au_dessus[0].numero
    if tableau.feuille in voulue.entetes:
        journal.avertir(tableau.feuille, premiere, "", "", f"{dit}.")
    else:
        suite = "dites, dans Colonnes, quelle ligne donne les en-têtes"
        journal.refuser(tableau.feuille, premiere, "", "", f"{dit} ; {suite}.")


def _remarques(
    source: TableauCorrespondu, citees: Collection[str]
) -> Iterator[tuple[str, str, bool]]:
    """(heading, what to say of it, whether it must be settled) of a table's columns."""
    en_litige = {litige.entete for litige in source.litiges}
    for litige in source.litiges:
        yield litige.entete, litige.message, litige.grave
    for entete, note in source.notes:
        if entete not in en_litige:
            yield entete, f"{note}.", False
    dits = {*_SANS_OBJET, *dict(source.notes), *en_litige}
    for entete in source.ignores:
        if entete not in dits and forme(entete) not in citees:
            yield entete, "Colonne non importée.", False


# --- Sheets that hold the same lines: by theme, then by commune; a copy; only those granted ------


@dataclass(frozen=True, slots=True)
class _Doublon:
    """A sheet whose lines are also another's. ``entier``: all of them, which adds nothing."""

    source: TableauCorrespondu
    autre: TableauCorrespondu
    communes: int
    entier: bool

    @property
    def message(self) -> str:
        feuille = f"la feuille « {self.autre.tableau.feuille} »"
        lignes = accord(
            self.communes, "Une de ses lignes est", f"{self.communes} de ses lignes sont"
        )
        if self.entier:
            return f"Ses lignes sont aussi dans {feuille} : feuille non importée."
        return (
            f"{lignes} aussi dans {feuille} : l'argent y compterait deux fois. Choisissez, dans "
            "Colonnes, la feuille à lire."
        )


def _trouver_doublons(tableaux: Sequence[TableauCorrespondu]) -> list[_Doublon]:
    """Each table that repeats another, once; of two equal ones, the second."""
    doublons: list[_Doublon] = []
    entiers: list[TableauCorrespondu] = []
    for rang, autre in enumerate(tableaux):
        for source in tableaux[rang + 1 :]:
            if source in entiers or autre in entiers:
                continue
            doublon = _comparer(source, autre)
            if doublon is not None:
                doublons.append(doublon)
                entiers += [doublon.source] if doublon.entier else []
    return doublons


def _comparer(un: TableauCorrespondu, autre: TableauCorrespondu) -> _Doublon | None:
    noms = [r for r in _NOMMENT if r in un.par_rubrique and r in autre.par_rubrique]
    argent_d_un, argent_d_autre = _argent(un), _argent(autre)
    montants = [cible for cible in argent_d_un if cible in argent_d_autre]
    if not noms or (argent_d_un and argent_d_autre and not montants):
        return None
    lignes_d_un = Counter(_cles(un, noms, [argent_d_un[m] for m in montants]))
    lignes_d_autre = Counter(_cles(autre, noms, [argent_d_autre[m] for m in montants]))
    communes = (lignes_d_un & lignes_d_autre).total()
    petite = min(lignes_d_un.total(), lignes_d_autre.total())
    if not communes or communes * 2 < petite:
        return None
    for source, lignes, dans, ailleurs in (
        (un, lignes_d_un, autre, argent_d_autre),
        (autre, lignes_d_autre, un, argent_d_un),
    ):
        if communes == lignes.total() and _argent(source).keys() <= ailleurs.keys():
            return _Doublon(source, dans, communes, entier=True)
    return _Doublon(un, autre, communes, entier=False)


def _argent(source: TableauCorrespondu) -> dict[Any, ColonneCorrespondue]:
    return {colonne.cible: colonne for colonne in source.colonnes if colonne.etape}


def _cles(
    source: TableauCorrespondu, noms: list[str], montants: list[ColonneCorrespondue]
) -> Iterator[tuple[object, ...]]:
    """What each line of a table says of an action and of its money; lines without a name aside."""
    colonnes = [source.par_rubrique[nom] for nom in noms]
    for ligne in source.tableau.lignes:
        textes = tuple(cle_organisme(en_texte(ligne.cellule(c.rang))) for c in colonnes)
        if any(textes):
            yield (*textes, *(c.euros(c.lire(ligne.cellule(c.rang))[0]) for c in montants))
