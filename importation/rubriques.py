"""The fields that a file may fill, and the headings under which they are known.

A column's target is a string: ``"intitule"`` and the like, or, for a wide funding column,
``"VILLE:accorde"`` (running costs, specific credits) or, in full,
``"VILLE:accorde:INVESTISSEMENT:SPECIFIQUE"``. The empty string means: not imported.
"""

from dataclasses import dataclass

from financement.models import Subvention
from importation.referentiel import Referentiel, cle

ETAPES = {"demande": "demandé", "accorde": "accordé", "verse": "versé"}
RANGS = {etape: rang for rang, etape in enumerate(ETAPES)}
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
            "|référence de l'action|ref action|référence action|référence décision"
            "|référence de la décision|numéro de demande|n° de demande|numéro d'action"
            "|numéro de l'action|n° d'action|code dossier|numéro de convention"
            "|n° de convention|n° convention|n° ej|engagement juridique|code osiris|n° osiris"
            "|n° dauphin",
            "Numéro de dossier, unique dans l'exercice. S'il y en a un, il désigne l'action.",
        ),
        _rubrique(
            "intitule",
            "Intitulé",
            "intitulé de l'action|intitulé du projet|titre|titre de l'action|titre du projet"
            "|action|actions|projet|projets|nom de l'action|nom du projet|libellé"
            "|libellé de l'action|désignation|objet|objet de la subvention"
            "|objet de la convention|objet de la demande|objet de l'aide|objet du financement"
            "|libellé action|libellé projet|libellé du projet|libellé de la demande"
            "|libellé du dossier|nom projet|nom action|intitulé action|intitulé projet"
            "|action financée|opération|libellé de l'opération|nom de l'opération",
            "Obligatoire pour une action nouvelle ; 250 caractères au plus.",
        ),
        _rubrique(
            "theme",
            "Thème",
            "thématique|volet|domaine|priorité|thème de l'action|axe thématique"
            "|thématique principale|thème principal|pilier|thématique de l'action"
            "|axe d'intervention",
            "Obligatoire pour une action nouvelle. Numéro ou nom du thème.",
        ),
        _rubrique(
            "commune",
            "Commune",
            "localisation|lieu|territoire|code insee|insee|code commune|commune de l'action"
            "|localité|nom de la commune|nom commune|libellé commune|commune d'intervention"
            "|commune du projet|localisation du projet"
            "|localisation de l'action|lieu de réalisation|lieu de l'action|commune de réalisation",
            "Obligatoire pour une action nouvelle. Nom, code INSEE, ou « transterritorial ».",
        ),
        _rubrique(
            "quartier",
            "Quartier",
            "quartier prioritaire|zus|qpv|secteur|code qpv|nom qpv|nom du qpv|code quartier"
            "|nom du quartier|code du quartier prioritaire|nom du quartier prioritaire|qp",
            "Quartier de la commune.",
        ),
        _rubrique(
            "porteur",
            "Porteur",
            "porteur de projet|porteur du projet|porteur de l'action|association|organisme"
            "|structure|opérateur|bénéficiaire|maître d'ouvrage|demandeur"
            "|nom de l'association|nom du porteur|organisme porteur|structure porteuse"
            "|nom du bénéficiaire|nom bénéficiaire|bénéficiaires|raison sociale"
            "|raison sociale du bénéficiaire|dénomination|dénomination sociale"
            "|dénomination du bénéficiaire|libellé bénéficiaire|nom de la structure"
            "|nom structure|nom de l'organisme|nom organisme|nom du demandeur|tiers"
            "|nom du tiers|libellé tiers|tiers bénéficiaire|attributaire"
            "|organisme bénéficiaire|association bénéficiaire|structure bénéficiaire"
            "|organisme aidé|associations|organismes|nom association",
            "Organisme qui porte l'action ; créé avec l'import s'il n'est pas connu.",
        ),
        _rubrique(
            "siret",
            "SIRET du porteur",
            "siret|n° siret|numéro siret|siret de l'association|id bénéficiaire"
            "|identification du bénéficiaire|identification siret du bénéficiaire"
            "|identifiant du bénéficiaire|siret du bénéficiaire|siret bénéficiaire"
            "|siret du porteur|siret porteur|siret du tiers|siret de la structure"
            "|siret de l'organisme|siren|n° siren|numéro siren|siren du bénéficiaire"
            "|siret ou siren|siren ou siret",
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
        _rubrique(
            "exercice",
            "Exercice",
            "année|année budgétaire|millésime|année exercice|année d'exercice"
            "|exercice budgétaire|année de la subvention|année de programmation"
            "|année de référence|annee budget",
            "Année du contrat.",
        ),
        _rubrique(
            "financeur",
            "Financeur",
            "co-financeur|cofinanceur|financeurs|organisme financeur|nom du financeur"
            "|attribuant|nom attribuant|nom de l'attribuant|autorité attribuante"
            "|collectivité attribuante|organisme attribuant|financeur public",
            "Une ligne par financeur : son nom ou son code.",
        ),
        _rubrique(
            "nature_financement",
            "Nature du financement",
            "nature de la subvention|section|fonctionnement ou investissement|section budgétaire",
            "Fonctionnement (par défaut) ou Investissement.",
        ),
        _rubrique(
            "credit",
            "Crédits",
            "type de crédits|nature des crédits|origine des crédits",
            "Crédits spécifiques (par défaut) ou Droit commun.",
        ),
        _rubrique(
            "part",
            "Part du montant",
            "",
            "0,4 ou 40 % : ce que le porteur reçoit d'un montant donné à plusieurs (SCDL).",
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


@dataclass(frozen=True, slots=True)
class LigneDeFinancement:
    """What a wide column means: whose money, at which stage."""

    ligne: tuple[int, str, str]  # funder's id, nature, credit
    etape: str


def lire_cible(
    cible: str, ref: Referentiel, nature_usuelle: str | None = None, credit_usuel: str | None = None
) -> str | LigneDeFinancement:
    """A field's code or a funding column; ``usuel``: what stands where the target says nothing.

    Raises ValueError, with a sentence, on anything else.
    """
    if cible in RUBRIQUES:
        return cible
    code, _, reste = cible.partition(":")
    etape, _, lignes = reste.partition(":")
    nature, _, credit = lignes.partition(":")
    nature, credit = nature or nature_usuelle or _NATURE, credit or credit_usuel or _CREDIT
    financeur = ref.financeurs.codes.get(code.strip().upper())
    if financeur is None:
        raise ValueError(
            f"« {cible} » ne désigne aucune rubrique : attendu {', '.join(RUBRIQUES)}, ou "
            f"FINANCEUR:etape avec un financeur parmi {', '.join(ref.financeurs.codes)}."
        )
    if etape not in ETAPES or nature not in Subvention.Nature or credit not in Subvention.Credit:
        raise ValueError(
            f"« {cible} » : attendu {code}:demande, {code}:accorde ou {code}:verse, suivi s'il "
            "le faut de :FONCTIONNEMENT ou :INVESTISSEMENT, puis de :SPECIFIQUE ou :DROIT_COMMUN."
        )
    return LigneDeFinancement((financeur, nature, credit), etape)


def est_d_argent(cible: str) -> bool:
    """Whether what the target names is an amount in €."""
    return cible.startswith("montant_") or (cible != "" and cible not in RUBRIQUES)
