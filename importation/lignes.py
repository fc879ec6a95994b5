"""A row of the file: the values that it gives, what is wrong in it, and what it writes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from actions.models import Action
from importation.correspondance import ColonneCorrespondue, TableauCorrespondu
from importation.decompte import Euros
from importation.fiches import (
    CHAMPS,
    INCONNUS,
    CleLigne,
    FicheAction,
    Montants,
    completer,
    nom_de_colonne,
)
from importation.lecture import Cellule, LigneLue
from importation.referentiel import Referentiel
from importation.rubriques import ETAPES, RANGS, RUBRIQUES
from importation.valeurs import en_texte
from listes.chiffres import montant


@dataclass(frozen=True, slots=True)
class Probleme:
    """``ligne`` 0 and an empty ``colonne`` are about the whole file, sheet or row."""

    feuille: str
    ligne: int
    colonne: str
    valeur: str
    message: str
    proche: str = ""  # what was probably meant

    def en_json(self) -> dict[str, str | int]:
        """``proche`` only where there is one."""
        return {nom: valeur for nom, valeur in asdict(self).items() if nom != "proche" or valeur}


@dataclass(slots=True)
class Journal:
    erreurs: list[Probleme] = field(default_factory=list)
    avertissements: list[Probleme] = field(default_factory=list)

    def refuser(
        self, feuille: str, ligne: int, colonne: str, valeur: str, message: str, proche: str = ""
    ) -> None:
        self.erreurs.append(Probleme(feuille, ligne, colonne, valeur[:300], message, proche))

    def avertir(
        self, feuille: str, ligne: int, colonne: str, valeur: str, message: str, proche: str = ""
    ) -> None:
        self.avertissements.append(Probleme(feuille, ligne, colonne, valeur[:300], message, proche))


@dataclass(slots=True)
class LigneVerifiee:
    """A row read: the values that it gives, and where they stand in the file."""

    source: TableauCorrespondu
    lue: LigneLue
    journal: Journal
    champs: dict[str, Any] = field(default_factory=dict)
    montants: dict[CleLigne, Montants] = field(default_factory=dict)
    euros: Euros = field(default_factory=list)
    refus: int = 0

    @property
    def feuille(self) -> str:
        return self.source.tableau.feuille

    def texte(self, colonne: ColonneCorrespondue | None) -> str:
        """The cell of a column, as written."""
        return "" if colonne is None else en_texte(self.lue.cellule(colonne.rang))

    def vide(self, colonne: ColonneCorrespondue) -> bool:
        """Whether the cell of a column holds nothing."""
        return self.lue.cellule(colonne.rang) in ("", "-", "–", "—")

    def refusee(self) -> bool:
        return self.refus > 0

    def refuser(self, rubrique: str, message: str, proche: str = "") -> None:
        """An error in the field's column, or in the row where the file has no such column."""
        colonne = self.colonne(rubrique)
        entete = colonne.entete if colonne else RUBRIQUES[rubrique].libelle
        self.refuser_sous(entete, self.texte(colonne), message, proche)

    def refuser_sous(self, entete: str, valeur: str, message: str, proche: str = "") -> None:
        """An error under a heading."""
        self.journal.refuser(self.feuille, self.lue.numero, entete, valeur, message, proche)
        self.refus += 1

    def avertir(self, rubrique: str, message: str, proche: str = "") -> None:
        colonne = self.colonne(rubrique)
        self.avertir_sous(colonne.entete if colonne else "", self.texte(colonne), message, proche)

    def avertir_sous(self, entete: str, valeur: str, message: str, proche: str = "") -> None:
        self.journal.avertir(self.feuille, self.lue.numero, entete, valeur, message, proche)

    def colonne(self, rubrique: str) -> ColonneCorrespondue | None:
        return self.source.par_rubrique.get(rubrique)


