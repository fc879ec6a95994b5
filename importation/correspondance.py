"""Which column of each table fills which field: proposed, corrected, remembered."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from importation import valeurs
from importation.appariement import Litige, apparier, sommes_ecartees, trouver_litiges
from importation.corrections import Correction, corriger
from importation.entetes import (
    CorrespondanceRefuseeError,
    TableauLu,
    trouver_tableau,
)
from importation.fiches import Montants, a_l_etape
from importation.lecture import Cellule, Classeur, FeuilleLue, est_notre_recapitulatif
from importation.referentiel import Referentiel, ValeurRefuseeError, cle
from importation.rubriques import (
    ETAPES,
    RANGS,
    RUBRIQUES,
    LigneDeFinancement,
    est_d_argent,
    lire_cible,
)

CONSTANTES = (
    *("commune", "theme", "porteur", "financeur", "statut", "nature", "credit"),
    *("nature_financement", "exercice", "intitule"),
)
INTITULE_PAR_DEFAUT = "Subvention à {porteur}"
_DANS_UN_INTITULE = ("porteur", "reference", "theme", "commune", "quartier", "exercice")
_PARTIES = {"colonnes", "constantes", "entetes", "cumuler"}


@dataclass(frozen=True, slots=True)
class Correspondance:
    """Heading → target (see ``rubriques``), and values that stand for the whole file.

    ``entetes``: sheet → the numbers of its lines of headings; none of them: the sheet isn't read.
    A sheet that isn't there has its headings found. ``cumuler``: the stages whose amounts are added
    up where several rows of a sheet are one action's (payments, decisions). The constant
    ``intitule`` may be a pattern: « Subvention à {porteur} ». ``corrections``: what was mended or
    left out in the pages.
    """

    colonnes: Mapping[str, str] = field(default_factory=dict)
    constantes: Mapping[str, str] = field(default_factory=dict)
    entetes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    cumuler: Sequence[str] = ()
    corrections: Sequence[Correction] = ()

    @classmethod
    def depuis_json(cls, texte: str) -> "Correspondance":
        """Raises CorrespondanceRefuseeError where it has another shape than the expected one."""
        try:
            donnees = json.loads(texte)
        except ValueError as erreur:
            raise CorrespondanceRefuseeError(
                f"La correspondance n'est pas du JSON : {erreur}."
            ) from None
        if not isinstance(donnees, dict) or donnees.keys() - _PARTIES:
            raise CorrespondanceRefuseeError(
                'La correspondance attendue est {"colonnes": {"En-tête": "rubrique"}, '
                '"constantes": {"rubrique": "valeur"}, "entetes": {"feuille": [1, 2]}, '
                '"cumuler": ["verse"]}.'
            )
        parties: list[dict[str, str]] = []
        for nom in ("colonnes", "constantes"):
            partie = donnees.get(nom, {})
            if not isinstance(partie, dict) or not all(
                isinstance(v, str | int | None) for v in partie.values()
            ):
                raise CorrespondanceRefuseeError(f"« {nom} » associe des textes à des textes.")
            parties.append({k: "" if v is None else str(v) for k, v in partie.items()})
        entetes = donnees.get("entetes", {})
        if not isinstance(entetes, dict) or not all(
            isinstance(v, list) and all(type(numero) is int for numero in v)
            for v in entetes.values()
        ):
            raise CorrespondanceRefuseeError(
                "« entetes » associe à chaque feuille les numéros de ses lignes d'en-têtes."
            )
        cumuler = donnees.get("cumuler", [])
        if not isinstance(cumuler, list) or not all(etape in ETAPES for etape in cumuler):
            raise CorrespondanceRefuseeError(
                f"« cumuler » est une liste d'étapes parmi {', '.join(ETAPES)}."
            )
        colonnes, constantes = parties
        return cls(colonnes, constantes, entetes, tuple(cumuler))

    def en_json(self) -> dict[str, Any]:
        """Plain values, which make it again."""
        return {
            "colonnes": dict(self.colonnes),
            "constantes": dict(self.constantes),
            "entetes": {nom: list(lignes) for nom, lignes in self.entetes.items()},
            "cumuler": list(self.cumuler),
            "corrections": [list(correction) for correction in self.corrections],
        }

    def tableau(self, feuille: FeuilleLue, ref: Referentiel) -> TableauLu | None:
        """The table of a sheet; None where there is nothing to read (see ``trouver_tableau``)."""
        if est_notre_recapitulatif(feuille):
            return None
        tableau = trouver_tableau(feuille, ref, self.colonnes, self.entetes.get(feuille.nom))
        return corriger(tableau, self.corrections) if tableau and self.corrections else tableau


Lecteur = Callable[[Cellule], Any]


def lecteur_de(rubrique: str, ref: Referentiel) -> Lecteur:
    """What turns a cell into the field's value."""
    avec_reference: dict[str, Callable[[Cellule, Referentiel], Any]] = {
        "theme": valeurs.lire_theme,
        "commune": valeurs.lire_commune,
        "axes": valeurs.lire_axes,
        "financeur": valeurs.lire_financeur,
    }
    if rubrique in avec_reference:
        lire = avec_reference[rubrique]
        return lambda cellule: lire(cellule, ref)
    seuls: dict[str, Lecteur] = {
        "siret": valeurs.lire_siret,
        "exercice": valeurs.lire_exercice,
        "part": valeurs.lire_part,
        "date_debut": valeurs.lire_date,
        "date_fin": valeurs.lire_date,
        "description": valeurs.lire_paragraphes,
        **valeurs.CHOIX,
    }
    if rubrique in seuls:
        return seuls[rubrique]
    if rubrique.startswith("montant_"):
        return valeurs.lire_montant_de
    maximum = {"reference": 40, "porteur": 200, "quartier": 100}.get(rubrique, 250)
    return lambda cellule: valeurs.lire_texte(cellule, maximum)


