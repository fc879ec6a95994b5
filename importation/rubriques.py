"""The fields that a file may fill, and which heading means which.

A column's target is a string: ``"intitule"`` and the like, or, for a wide funding column,
``"VILLE:accorde"`` (running costs, specific credits) or, in full,
``"VILLE:accorde:INVESTISSEMENT:SPECIFIQUE"``. The empty string means: not imported.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from financement.models import Subvention
from importation.lecture import Cellule
from importation.referentiel import Referentiel, cle
from listes.recherche import sans_accents

ETAPES = {"demande": "demandé", "accorde": "accordé", "verse": "versé"}
_NATURE, _CREDIT = Subvention.Nature.FONCTIONNEMENT.value, Subvention.Credit.SPECIFIQUE.value


@dataclass(frozen=True, slots=True)
class Rubrique:
    code: str
    libelle: str
    synonymes: tuple[str, ...] = ()
    explication: str = ""


def _rubrique(code: str, libelle: str, synonymes: str = "", explication: str = "") -> Rubrique:
    return Rubrique(code, libelle, tuple(s.strip() for s in synonymes.split("|") if s), explication)


RUBRIQUES = {
    rubrique.code: rubrique
    for rubrique in (
        _rubrique(
            "reference",
            "Référence",
            "réf|n°|numéro|n° de dossier|numéro de dossier|dossier|code action"
            "|référence de l'action",
            "Numéro de dossier, unique dans l'exercice. S'il y en a un, il désigne l'action.",
        ),
        _rubrique(
            "intitule",
            "Intitulé",
            "intitulé de l'action|intitulé du projet|titre|titre de l'action|titre du projet|action"
            "|actions|projet|projets|nom de l'action|nom du projet|libellé|libellé de l'action"
            "|désignation|objet",
            "Obligatoire pour une action nouvelle ; 250 caractères au plus.",
        ),
        _rubrique(
            "theme",
            "Thème",
            "thématique|volet|domaine|priorité|thème de l'action|axe thématique",
            "Obligatoire pour une action nouvelle. Numéro ou nom du thème.",
        ),
        _rubrique(
            "commune",
            "Commune",
            "localisation|lieu|territoire|code insee|insee|code commune|commune de l'action"
            "|localité",
            "Obligatoire pour une action nouvelle. Nom, code INSEE, ou « transterritorial ».",
        ),
        _rubrique(
            "quartier",
            "Quartier",
            "quartier prioritaire|zus|qpv|secteur",
            "Quartier de la commune.",
        ),
        _rubrique(
            "porteur",
            "Porteur",
            "porteur de projet|porteur du projet|porteur de l'action|association|organisme"
            "|structure"
            "|opérateur|bénéficiaire|maître d'ouvrage|demandeur|nom de l'association|nom du porteur"
            "|organisme porteur|structure porteuse",
            "Organisme qui porte l'action ; créé avec l'import s'il n'est pas connu.",
        ),
        _rubrique(
            "siret",
            "SIRET du porteur",
            "siret|n° siret|numéro siret|siret de l'association",
            "14 chiffres, dans une colonne au format texte.",
        ),
        _rubrique(
            "axes",
            "Axes transversaux",
            "axe|axes|axe transversal|n° d'axe",
            "Numéros séparés par des virgules : 1, 3.",
        ),
        _rubrique(
            "nature",
            "Nature",
            "nature de la ligne|nature de l'action|type de ligne",
            "Action (par défaut), Fonds de participation des habitants ou Animation du contrat.",
        ),
        _rubrique(
            "statut",
            "Statut",
            "décision|avancement|état d'avancement|état du dossier|statut de l'action|avis",
            "Déposée (par défaut), Accordée, Refusée, Réalisée ou Abandonnée.",
        ),
        _rubrique(
            "date_debut",
            "Début",
            "date de début|date début|du|démarrage|début de l'action",
            "31/12/2004",
        ),
        _rubrique(
            "date_fin", "Fin", "date de fin|date fin|au|fin de l'action|échéance", "31/12/2004"
        ),
        _rubrique("public", "Public visé", "public|publics|public cible|publics visés"),
        _rubrique(
            "description",
            "Description",
            "descriptif|résumé|objectifs|objectif|contenu|présentation|observations|commentaire"
            "|description de l'action",
        ),
        _rubrique("exercice", "Exercice", "année|année budgétaire|millésime", "Année du contrat."),
        _rubrique(
            "financeur",
            "Financeur",
            "co-financeur|cofinanceur|financeurs|organisme financeur|nom du financeur",
            "Une ligne par financeur : son nom ou son code.",
        ),
        _rubrique(
            "nature_financement",
            "Nature du financement",
            "nature de la subvention|section|fonctionnement ou investissement",
            "Fonctionnement (par défaut) ou Investissement.",
        ),
        _rubrique(
            "credit",
            "Crédits",
            "type de crédits|nature des crédits|origine des crédits",
            "Crédits spécifiques (par défaut) ou Droit commun.",
        ),
        _rubrique("montant_demande", "Montant demandé", "", "€ ; vide : inconnu ; 0 : zéro."),
        _rubrique("montant_accorde", "Montant accordé", "", "€ ; vide : inconnu ; 0 : zéro."),
        _rubrique("montant_verse", "Montant versé", "", "€ ; vide : inconnu ; 0 : zéro."),
    )
}
CODES_PAR_CLE = {
    cle(forme): rubrique.code
    for rubrique in reversed(RUBRIQUES.values())
    for forme in (rubrique.code, *rubrique.synonymes, rubrique.libelle)
}

_MOTS_ETAPES = {
    "demande": "demande demandes demandee demandees sollicite sollicites sollicitee",
    "accorde": "accorde accordes accordee accordees attribue attribuee obtenu obtenue notifie "
    "notifiee vote votee alloue allouee",
    "verse": "verse verses versee versees paye payee mandate mandatee",
}
_ETAPE_DU_MOT = {mot: etape for etape, mots in _MOTS_ETAPES.items() for mot in mots.split()}
_VIDES = frozenset(
    {"montant", "montants", "subvention", "subventions", "part", "financement", "credits", "credit"}
    | {"en", "euros", "euro", "eur", "de", "du", "des", "la", "le", "les", "l", "d", "par"}
    | {"aide", "contribution"}
)
_RENVOI = re.compile(r"(?:\s*(?:\(\d{1,2}\)|\*|[¹²³⁴⁵⁶⁷⁸⁹]))+\s*$")
_ANNEE = re.compile(r"\b(?:19|20)\d{2}\b")
_INVESTISSEMENT = frozenset({"investissement", "invest"})


@dataclass(frozen=True, slots=True)
class LigneDeFinancement:
    """What a wide column means: whose money, at which stage."""

    ligne: tuple[int, str, str]  # funder's id, nature, credit
    etape: str


@dataclass(frozen=True, slots=True)
class Proposition:
    """The field proposed for a heading; ``note`` says what a person should check, if anything."""

    cible: str
    note: str = ""


def lire_cible(cible: str, ref: Referentiel) -> str | LigneDeFinancement:
    """A field's code or a funding column. Raises ValueError, with a sentence, on anything else."""
    if cible in RUBRIQUES:
        return cible
    code, _, reste = cible.partition(":")
    etape, _, lignes = reste.partition(":")
    nature, _, credit = lignes.partition(":")
    nature, credit = nature or _NATURE, credit or _CREDIT
    financeur = ref.codes_financeurs.get(code.strip().upper())
    if financeur is None:
        raise ValueError(
            f"« {cible} » ne désigne aucune rubrique : attendu {', '.join(RUBRIQUES)}, ou "
            f"FINANCEUR:etape avec un financeur parmi {', '.join(ref.codes_financeurs)}."
        )
    if etape not in ETAPES or nature not in Subvention.Nature or credit not in Subvention.Credit:
        raise ValueError(
            f"« {cible} » : attendu {code}:demande, {code}:accorde ou {code}:verse, suivi s'il "
            "le faut de :FONCTIONNEMENT ou :INVESTISSEMENT, puis de :SPECIFIQUE ou :DROIT_COMMUN."
        )
    return LigneDeFinancement((financeur, nature, credit), etape)


