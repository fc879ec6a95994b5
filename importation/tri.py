"""Which rows of a table are its actions: not its totals, nor its headings again, nor other years.

Each row is kept, refused or set aside aloud, and counted.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from importation.correspondance import ColonneCorrespondue, TableauCorrespondu
from importation.decompte import Decompte, Euros, Part
from importation.entetes import forme
from importation.lecture import Cellule, LigneLue
from importation.lignes import Journal, LigneVerifiee, lire_euros, lire_ligne
from importation.referentiel import Referentiel, cle, cle_organisme
from importation.valeurs import en_texte
from listes.recherche import sans_accents

_TOTAL = re.compile(
    r"(?:(?:sous[- ]?|s[./])?tota(?:l|ux)\b|s/t\b|ensemble(?=$| (?:d|g))|cumul\b|somme$)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_MOTS_D_UN_TOTAL = frozenset(
    {"general", "generale", "de", "des", "du", "la", "le", "les", "l", "d", "en", "par", "pour"}
    | {"subventions", "subvention", "actions", "action", "montants", "montant", "euros", "annee"}
    | {"theme", "thematique", "volet", "commune", "porteur", "partiel", "page", "tableau"}
)
_INITIALES_D_UN_TOTAL = frozenset("tTsSeEcC \u00a0\n\t")
_TITRE = re.compile(r"(?:thème|thématique|axe|volet|pilier|commune|quartier)\b", re.IGNORECASE)
_COLONNES_D_UN_TITRE = 3
_NOMMENT = ("reference", "porteur", "siret")  # what a line of totals never gives
_SITUENT = ("theme", "commune")
_LIGNES_D_UNE_SOMME = 2
_PORTEURS_PAR_ERREUR = 2  # a reference copied by mistake is two porteurs'
_RIEN: dict[int, Decimal] = {}
TOTAL, ENTETES, TITRE, VIDE = "lignes de total", "en-têtes répétés", "titres", "lignes sans valeur"
NOTE = "notes sous le tableau"
EN_ERREUR = "lignes en erreur"


class Tri:
    """Takes the rows of one table in order. ``references``: those of the actions on record."""

    def __init__(
        self,
        source: TableauCorrespondu,
        ref: Referentiel,
        journal: Journal,
        decompte: Decompte,
        references: Collection[str] = (),
    ) -> None:
        self.source, self.ref, self.journal, self.decompte = source, ref, journal, decompte
        self.annees: dict[int, tuple[int, Part]] = {}  # year → its first row, and all of them
        self._sommes = _Sommes()
        self._niveaux = [(min(n), n) for n in source.tableau.niveaux if len(n) > 1]
        self._exercice = source.par_rubrique.get("exercice")
        self._sans_reference = _reference_partagee(source, references)
        if self._sans_reference:
            self._dire_reference_partagee()
        self._nomment = [c for r in _NOMMENT if (c := source.par_rubrique.get(r))]
        self._situent = [c for r in _SITUENT if (c := source.par_rubrique.get(r))]
        self._notes = frozenset(_notes(source.tableau.lignes))

    def lire(self, lue: LigneLue) -> LigneVerifiee | None:
        """The row's values; None where it is set aside, or holds nothing but spaces."""
        if all(type(c) is str and not c.strip() for c in lue.cellules):
            return None
        if self._d_une_autre_annee(lue):
            return None
        if lue.numero in self._notes:
            texte = next(en_texte(c) for c in lue.cellules if c != "")
            self._ecarter(lue, NOTE, "Note sous le tableau : non importée.", texte)
            return None
        ecart = self._ecart(lue.cellules)
        if ecart:
            self._ecarter(lue, *ecart)
            return None
        ligne = lire_ligne(self.source, lue, self.journal)
        if ligne is None:
            self._ecarter(lue, VIDE, "Rien dans les colonnes importées : ligne ignorée.")
            return None
        if self._sans_reference:
            ligne.champs.pop("reference", None)
        additionnees = self._sommes.qui_donnent(ligne.euros)
        if additionnees:
            lignes = f"lignes {additionnees[0]} à {additionnees[1]}"
            if not self._nommee(lue.cellules) and not self._situee(lue.cellules):
                message = f"Somme des {lignes} : lue comme un total, non importée."
                self._ecarter(lue, TOTAL, message)
                return None
            doute = f"Ses montants sont la somme des {lignes} : est-ce un total ?"
            ligne.avertir_sous("", "", doute)
        self._sommes.ajouter(ligne)
        return ligne

    def ecarter_tout(self, motif: str) -> None:
        """Set all of the rows aside."""
        for lue in self.source.tableau.lignes:
            self.decompte.ecarter(motif, lire_euros(self.source, lue.cellules))

    def compter(self, ligne: LigneVerifiee) -> None:
        """A row, once it is known whether it can be written."""
        if ligne.refusee():
            self.decompte.ecarter(EN_ERREUR, ligne.euros)
        else:
            self.decompte.gardees.ajouter(ligne.euros)

    def _ecart(self, cellules: list[Cellule]) -> tuple[str, str, str] | None:
        """Why a row isn't an action, how to say it, and the text that shows it."""
        if self._repete_les_entetes(cellules):
            return ENTETES, "En-têtes répétés : ligne non importée.", ""
        etiquette = self._etiquette_de_total(cellules)
        if etiquette:
            self._sommes.repartir()
            return TOTAL, "Ligne de total : non importée.", etiquette
        titre = self._titre(cellules)
        return (TITRE, "Ligne de titre : non importée.", titre) if titre else None

    def _ecarter(self, lue: LigneLue, motif: str, message: str, valeur: str = "") -> None:
        self.journal.avertir(self.source.tableau.feuille, lue.numero, "", valeur, message)
        self.decompte.ecarter(motif, lire_euros(self.source, lue.cellules))

    def _dire_reference_partagee(self) -> None:
        tableau, entete = self.source.tableau, self.source.par_rubrique["reference"].entete
        self.journal.avertir(
            tableau.feuille,
            tableau.ligne_entetes,
            entete,
            entete,
            "Une même référence y est celle de plusieurs porteurs : elle ne désigne pas une "
            "action, et la colonne n'est pas importée.",
        )

    # --- Headings and titles among the rows ----------------------------------------------------

    def _repete_les_entetes(self, cellules: list[Cellule]) -> bool:
        for premiere, niveau in self._niveaux:
            if premiere >= len(cellules) or not _est(cellules[premiere], niveau[premiere]):
                continue
            remplies = {rang: c for rang, c in enumerate(cellules) if c != ""}
            memes = sum(_est(c, niveau.get(rang, "")) for rang, c in remplies.items())
            if memes * 5 >= max(len(remplies), len(niveau)) * 4:
                return True
        return False

    def _titre(self, cellules: list[Cellule]) -> str:
        """The only text of a row that can be no action, such as the theme of those below."""
        rang, texte = next((rang, c) for rang, c in enumerate(cellules) if c != "")
        if not self._situent or cellules.count(texte) + cellules.count("") != len(cellules):
            return ""
        intitule = self.source.par_rubrique.get("intitule")
        if not isinstance(texte, str) or len(self.source.colonnes) < _COLONNES_D_UN_TITRE:
            return ""
        nomme = self.ref.themes.trouver(texte) or self.ref.communes.trouver(texte)
        importees = {colonne.rang for colonne in self.source.colonnes if not colonne.etape}
        if rang not in importees:
            return ""
        hors_intitule = intitule is not None and rang != intitule.rang
        return texte.strip() if hors_intitule or nomme or _TITRE.match(texte.strip()) else ""

    # --- Years ---------------------------------------------------------------------------------

    def _d_une_autre_annee(self, lue: LigneLue) -> bool:
        """Whether the row's budget year isn't that of the import; counted, and said at the end."""
        colonne = self._exercice
        if colonne is None or colonne.rang >= len(lue.cellules):
            return False
        annee, _ = colonne.lire(lue.cellules[colonne.rang])
        if annee in (None, self.ref.annee):
            return False
        euros = lire_euros(self.source, lue.cellules)
        self.annees.setdefault(annee, (lue.numero, Part()))[1].ajouter(euros)
        self.decompte.ecarter(f"exercice {annee}", euros)
        return True

    # --- Totals --------------------------------------------------------------------------------

    def _etiquette_de_total(self, cellules: list[Cellule]) -> str:
        """The « Total » of a row that names nobody; "" where it isn't one.

        One that names someone is one too, if its amounts are the sum of the rows above.
        """
        etiquettes = {
            rang: trouve
            for rang, c in enumerate(cellules)
            if type(c) is str and c[:1] in _INITIALES_D_UN_TOTAL
            if (trouve := _TOTAL.fullmatch(c.strip()))
        }
        if not etiquettes:
            return ""
        titre = self.source.par_rubrique.get("intitule")
        noms = [*self._nomment, *([titre] if titre else [])]
        noms += [] if self._nomment else self._situent
        presents = [
            colonne
            for colonne in noms
            if colonne.rang not in etiquettes and _remplie([colonne], cellules)
        ]
        etiquette = next(iter(etiquettes.values()))
        sure = self._ne_dit_que_total(etiquette[1], cellules)
        if presents or not (sure or self._nomment):
            euros = lire_euros(self.source, cellules)
            total = sure and self._sommes.qui_donnent(euros) is not None
        else:
            total = sure or not any(colonne.rang in etiquettes for colonne in self._nomment)
        return etiquette[0] if total else ""

    def _ne_dit_que_total(self, reste: str, cellules: list[Cellule]) -> bool:
        """Whether what follows « Total » only says of what: « général », « Sport », the porteur."""
        mots = [m for m in re.findall(r"[a-z0-9]+", sans_accents(reste)) if not m.isdigit()]
        nom = "".join(mot for mot in mots if mot not in _MOTS_D_UN_TOTAL)
        if not nom or any(cle(c) in (nom, cle(reste)) for c in cellules if type(c) is str):
            return True
        noms = (self.ref.themes, self.ref.communes, self.ref.financeurs)
        return any(connus.trouver(reste) or connus.trouver(nom) for connus in noms)

    def _nommee(self, cellules: list[Cellule]) -> bool:
        return not self._nomment or _remplie(self._nomment, cellules)

    def _situee(self, cellules: list[Cellule]) -> bool:
        return not self._situent or _remplie(self._situent, cellules)