def lecteur_d_etape(etape: str) -> Lecteur:
    """What turns a cell of a wide funding column into the amounts of its line: one object for the
    cells that say the same, as there may be a hundred thousand.
    """

    def lire(cellule: Cellule) -> Montants | None:
        montant = valeurs.lire_montant_de(cellule)
        return None if montant is None else a_l_etape(etape, montant)

    return lire


Lecture = tuple[Any, ValeurRefuseeError | None]  # the value, and why the cell is refused


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
        return lire(cellule), None
    except ValeurRefuseeError as refus:
        return None, refus


@dataclass(frozen=True, slots=True)
class ColonneCorrespondue:
    """A column that is imported; no ``deja_lues`` where each row has a cell of its own.

    ``etape`` is the stage of its amounts, "" where it holds none.
    """

    rang: int
    entete: str
    cible: str | LigneDeFinancement
    etape: str
    lecteur: Lecteur
    deja_lues: _DejaLues | None

    def euros(self, valeur: Any) -> Any:
        """The € of a value read in this column."""
        return valeur[RANGS[self.etape]] if type(valeur) is tuple else valeur

    def lire(self, cellule: Cellule) -> Lecture:
        if self.deja_lues is None:
            return _essayer(self.lecteur, cellule)
        # 1, 1.0 and True are equal, and don't read the same.
        return self.deja_lues[cellule if type(cellule) is str else (type(cellule), cellule)]


@dataclass(frozen=True, slots=True, eq=False)
class TableauCorrespondu:
    """A sheet's table whose columns are known; itself only. ``notes``: (heading, what to check)."""

    tableau: TableauLu
    colonnes: list[ColonneCorrespondue]
    constantes: dict[str, Any]
    ignores: list[str]
    notes: list[tuple[str, str]]
    par_rubrique: dict[str, ColonneCorrespondue]
    litiges: list[Litige]
    ecartees: dict[str, Decimal]  # heading → € of the columns that aren't imported
    modele: str  # of the titles, where no column gives them; ""

    @property
    def en_long(self) -> bool:
        """A row per funder: several rows may make one action."""
        return "financeur" in self.par_rubrique or "financeur" in self.constantes


