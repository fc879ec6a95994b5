"""What a table of the report is made of: figures, each with its link, its text and its check."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from listes.chiffres import montant, nombre, pourcentage


class Unite(StrEnum):
    """What a figure counts."""

    ACTIONS = "actions"
    EUROS = "euros"
    PART = "part"  # a fraction of 1, shown in per cent
    NOMBRE = "nombre"  # of communes, themes, funders…


class Statut(StrEnum):
    """How a recomputed figure stands beside the published one."""

    CONFORME = "conforme"
    INCOHERENCE_SOURCE = "incoherence_source"
    ECART = "ecart"


@dataclass(frozen=True)
class Publication:
    """The figure that the published document prints in the same place.

    ``ancre`` names the place in the page of the check, which explains.
    """

    valeur: Decimal
    statut: Statut
    explication: str
    ancre: str


@dataclass(frozen=True)
class Chiffre:
    """One figure of a table: a number of actions, €, or a share.

    ``valeur`` is None where the amount is unknown, or where the document prints words or nothing;
    ``texte`` is then, or beside the number (« 3 + FPH »), what is printed. ``lien`` lists exactly
    the actions behind the figure. ``publication`` is None where nothing was published.
    """

    valeur: Decimal | int | None
    unite: Unite
    lien: str
    texte: str | None = None
    reconstitue: bool = False
    publication: Publication | None = None

    @property
    def affiche(self) -> str:
        """What a reader sees: « 563 152 € », « 3 + FPH », « 12,5 % », « — » for the unknown."""
        if self.texte is not None:
            return self.texte
        if self.unite == Unite.EUROS:
            return montant(self.valeur)
        if self.unite == Unite.PART:
            return pourcentage(None if self.valeur is None else Decimal(self.valeur))
        return nombre(self.valeur)

    @property
    def differe(self) -> bool:
        """Whether the published figure is another one."""
        return self.publication is not None and self.publication.statut != Statut.CONFORME


@dataclass(frozen=True)
class Colonne:
    """A column of figures. ``groupe`` is a heading that several columns share."""

    code: str
    titre: str
    unite: Unite
    groupe: str = ""


@dataclass(frozen=True)
class Ligne:
    """A row of figures, one for each column; ``numero`` is None for the TOTAL."""

    numero: int | None
    libelle: str
    chiffres: tuple[Chiffre, ...]
    nom: str = ""
    code: str = ""


@dataclass(frozen=True)
class Tableau:
    """A table: its columns, its rows in the document's order, and the row of its totals."""

    annee: int
    code: str
    titre: str
    entete: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[Ligne, ...]
    total: Ligne
    reconstitue: bool = False

    @property
    def toutes_les_lignes(self) -> tuple[Ligne, ...]:
        return (*self.lignes, self.total)

    @property
    def groupes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The headings above the columns, each with the ranks of the columns that it covers."""
        groupes: dict[str, list[int]] = {}
        for rang, colonne in enumerate(self.colonnes):
            groupes.setdefault(colonne.groupe or colonne.titre, []).append(rang)
        return tuple((titre, tuple(rangs)) for titre, rangs in groupes.items())

    def chiffre(self, numero: int | None, colonne: str) -> Chiffre | None:
        """The figure of a row (None: the TOTAL) and a column; None where there is no such one."""
        rang = next((i for i, c in enumerate(self.colonnes) if c.code == colonne), None)
        ligne = next((li for li in self.toutes_les_lignes if li.numero == numero), None)
        return None if rang is None or ligne is None else ligne.chiffres[rang]
