"""Which field a heading means, and whether the cells under it bear it out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from stdnum.fr import siren

from importation import valeurs
from importation.lecture import Cellule
from importation.referentiel import Referentiel, ValeurRefuseeError, cle, cle_organisme, mots_de
from importation.rubriques import CODES_PAR_CLE, RUBRIQUES, est_d_argent
from listes.recherche import sans_accents

_MOTS_ETAPES = {
    "demande": "demande demandes demandee demandees sollicite sollicites sollicitee",
    "accorde": "accorde accordes accordee accordees attribue attribuee attribues obtenu obtenue "
    "notifie notifiee vote votee votes alloue allouee retenu retenue engage engagee conventionne "
    "conventionnee ventile ventille",
    "verse": "verse verses versee versees paye payee payes mandate mandatee paiement versement "
    "liquide",
}
_ETAPE_DU_MOT = {mot: etape for etape, mots in _MOTS_ETAPES.items() for mot in mots.split()}
_INVESTISSEMENT = frozenset({"investissement", "invest"})
_VIDES = frozenset(
    {"montant", "montants", "subvention", "subventions", "part", "financement", "credits", "credit"}
    | {"en", "euros", "euro", "eur", "de", "du", "des", "la", "le", "les", "l", "d", "par"}
    | {"aide", "aides", "contribution", "participation", "annuel", "convention", "organisme"}
)
_DE_LIGNE = frozenset({"droit", "commun", "fonctionnement", "specifique", "specifiques"})
_RENVOI = re.compile(r"(?:\s*(?:\(\d{1,2}\)|\*|[¹²³⁴⁵⁶⁷⁸⁹]))+\s*$")
_ANNEE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
# Columns that public files are known to hold, and that fill no field.
_CONNUS_SANS_EMPLOI = (
    "idAttribuant|identification de l'attribuant|dateConvention|date de la convention"
    "|date de la convention de subvention|rnaBeneficiaire|rna|n° rna"
    "|identification rna du bénéficiaire|conditionsVersement|conditions de versement"
    "|conditions de versement de la subvention|datesPeriodeVersement|date de versement"
    "|date ou période de versement|idRAE|notificationUE|dispositifAide|date de la décision"
    "|type de bénéficiaire|type bénéficiaire|catégorie de bénéficiaire|nature juridique"
    "|forme juridique|catégorie juridique|statut juridique|nic|code postal|adresse"
    "|nom du responsable|nom du président|ministère|programme|mission"
)
_SANS_EMPLOI = frozenset(map(cle, _CONNUS_SANS_EMPLOI.split("|")))
# By these very names, the schema says that it is of the amount; elsewhere it may be of the costs.
_PARTS_SCDL = (
    "pourcentageSubvention",
    "Pourcentage du montant total de la subvention attribuée au bénéficiaire",
)
# What some fields hold, told from a few cells: a porteur isn't a number, nor a kind of body.
_DEPARTEMENT = re.compile(r"0?[1-9]|[1-8]\d|9[0-5]|97[1-6]")
_SIRET = re.compile(r"\d{14}|\d[.,]?\d*[eE]\+?1[23]")
_GENRES_CONNUS = (
    "association|associations|commune|communes|entreprise|entreprises|particulier|autre|privé"
    "|public|établissement public|collectivité|personne morale|personne physique|droit privé"
    "|droit public|association loi 1901|loi 1901|asso|epci|gip|société"
)
_GENRES = frozenset(map(cle, _GENRES_CONNUS.split("|")))
_VALEURS_D_UN_GENRE, _LIGNES_PAR_GENRE = 3, 20


@dataclass(frozen=True, slots=True)
class Proposition:
    """The field proposed for a heading; ``note`` says what a person should check, if anything.

    ``annee``: the year that the heading carries. ``rang``: the lower, the surer.
    """

    cible: str
    note: str = ""
    annee: int | None = None
    rang: tuple[int, int] = (0, 0)


def cible_connue(entete: str, ref: Referentiel) -> str:
    """The field that a heading surely means, whatever stands under it; "" where none does."""
    entete = _epurer(entete)
    financement = proposer_financement(entete, ref)
    return CODES_PAR_CLE.get(cle(entete), "") or (financement.cible if financement else "")


def _epurer(entete: str) -> str:
    """A heading without its year nor its mark of a note: « Montant demandé 2014 (1) »."""
    return _RENVOI.sub("", _ANNEE.sub("", entete)).strip() or entete


def proposer(entete: str, cellules: Sequence[Cellule], ref: Referentiel) -> Proposition | None:
    """The field that a heading means, or None; a few ``cellules`` say whether it can be."""
    annees = [int(annee) for annee in _ANNEE.findall(entete)]
    propose = _proposer(_epurer(entete), cellules, ref)
    if propose is None or not propose.cible:
        return propose
    propose = _selon_les_valeurs(propose, entete, cellules, ref)
    annee = annees[0] if len(annees) == 1 else None
    return Proposition(propose.cible, propose.note, annee, propose.rang)


def sans_emploi(entete: str) -> bool:
    """Whether it is a column that public files are known to hold, and that fills no field."""
    return cle(_epurer(entete)) in _SANS_EMPLOI


def _proposer(entete: str, cellules: Sequence[Cellule], ref: Referentiel) -> Proposition | None:
    forme = cle(entete)
    if forme in _SANS_EMPLOI:
        return None
    if entete.strip() in _PARTS_SCDL:
        return Proposition("part")
    code = CODES_PAR_CLE.get(forme)
    if code is not None:
        return Proposition(code, rang=(forme != cle(RUBRIQUES[code].libelle), -len(forme)))
    if forme in ("ville", "communes") and _nomme(ref.communes.trouver, cellules):
        return Proposition("commune", rang=(1, 0))
    financement = proposer_financement(entete, ref)
    if financement is not None:
        return financement
    return _proposer_semblable(forme)


def _nomme(trouver: Callable[[str], object], cellules: Sequence[Cellule]) -> bool:
    """Whether half of the texts at least are names that ``trouver`` knows."""
    textes = [c for c in cellules if isinstance(c, str) and c.strip()]
    return bool(textes) and sum(trouver(t) is not None for t in textes) * 2 >= len(textes)


def proposer_financement(entete: str, ref: Referentiel) -> Proposition | None:
    """« Ville accordé », « Etat – montant demandé », « Fasild », « Montant versé »."""
    mots = mots_de(entete)
    etapes = {_ETAPE_DU_MOT[mot] for mot in mots if mot in _ETAPE_DU_MOT}
    reste = [mot for mot in mots if mot not in _ETAPE_DU_MOT]
    if len(etapes) > 1 or not mots:
        return None
    suffixe = ""
    if _INVESTISSEMENT & set(reste):
        suffixe = ":INVESTISSEMENT"
    if "droit" in reste and "commun" in reste:
        suffixe = f"{suffixe or ':FONCTIONNEMENT'}:DROIT_COMMUN"
    reste = [mot for mot in reste if mot not in _INVESTISSEMENT and mot not in _DE_LIGNE]
    etape = etapes.pop() if etapes else "accorde"
    note = (
        ""
        if etape in (_ETAPE_DU_MOT.get(m) for m in mots)
        else ("aucune étape n'est indiquée : lu comme le montant accordé")
    )
    rang = (2 if note else 0, 0)
    utiles = [mot for mot in reste if mot not in _VIDES]
    if utiles == ["total"] and {"subvention", "aide"} & set(reste):
        utiles = []  # « Montant total de la subvention »: all of one, not the sum of several
    if not utiles:
        est_montant = {"montant", "subvention", "aide"} & set(mots) or not note
        trouve = Proposition(f"montant_{etape}", note, rang=rang)
        return trouve if est_montant and not suffixe else None
    financeur = ref.financeurs.trouver("".join(reste)) or ref.financeurs.trouver("".join(utiles))
    if financeur is None:
        return None
    cible = f"{ref.financeurs.code_de(financeur)}:{etape}{suffixe}"
    return Proposition(cible, note, rang=rang)


def etape_dite(entete: str) -> str:
    """The stage that a heading names, or ""."""
    mots = mots_de(entete)
    return next((_ETAPE_DU_MOT[mot] for mot in mots if mot in _ETAPE_DU_MOT), "")


def dit_une_autre_etape(entete: str) -> bool:
    """« Montant proposé », « Solde »: amounts at a stage that the application doesn't keep."""
    mots = mots_de(_epurer(entete))
    return any(mot in _AUTRES_ETAPES for mot in mots) and not nom_du_financeur(entete)


