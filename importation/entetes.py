"""Where the table of a sheet begins, its headings found, chosen or offered; and its money."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from importation.extraction.bornes import Fusion
from importation.extraction.formats import POUR_CENT
from importation.lecture import Cellule, CelluleEnForme, FeuilleLue, FichierRefuseError, LigneLue
from importation.propositions import cible_connue, se_completent
from importation.referentiel import Referentiel, cle, mots_de
from importation.rubriques import est_d_argent
from importation.valeurs import en_texte, valeur_de
from listes.chiffres import MontantIllisibleError, lire_montant

LIGNES_REGARDEES = 30
SANS_NOM = "Colonne "  # and its letters: a column that has cells and no heading
NIVEAUX_MAX = 3  # lines that make one heading
_TEXTES_MAX, _LONGUEUR_MAX = 300, 200
_DESIGNENT = frozenset({"intitule", "reference", "porteur", "siret"})
_SANS_SENS = frozenset({"", "nom", "denomination", "raisonsociale", "euros", "en", "eneuros"})
_ANNEE = range(1990, 2101)
_VALEURS_D_UNE_LIGNE = 3


class CorrespondanceRefuseeError(FichierRefuseError):
    """The match of headings to fields can't stand; the message says what to change."""


def forme(entete: str) -> str:
    """What the spellings of one heading share: line breaks, spaces, case put aside."""
    return " ".join(entete.replace("’", "'").split()).casefold()


@dataclass(frozen=True, slots=True)
class TableauLu:
    """A sheet's table: its lines of headings, its headings by column, and the rows under them.

    ``reconnu`` is False where nobody knows these headings: the likeliest line, only offered.
    ``niveaux``: each line of headings, its cells by column (see ``forme``). ``au_dessus``: the rows
    above them that look like rows of a table, amounts included.
    """

    feuille: str
    lignes_entetes: tuple[int, ...]  # their numbers, as the spreadsheet shows them
    entetes: dict[int, str]  # by column, from 0
    lignes: list[LigneLue]
    reconnu: bool = True
    niveaux: tuple[dict[int, str], ...] = field(default=(), compare=False)
    au_dessus: list[LigneLue] = field(default_factory=list, compare=False)
    laissees: frozenset[int] = frozenset()  # rows that someone has left out, by their numbers
    corrigees: Mapping[tuple[int, int], str] = field(
        default_factory=dict
    )  # (row, column) → as read

    @property
    def ligne_entetes(self) -> int:
        return self.lignes_entetes[0]

    def cellules(self, colonne: int, lignes: int | None = None) -> Iterator[Cellule]:
        """The cells of a column under its heading, or those of the first ``lignes``."""
        for ligne in self.lignes[:lignes]:
            if colonne < len(ligne.cellules):
                yield ligne.cellules[colonne]

    def somme(self, colonne: int) -> Decimal | None:
        """The € of a column; None where its cells aren't amounts."""
        entete = self.entetes[colonne]
        return _somme_d_argent(
            "" if entete.startswith(SANS_NOM) else entete, self.cellules(colonne)
        )


def trouver_tableau(
    feuille: FeuilleLue,
    ref: Referentiel,
    connus: Collection[str] = (),
    choisies: Sequence[int] | None = None,
) -> TableauLu | None:
    """The table of a sheet, under its title lines; None where it is empty, or left out by choice.

    ``connus`` are headings that someone has matched by hand. ``choisies`` are the numbers of the
    lines of headings that someone has chosen; none of them: the sheet isn't read. Raises
    CorrespondanceRefuseeError where such a line is blank.
    """
    if not feuille.lignes or (choisies is not None and not choisies):
        return None
    recherche = _Recherche(feuille, ref, frozenset(map(forme, connus)))
    if choisies is not None:
        return recherche.tableau(_rangs_choisis(feuille, choisies))
    rang = recherche.meilleure_ligne()
    if rang is None:
        return recherche.tableau((_ligne_probable(feuille),), reconnu=False)
    return recherche.tableau(recherche.etendre(rang))


def _rangs_choisis(feuille: FeuilleLue, choisies: Sequence[int]) -> tuple[int, ...]:
    rangs = tuple(r for r, ligne in enumerate(feuille.lignes) if ligne.numero in choisies)
    if not rangs:
        raise CorrespondanceRefuseeError(
            f"Feuille « {feuille.nom} » : la ligne {choisies[0]} est vide, elle ne peut pas donner "
            "les en-têtes."
        )
    return rangs


