"""What a report is made of, whatever the format it ends in: sections and the blocks they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bilan.controle import Controle
from bilan.graphiques import Graphique
from bilan.tableaux import ACTIONS, FINANCEMENT, Chiffre, Ligne, Tableau
from financement.montants import Montant


@dataclass(frozen=True)
class Paragraphe:
    """A paragraph of plain text."""

    texte: str


@dataclass(frozen=True)
class Liste:
    """A bulleted list, under a small heading where there is one."""

    elements: tuple[str, ...]
    titre: str = ""


@dataclass(frozen=True)
class ChiffreCle:
    """A key figure: what it is, the figure, and how to read it."""

    libelle: str
    chiffre: Chiffre
    note: str = ""


@dataclass(frozen=True)
class ChiffresCles:
    chiffres: tuple[ChiffreCle, ...]


@dataclass(frozen=True)
class BlocTableau:
    """A table of figures. ``note`` says what a reader must know of it; may be empty."""

    tableau: Tableau
    note: str = ""


@dataclass(frozen=True)
class Illustration:
    """A chart or a map; ``equivalent`` is the code of the table that says the same."""

    graphique: Graphique
    equivalent: str


@dataclass(frozen=True)
class Legende:
    """The numbers under which the document lists its communes or its themes."""

    titre: str
    entrees: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Fiche:
    """Names and what stands for them: « Coordination » – « CMLO, EPCI »."""

    rubriques: tuple[tuple[str, tuple[str, ...]], ...]


Cellule = str | Chiffre


@dataclass(frozen=True)
class Registre:
    """A table of words and figures, such as the check's gaps; ``code`` names it in files."""

    code: str
    titre: str
    entetes: tuple[str, ...]
    lignes: tuple[tuple[Cellule, ...], ...]


@dataclass(frozen=True)
class LigneAction:
    """One line of the contract in the annex.

    ``montants`` is granted € by funders' column, without a key where the column has no line;
    ``montant`` is their sum. ``investissement`` is no part of it.
    """

    reference: str
    intitule: str
    numero_theme: int
    theme: str
    porteur: str
    nature: str
    provenance: str
    montants: Mapping[str, Montant]
    montant: Montant
    investissement: Montant
    lien: str


@dataclass(frozen=True)
class GroupeActions:
    """The lines of a commune. ``sous_total`` is that commune's row of the territorial table."""

    sous_total: Ligne
    lignes: Iterable[LigneAction]


@dataclass(frozen=True)
class ListeActions:
    """Every line of the year, by commune, read as it is drawn: it may be too long to be held.

    ``groupes`` starts a fresh reading each time it is called; its groups are read in order, each
    before the next. ``colonnes`` are the funders' columns: code and heading. Without
    ``porteurs_connus`` no line has a porteur, and a page may leave their column out; so for the
    investment, where the total has no figure of it.
    """

    nombre: int
    colonnes: tuple[tuple[str, str], ...]
    groupes: Callable[[], Iterable[GroupeActions]]
    total: Ligne
    lien: str
    reconstitue: bool
    porteurs_connus: bool

    @property
    def investit(self) -> bool:
        """Whether some line of the year is one of investment."""
        return len(self.total.chiffres) > len((ACTIONS, FINANCEMENT))

    @property
    def mots(self) -> int:
        """How many columns of words stand before the amounts on screen."""
        return 4 if self.porteurs_connus else 3

    @property
    def largeur(self) -> int:
        """How many columns a row has on screen."""
        return self.mots + len(self.total.chiffres) - 1


Bloc = (
    Paragraphe
    | Liste
    | ChiffresCles
    | BlocTableau
    | Illustration
    | Legende
    | Fiche
    | Registre
    | ListeActions
)


@dataclass(frozen=True)
class Section:
    """A titled part of the report. ``ancre`` names it in addresses, bookmarks and sheets."""

    ancre: str
    titre: str
    blocs: tuple[Bloc, ...] = ()
    sections: tuple["Section", ...] = ()
    annexe: bool = False


@dataclass(frozen=True)
class Rapport:
    """The annual report of one year, ready to be drawn in any format.

    ``annees`` are all those that have a report, newest first. ``date_emission`` is the only thing
    in it that the rows don't decide.
    """

    annee: int
    annees: tuple[int, ...]
    titre: str
    contrat: str
    territoire: str
    date_emission: date
    etat_du_controle: str
    avertissement: str
    sections: tuple[Section, ...]
    controle: Controle

    @property
    def compare(self) -> bool:
        """Whether some figures of the year were published, which the report says of its own."""
        return self.chapitre("controle") is not None

    def chapitre(self, ancre: str) -> Section | None:
        """The section of this name; None where the year has none."""
        return next((section for section in self.sections if section.ancre == ancre), None)

    def voisins(self, chapitre: Section) -> tuple[Section | None, Section | None]:
        """The sections before and after this one."""
        rang = self.sections.index(chapitre)
        suivant = self.sections[rang + 1] if rang + 1 < len(self.sections) else None
        return (self.sections[rang - 1] if rang else None), suivant

    def tableau(self, code: str) -> Tableau | Registre | None:
        """The table of this code; None where the year has none."""
        return next((t for t in self.tableaux if t.code == code), None)

    @property
    def tableaux(self) -> tuple[Tableau | Registre, ...]:
        """Every table of the report, in its order."""
        return tuple(
            bloc.tableau if isinstance(bloc, BlocTableau) else bloc
            for section in self.sections
            for partie in (section, *section.sections)
            for bloc in partie.blocs
            if isinstance(bloc, BlocTableau | Registre)
        )
