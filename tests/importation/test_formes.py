"""The shapes that public files have: payments, decisions, no title, one reference for many."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from importation.entetes import CorrespondanceRefuseeError
from importation.fiches import Montants, additionner
from importation.referentiel import Referentiel
from importation.verification import Verification
from territoires.models import Commune, Organisme, Quartier

Verifier = Callable[..., Verification]
Ecrire = Callable[[str], Path]
LIGNE = ("FONCTIONNEMENT", "SPECIFIQUE")
VERSEMENTS = (
    "Référence;Intitulé;Porteur;Commune;Thème;État accordé;État versé\n"
    "R1;Chorale;A;Alès;Culture;1000;600\n"
    "R1;Chorale;A;Alès;Culture;1000;400\n"
    "R2;Danse;A;Alès;Culture;50;\n"
)


def test_plusieurs_versements_s_additionnent_si_on_le_demande(
    verifier_fichier: Verifier, csv: Ecrire, ref: Referentiel
) -> None:
    chemin = csv(VERSEMENTS)

    sans = verifier_fichier(chemin)
    avec = verifier_fichier(chemin, cumuler=["verse"])

    assert [(p.ligne, p.message) for p in sans.erreurs] == [
        (3, "Même action qu'à la ligne 2 : gardez une seule des deux lignes.")
    ]
    assert sans.a_cumuler == ["accorde", "verse"]
    assert (avec.erreurs, avec.a_cumuler) == ([], [])
    chorale, danse = avec.plan.creees
    etat = (ref.financeurs.codes["ETAT"], *LIGNE)
    assert chorale.apres.subventions == {etat: (None, Decimal(1000), Decimal(1000))}
    assert danse.apres.subventions == {etat: (None, Decimal(50), None)}
    assert chorale.lignes == [2, 3]


def test_plusieurs_decisions_s_additionnent_une_ligne_par_financeur(
    verifier_fichier: Verifier, csv: Ecrire, ref: Referentiel
) -> None:
    chemin = csv(
        "Intitulé;Porteur;Commune;Thème;Financeur;Montant accordé\n"
        "Chorale;A;Alès;Culture;État;1000\nChorale;A;Alès;Culture;Ville;5\n"
        "Chorale;A;Alès;Culture;État;500\n"
    )

    sans = verifier_fichier(chemin)
    avec = verifier_fichier(chemin, cumuler=["accorde"])

    assert ([p.ligne for p in sans.erreurs], sans.a_cumuler) == ([4], ["accorde"])
    assert avec.erreurs == []
    assert avec.plan.apres.accorde == 1505


def test_deux_feuilles_ne_s_additionnent_jamais() -> None:
    un: Montants = (None, Decimal(1), Decimal(2))

    assert additionner(un, un, ()) is None
    assert additionner(un, un, ["accorde", "verse"]) == (None, Decimal(2), Decimal(4))
    assert additionner(un, (Decimal(7), Decimal(1), Decimal(3)), ["verse"]) == (
        Decimal(7),
        Decimal(1),
        Decimal(5),
    )
    assert additionner(un, (None, Decimal(9), None), ["verse"]) is None


def test_sans_intitule_il_est_construit_et_c_est_dit(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv("nomBeneficiaire;commune;theme;Etat accordé\nLes Amis;Alès;1;100\nLa Roue;Alès;1;50\n")
    )

    assert verification.erreurs == []
    assert [a.apres.intitule for a in verification.plan.creees] == [
        "Subvention à Les Amis",
        "Subvention à La Roue",
    ]
    assert next((p.ligne, p.message) for p in verification.avertissements) == (
        2,
        "Aucune colonne ne donne l'intitulé : il est construit, « Subvention à {porteur} », ici et "
        "sur les lignes suivantes.",
    )


def test_un_modele_d_intitule(verifier_fichier: Verifier, csv: Ecrire) -> None:
    chemin = csv("Porteur;Commune;Thème;Etat accordé\nLes Amis;Alès;Culture;100\n")

    verification = verifier_fichier(
        chemin, constantes={"intitule": "{porteur} – {theme} {exercice}"}
    )

    assert [a.apres.intitule for a in verification.plan.creees] == ["Les Amis – Culture 2005"]
    with pytest.raises(CorrespondanceRefuseeError, match=r"\{nom\} n'est pas connu"):
        verifier_fichier(chemin, constantes={"intitule": "{nom}"})


def test_une_reference_pour_plusieurs_beneficiaires_ne_designe_pas_une_action(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv(
            "referenceDecision;nomBeneficiaire;objet;commune;theme;Etat accordé\n"
            "DELIB-1;A;Un;Alès;1;100\nDELIB-1;B;Deux;Alès;1;50\nDELIB-1;C;Un;Alès;1;7\n"
        )
    )

    assert verification.erreurs == []
    assert verification.plan.apres.accorde == 157
    assert next((p.ligne, p.colonne, p.message) for p in verification.avertissements) == (
        1,
        "referenceDecision",
        "Une même référence y est celle de plusieurs porteurs : elle ne désigne pas une action, et "
        "la colonne n'est pas importée.",
    )


def test_une_reference_recopiee_par_erreur_reste_une_erreur(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv(
            "Référence;Intitulé;Porteur;Commune;Thème\n"
            "R1;Un;A;Alès;1\nR1;Deux;B;Alès;1\nR2;Trois;C;Alès;1\nR3;Quatre;C;Alès;1\n"
        )
    )

    assert [(p.ligne, p.colonne) for p in verification.erreurs] == [(3, "Référence")]


@pytest.mark.parametrize(
    ("porteur", "siret", "trouve", "dit"),
    [
        ("", "732829320", "Les Amis du Rieu", ""),
        ("Les amis", "732829320", "Les Amis du Rieu", "Ce SIREN est celui de « Les Amis du Rieu »"),
        ("Pirouette", "404833048", "Pirouette", "SIREN seul, sans les 5 chiffres"),
        ("", "404833048", "", "Ce SIREN n'est pas connu"),
        ("Pirouette", "123456789", "", "Ce n'est pas un SIRET"),
    ],
)
def test_un_siren_seul(
    verifier_fichier: Verifier, csv: Ecrire, porteur: str, siret: str, trouve: str, dit: str
) -> None:
    amis = Organisme.objects.create(nom="Les Amis du Rieu", siret="73282932000074")
    verification = verifier_fichier(
        csv(f"Intitulé;Porteur;SIRET;Commune;Thème\nUn;{porteur};{siret};Alès;1\n")
    )

    problemes = [p.message for p in (*verification.erreurs, *verification.avertissements)]
    porteurs = [action.apres.porteur for action in verification.plan.creees]
    noms = [amis.nom if p == amis.pk else getattr(p, "nom", None) for p in porteurs]
    assert noms == [trouve] * bool(trouve)
    assert [p[: len(dit)] for p in problemes] == [dit] * bool(dit)
    assert [o.siret for o in verification.plan.organismes] == [None] * (trouve == "Pirouette")


def test_le_code_officiel_d_un_quartier_dit_aussi_sa_commune(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    cendras = Commune.objects.get(nom="Cendras")
    quartier = Quartier.objects.create(commune=cendras, nom="L'Abbaye", code="QN03001M")

    verification = verifier_fichier(
        csv("libellé action;nom_beneficiaire;theme;code_qpv\nChorale;A;Culture;qn03001m\n")
    )

    assert verification.erreurs == []
    [action] = verification.plan.creees
    assert (action.apres.commune, action.apres.quartier) == (cendras.pk, quartier.pk)


def test_un_montant_ventile_par_quartier_s_additionne(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    ales = Commune.objects.get(code_insee="30007")
    for nom in ("Cévennes", "Prés-Saint-Jean"):
        Quartier.objects.create(commune=ales, nom=nom)

    verification = verifier_fichier(
        csv(
            "ref_action;libellé action;porteur;commune;theme;quartier;financeur;montant_ventillé\n"
            "R1;Chorale;A;Alès;Culture;Cévennes;Etat;1000\n"
            "R1;Chorale;A;Alès;Culture;Prés-Saint-Jean;Etat;500\n"
        ),
        cumuler=["accorde"],
    )

    assert verification.erreurs == []
    [action] = verification.plan.creees
    assert action.apres.quartier is None
    assert verification.plan.apres.accorde == 1500
    assert "L'action touche plusieurs quartiers : aucun n'est retenu." in [
        p.message for p in verification.avertissements
    ]


def test_la_part_de_chaque_beneficiaire_dans_un_fichier_scdl(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(
        csv(
            "nomBeneficiaire;objet;montant;nature;pourcentageSubvention;dateConvention\n"
            "A;Un;24500.00;aide en numéraire;1;2005-06-18\n"
            "B;Deux;8000;aide en numéraire;1.00;2005-06-18\n"
            "C;Trois;30000.50;aide en numéraire;0.40;2005-06-18\n"
            "D;Quatre;10;aide en numéraire;0;2005-06-18\n"
        ),
        constantes={"commune": "Alès", "theme": "Culture", "financeur": "Ville"},
    )

    assert [(p.ligne, p.colonne, p.message) for p in verification.erreurs] == [
        (5, "pourcentageSubvention", "Une part est attendue, par exemple 0,4 ou 40 %.")
    ]
    assert verification.plan.apres.accorde == Decimal("44500.20")
    assert [(p.ligne, p.message) for p in verification.avertissements if p.ligne == 4] == [
        (4, "Part du porteur : 12\u202f000,20\u00a0€ retenus sur 30\u202f000,50\u00a0€.")
    ]
    [decompte] = verification.decomptes
    assert decompte.gardees.montants["accorde"] == Decimal("44500.20")
