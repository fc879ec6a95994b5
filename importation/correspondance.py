"""Where each table begins, and which column fills which field: proposed, corrected, remembered."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from importation import valeurs
from importation.fiches import Montants, a_l_etape
from importation.lecture import Cellule, Classeur, FeuilleLue, LigneLue
from importation.referentiel import Referentiel, ValeurRefuseeError, cle
from importation.rubriques import (
    CODES_PAR_CLE,
    RUBRIQUES,
    LigneDeFinancement,
    lire_cible,
    proposer,
    proposer_financement,
)

# The sheet that we add to the file given back: sent again, it isn't read.
RECAPITULATIF, ENTETE_RECAPITULATIF = "Vérification", "Gravité"


def est_notre_recapitulatif(feuille: FeuilleLue) -> bool:
    premiere = feuille.lignes[0].cellules[:1] if feuille.lignes else []
    return feuille.nom.startswith(RECAPITULATIF) and premiere == [ENTETE_RECAPITULATIF]


@dataclass(frozen=True, slots=True)
class TableauLu:
    """A sheet's table: its heading row, its headings by column, and the rows under it."""

    feuille: str
    ligne_entetes: int
    entetes: dict[int, str]  # by column, from 0
    lignes: list[LigneLue]


def trouver_tableau(
    feuille: FeuilleLue, ref: Referentiel, connus: frozenset[str] = frozenset()
) -> TableauLu | None:
    """The table of a sheet, under its title lines; None where no row looks like headings.

    ``connus`` are headings that someone has matched by hand.
    """
    meilleur: tuple[int, int] | None = None
    for rang, ligne in enumerate(feuille.lignes[:30]):
        textes = [c.strip() for c in ligne.cellules if isinstance(c, str) and c.strip()]
        if len(textes) > 300 or any(len(t) > 200 for t in textes):
            continue
        codes = set()
        for texte in textes:
            code = CODES_PAR_CLE.get(cle(texte))
            propose = None if code else proposer_financement(texte, ref)
            codes.add(texte if texte in connus else code or (propose and propose.cible))
        reconnus = len(codes - {None})
        designe = bool(codes & {"intitule", "reference"}) or bool(connus & set(textes))
        if designe and reconnus >= 2 and (meilleur is None or reconnus > meilleur[0]):
            meilleur = (reconnus, rang)
    if meilleur is None:
        return None
    rang = meilleur[1]
    ligne = feuille.lignes[rang]
    return TableauLu(feuille.nom, ligne.numero, _nommer(ligne), feuille.lignes[rang + 1 :])


def _nommer(ligne: LigneLue) -> dict[int, str]:
    """Headings as written; one that comes again is numbered: « Montant (2) »."""
    noms: dict[int, str] = {}
    vus: dict[str, int] = {}
    for colonne, cellule in enumerate(ligne.cellules):
        texte = " ".join(cellule.split()) if isinstance(cellule, str) else ""
        if not texte:
            continue
        vus[texte] = vus.get(texte, 0) + 1
        noms[colonne] = texte if vus[texte] == 1 else f"{texte} ({vus[texte]})"
    return noms


CONSTANTES = ("commune", "theme", "porteur", "financeur", "nature", "statut", "credit", "exercice")


