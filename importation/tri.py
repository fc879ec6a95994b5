"""Which rows of a table are its actions: not its totals, nor its headings again, nor other years.

Each row is kept, refused or set aside aloud, and counted.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from importation.correspondance import ColonneCorrespondue, TableauCorrespondu
from importation.decompte import Decompte, Euros, Part
from importation.entetes import forme
from importation.lecture import Cellule, LigneLue
from importation.lignes import Journal, LigneVerifiee, lire_euros, lire_ligne
from importation.referentiel import Referentiel, cle, cle_organisme, mots_de
from importation.valeurs import en_texte

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
_INITIALES_D_UN_TOTAL_OU_RIEN = _INITIALES_D_UN_TOTAL | {""}
_TITRE = re.compile(r"(?:thème|thématique|axe|volet|pilier|commune|quartier)\b", re.IGNORECASE)
_COLONNES_D_UN_TITRE = 3
_NOMMENT = ("reference", "porteur", "siret")  # what a line of totals never gives
_SITUENT = ("theme", "commune")
_LIGNES_D_UNE_SOMME = 2
_PORTEURS_PAR_ERREUR = 2  # a reference copied by mistake is two porteurs'
TOTAL, ENTETES, TITRE, VIDE = "lignes de total", "en-têtes répétés", "titres", "lignes sans valeur"
NOTE, LAISSEE = "notes sous le tableau", "lignes laissées de côté ici"
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
        self._lues = 0
        self._niveaux = [(min(n), n[min(n)], n) for n in source.tableau.niveaux if len(n) > 1]
        self._exercice = source.par_rubrique.get("exercice")
        self._sans_reference = _reference_partagee(source, references)
        if self._sans_reference:
            self._dire_reference_partagee()
        self._nomment = [c for r in _NOMMENT if (c := source.par_rubrique.get(r))]
        self._situent = [c for r in _SITUENT if (c := source.par_rubrique.get(r))]
        self._notes = frozenset(_notes(source.tableau.lignes))

    def lire(self, lue: LigneLue) -> LigneVerifiee | None:
        """The row's values; None where it is set aside, or holds nothing but spaces."""
        if _est_blanche(lue.cellules):
            return None
        if self._exercice is not None and self._d_une_autre_annee(lue, self._exercice):
            return None
        if lue.numero in self.source.tableau.laissees:
            self.decompte.ecarter(LAISSEE, lire_euros(self.source, lue.cellules))
            return None
        if lue.numero in self._notes:
            texte = next(en_texte(c) for c in lue.cellules if c != "")
            self._ecarter(lue, NOTE, "Note sous le tableau : non importée.", texte)
            return None
        if not self._nommee(lue.cellules) and (etiquette := self._etiquette_de_total(lue.cellules)):
            self._ecarter_total(lue, etiquette)
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
            if etiquette := self._etiquette_de_total(lue.cellules):
                self._ecarter_total(lue, etiquette)
                return None
            lignes = f"lignes {additionnees[0]} à {additionnees[1]}"
            if self._nomment and not self._nommee(lue.cellules) and not self._situee(lue.cellules):
                message = f"Somme des {lignes} : lue comme un total, non importée."
                self._ecarter(lue, TOTAL, message)
                return None
            doute = f"Ses montants sont la somme des {lignes} : est-ce un total ?"
            ligne.avertir_sous("", "", doute)
        self._sommes.ajouter(ligne)
        self._lues += 1
        return ligne

    def ecarter_tout(self, motif: str) -> None:
        """Set all of the rows aside."""
        for lue in self.source.tableau.lignes:
            self.decompte.ecarter(motif, lire_euros(self.source, lue.cellules))

    def compter(self, ligne: LigneVerifiee) -> None:
        """A row, once it is known whether it can be written."""
        if ligne.refusee():
            self.decompte.ecarter(EN_ERREUR, ligne.euros)

    def conclure(self) -> None:
        """What is kept is all that was added up but the rows in error."""
        gardees, en_erreur = self.decompte.gardees, self.decompte.ecartees.get(EN_ERREUR, Part())
        gardees.lignes = self._lues - en_erreur.lignes
        for colonne in self.source.colonnes:
            if colonne.etape and (somme := self._sommes.par_colonne.get(colonne.rang)):
                gardees.montants[colonne.etape] += somme
        for etape, somme in en_erreur.montants.items():
            gardees.montants[etape] -= somme

    def _ecart(self, cellules: list[Cellule]) -> tuple[str, str, str] | None:
        """Why a row isn't an action, how to say it, and the text that shows it."""
        if self._repete_les_entetes(cellules):
            return ENTETES, "En-têtes répétés : ligne non importée.", ""
        titre = self._titre(cellules) if cellules[0] in ("", cellules[-1]) else ""
        return (TITRE, "Ligne de titre : non importée.", titre) if titre else None

    def _ecarter(self, lue: LigneLue, motif: str, message: str, valeur: str = "") -> None:
        self.journal.avertir(self.source.tableau.feuille, lue.numero, "", valeur, message)
        self.decompte.ecarter(motif, lire_euros(self.source, lue.cellules))

    def _ecarter_total(self, lue: LigneLue, etiquette: str) -> None:
        self._sommes.repartir()
        self._ecarter(lue, TOTAL, "Ligne de total : non importée.", etiquette)

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
        for premiere, entete, niveau in self._niveaux:
            cellule = cellules[premiere] if premiere < len(cellules) else ""
            if len(str(cellule)) < len(entete) or not _est(cellule, entete):
                continue  # almost every row: the length is the cheapest to see
            remplies = {rang: c for rang, c in enumerate(cellules) if c != ""}
            # One that differs is another table's: its columns may stand in another order.
            memes = all(_est(c, niveau.get(rang, "")) for rang, c in remplies.items())
            if memes and len(remplies) * 5 >= len(niveau) * 4:
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

    def _d_une_autre_annee(self, lue: LigneLue, colonne: ColonneCorrespondue) -> bool:
        """Whether the row's budget year isn't that of the import; counted, and said at the end."""
        if colonne.rang >= len(lue.cellules):
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
        mots = [m for m in mots_de(reste) if not m.isdigit()]
        nom = "".join(mot for mot in mots if mot not in _MOTS_D_UN_TOTAL)
        if not nom or any(cle(c) in (nom, cle(reste)) for c in cellules if type(c) is str):
            return True
        noms = (self.ref.themes, self.ref.communes, self.ref.financeurs)
        return any(connus.trouver(reste) or connus.trouver(nom) for connus in noms)

    def _nommee(self, cellules: list[Cellule]) -> bool:
        """Whether the row gives a porteur or a reference, as no total does."""
        for colonne in self._nomment:
            cellule = cellules[colonne.rang] if colonne.rang < len(cellules) else ""
            if type(cellule) is str and cellule[:1] in _INITIALES_D_UN_TOTAL_OU_RIEN:
                texte = cellule.strip()
                if not texte or _TOTAL.fullmatch(texte):
                    continue
            return True
        return False

    def _situee(self, cellules: list[Cellule]) -> bool:
        return not self._situent or _remplie(self._situent, cellules)