def se_completent(groupe: str, entete: str) -> bool:
    """Whether one is a bare stage and the other says whose: « État » over « demandé »."""
    if etape_dite(entete):
        return not etape_dite(groupe) and not nom_du_financeur(entete)
    return bool(etape_dite(groupe))


def _proposer_semblable(forme: str) -> Proposition | None:
    if len(forme) < 5 or len(forme) > 60:
        return None
    meilleure, code = max(
        (SequenceMatcher(None, forme, connue).ratio(), code)
        for connue, code in CODES_PAR_CLE.items()
    )
    if meilleure < 0.85:
        return None
    note = f"en-tête semblable à « {RUBRIQUES[code].libelle} » : à vérifier"
    return Proposition(code, note, rang=(3, 0))


def nom_du_financeur(entete: str) -> str:
    """Whose money a heading speaks of: « CAF » for « CAF accordé 2014 (1) »; "" for nobody's."""
    epure = _epurer(entete)
    utiles = [mot for mot in epure.split() if not _est_vide(mot)]
    while utiles and _est_liaison(utiles[0]):
        del utiles[0]
    return " ".join(utiles).strip(" –—-:,;()/")


# Stages that the application doesn't keep.
_AUTRES_ETAPES = frozenset(
    {"propose", "proposee", "prevu", "prevue", "previsionnel", "instruit", "realise", "justifie"}
    | {"solde", "reste", "acompte"}
)
_LIAISONS = frozenset({"a", "de", "du", "des", "la", "le", "les", "l", "d", "par", "organisme"})
_NE_NOMMENT_PERSONNE = (
    frozenset(
        {*_ETAPE_DU_MOT, *_AUTRES_ETAPES, *_INVESTISSEMENT, *_VIDES, "valeur", "somme", "sommes"}
    )
    - _LIAISONS
)


