"""The Actions sheet, one row a line of the contract, and the formulas that count it again."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from xlsxwriter.utility import xl_col_to_name

from actions.models import Action
from bilan.document import LigneAction, ListeActions
from bilan.rendus.xlsx.feuille import (
    INCONNU,
    Atelier,
    Feuille,
    format_des_euros,
    hauteur_du_texte,
)
from bilan.tableaux import INVESTISSEMENT, Colonne, Tableau, Unite
from listes.chiffres import brut
from listes.classeurs import texte

ACTIONS: Final = "Actions"
COMMUNE: Final = "commune"
THEME: Final = "theme"
_INTITULE: Final = "intitule"
_PORTEUR: Final = "porteur"
_NATURE: Final = "nature"
_TOTAL: Final = "total"
_INCONNUS: Final = "inconnus"
_LARGEUR_INTITULE: Final = 48
_LARGEUR_PORTEUR: Final = 24
_LARGEUR_DES_MONTANTS: Final = 12
_MOTS: Final = {
    COMMUNE: ("N° com.", 7),
    "nom_commune": ("Commune", 20),
    THEME: ("N° thème", 7),
    "nom_theme": ("Thème", 34),
    "reference": ("Référence", 10),
    _INTITULE: ("Intitulé", _LARGEUR_INTITULE),
    _PORTEUR: ("Porteur", _LARGEUR_PORTEUR),
    _NATURE: ("Nature", 10),
    "provenance": ("Provenance", 12),
}
"""The columns before the amounts, by code: their heading, and their width in characters."""
_NATURES: Final[Mapping[str, str]] = {
    Action.Nature.ACTION.value: "Action",
    Action.Nature.FONDS.value: "FPH",
    Action.Nature.ANIMATION.value: "Animation",
}
_COMPTEE: Final = Action.Nature.ACTION.value
_PROVENANCES: Final = {Action.Provenance.RECONSTITUTION.value: "Reconstituée"}
_REELLE: Final = "Réelle"

Critere = tuple[str, int]
"""The number of a commune or of a theme: the address of the cell that holds it, and itself."""


@dataclass(frozen=True)
class Recalcul:
    """A formula and the value that it has; None: the dash."""

    formule: str
    valeur: Decimal | int | None

    @property
    def cache(self) -> int | float | str | None:
        """What a preview shows, that doesn't calculate."""
        return INCONNU if self.valeur is None else brut(self.valeur)


