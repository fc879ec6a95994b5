"""Which heading means which field."""

import pytest

from importation.propositions import proposer
from importation.referentiel import Referentiel

SANS_ETAPE = "aucune étape n'est indiquée : lu comme le montant accordé"


@pytest.mark.parametrize(
    ("entete", "cible", "note"),
    [
        ("Intitulé", "intitule", ""),
        ("INTITULE DU PROJET", "intitule", ""),
        ("Action", "intitule", ""),
        ("N° de dossier", "reference", ""),
        ("Association", "porteur", ""),
        ("Code INSEE", "commune", ""),
        ("Commune", "commune", ""),
        ("Thématique", "theme", ""),
        ("Date de début", "date_debut", ""),
        ("Ville", "VILLE:accorde", SANS_ETAPE),
        ("Ville accordé", "VILLE:accorde", ""),
        ("Etat – montant demandé", "ETAT:demande", ""),
        ("Montant versé par le CG", "CG:verse", ""),
        ("Fasild", "FASILD:accorde", SANS_ETAPE),
        ("DRAC sollicité", "DRAC:demande", ""),
        ("État accordé (investissement)", "ETAT:accorde:INVESTISSEMENT", ""),
        ("État accordé (droit commun)", "ETAT:accorde:FONCTIONNEMENT:DROIT_COMMUN", ""),
        ("Montant accordé", "montant_accorde", ""),
        ("Versé", "montant_verse", ""),
        ("Financeur", "financeur", ""),
        ("Inttitulé du projett", "intitule", "en-tête semblable à « Intitulé » : à vérifier"),
    ],
)
def test_la_rubrique_d_un_en_tete(ref: Referentiel, entete: str, cible: str, note: str) -> None:
    proposition = proposer(entete, [], ref)

    assert proposition is not None
    assert (proposition.cible, proposition.note) == (cible, note)


@pytest.mark.parametrize(
    "entete", ["Total", "Total accordé", "Observateur", "Téléphone", "?", "123"]
)
def test_un_en_tete_inconnu(ref: Referentiel, entete: str) -> None:
    assert proposer(entete, [], ref) is None


def test_ville_est_un_lieu_quand_ses_cellules_nomment_des_communes(ref: Referentiel) -> None:
    proposition = proposer("Ville", ["Alès", "", "St Julien"], ref)

    assert proposition is not None
    assert proposition.cible == "commune"
