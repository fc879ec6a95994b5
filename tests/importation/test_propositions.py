"""Which heading means which field, and what the cells under it say of that."""

from datetime import date

import pytest

from importation.propositions import nom_du_financeur, proposer, suggerer
from importation.referentiel import OrganismeConnu, Referentiel

SANS_ETAPE = "aucune étape n'est indiquée : lu comme le montant accordé"


@pytest.mark.parametrize(
    ("entete", "cible"),
    [
        # SCDL
        ("nomAttribuant", "financeur"),
        ("referenceDecision", "reference"),
        ("nomBeneficiaire", "porteur"),
        ("idBeneficiaire", "siret"),
        ("objet", "intitule"),
        ("Objet de la subvention", "intitule"),
        ("Identification SIRET du bénéficiaire", "siret"),
        # Dauphin, the State's list by QPV, départements
        ("ref_action", "reference"),
        ("libellé action", "intitule"),
        ("nom_projet", "intitule"),
        ("code_qpv", "quartier"),
        ("annee_exercice", "exercice"),
        ("Objet de la convention", "intitule"),
        ("Nom du bénéficiaire*", "porteur"),
        ("Raison sociale (1)", "porteur"),
        # Chorus, Fonjep, « jaune budgétaire »
        ("N° EJ", "reference"),
        ("Tiers bénéficiaire", "porteur"),
        ("Dénomination", "porteur"),
        ("N° SIREN", "siret"),
        # A year, a mark of a note
        ("Montant demandé 2014", "montant_demande"),
        ("État accordé 2014 (2)", "ETAT:accorde"),
        ("BOP 147 retenu", "ETAT:accorde"),
    ],
)
def test_les_mots_des_fichiers_publics(ref: Referentiel, entete: str, cible: str) -> None:
    proposition = proposer(entete, [], ref)

    assert proposition is not None
    assert (proposition.cible, proposition.note) == (cible, "")


@pytest.mark.parametrize(
    "entete",
    [
        "montant",
        "Montant total de la subvention*",
        "montant_ventillé",
        "Montant engagé",
        "Montant annuel",
        "Montant de l'aide (1)",
    ],
)
def test_un_montant_sans_financeur(ref: Referentiel, entete: str) -> None:
    proposition = proposer(entete, [], ref)

    assert proposition is not None
    assert proposition.cible == "montant_accorde"
    assert proposition.note in ("", SANS_ETAPE)


@pytest.mark.parametrize(
    "entete", ["conditionsVersement", "dateConvention", "idAttribuant", "typeBeneficiaire", "RNA"]
)
def test_ce_que_ces_fichiers_ont_de_plus_ne_remplit_rien(ref: Referentiel, entete: str) -> None:
    assert proposer(entete, ["x"], ref) is None


def test_l_annee_d_un_en_tete(ref: Referentiel) -> None:
    proposition = proposer("Montant demandé 2014 (1)", [], ref)

    assert proposition is not None
    assert proposition.annee == 2014


@pytest.mark.parametrize(
    ("entete", "cellules", "cible"),
    [
        ("Bénéficiaire", ["73282932000074", "732829320"], "siret"),
        ("Bénéficiaire", [73282932000074.0], "siret"),
        ("Bénéficiaire", ["2,43E+13"], "siret"),
        ("Bénéficiaire", ["Association", "Commune", "association"], ""),
        ("Structure", ["Pôle A", "Pôle B", "Pôle C"] * 34, ""),
        ("Structure", ["Les Amis du Rieu"] * 100, "porteur"),
        ("Nom du porteur", ["Pôle A"] * 100, "porteur"),
        ("Structure", ["Pôle A"] * 19, "porteur"),
        ("nature", ["aide en numéraire", "aide en nature"], ""),
        ("nature", ["action", "FPH"], "nature"),
        ("Accordé", ["oui", "non"], ""),
        ("Département", ["30", "30"], ""),
        ("Département", ["30", "400"], "CG:accorde"),
        ("CG", ["30", "30"], "CG:accorde"),
        ("Département accordé", ["30", "30"], "CG:accorde"),
        ("EPCI", ["243000643", 243000643], ""),
        ("État", ["Accordée", "refusé"], "statut"),
        ("État", ["vu", "à voir"], ""),
        ("Accordé", ["oui", "1 500"], "montant_accorde"),
    ],
)
def test_ce_qui_est_devine_regarde_les_valeurs(
    ref: Referentiel, entete: str, cellules: list[str | float], cible: str
) -> None:
    ref.ajouter_organisme(OrganismeConnu(1, "Les Amis du Rieu", None))

    proposition = proposer(entete, cellules, ref)

    assert proposition is not None
    assert proposition.cible == cible


@pytest.mark.parametrize(
    ("cellules", "cible"),
    [
        (["73282932000074"], "siret"),
        (["Alès", "?", "Cendras"], "commune"),
        (["Culture", "Sport"], "theme"),
        (["Préfecture", "Ville"], "financeur"),
        (["LES AMIS DU RIEU"], "porteur"),
        (["0466523412", 466523412, date(2005, 1, 1), ""], ""),
        ([], ""),
    ],
)
def test_une_colonne_inconnue_se_devine_a_ses_valeurs(
    ref: Referentiel, cellules: list[str | int | date], cible: str
) -> None:
    ref.ajouter_organisme(OrganismeConnu(1, "Les Amis du Rieu", None))

    assert suggerer(cellules, ref) == cible


@pytest.mark.parametrize(
    ("entete", "nom"),
    [
        ("CAF accordé", "CAF"),
        ("Montant demandé à la Région 2014 (1)", "Région"),
        ("Subvention du CCAS", "CCAS"),
        ("Part du Conseil régional (€)", "Conseil régional"),
        ("MSA – versé", "MSA"),
        ("Montant accordé", ""),
        ("Bailleurs sociaux", "Bailleurs sociaux"),
    ],
)
def test_le_nom_d_un_financeur_inconnu(entete: str, nom: str) -> None:
    assert nom_du_financeur(entete) == nom