@dataclass(frozen=True, slots=True)
class _Recherche:
    """Looks for the headings among the first lines of a sheet."""

    feuille: FeuilleLue
    ref: Referentiel
    connus: frozenset[str]

    def tableau(self, rangs: tuple[int, ...], reconnu: bool = True) -> TableauLu:
        lignes = self.feuille.lignes
        sous = _etendre_les_fusions(lignes[rangs[-1] + 1 :], self.feuille.fusions)
        return TableauLu(
            self.feuille.nom,
            tuple(lignes[rang].numero for rang in rangs),
            _avec_colonnes_sans_nom(self._noms(rangs), sous),
            sous,
            reconnu,
            tuple(
                {colonne: forme(texte) for colonne, texte in _textes(lignes[rang])}
                for rang in rangs
            ),
            [ligne for ligne in lignes[: rangs[0]] if _est_de_donnees(ligne)],
        )

    def meilleure_ligne(self) -> int | None:
        """The line that holds the most known headings, one of which says which action or whose."""
        meilleur: tuple[int, int] | None = None
        for rang, ligne in enumerate(self.feuille.lignes[:LIGNES_REGARDEES]):
            textes = [c for c in ligne.cellules if isinstance(c, str) and c.strip()]
            if len(textes) > _TEXTES_MAX or any(len(t) > _LONGUEUR_MAX for t in textes):
                continue
            cibles = self._cibles((rang,))
            choisis = {c for c in cibles if c in self.connus}
            if len(cibles) < 2 or not (cibles & _DESIGNENT or choisis):
                continue
            if meilleur is None or len(cibles) > meilleur[0]:
                meilleur = (len(cibles), rang)
        return meilleur and meilleur[1]

    def etendre(self, rang: int) -> tuple[int, ...]:
        """The lines above and below that make the same headings: « État » over « demandé »."""
        bloc: tuple[int, ...] = (rang,)
        while len(bloc) < NIVEAUX_MAX:
            dessus, dessous = (bloc[0] - 1, *bloc), (*bloc, bloc[-1] + 1)
            if self._se_suivent(dessus) and len(self._cibles(dessus)) > len(self._cibles(bloc)):
                bloc = dessus
            elif self._se_suivent(dessous) and self._continue(bloc, dessous):
                bloc = dessous
            else:
                break
        return bloc

    def _se_suivent(self, rangs: tuple[int, ...]) -> bool:
        lignes = self.feuille.lignes
        if rangs[0] < 0 or rangs[-1] >= len(lignes):
            return False
        numeros = [lignes[rang].numero for rang in rangs]
        return all(suivant == numero + 1 for numero, suivant in pairwise(numeros))

    def _continue(self, bloc: tuple[int, ...], avec: tuple[int, ...]) -> bool:
        """Whether the last line goes on with the headings: it says stages, funders or units."""
        textes = dict(_textes(self.feuille.lignes[avec[-1]]))
        if not textes or any(_est_chiffre(c) for c in self.feuille.lignes[avec[-1]].cellules):
            return False
        seules, jointes = self._cibles(bloc), self._cibles(avec)
        if len(_argent(jointes)) > len(_argent(seules)):
            return len(jointes) >= len(seules)
        noms = self._noms(bloc)
        unites = all(cle(texte) in _SANS_SENS for texte in textes.values())
        return (
            unites
            and jointes == seules
            and not _DESIGNENT
            & {cible_connue(noms[colonne], self.ref) for colonne in textes if colonne in noms}
        )

    def _cibles(self, rangs: tuple[int, ...]) -> frozenset[str]:
        """What the headings of these lines mean, each once; matched by hand, their own form."""
        cibles = set()
        for nom in self._noms(rangs).values():
            cible = forme(nom) if forme(nom) in self.connus else cible_connue(nom, self.ref)
            if cible:
                cibles.add(cible)
        return frozenset(cibles)

    def _noms(self, rangs: tuple[int, ...]) -> dict[int, str]:
        """Headings by column; one that comes again is numbered: « Montant (2) »."""
        niveaux = [dict(_textes(self.feuille.lignes[rang])) for rang in rangs]
        for niveau, rang, dessous in zip(niveaux, rangs, niveaux[1:], strict=False):
            _etaler(niveau, self._fusions(self.feuille.lignes[rang].numero), dessous)
        noms: dict[int, str] = {}
        pris: set[str] = set()
        for colonne in sorted(set().union(*niveaux)):
            nom = self._joindre([n[colonne] for n in niveaux if colonne in n])
            libre, numero = nom, 1
            while forme(libre) in pris:
                numero += 1
                libre = f"{nom} ({numero})"
            pris.add(forme(libre))
            noms[colonne] = libre
        return noms

    def _fusions(self, numero: int) -> Iterator[tuple[int, int]]:
        """(first, last column) of the merged cells that this line begins."""
        for haut, gauche, _, droite in self.feuille.fusions:
            if haut == numero and droite > gauche:
                yield gauche, droite

    def _joindre(self, parties: list[str]) -> str:
        """« État » over « demandé » is one heading; « Action » over « Commune » only a title."""
        distinctes = list(dict.fromkeys(parties))
        while len(distinctes) > 1 and cle(distinctes[-1]) in _SANS_SENS:
            distinctes.pop()
        entier = " ".join(distinctes)
        if len(distinctes) == 1 or forme(entier) in self.connus or cible_connue(entier, self.ref):
            return entier
        seul = cible_connue(distinctes[-1], self.ref)
        return distinctes[-1] if seul and not _argent({seul}) else entier