class Recompte:
    """The Actions sheet counted again: formulas and, from its rows as they go by, their values.

    Formulas look for the numbers of communes and themes, never for their labels: a label may hold
    « * » or begin with « < », which SUMIFS takes for a pattern.

    ``colonnes`` are the ranks of the sheet's columns, by code. Ranks count from 0.
    """

    def __init__(self, colonnes: Mapping[str, int], premiere: int, nombre: int) -> None:
        self.colonnes = colonnes
        self.premiere = premiere
        self.derniere = premiere + max(nombre, 1) - 1
        # By commune and theme, then code of column; None for all of them, once they are added up.
        self._nombres: Counter[tuple[int | None, int | None]] = Counter()
        self._connus: defaultdict[tuple[int | None, int | None, str], Decimal] = defaultdict(
            Decimal
        )
        self._inconnus: set[tuple[int | None, int | None, str]] = set()

    def ajouter(
        self, commune: int, ligne: LigneAction, montants: Mapping[str, Decimal | None]
    ) -> None:
        """One more row, with its amounts by column, their total included."""
        theme = ligne.numero_theme
        if ligne.nature == _COMPTEE:
            self._nombres[commune, theme] += 1
        for code, montant in montants.items():
            if montant is None:
                self._inconnus.add((commune, theme, code))
            else:
                self._connus[commune, theme, code] += montant

    def cumuler(self) -> None:
        """Once every row has gone by: the sums of communes, of themes, and of everything."""
        for (commune, theme), nombre in list(self._nombres.items()):
            for case in ((commune, None), (None, theme), (None, None)):
                self._nombres[case] += nombre
        for (commune, theme, code), montant in list(self._connus.items()):
            for case in ((commune, None), (None, theme), (None, None)):
                self._connus[*case, code] += montant
        for commune, theme, code in list(self._inconnus):
            self._inconnus |= {(commune, None, code), (None, theme, code), (None, None, code)}

    def plage(self, code: str) -> str:
        """The address of the cells of a column."""
        lettre = xl_col_to_name(self.colonnes[code], col_abs=True)
        return f"{ACTIONS}!{lettre}${self.premiere + 1}:{lettre}${self.derniere + 1}"

    def recalcul(self, colonne: Colonne, criteres: Mapping[str, Critere]) -> Recalcul:
        """The figure of a table's column, for the commune or the theme given, else for all."""
        si = "".join(f",{self.plage(code)},{ou}" for code, (ou, _) in criteres.items())
        commune, theme = (criteres[c][1] if c in criteres else None for c in (COMMUNE, THEME))
        if colonne.unite == Unite.ACTIONS:
            formule = f'COUNTIFS({self.plage(_NATURE)},"{_NATURES[_COMPTEE]}"{si})'
            return Recalcul(formule, self._nombres[commune, theme])
        code = colonne.code if colonne.code in self.colonnes else _TOTAL
        return Recalcul(self._somme(code, si), self._montant((commune, theme, code)))

    def _somme(self, code: str, si: str) -> str:
        """The sum of the known amounts; the dash where there are amounts and none is known."""
        argent = self.plage(code)
        somme = f"SUMIFS({argent}{si})" if si else f"SUM({argent})"
        return (
            f'IF(AND(COUNTIFS({argent},"{INCONNU}"{si})>0,COUNTIFS({argent},">=0"{si})=0),'
            f'"{INCONNU}",ROUND({somme},2))'
        )

    def _montant(self, case: tuple[int | None, int | None, str]) -> Decimal | None:
        """What that sum comes to."""
        if case in self._connus:
            return self._connus[case]
        return None if case in self._inconnus else Decimal(0)


def ecrire_actions(atelier: Atelier, liste: ListeActions, thematique: Tableau) -> Recompte:
    """The rows, read as they are written; how the other sheets count them again."""
    argent = [*liste.colonnes, (_TOTAL, "Total accordé")]
    if liste.total.chiffres[1].inconnus:
        argent.append((_INCONNUS, "Montants inconnus"))
    if liste.investit:
        argent.append((INVESTISSEMENT.code, INVESTISSEMENT.titre))
    entetes = [*(titre for titre, _ in _MOTS.values()), *(titre for _, titre in argent)]
    feuille = Feuille(
        atelier,
        ACTIONS,
        f"Actions {atelier.rapport.annee}",
        [*(largeur for _, largeur in _MOTS.values()), *[_LARGEUR_DES_MONTANTS] * len(argent)],
        "Une ligne par action, crédits de fonctionnement accordés par financeur. Case vide : "
        "aucune ligne de financement ; « — » : montant inconnu ; 0 € : rien n'est accordé.",
    )
    feuille.avertir(liste.reconstitue)
    debut = feuille.rang
    colonnes = {code: rang for rang, code in enumerate((*_MOTS, *(code for code, _ in argent)))}
    recompte = Recompte(colonnes, debut + 2, liste.nombre)
    _ligne_des_totaux(feuille, liste, thematique, recompte)
    feuille.entetes(entetes, range(len(_MOTS), len(entetes)))
    feuille.figer(debut, 2)
    feuille.onglet.autofilter(debut + 1, 0, recompte.derniere, len(entetes) - 1)
    _ecrire_lignes(feuille, liste, recompte)
    return recompte