def lire_ligne(source: TableauCorrespondu, lue: LigneLue, journal: Journal) -> LigneVerifiee | None:
    """The values of a row; None where the imported columns hold nothing."""
    ligne = LigneVerifiee(source, lue, journal, source.constantes.copy())
    if not _lire_cellules(ligne):
        return None
    part = ligne.champs.pop("part", None)
    if part not in (None, 1):
        _prendre_la_part(ligne, part)
    if source.en_long:
        _ajouter_ligne_longue(ligne)
    if ligne.champs.get("commune") == "transterritorial":
        ligne.champs["commune"] = None
    return ligne


def lire_euros(source: TableauCorrespondu, cellules: Sequence[Cellule]) -> Euros:
    """The amounts of a row that isn't imported; what can't be read isn't there."""
    return [
        (colonne.rang, colonne.etape, valeur)
        for colonne in source.colonnes
        if colonne.etape and colonne.rang < len(cellules)
        if (valeur := colonne.euros(colonne.lire(cellules[colonne.rang])[0])) is not None
    ]


def _lire_cellules(ligne: LigneVerifiee) -> bool:
    """Read the imported columns into the row's fields and money; False where all are empty."""
    cellules, champs, montants = ligne.lue.cellules, ligne.champs, ligne.montants
    trouve = False
    for colonne in ligne.source.colonnes:
        if colonne.rang >= len(cellules) or (cellule := cellules[colonne.rang]) == "":
            continue
        lues = colonne.deja_lues
        if lues is None:
            valeur, refus = colonne.lire(cellule)
        else:  # as it does, without a call for each cell
            valeur, refus = lues[cellule if type(cellule) is str else (type(cellule), cellule)]
        if refus:
            texte = ligne.texte(colonne)
            ligne.refuser_sous(colonne.entete, texte, str(refus), refus.proche)
            trouve = True
            continue
        if valeur is None:
            continue  # a dash, a space
        trouve = True
        if isinstance(colonne.cible, str):
            champs[colonne.cible] = euros = valeur
        else:
            deja = montants.get(colonne.cible.ligne, INCONNUS)
            montants[colonne.cible.ligne] = completer(deja, valeur)
            euros = valeur[RANGS[colonne.etape]]
        if colonne.etape:
            ligne.euros.append((colonne.rang, colonne.etape, euros))
            if euros < 1 and euros:
                message = "Moins d'un euro : vérifiez l'unité."
                ligne.avertir_sous(colonne.entete, ligne.texte(colonne), message)
    return trouve


def _prendre_la_part(ligne: LigneVerifiee, part: Decimal) -> None:
    """The row's porteur has this share of its amounts, to the cent; said."""
    avant = sum((valeur for _, _, valeur in ligne.euros), Decimal(0))
    for etape in ETAPES:
        if f"montant_{etape}" in ligne.champs:
            ligne.champs[f"montant_{etape}"] = round(ligne.champs[f"montant_{etape}"] * part, 2)
    for cle, montants in ligne.montants.items():
        demande, accorde, verse = (None if m is None else round(m * part, 2) for m in montants)
        ligne.montants[cle] = (demande, accorde, verse)
    ligne.euros = [(rang, etape, round(valeur * part, 2)) for rang, etape, valeur in ligne.euros]
    retenu = montant(sum((valeur for _, _, valeur in ligne.euros), Decimal(0)))
    ligne.avertir("part", f"Part du porteur : {retenu} retenus sur {montant(avant)}.")