def _argent(cibles: Collection[str]) -> set[str]:
    return {cible for cible in cibles if est_d_argent(cible)}


def _textes(ligne: LigneLue) -> Iterator[tuple[int, str]]:
    """(column, heading) of the cells that can be one: texts, and years."""
    for colonne, cellule in enumerate(ligne.cellules):
        if isinstance(cellule, int | float) and cellule in _ANNEE:
            yield colonne, str(int(cellule))
        elif isinstance(cellule, str) and (texte := " ".join(cellule.split())):
            yield colonne, texte


def _etaler(
    niveau: dict[int, str], fusions: Iterator[tuple[int, int]], dessous: dict[int, str]
) -> None:
    """Give a heading to the columns that it stands over: merged cells, or blank ones beside it."""
    for gauche, droite in fusions:
        if gauche in niveau:
            niveau.update(dict.fromkeys(range(gauche + 1, droite + 1), niveau[gauche]))
    groupe = ""
    for colonne in range(max((*niveau, *dessous), default=-1) + 1):
        if colonne in niveau:
            groupe = niveau[colonne] if colonne in dessous else ""
        elif groupe and colonne in dessous and se_completent(groupe, dessous[colonne]):
            niveau[colonne] = groupe
        else:
            groupe = ""


def _etendre_les_fusions(lignes: list[LigneLue], fusions: Sequence[Fusion]) -> list[LigneLue]:
    """The rows, each merged cell given to all those that it covers; blank ones stay away."""
    verticales = [fusion for fusion in fusions if fusion[2] > fusion[0]]
    if not verticales:
        return lignes
    rangs = {ligne.numero: rang for rang, ligne in enumerate(lignes)}
    etendues = lignes.copy()
    for haut, gauche, bas, _ in verticales:
        couvertes = [rangs[numero] for numero in range(haut, bas + 1) if numero in rangs]
        if len(couvertes) < 2 or lignes[couvertes[0]].numero != haut:
            continue
        cellule = lignes[couvertes[0]].cellule(gauche)
        if isinstance(cellule, CelluleEnForme) or montant_de(cellule) is not None:
            reserve = f"fusionnée sur les lignes {haut} à {bas} : répartissez-le entre elles"
            cellule = CelluleEnForme(valeur_de(cellule), en_texte(cellule), reserve)
        for rang in couvertes if cellule != "" else ():
            cellules = etendues[rang].cellules.copy()
            cellules += [""] * (gauche + 1 - len(cellules))
            cellules[gauche] = cellule
            etendues[rang] = LigneLue(etendues[rang].numero, cellules)
    return etendues


def _avec_colonnes_sans_nom(noms: dict[int, str], lignes: Sequence[LigneLue]) -> dict[int, str]:
    """The columns that hold something under no heading are named after their letters."""
    largeur = max((len(ligne.cellules) for ligne in lignes), default=0)
    for colonne in range(largeur):
        if colonne not in noms and any(
            colonne < len(ligne.cellules) and _remplie(ligne.cellules[colonne]) for ligne in lignes
        ):
            noms[colonne] = f"{SANS_NOM}{_lettres(colonne)}"
    return dict(sorted(noms.items()))


def _lettres(colonne: int) -> str:
    lettres = ""
    colonne += 1
    while colonne:
        colonne, reste = divmod(colonne - 1, 26)
        lettres = chr(ord("A") + reste) + lettres
    return lettres