class CorrespondanceRefuseeError(ValueError):
    """The match of headings to fields can't stand; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Correspondance:
    """Heading → target (see ``rubriques``), and values that stand for the whole file."""

    colonnes: Mapping[str, str] = field(default_factory=dict)
    constantes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def depuis_json(cls, texte: str) -> "Correspondance":
        """Raises CorrespondanceRefuseeError where it has another shape than the expected one."""
        try:
            donnees = json.loads(texte)
        except ValueError as erreur:
            raise CorrespondanceRefuseeError(
                f"La correspondance n'est pas du JSON : {erreur}."
            ) from None
        if not isinstance(donnees, dict) or donnees.keys() - {"colonnes", "constantes"}:
            raise CorrespondanceRefuseeError(
                'La correspondance attendue est {"colonnes": {"En-tête": "rubrique"}, '
                '"constantes": {"rubrique": "valeur"}}.'
            )
        parties: list[dict[str, str]] = []
        for nom in ("colonnes", "constantes"):
            partie = donnees.get(nom, {})
            if not isinstance(partie, dict) or not all(
                isinstance(v, str | int | None) for v in partie.values()
            ):
                raise CorrespondanceRefuseeError(f"« {nom} » associe des textes à des textes.")
            parties.append({k: "" if v is None else str(v) for k, v in partie.items()})
        return cls(*parties)


Lecteur = Callable[[Cellule], Any]


def lecteur_de(rubrique: str, ref: Referentiel) -> Lecteur:
    """What turns a cell into the field's value."""
    avec_reference: dict[str, Callable[[Cellule, Referentiel], Any]] = {
        "theme": valeurs.lire_theme,
        "commune": valeurs.lire_commune,
        "axes": valeurs.lire_axes,
        "financeur": valeurs.lire_financeur,
        "exercice": valeurs.lire_exercice,
    }
    if rubrique in avec_reference:
        lire = avec_reference[rubrique]
        return lambda cellule: lire(cellule, ref)
    seuls: dict[str, Lecteur] = {
        "siret": valeurs.lire_siret,
        "nature": valeurs.lire_nature,
        "statut": valeurs.lire_statut,
        "date_debut": valeurs.lire_date,
        "date_fin": valeurs.lire_date,
        "description": valeurs.lire_paragraphes,
        "nature_financement": valeurs.lire_nature_financement,
        "credit": valeurs.lire_credit,
    }
    if rubrique in seuls:
        return seuls[rubrique]
    if rubrique.startswith("montant_"):
        return valeurs.lire_montant_de
    maximum = {"reference": 40, "porteur": 200, "quartier": 100}.get(rubrique, 250)
    return lambda cellule: valeurs.lire_texte(cellule, maximum)


def lecteur_d_etape(cible: LigneDeFinancement) -> Lecteur:
    """What turns a cell of a wide funding column into the amounts of its line."""

    def lire(cellule: Cellule) -> Montants | None:
        montant = valeurs.lire_montant_de(cellule)
        return None if montant is None else a_l_etape(cible.etape, montant)

    return lire


Lecture = tuple[Any, str]  # the value, and why the cell is refused or ""


class _DejaLues(dict[object, Lecture]):
    """What each distinct cell of a column gives, read once."""

    def __init__(self, lire: Lecteur) -> None:
        super().__init__()
        self._lire = lire

    def __missing__(self, cle_cellule: Any) -> Lecture:
        cellule = cle_cellule if type(cle_cellule) is str else cle_cellule[1]
        lecture = self[cle_cellule] = _essayer(self._lire, cellule)
        return lecture


def _essayer(lire: Lecteur, cellule: Cellule) -> Lecture:
    try:
        return lire(cellule), ""
    except ValeurRefuseeError as refus:
        return None, str(refus)


@dataclass(frozen=True, slots=True)
class ColonneCorrespondue:
    """A column that is imported; no ``deja_lues`` where each row has a cell of its own."""

    rang: int
    entete: str
    cible: str | LigneDeFinancement
    lecteur: Lecteur
    deja_lues: _DejaLues | None

    def lire(self, cellule: Cellule) -> Lecture:
        if self.deja_lues is None:
            return _essayer(self.lecteur, cellule)
        # 1, 1.0 and True are equal, and don't read the same.
        return self.deja_lues[cellule if type(cellule) is str else (type(cellule), cellule)]


@dataclass(frozen=True, slots=True)
class TableauCorrespondu:
    """A sheet's table whose columns are known. ``notes``: (heading, what to check)."""

    tableau: TableauLu
    colonnes: list[ColonneCorrespondue]
    constantes: dict[str, Any]
    ignores: list[str]
    notes: list[tuple[str, str]]
    par_rubrique: dict[str, ColonneCorrespondue]

    @property
    def en_long(self) -> bool:
        """A row per funder: several rows may make one action."""
        return "financeur" in self.par_rubrique or "financeur" in self.constantes


def correspondre(
    classeur: Classeur, ref: Referentiel, voulue: Correspondance
) -> tuple[list[TableauCorrespondu], list[str]]:
    """The tables of the file, and the names of the sheets that hold none.

    Raises CorrespondanceRefuseeError where no sheet holds one, or where the match can't stand.
    """
    constantes = _lire_constantes(voulue.constantes, ref)
    tableaux: list[TableauCorrespondu] = []
    ecartees: list[str] = []
    for feuille in classeur.feuilles:
        if est_notre_recapitulatif(feuille):
            continue
        tableau = trouver_tableau(feuille, ref, frozenset(voulue.colonnes))
        if tableau is None:
            ecartees += [feuille.nom] if feuille.lignes else []
        else:
            tableaux.append(_correspondre_tableau(tableau, ref, voulue.colonnes, constantes))
    if not tableaux:
        raise CorrespondanceRefuseeError(
            "Aucune ligne d'en-têtes reconnue : il faut au moins une colonne « Intitulé » ou "
            "« Référence », et une autre, dans les 30 premières lignes de la feuille."
        )
    return tableaux, ecartees