def _est_vide(mot: str) -> bool:
    return all(m in _NE_NOMMENT_PERSONNE for m in mots_de(mot))


def _est_liaison(mot: str) -> bool:
    return sans_accents(mot) in _LIAISONS


# --- What stands under the heading -------------------------------------------------------------


def _selon_les_valeurs(
    propose: Proposition, entete: str, cellules: Sequence[Cellule], ref: Referentiel
) -> Proposition:
    """The proposition, or another, or none (an empty target) where the cells contradict it."""
    textes = [texte for c in cellules if (texte := valeurs.en_texte(c).strip())]
    if not textes:
        return propose
    if propose.cible == "porteur":
        return _porteur_ou_non(propose, entete, textes, ref)
    if est_d_argent(propose.cible) and (propose.note or propose.cible.startswith("montant_")):
        return _argent_ou_non(propose, entete, textes)
    if propose.cible in _SURS_DE_LEURS_VALEURS and not any(
        _se_lit(propose.cible, texte) for texte in textes
    ):
        libelle = RUBRIQUES[propose.cible].libelle
        return Proposition("", f"aucune de ses valeurs n'est celle de « {libelle} »")
    return propose


def _argent_ou_non(propose: Proposition, entete: str, textes: list[str]) -> Proposition:
    """« Département » may be its number, « EPCI » its SIREN, « État » where the action stands."""
    if all(_se_lit("statut", texte) for texte in textes):
        return Proposition("statut", "ses valeurs sont des statuts : à vérifier", rang=(3, 0))
    if not any(c.isdigit() for texte in textes for c in texte):
        return Proposition("", "aucune de ses valeurs n'est un montant")
    numero = cle(entete).startswith("dep") and all(map(_DEPARTEMENT.fullmatch, textes))
    if propose.note and (_sont_des_numeros(textes) or numero):
        return Proposition("", "ses valeurs sont des numéros, pas des montants")
    return propose


def _porteur_ou_non(
    propose: Proposition, entete: str, textes: list[str], ref: Referentiel
) -> Proposition:
    if _sont_des_numeros(textes):
        return Proposition("siret", "ses valeurs sont des SIRET, pas des noms", rang=(3, 0))
    distinctes = {cle(texte) for texte in textes}
    genre = distinctes <= _GENRES or (
        len(distinctes) <= _VALEURS_D_UN_GENRE
        and len(distinctes) * _LIGNES_PAR_GENRE <= len(textes)
        and "porteur" not in cle(entete)
        and not any(cle_organisme(texte) in ref.organismes_par_nom for texte in set(textes))
    )
    if genre:
        exemples = ", ".join(f"« {texte} »" for texte in dict.fromkeys(textes))
        return Proposition("", f"ses valeurs disent un genre, pas un porteur : {exemples[:90]}")
    return propose


def _sont_des_numeros(textes: list[str]) -> bool:
    """Whether most of the texts are SIRETs or SIRENs; rounded ones included."""
    numeros = [re.sub(r"[\s.\-]", "", texte) for texte in textes]
    reconnus = [n for n in numeros if _SIRET.fullmatch(n) or siren.is_valid(n)]
    return 2 * len(reconnus) > len(numeros)


_SURS_DE_LEURS_VALEURS = ("nature", "nature_financement", "credit")


def _se_lit(rubrique: str, texte: str) -> bool:
    try:
        return valeurs.CHOIX[rubrique](texte) is not None
    except ValeurRefuseeError:
        return False


def suggerer(cellules: Sequence[Cellule], ref: Referentiel) -> str:
    """The field that a column may fill, from its cells alone; "" where they say nothing."""
    textes = [texte for c in cellules if (texte := valeurs.en_texte(c).strip())]
    if not textes:
        return ""
    if _sont_des_numeros(textes):
        return "siret"
    for cible, trouver in (
        ("commune", ref.communes.trouver),
        ("theme", ref.themes.trouver),
        ("financeur", ref.financeurs.trouver),
        ("porteur", lambda nom: ref.organismes_par_nom.get(cle_organisme(nom))),
    ):
        if _nomme(trouver, textes):
            return cible
    return ""