def _ajouter_ligne_longue(ligne: LigneVerifiee) -> None:
    """Columns « financeur », « montant accordé »… of one row make one funding line."""
    champs = ligne.champs
    donnes = {
        etape: champs.pop(f"montant_{etape}") for etape in ETAPES if f"montant_{etape}" in champs
    }
    financeur = champs.pop("financeur", None)
    nature = champs.pop("nature_financement", None) or "FONCTIONNEMENT"
    credit = champs.pop("credit", None) or "SPECIFIQUE"
    if financeur is None:
        if donnes and not ligne.refusee():
            ligne.refuser("financeur", "Indiquez qui donne ce montant.")
        return
    if not donnes and not _designe(ligne):
        return
    cle = (financeur, nature, credit)
    deja = ligne.montants.get(cle, INCONNUS)
    for etape, connu in zip(ETAPES, deja, strict=True):
        if connu is not None and etape in donnes:
            ligne.refuser(
                f"montant_{etape}",
                "Ce montant est aussi donné par une autre colonne de la ligne : gardez-en un.",
            )
    demande, accorde, verse = (donnes.get(etape) for etape in ETAPES)
    ligne.montants[cle] = completer(deja, (demande, accorde, verse))


def _designe(ligne: LigneVerifiee) -> bool:
    """Whether the row itself names its funder, so that a line without amount is meant."""
    return bool(ligne.texte(ligne.colonne("financeur")))


_ANIMATION = Action.Nature.ANIMATION.value
_ECRITS = frozenset({*CHAMPS, "axes"} - {"quartier"})


def inscrire(
    ligne: LigneVerifiee, avant: FicheAction | None, apres: FicheAction, ref: Referentiel
) -> None:
    """Write a row into what the action will be; ``avant`` is what is on record, if anything."""
    for champ, valeur in ligne.champs.items():
        if champ in _ECRITS:
            setattr(apres, champ, valeur)
    _inscrire_quartier(ligne, apres, ref)
    if apres.date_debut and apres.date_fin and apres.date_fin < apres.date_debut:
        ligne.refuser("date_fin", f"La fin doit suivre le début ({apres.date_debut:%d/%m/%Y}).")
    if apres.nature == _ANIMATION and apres.commune is not None:
        ligne.refuser("commune", "L'animation du contrat est transterritoriale : écrivez-le ici.")
    _inscrire_montants(ligne, apres, ref)
    if avant is not None:
        _signaler_vides(ligne, avant)


def _inscrire_montants(ligne: LigneVerifiee, apres: FicheAction, ref: Referentiel) -> None:
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


def _avertir_montant(ligne: LigneVerifiee, nom: str, valeur: Decimal, quoi: str) -> None:
    ligne.avertir_sous(nom, montant(valeur), f"Ce montant {quoi} : vérifiez.")


def _inscrire_quartier(ligne: LigneVerifiee, apres: FicheAction, ref: Referentiel) -> None:
    noms = ref.quartiers.get(apres.commune) if apres.commune is not None else None
    if "quartier" in ligne.champs:
        trouve = noms.trouver(ligne.champs["quartier"]) if noms else None
        if trouve is None:
            connus = ", ".join(noms.noms.values()) if noms else "aucun"
            ligne.refuser(
                "quartier",
                f"Ce quartier n'est pas connu dans la commune. Connus : {connus}.",
                (noms and noms.semblable(ligne.champs["quartier"])) or "",
            )
        else:
            apres.quartier = trouve
    elif apres.quartier is not None and (noms is None or apres.quartier not in noms.noms):
        apres.quartier = None
        ligne.avertir("commune", "La commune change : le quartier enregistré est retiré.")


def _signaler_vides(ligne: LigneVerifiee, avant: FicheAction) -> None:
    """An empty cell erases nothing; where something is on record, say that it stays."""
    for colonne in ligne.source.colonnes:
        if not ligne.vide(colonne):
            continue
        cible = colonne.cible
        if isinstance(cible, str):
            garde = cible in CHAMPS and cible not in ligne.champs and getattr(avant, cible)
        else:
            montants = avant.subventions.get(cible.ligne, INCONNUS)
            garde = montants[RANGS[cible.etape]] is not None
        if garde:
            ligne.avertir_sous(
                colonne.entete,
                "",
                "Cellule vide : la valeur enregistrée est gardée.",
            )