def cible_connue(entete: str, ref: Referentiel) -> str:
    """The field that a heading surely means, whatever stands under it; "" where none does."""
    entete = _epurer(entete)
    financement = proposer_financement(entete, ref)
    return CODES_PAR_CLE.get(cle(entete), "") or (financement.cible if financement else "")


def _epurer(entete: str) -> str:
    """A heading without its year nor its mark of a note: « Montant demandé 2014 (1) »."""
    return _RENVOI.sub("", _ANNEE.sub("", entete)).strip() or entete


def proposer(entete: str, cellules: Sequence[Cellule], ref: Referentiel) -> Proposition | None:
    """The field that a heading means, or None; a few ``cellules`` say if « Ville » is a place."""
    entete = _epurer(entete)
    forme = cle(entete)
    code = CODES_PAR_CLE.get(forme)
    if code is not None:
        return Proposition(code)
    if forme in ("ville", "communes") and _nomme_des_communes(cellules, ref):
        return Proposition("commune")
    financement = proposer_financement(entete, ref)
    if financement is not None:
        return financement
    return _proposer_semblable(forme)


def _nomme_des_communes(cellules: Sequence[Cellule], ref: Referentiel) -> bool:
    textes = [c for c in cellules if isinstance(c, str) and c.strip()]
    return bool(textes) and sum(ref.communes.trouver(t) is not None for t in textes) * 2 >= len(
        textes
    )