def _reference_partagee(source: TableauCorrespondu, connues: Collection[str]) -> bool:
    """Whether the references of a table are decisions', each for many porteurs: three at least
    for one of them, or two for most. One on record, and they are actions'.
    """
    reference, porteur = (source.par_rubrique.get(r) for r in ("reference", "porteur"))
    if reference is None or porteur is None:
        return False
    premiers: dict[Cellule, Cellule] = {}
    porteurs: dict[str, set[str]] = {}  # of the references that come with several
    colonnes, droite = (reference.rang, porteur.rang), max(reference.rang, porteur.rang)
    for ligne in source.tableau.lignes:
        cellules = ligne.cellules
        if droite < len(cellules):
            numero, nom = cellules[colonnes[0]], cellules[colonnes[1]]
            premier = premiers.setdefault(numero, nom)
            if premier != nom and numero != "":
                porteurs.setdefault(en_texte(numero), {en_texte(premier)}).add(en_texte(nom))
    partagees = {
        numero: len({cle_organisme(nom) for nom in noms}) for numero, noms in porteurs.items()
    }
    partagees = {numero: nombre for numero, nombre in partagees.items() if nombre > 1}
    if not partagees or any(" ".join(r.split()) in connues for r in partagees):
        return False
    return max(partagees.values()) > _PORTEURS_PAR_ERREUR or len(partagees) * 2 > len(premiers)


class _Sommes:
    """The amounts of the rows kept so far, by column, and what they were at the last total."""

    def __init__(self) -> None:
        self.par_colonne: dict[int, Decimal] = {}
        self._lignes: list[int] = []  # those that hold money
        self._au_total: dict[int, Decimal] = {}
        self._lignes_au_total = 0

    def ajouter(self, ligne: LigneVerifiee) -> None:
        sommes, rien = self.par_colonne, True
        for rang, _, valeur in ligne.euros:
            if valeur:
                sommes[rang] = sommes[rang] + valeur if rang in sommes else valeur
                rien = False
        if not rien:
            self._lignes.append(ligne.lue.numero)

    def repartir(self) -> None:
        """Here stands a total."""
        self._au_total, self._lignes_au_total = self.par_colonne.copy(), len(self._lignes)

    def qui_donnent(self, euros: Euros) -> tuple[int, int] | None:
        """The rows (first, last), two at least, whose sums are all of these amounts."""
        if len(self._lignes) >= _LIGNES_D_UNE_SOMME:
            if self._donnent(euros, {}):
                return self._lignes[0], self._lignes[-1]
            depart = self._lignes_au_total
            assez = depart and len(self._lignes) - depart >= _LIGNES_D_UNE_SOMME
            if assez and self._donnent(euros, self._au_total):
                return self._lignes[depart], self._lignes[-1]
        return None

    def _donnent(self, euros: Euros, depart: dict[int, Decimal]) -> bool:
        sommes = self.par_colonne
        for rang, _, valeur in euros:
            somme = sommes.get(rang, 0)
            if (somme - depart[rang] if rang in depart else somme) != valeur:
                return False
        return any(valeur for _, _, valeur in euros)


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


def _est_blanche(cellules: list[Cellule]) -> bool:
    """Whether a row holds nothing but spaces; its last cell isn't empty."""
    derniere = cellules[-1] if cellules else ""
    if type(derniere) is not str or derniere.strip():
        return False
    return all(type(c) is str and not c.strip() for c in cellules)


def _remplie(colonnes: Sequence[ColonneCorrespondue], cellules: list[Cellule]) -> bool:
    return any(c.rang < len(cellules) and en_texte(cellules[c.rang]).strip() for c in colonnes)