def _est_de_donnees(ligne: LigneLue) -> bool:
    """Whether a row holds several values, an amount among them."""
    remplies = [c for c in ligne.cellules if _remplie(c)]
    montants = [m for c in remplies if (m := montant_de(c)) is not None and m not in _ANNEE]
    return len(remplies) >= _VALEURS_D_UNE_LIGNE and bool(montants)


def _remplie(cellule: Cellule) -> bool:
    return bool(cellule.strip()) if isinstance(cellule, str) else True


def _est_chiffre(cellule: Cellule) -> bool:
    if isinstance(cellule, str):
        return bool(re.search(r"\d", cellule)) and montant_de(cellule) is not None
    return True


def _ligne_probable(feuille: FeuilleLue) -> int:
    """The likeliest line of headings: the widest one whose cells are all texts, none twice."""
    largeurs = []
    for ligne in feuille.lignes[:LIGNES_REGARDEES]:
        remplies = [c for c in ligne.cellules if _remplie(c)]
        textes = {forme(c) for c in remplies if isinstance(c, str) and not _est_chiffre(c)}
        largeurs.append(len(remplies) if len(textes) == len(remplies) else 0)
    return largeurs.index(max(largeurs))


# --- Whether a column holds money, from its heading and its cells, and how much -----------------

_D_ARGENT = frozenset(
    {"montant", "montants", "subvention", "subventions", "aide", "financement", "financements"}
    | {"participation", "contribution", "euro", "euros", "eur", "cout", "couts", "budget"}
    | {"demande", "sollicite", "accorde", "attribue", "vote", "alloue", "verse", "paye", "mandate"}
    | {"credits", "ae", "cp", "total"}
)
# What a figure under these words counts isn't euros: whatever else the heading says, then unless
# it speaks of money.
_NUMEROS = frozenset(
    {"nombre", "nb", "nbre", "effectif", "effectifs", "code", "codes", "tel", "telephone"}
    | {"portable", "fax", "n", "no", "num", "numero", "id", "identifiant", "siret", "siren", "nic"}
    | {"rna", "insee", "postal", "taux", "pourcentage", "date", "dates", "reference", "ref"}
)
_AUTRES_CHIFFRES = frozenset(
    {"age", "ages", "annee", "annees", "exercice", "millesime", "dossier", "duree", "heures"}
    | {"jours", "jour", "semaines", "mois", "latitude", "longitude", "lat", "lon", "population"}
    | {"habitants", "participants", "personnes", "beneficiaires", "adherents", "etp", "postes"}
    | {"poste", "note", "notation", "rang", "ordre", "priorite", "part", "quotite", "ligne", "page"}
)
_TROP_GRAND = 10**9  # a phone number, an identifier


def _somme_d_argent(entete: str, cellules: Iterable[Cellule]) -> Decimal | None:
    """The € of a column; None where its cells aren't amounts.

    Half of the cells at least are figures that can be euros; under a word of money, one is enough.
    """
    mots = frozenset(mots_de(entete))
    parle_d_argent = "€" in entete or bool(mots & _D_ARGENT)
    en_euros = "€" in entete or "montant" in mots
    if "%" in entete or (mots & _NUMEROS and not en_euros):
        return None
    if mots & _AUTRES_CHIFFRES and not parle_d_argent:
        return None
    somme, montants, remplies = Decimal(0), 0, 0
    for cellule in cellules:
        if cellule == "" or (isinstance(cellule, str) and not cellule.strip(" -–—")):
            continue
        remplies += 1
        lu = montant_de(cellule)
        if lu is not None:
            somme += lu
            montants += 1
    assez = montants > 0 and (parle_d_argent or montants * 2 >= remplies)
    return somme if assez else None


def montant_de(cellule: Cellule) -> Decimal | None:
    """The amount that a cell can be; None for a date, a text, a phone number, a postal code."""
    if isinstance(cellule, CelluleEnForme):
        return None if cellule.reserve == POUR_CENT else montant_de(cellule.valeur)
    if isinstance(cellule, bool):
        return None
    if isinstance(cellule, int | float):
        return round(Decimal(str(cellule)), 2) if abs(cellule) < _TROP_GRAND else None
    if not isinstance(cellule, str):
        return None
    chiffres = cellule.strip()
    if chiffres[:1] == "0" and chiffres[1:2].isdigit():
        return None
    try:
        lu = lire_montant(chiffres.lstrip("-−"))
    except MontantIllisibleError:
        return None
    if lu >= _TROP_GRAND:
        return None
    return -lu if chiffres[:1] in ("-", "−") else lu