def _reference_partagee(source: TableauCorrespondu, connues: Collection[str]) -> bool:
    """Whether the references of a table are decisions', each for many porteurs: three at least
    for one of them, or two for most. One on record, and they are actions'.
    """
    reference, porteur = (source.par_rubrique.get(r) for r in ("reference", "porteur"))
    if reference is None or porteur is None:
        return False
    porteurs: dict[str, set[str]] = {}
    for ligne in source.tableau.lignes:
        cellules = ligne.cellules
        if max(reference.rang, porteur.rang) < len(cellules) and cellules[reference.rang] != "":
            noms = porteurs.setdefault(en_texte(cellules[reference.rang]), set())
            noms.add(en_texte(cellules[porteur.rang]))
    partagees = {
        reference: len({cle_organisme(nom) for nom in noms})
        for reference, noms in porteurs.items()
        if len(noms) > 1
    }
    partagees = {reference: nombre for reference, nombre in partagees.items() if nombre > 1}
    if not partagees or any(" ".join(r.split()) in connues for r in partagees):
        return False
    return max(partagees.values()) > _PORTEURS_PAR_ERREUR or len(partagees) * 2 > len(porteurs)


class _Sommes:
    """The amounts of the rows kept so far, by column, and what they were at the last total."""

    def __init__(self) -> None:
        self._par_colonne: defaultdict[int, Decimal] = defaultdict(Decimal)
        self._lignes: list[int] = []
        self._au_total: dict[int, Decimal] = {}
        self._lignes_au_total = 0

    def ajouter(self, ligne: LigneVerifiee) -> None:
        rien = True
        for rang, _, valeur in ligne.euros:
            if valeur:
                self._par_colonne[rang] += valeur
                rien = False
        if not rien:
            self._lignes.append(ligne.lue.numero)

    def repartir(self) -> None:
        """Here stands a total."""
        self._au_total, self._lignes_au_total = dict(self._par_colonne), len(self._lignes)

    def qui_donnent(self, euros: Euros) -> tuple[int, int] | None:
        """The rows (first, last), two at least, whose sums are all of these amounts."""
        for depart, base in ((self._lignes_au_total, self._au_total), (0, _RIEN)):
            if len(self._lignes) - depart < _LIGNES_D_UNE_SOMME:
                continue
            for rang, _, valeur in euros:
                if self._par_colonne.get(rang, 0) - base.get(rang, 0) != valeur:
                    break
            else:
                if any(valeur for _, _, valeur in euros):
                    return self._lignes[depart], self._lignes[-1]
        return None


def _notes(lignes: Sequence[LigneLue]) -> Iterator[int]:
    """The numbers of the last rows, each of one text, that a blank line parts from the table."""
    notes: list[int] = []
    for dessus, ligne in zip(reversed(lignes[:-1]), reversed(lignes), strict=False):
        remplies = [c for c in ligne.cellules if c != ""]
        if len(remplies) != 1 or not isinstance(remplies[0], str):
            return
        notes.append(ligne.numero)
        if ligne.numero > dessus.numero + 1:
            yield from notes
            notes = []


def _est(cellule: Cellule, entete: str) -> bool:
    return isinstance(cellule, str) and forme(cellule) == entete


def _remplie(colonnes: Sequence[ColonneCorrespondue], cellules: list[Cellule]) -> bool:
    return any(c.rang < len(cellules) and en_texte(cellules[c.rang]).strip() for c in colonnes)