def _ligne_des_totaux(
    feuille: Feuille, liste: ListeActions, thematique: Tableau, recompte: Recompte
) -> None:
    """Above the heads: the number and the sums of the rows that a filter leaves in sight."""
    for colonne in range(len(recompte.colonnes)):
        feuille.texte(colonne, "", "total")
    feuille.texte(0, "Lignes affichées", "total")
    feuille.formule(
        recompte.colonnes[_INTITULE],
        f"SUBTOTAL(103,{recompte.plage(_INTITULE)})",
        liste.nombre,
        "total",
        "gauche",
        nombre="#,##0",
    )
    for code in [code for code in recompte.colonnes if code not in (*_MOTS, _INCONNUS)]:
        chiffre = thematique.chiffre(None, "financement_total" if code == _TOTAL else code)
        valeur = None if chiffre is None else chiffre.valeur
        argent = recompte.plage(code)
        feuille.formule(
            recompte.colonnes[code],
            f"IF(AND(SUBTOTAL(102,{argent})=0,SUBTOTAL(103,{argent})>0),"
            f'"{INCONNU}",ROUND(SUBTOTAL(109,{argent}),2))',
            INCONNU if valeur is None else float(valeur),
            "total",
            "droite",
            nombre=format_des_euros(valeur),
        )
    feuille.rang += 1


def _ecrire_lignes(feuille: Feuille, liste: ListeActions, recompte: Recompte) -> None:
    """Every row of the list. There may be a million cells: nothing is looked up for each."""
    ecrire = _Rangee(feuille, recompte.colonnes)
    for groupe in liste.groupes():
        commune, nom = groupe.sous_total.numero or 0, groupe.sous_total.libelle
        for ligne in groupe.lignes:
            montants = {code: lu.valeur for code, lu in ligne.montants.items()}
            if ligne.montants:
                montants[_TOTAL] = ligne.montant.valeur
            if ligne.montant.inconnues and _INCONNUS in recompte.colonnes:
                montants[_INCONNUS] = Decimal(ligne.montant.inconnues)
            if ligne.investissement.lignes:
                montants[INVESTISSEMENT.code] = ligne.investissement.valeur
            ecrire.mots(commune, nom, ligne)
            ecrire.montants(montants)
            recompte.ajouter(commune, ligne, montants)
            feuille.rang += 1
    recompte.cumuler()


_propre = lru_cache(maxsize=4096)(texte)
"""Most texts of a row stand on others too: each is made fit for a cell once."""


class _Rangee:
    """Writes a row of the sheet. A cell without a format takes that of its column."""

    def __init__(self, feuille: Feuille, colonnes: Mapping[str, int]) -> None:
        self._feuille, self._colonnes = feuille, colonnes
        self._mot, self._nombre = feuille.onglet.write_string, feuille.onglet.write_number
        self._inconnu = feuille.formats("droite")
        self._cents = feuille.formats(nombre=format_des_euros(0.5))
        for code, rang in colonnes.items():
            if code in (COMMUNE, THEME):
                feuille.habiller(rang, "gauche", nombre="0")
            elif code in (_INTITULE, _PORTEUR):
                feuille.habiller(rang, "long")
            elif code == _INCONNUS:
                feuille.habiller(rang, nombre="0")
            elif code not in _MOTS:
                feuille.habiller(rang, nombre=format_des_euros(0))

    def mots(self, commune: int, nom: str, ligne: LigneAction) -> None:
        """The columns of ``_MOTS``, in their order; nothing in those that have none."""
        valeurs = (
            commune,
            nom,
            ligne.numero_theme,
            ligne.theme,
            ligne.reference,
            ligne.intitule,
            ligne.porteur,
            _NATURES[ligne.nature],
            _PROVENANCES.get(ligne.provenance, _REELLE),
        )
        rang = self._feuille.rang
        mots = (ligne.intitule, _LARGEUR_INTITULE), (ligne.porteur, _LARGEUR_PORTEUR)
        hauteurs = [hauteur_du_texte(mot, place) for mot, place in mots if len(mot) > place]
        if hauteurs:
            self._feuille.onglet.set_row(rang, max(hauteurs))
        for colonne, valeur in enumerate(valeurs):
            if isinstance(valeur, int):
                self._nombre(rang, colonne, valeur)
            elif valeur:
                self._mot(rang, colonne, _propre(valeur))

    def montants(self, montants: Mapping[str, Decimal | None]) -> None:
        """The amounts that the row has; nothing where a column gives none."""
        rang = self._feuille.rang
        for code, montant in montants.items():
            if montant is None:
                self._mot(rang, self._colonnes[code], INCONNU, self._inconnu)
            else:
                valeur = float(montant)
                habit = None if valeur.is_integer() else self._cents
                self._nombre(rang, self._colonnes[code], valeur, habit)