def _lire_constantes(voulues: Mapping[str, str], ref: Referentiel) -> dict[str, Any]:
    lues: dict[str, Any] = {}
    for rubrique, texte in voulues.items():
        if rubrique not in RUBRIQUES:
            raise CorrespondanceRefuseeError(
                f"Constante inconnue : « {rubrique} ». Attendu {', '.join(CONSTANTES)}."
            )
        try:
            valeur = lecteur_de(rubrique, ref)(texte)
        except ValeurRefuseeError as erreur:
            raise CorrespondanceRefuseeError(f"Constante « {rubrique} » : {erreur}") from None
        if valeur is not None:
            lues[rubrique] = valeur
    return lues


def _correspondre_tableau(
    tableau: TableauLu, ref: Referentiel, voulues: Mapping[str, str], constantes: dict[str, Any]
) -> TableauCorrespondu:
    cibles: dict[int, str] = {}
    notes: list[tuple[str, str]] = []
    for rang, entete in tableau.entetes.items():
        if entete in voulues:
            cibles[rang] = voulues[entete]
    # Sure matches first: a heading that merely looks like another doesn't take its field.
    propositions = {
        rang: propose
        for rang, entete in tableau.entetes.items()
        if rang not in cibles and (propose := proposer(entete, _extrait(tableau, rang), ref))
    }
    for rang, propose in sorted(propositions.items(), key=lambda p: (bool(p[1].note), p[0])):
        if propose.cible in cibles.values():
            notes.append(
                (tableau.entetes[rang], f"« {propose.cible} » est déjà pris : colonne ignorée")
            )
            continue
        cibles[rang] = propose.cible
        if propose.note:
            notes.append((tableau.entetes[rang], propose.note))
    colonnes = [
        _colonne(rang, tableau.entetes[rang], cible, ref)
        for rang, cible in sorted(cibles.items())
        if cible
    ]
    _refuser_doubles(colonnes)
    par_rubrique = {c.cible: c for c in colonnes if isinstance(c.cible, str)}
    _exiger_financeur(par_rubrique, constantes)
    ignores = [nom for rang, nom in tableau.entetes.items() if not cibles.get(rang)]
    return TableauCorrespondu(tableau, colonnes, constantes, ignores, notes, par_rubrique)


def _extrait(tableau: TableauLu, rang: int) -> Sequence[Cellule]:
    return [ligne.cellules[rang] for ligne in tableau.lignes[:50] if rang < len(ligne.cellules)]


def _colonne(rang: int, entete: str, cible: str, ref: Referentiel) -> ColonneCorrespondue:
    try:
        lue = lire_cible(cible, ref)
    except ValueError as erreur:
        raise CorrespondanceRefuseeError(f"Colonne « {entete} » : {erreur}") from None
    lecteur = lecteur_d_etape(lue) if isinstance(lue, LigneDeFinancement) else lecteur_de(lue, ref)
    propres_a_la_ligne = lue in ("intitule", "reference", "description")
    return ColonneCorrespondue(
        rang, entete, lue, lecteur, None if propres_a_la_ligne else _DejaLues(lecteur)
    )


def _refuser_doubles(colonnes: list[ColonneCorrespondue]) -> None:
    vues: dict[object, str] = {}
    for colonne in colonnes:
        if colonne.cible in vues:
            raise CorrespondanceRefuseeError(
                f"Les colonnes « {vues[colonne.cible]} » et « {colonne.entete} » remplissent "
                "la même rubrique : n'en gardez qu'une."
            )
        vues[colonne.cible] = colonne.entete


def _exiger_financeur(
    par_rubrique: dict[str, ColonneCorrespondue], constantes: dict[str, Any]
) -> None:
    montants = [c.entete for code, c in par_rubrique.items() if code.startswith("montant_")]
    if montants and "financeur" not in par_rubrique and "financeur" not in constantes:
        raise CorrespondanceRefuseeError(
            f"La colonne « {montants[0]} » ne dit pas de quel financeur : ajoutez une colonne "
            "« Financeur », ou indiquez le financeur de tout le fichier."
        )


def signature(entetes: Sequence[str]) -> str:
    """What two files with the same headings share, whatever their order and case."""
    formes = sorted({cle(entete) for entete in entetes})
    return hashlib.sha256("|".join(formes).encode()).hexdigest()