def correspondre(
    classeur: Classeur, ref: Referentiel, voulue: Correspondance
) -> tuple[list[TableauCorrespondu], list[TableauLu]]:
    """The tables of the file, and those whose headings nobody knows.

    Raises CorrespondanceRefuseeError where no sheet holds one, or where the match can't stand.
    """
    constantes = _lire_constantes(voulue.constantes, ref)
    tableaux: list[TableauCorrespondu] = []
    ecartees: list[TableauLu] = []
    for feuille in classeur.feuilles:
        tableau = voulue.tableau(feuille, ref)
        if tableau is None:
            continue
        if tableau.reconnu:
            tableaux.append(_correspondre_tableau(tableau, ref, voulue.colonnes, constantes))
        else:
            ecartees.append(tableau)
    if not tableaux:
        raise CorrespondanceRefuseeError(
            "Aucune ligne d'en-têtes reconnue : dites, dans Colonnes, où elle est et ce que "
            "contient chaque colonne. Il faut au moins un intitulé, une référence ou un porteur."
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
        if rubrique == "exercice" and valeur not in (None, ref.annee):
            raise CorrespondanceRefuseeError(
                f"L'import porte sur l'exercice {ref.annee}, pas {valeur}."
            )
        if rubrique == "intitule":
            _verifier_modele(texte)
        if valeur is not None:
            lues[rubrique] = valeur
    return lues


def _verifier_modele(modele: str) -> None:
    for nom in re.findall(r"\{(.*?)\}", modele):
        if nom not in _DANS_UN_INTITULE:
            raise CorrespondanceRefuseeError(
                f"Modèle d'intitulé : {{{nom}}} n'est pas connu ; attendu "
                + ", ".join(f"{{{connu}}}" for connu in _DANS_UN_INTITULE)
                + "."
            )


def _correspondre_tableau(
    tableau: TableauLu, ref: Referentiel, voulues: Mapping[str, str], constantes: dict[str, Any]
) -> TableauCorrespondu:
    appariees = apparier(tableau, ref, voulues)
    constantes = dict(constantes)
    modele = str(constantes.pop("intitule", ""))
    colonnes = [_colonne(a.rang, a.entete, a.cible, ref, constantes) for a in appariees if a.cible]
    _refuser_doubles(colonnes)
    par_rubrique = {c.cible: c for c in colonnes if isinstance(c.cible, str)}
    financeur_dit = "financeur" in par_rubrique or "financeur" in constantes
    return TableauCorrespondu(
        tableau,
        colonnes,
        constantes,
        [a.entete for a in appariees if not a.cible],
        [(a.entete, a.note) for a in appariees if a.note],
        par_rubrique,
        trouver_litiges(tableau, appariees, ref, financeur_dit),
        sommes_ecartees(tableau, appariees),
        "" if "intitule" in par_rubrique else modele or INTITULE_PAR_DEFAUT,
    )


def _colonne(
    rang: int, entete: str, cible: str, ref: Referentiel, constantes: Mapping[str, Any]
) -> ColonneCorrespondue:
    try:
        lue = lire_cible(cible, ref, constantes.get("nature_financement"), constantes.get("credit"))
    except ValueError as erreur:
        raise CorrespondanceRefuseeError(f"Colonne « {entete} » : {erreur}") from None
    if isinstance(lue, LigneDeFinancement):
        etape, lecteur = lue.etape, lecteur_d_etape(lue.etape)
    else:
        etape = lue.removeprefix("montant_") if est_d_argent(lue) else ""
        lecteur = lecteur_de(lue, ref)
    propres_a_la_ligne = lue in ("intitule", "reference", "description")
    return ColonneCorrespondue(
        rang, entete, lue, etape, lecteur, None if propres_a_la_ligne else _DejaLues(lecteur)
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


def signature(entetes: Sequence[str]) -> str:
    """What two files with the same headings share, whatever their order and case."""
    formes = sorted({cle(entete) for entete in entetes})
    return hashlib.sha256("|".join(formes).encode()).hexdigest()