def proposer_financement(entete: str, ref: Referentiel) -> Proposition | None:
    """« Ville accordé », « Etat – montant demandé », « Fasild », « Montant versé »."""
    mots = re.findall(r"[a-z0-9]+", sans_accents(entete))
    etapes = {_ETAPE_DU_MOT[mot] for mot in mots if mot in _ETAPE_DU_MOT}
    reste = [mot for mot in mots if mot not in _ETAPE_DU_MOT]
    if len(etapes) > 1 or not mots:
        return None
    suffixe = ""
    if _INVESTISSEMENT & set(reste):
        suffixe = ":INVESTISSEMENT"
    if "droit" in reste and "commun" in reste:
        suffixe = f"{suffixe or ':FONCTIONNEMENT'}:DROIT_COMMUN"
    reste = [
        mot
        for mot in reste
        if mot not in _INVESTISSEMENT
        and mot not in {"droit", "commun", "fonctionnement", "specifique", "specifiques"}
    ]
    etape = etapes.pop() if etapes else "accorde"
    note = (
        ""
        if etape in (_ETAPE_DU_MOT.get(m) for m in mots)
        else ("aucune étape n'est indiquée : lu comme le montant accordé")
    )
    utiles = [mot for mot in reste if mot not in _VIDES]
    if not utiles:
        est_montant = "montant" in mots or "subvention" in mots or not note
        return Proposition(f"montant_{etape}", note) if est_montant and not suffixe else None
    financeur = ref.financeurs.trouver("".join(reste)) or ref.financeurs.trouver("".join(utiles))
    if financeur is None:
        return None
    code = next(code for code, pk in ref.codes_financeurs.items() if pk == financeur)
    return Proposition(f"{code}:{etape}{suffixe}", note)


def _proposer_semblable(forme: str) -> Proposition | None:
    if len(forme) < 5 or len(forme) > 60:
        return None
    meilleure, code = max(
        (SequenceMatcher(None, forme, connue).ratio(), code)
        for connue, code in CODES_PAR_CLE.items()
    )
    if meilleure < 0.85:
        return None
    return Proposition(code, f"en-tête semblable à « {RUBRIQUES[code].libelle} » : à vérifier")
