"""The check: every published figure against the recomputed one, and the document's own sums.

Two families. *Recalcul*: each figure that the document prints beside the one computed from the
rows. *Cohérence*: each sum that the document itself lets a reader make. A printed figure that
differs is the source's own inconsistency only where the document's sum of the same parts shows the
same gap; anything else is an écart. The source is never corrected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple, TypeVar

from bilan.tableaux import (
    THEMATIQUE,
    Chiffre,
    Ligne,
    Publication,
    Statut,
    Tableau,
    TableauTerritorial,
    TableauThematique,
)
from listes.chiffres import ecart as ecart_signe
from listes.chiffres import nombre

TABLEAUX = {"territorial": "Territorial", THEMATIQUE: "Thématique"}
COLONNES = {
    "actions": "actions",
    "financement": "financement",
    "financement_total": "financement total",
    "ville": "Ville",
    "etat": "Etat",
    "cg": "CG",
    "fasild": "Fasild",
}


class Cle(NamedTuple):
    """The place of a figure: its table, its row's number (None for the TOTAL), its column."""

    tableau: str
    ligne: int | None
    colonne: str

    @property
    def ancre(self) -> str:
        """The place, as the check's page names it in addresses."""
        return "-".join((self.tableau, str(self.ligne or "total"), self.colonne))


@dataclass(frozen=True)
class Imprime:
    """A figure as the document prints it: its value, and the label of its row."""

    valeur: Decimal
    libelle: str


Publies = Mapping[Cle, Imprime]


@dataclass(frozen=True)
class Recalcul:
    """One published figure beside the recomputed one; ``recalcule`` None where no row gives one.

    ``ecart`` is recomputed − published.
    """

    cle: Cle
    libelle: str
    publie: Decimal
    recalcule: Decimal | None
    statut: Statut
    lien: str

    @property
    def ecart(self) -> Decimal | None:
        return None if self.recalcule is None else self.recalcule - self.publie

    @property
    def place(self) -> tuple[str, str, str]:
        """Table, row and column in words."""
        colonne = COLONNES[self.cle.colonne]
        return TABLEAUX[self.cle.tableau], self.libelle, f"{colonne[0].upper()}{colonne[1:]}"

    @property
    def explication(self) -> str:
        """One sentence for a figure that differs; empty where it conforms."""
        if self.statut == Statut.CONFORME:
            return ""
        if self.statut == Statut.INCOHERENCE_SOURCE:
            return (
                f"Le document imprime {nombre(self.publie)} ; la somme de ses propres financeurs "
                f"donne {nombre(self.recalcule)} ({ecart_signe(self.ecart or 0)})."
            )
        if self.recalcule is None:
            return f"Le document imprime {nombre(self.publie)} ; aucune ligne ne le redonne."
        return (
            f"Le document imprime {nombre(self.publie)} ; les actions enregistrées donnent "
            f"{nombre(self.recalcule)} ({ecart_signe(self.ecart or 0)}) : à vérifier."
        )


@dataclass(frozen=True)
class Somme:
    """A sum that the document lets a reader make: ``attendu`` is printed, ``obtenu`` is the sum.

    ``cible`` is the place of the printed figure; ``des_financeurs`` says that its parts are the
    funders' amounts of the same row, from which the tables are recomputed.
    """

    libelle: str
    attendu: Decimal
    obtenu: Decimal
    cible: Cle
    des_financeurs: bool = False

    @property
    def ecart(self) -> Decimal:
        """Sum of the parts − printed."""
        return self.obtenu - self.attendu

    @property
    def tient(self) -> bool:
        return self.ecart == 0


@dataclass(frozen=True)
class Controle:
    """The whole check of one year."""

    annee: int
    recalcul: tuple[Recalcul, ...]
    coherence: tuple[Somme, ...]

    @property
    def publie(self) -> bool:
        """Whether anything was published for the year, so that there is something to check."""
        return bool(self.recalcul)

    def au_statut(self, statut: Statut) -> tuple[Recalcul, ...]:
        return tuple(r for r in self.recalcul if r.statut == statut)

    @property
    def conformes(self) -> int:
        return len(self.au_statut(Statut.CONFORME))

    @property
    def incoherences_source(self) -> tuple[Recalcul, ...]:
        return self.au_statut(Statut.INCOHERENCE_SOURCE)

    @property
    def ecarts(self) -> tuple[Recalcul, ...]:
        return self.au_statut(Statut.ECART)

    @property
    def sommes_en_defaut(self) -> tuple[Somme, ...]:
        return tuple(somme for somme in self.coherence if not somme.tient)


