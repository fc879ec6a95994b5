"""Whether a column holds money, from its heading and its cells, and how much."""

from collections.abc import Iterable
from decimal import Decimal

from importation.extraction.formats import POUR_CENT
from importation.lecture import Cellule, CelluleEnForme
from importation.referentiel import mots_de
from listes.chiffres import MontantIllisibleError, lire_montant

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


def somme_d_argent(entete: str, cellules: Iterable[Cellule]) -> Decimal | None:
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
