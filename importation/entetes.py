"""Where a sheet's table begins: its heading row, found under the title lines."""

from dataclasses import dataclass

from importation.lecture import Feuille, LigneLue
from importation.referentiel import Referentiel, cle
from importation.rubriques import CODES_PAR_CLE, proposer_financement

# The sheet that we add to the file given back: sent again, it isn't read.
RECAPITULATIF, ENTETE_RECAPITULATIF = "Vérification", "Gravité"


def est_notre_recapitulatif(feuille: Feuille) -> bool:
    premiere = feuille.lignes[0].cellules[:1] if feuille.lignes else []
    return feuille.nom.startswith(RECAPITULATIF) and premiere == [ENTETE_RECAPITULATIF]


@dataclass(frozen=True, slots=True)
class Tableau:
    """A sheet's table: its heading row, its headings by column, and the rows under it."""

    feuille: str
    ligne_entetes: int
    entetes: dict[int, str]  # by column, from 0
    lignes: list[LigneLue]


def trouver_tableau(
    feuille: Feuille, ref: Referentiel, connus: frozenset[str] = frozenset()
) -> Tableau | None:
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
    return Tableau(feuille.nom, ligne.numero, _nommer(ligne), feuille.lignes[rang + 1 :])


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