def controler(
    territorial: TableauTerritorial, thematique: TableauThematique, publies: Publies
) -> Controle:
    """Compare what is published for a year with its recomputed tables."""
    coherence = tuple(_sommes(publies))
    ecarts_du_document = {somme.cible: somme.ecart for somme in coherence if somme.des_financeurs}
    tableaux = {tableau.code: tableau for tableau in (territorial, thematique)}
    return Controle(
        annee=territorial.annee,
        recalcul=tuple(
            _recalcul(cle, imprime, tableaux[cle.tableau], ecarts_du_document)
            for cle, imprime in publies.items()
        ),
        coherence=coherence,
    )


def _recalcul(
    cle: Cle, imprime: Imprime, tableau: Tableau, ecarts_du_document: Mapping[Cle, Decimal]
) -> Recalcul:
    chiffre = tableau.chiffre(cle.ligne, cle.colonne)
    valeur = None if chiffre is None or chiffre.valeur is None else Decimal(chiffre.valeur)
    if valeur == imprime.valeur:
        statut = Statut.CONFORME
    elif valeur is not None and ecarts_du_document.get(cle) == valeur - imprime.valeur:
        statut = Statut.INCOHERENCE_SOURCE
    else:
        statut = Statut.ECART
    lien = "" if chiffre is None else chiffre.lien
    return Recalcul(cle, imprime.libelle, imprime.valeur, valeur, statut, lien)


# --- The document's own sums -------------------------------------------------------------------

_HORS_FINANCEURS = frozenset({"actions", "financement_total"})


def _sommes(publies: Publies) -> Iterator[Somme]:
    """The sums in the order of the document: columns, rows, then one table against the other."""
    yield from _sommes_des_colonnes(publies)
    yield from _sommes_des_financeurs(publies)
    yield from _totaux_des_tableaux(publies)


def _sommes_des_colonnes(publies: Publies) -> Iterator[Somme]:
    for tableau, colonne in dict.fromkeys((cle.tableau, cle.colonne) for cle in publies):
        cible = Cle(tableau, None, colonne)
        if cible in publies:
            titre = COLONNES[colonne]
            parts = (
                imprime.valeur
                for cle, imprime in publies.items()
                if cle[::2] == (tableau, colonne) and cle.ligne is not None
            )
            yield Somme(
                f"{TABLEAUX[tableau]}, colonne {titre} : somme des lignes",
                publies[cible].valeur,
                sum(parts, Decimal(0)),
                cible,
            )


def _sommes_des_financeurs(publies: Publies) -> Iterator[Somme]:
    for cible, total in publies.items():
        if cible.colonne == "financement_total":
            parts = (
                imprime.valeur
                for cle, imprime in publies.items()
                if cle[:2] == cible[:2] and cle.colonne not in _HORS_FINANCEURS
            )
            yield Somme(
                f"{TABLEAUX[cible.tableau]}, ligne {total.libelle} : somme des financeurs",
                total.valeur,
                sum(parts, Decimal(0)),
                cible,
                des_financeurs=True,
            )


def _totaux_des_tableaux(publies: Publies) -> Iterator[Somme]:
    for titre, colonne in (("actions", "actions"), ("financement", "financement_total")):
        cible = Cle("territorial", None, titre)
        autre = Cle(THEMATIQUE, None, colonne)
        if cible in publies and autre in publies:
            yield Somme(
                f"Totaux des deux tableaux, {titre} : thématique contre territorial",
                publies[cible].valeur,
                publies[autre].valeur,
                cible,
            )


# --- The published figure beside each recomputed one -------------------------------------------

T = TypeVar("T", bound=Tableau)


def confronter(tableau: T, controle: Controle) -> T:
    """The same table, each of its figures with the published one where there is one."""
    recalculs = {r.cle: r for r in controle.recalcul if r.cle.tableau == tableau.code}

    def chiffre(ligne: Ligne, rang: int) -> Chiffre:
        nu = ligne.chiffres[rang]
        recalcul = recalculs.get(Cle(tableau.code, ligne.numero, tableau.colonnes[rang].code))
        if recalcul is None:
            return nu
        return replace(
            nu,
            publication=Publication(
                recalcul.publie, recalcul.statut, recalcul.explication, recalcul.cle.ancre
            ),
        )

    def ligne(nue: Ligne) -> Ligne:
        return replace(nue, chiffres=tuple(chiffre(nue, rang) for rang in range(len(nue.chiffres))))

    return replace(tableau, lignes=tuple(map(ligne, tableau.lignes)), total=ligne(tableau.total))
