"""The whole file checked at once."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from actions.models import Exercice
from importation.entetes import CorrespondanceRefuseeError
from importation.lignes import Probleme
from importation.referentiel import Referentiel, charger_referentiel
from importation.verification import Verification
from territoires.models import Commune, Organisme

Verifier = Callable[..., Verification]
Ecrire = Callable[[str], Path]
Xlsx = Callable[[Sequence[Sequence[Any]]], Path]


def test_le_fichier_d_une_association_avec_toutes_ses_erreurs(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    chemin = csv(
        "Contrat de ville;;;;;;\n"
        "Demandes de 2005;;;;;;\n"
        ";;;;;;\n"
        "Intitulé du projet;Association;Siret;Ville;Thème;Ville accordé;Etat – montant demandé\n"
        "Ateliers d'été;Les Amis;;St Julien;sport;1 234,56 €;2000\n"
        "Cirque;Les Amis;;Alese;Cultur;12a;0\n"
        "Contes;Pirouette;2,43E+13;Alès;3;1.234;-5\n"
        ";Pirouette;;Alès;3;100;\n"
        "Ateliers d'été;LES AMIS;;Saint-Julien;Sport;50;\n"
        "Total;;;;;1334,56;2000\n"
    )

    verification = verifier_fichier(chemin)

    assert verification.erreurs == [
        Probleme("actions", 6, "Ville", "Alese", verification.erreurs[0].message, "Alès"),
        Probleme(
            "actions",
            6,
            "Thème",
            "Cultur",
            "« Cultur » n'est pas un thème connu : vouliez-vous dire « Culture » ?",
            "Culture",
        ),
        Probleme(
            "actions",
            6,
            "Ville accordé",
            "12a",
            "« 12a » n'est pas un montant : écrivez par exemple 1234,56 ou 1 234 €.",
        ),
        Probleme(
            "actions",
            7,
            "Siret",
            "2,43E+13",
            "Le tableur a arrondi ce SIRET et ses derniers chiffres sont perdus : mettez la "
            "colonne au format texte et retapez les 14 chiffres.",
        ),
        Probleme(
            "actions",
            7,
            "Ville accordé",
            "1.234",
            "« 1.234 » se lit de deux façons : écrivez 1\u202f234 ou 1,23.",
        ),
        Probleme(
            "actions",
            7,
            "Etat – montant demandé",
            "-5",
            "Un reversement ne s'importe pas : écrivez le montant net sur la ligne de l'action.",
        ),
        Probleme(
            "actions",
            8,
            "Intitulé du projet",
            "",
            "Indiquez l'intitulé de l'action ; si des cellules sont fusionnées, recopiez-le sur "
            "chaque ligne.",
        ),
        Probleme(
            "actions",
            9,
            "Intitulé du projet",
            "Ateliers d'été",
            "Même action qu'à la ligne 5 : gardez une seule des deux lignes.",
        ),
    ]
    assert "vouliez-vous dire « Alès » ?" in verification.erreurs[0].message
    assert verification.avertissements == [
        Probleme("actions", 10, "", "Total", "Ligne de total : non importée."),
        Probleme(
            "actions",
            5,
            "Statut",
            "Déposée",
            "1\u202f234,56\u00a0€ accordés à une action encore « Déposée » : si la décision est "
            "prise, passez-la à « Accordée » ou à « Refusée ».",
        ),
    ]
    assert verification.lignes == 5
    assert [action.apres.intitule for action in verification.plan.creees] == ["Ateliers d'été"]
    assert not verification.applicable


def test_vide_n_est_pas_zero(verifier_fichier: Verifier, csv: Ecrire, ref: Referentiel) -> None:
    chemin = csv(
        "Intitulé;Porteur;Commune;Thème;Ville;CG;Fasild demandé\n"
        "Un;Les Amis;Alès;1;;0;\n"
        "Deux;Les Amis;transterritorial;1;-;;12\n"
    )

    un, deux = (action.apres for action in verifier_fichier(chemin).plan.creees)

    ligne = ("FONCTIONNEMENT", "SPECIFIQUE")
    codes = ref.financeurs.codes
    assert un.subventions == {(codes["CG"], *ligne): (None, Decimal(0), None)}
    assert deux.subventions == {(codes["FASILD"], *ligne): (Decimal(12), None, None)}
    assert deux.commune is None


def test_une_ligne_par_financeur(verifier_fichier: Verifier, csv: Ecrire, ref: Referentiel) -> None:
    chemin = csv(
        "Action;Structure;Commune;Thème;Financeur;Montant demandé;Montant accordé\n"
        "Un;Les Amis;Alès;1;Ville;100;50\n"
        "Un;Les Amis;Alès;1;Préfecture;200;\n"
        "Deux;Les Amis;Alès;1;CG;;0\n"
        "Un;Les Amis;Alès;2;FASILD;1;1\n"
        "Deux;Les Amis;Alès;1;CG;3;\n"
        "Trois;Les Amis;Alès;1;;3;\n"
    )

    verification = verifier_fichier(chemin)

    ligne = ("FONCTIONNEMENT", "SPECIFIQUE")
    codes = ref.financeurs.codes
    un, deux = verification.plan.creees
    assert un.lignes == [2, 3]
    assert un.apres.subventions == {
        (codes["VILLE"], *ligne): (Decimal(100), Decimal(50), None),
        (codes["ETAT"], *ligne): (Decimal(200), None, None),
    }
    assert deux.apres.subventions == {(codes["CG"], *ligne): (None, Decimal(0), None)}
    assert [(p.ligne, p.colonne, p.message) for p in verification.erreurs] == [
        (5, "Thème", "Diffère de la ligne 2, qui décrit la même action : accordez-les."),
        (
            6,
            "Financeur",
            "Ce financeur est déjà donné à la ligne 4 : additionnez les montants, ou gardez une "
            "seule des deux lignes.",
        ),
        (7, "Financeur", "Indiquez qui donne ce montant."),
    ]


def test_une_correspondance_et_des_constantes(
    verifier_fichier: Verifier, csv: Ecrire, ref: Referentiel
) -> None:
    chemin = csv("Quoi;Qui;Combien\nUn;Les Amis;100\n")

    verification = verifier_fichier(
        chemin,
        colonnes={"Quoi": "intitule", "Qui": "porteur", "Combien": "montant_accorde"},
        constantes={"financeur": "CG", "commune": "30007", "theme": "3"},
    )

    [action] = verification.plan.creees
    assert verification.erreurs == []
    assert action.apres.commune == ref.communes.codes["30007"]
    assert action.apres.theme == ref.themes.codes["3"]
    assert list(action.apres.accordes()) == [(ref.financeurs.codes["CG"], Decimal(100))]


@pytest.mark.parametrize(
    ("texte", "voulue", "message"),
    [
        ("a;b\n1;2\n", {}, "Aucune ligne d'en-têtes reconnue"),
        (
            "Intitulé;Ville\nUn;2\n",
            {"colonnes": {"Ville": "lieu-dit"}},
            "ne désigne aucune rubrique",
        ),
        (
            "Intitulé;Ville\nUn;2\n",
            {"colonnes": {"Ville": "VILLE:promis"}},
            "attendu VILLE:demande",
        ),
        ("Intitulé;Ville\nUn;2\n", {"constantes": {"lieu": "x"}}, "Constante inconnue"),
        ("Intitulé;Ville\nUn;2\n", {"constantes": {"commune": "Paris"}}, "Constante « commune »"),
        (
            "Intitulé;Ville;Autre\nUn;2;3\n",
            {"colonnes": {"Ville": "CG:verse", "Autre": "CG:verse"}},
            "remplissent la même rubrique",
        ),
    ],
)
def test_une_correspondance_refusee(
    verifier_fichier: Verifier, csv: Ecrire, texte: str, voulue: dict[str, Any], message: str
) -> None:
    with pytest.raises(CorrespondanceRefuseeError, match=message):
        verifier_fichier(csv(texte), **voulue)


def test_une_colonne_obligatoire_qui_manque_est_dite_une_fois(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    verification = verifier_fichier(csv("Intitulé;Porteur;Thème\nUn;A;1\nDeux;A;1\n"))

    assert [(p.ligne, p.colonne) for p in verification.erreurs] == [(1, "Commune")]
    assert verification.plan.creees == []


def test_un_organisme_se_reconnait_a_son_siret_puis_a_son_nom(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    cmlo = Organisme.objects.create(nom="Centre méditerranéen de littérature orale")
    amis = Organisme.objects.create(nom="Les Amis du Rieu", siret="73282932000074")
    chemin = csv(
        "Intitulé;Porteur;SIRET;Commune;Thème\n"
        "Un;CENTRE MEDITERRANEEN de littérature  orale;;Alès;1\n"
        "Deux;Amis du Rieux;73282932000074;Alès;1\n"
        "Trois;Centre méditeranéen de litterature orale;;Alès;1\n"
        "Quatre;Pirouette;;Alès;1\n"
        "Cinq;pirouette;;Alès;1\n"
    )

    verification = verifier_fichier(chemin)

    porteurs = [action.apres.porteur for action in verification.plan.creees]
    assert porteurs[:2] == [cmlo.pk, amis.pk]
    assert [o.nom for o in verification.plan.organismes] == [
        "Centre méditeranéen de litterature orale",
        "Pirouette",
    ]
    assert porteurs[3] is porteurs[4]
    assert [(p.ligne, p.message) for p in verification.avertissements] == [
        (3, "Ce SIRET est celui de « Les Amis du Rieu » : c'est lui qui est retenu."),
        (
            4,
            "Organisme inconnu, qui sera créé ; il ressemble à « Centre méditerranéen de "
            "littérature orale » : si c'est lui, écrivez son nom ainsi.",
        ),
    ]


def test_un_compte_limite_n_importe_que_dans_ses_communes(
    verifier_fichier: Verifier, csv: Ecrire
) -> None:
    ales = Commune.objects.get(code_insee="30007")
    chemin = csv(
        "Intitulé;Porteur;Commune;Thème\nUn;A;Alès;1\nDeux;A;Bagard;1\nTrois;A;transterritorial;1\n"
    )

    verification = verifier_fichier(chemin, [ales.pk])

    assert [(p.ligne, p.colonne, p.message) for p in verification.erreurs] == [
        (3, "Commune", "Votre compte est limité à : Alès."),
        (4, "Commune", "Votre compte est limité à : Alès."),
    ]


def test_une_formule_sans_resultat_est_une_erreur(verifier_fichier: Verifier, xlsx: Xlsx) -> None:
    verification = verifier_fichier(
        xlsx([["Intitulé", "Porteur", "Commune", "Thème", "Ville"], ["Un", "A", "Alès", 1, "=1+1"]])
    )

    [erreur] = verification.erreurs
    assert (erreur.feuille, erreur.ligne, erreur.colonne) == ("Actions", 2, "Ville")
    assert erreur.message.startswith("Formule dont le fichier ne contient pas le résultat : ouvrez")


def test_ce_qui_est_douteux_est_dit(verifier_fichier: Verifier, csv: Ecrire) -> None:
    verification = verifier_fichier(
        csv(
            "Intitulé;Porteur;Commune;Thème;CG demandé;CG accordé;CG versé;Début;Fin;Note\n"
            "Un;A;Alès;1;100;150;200;;;\n"
            "Deux;A;Alès;1;;;;02/01/05;01/01/05;\n"
            "Trois;;Alès;1;;;;;;\n"
            ";;;;;;;;;rappeler\n"
        )
    )

    assert [(p.ligne, p.colonne, p.message) for p in verification.avertissements] == [
        (1, "Note", "Colonne non importée."),
        (
            2,
            "Conseil général du Gard accordé",
            "Ce montant dépasse le demandé (100\u00a0€) : vérifiez.",
        ),
        (
            2,
            "Conseil général du Gard versé",
            "Ce montant dépasse l'accordé (150\u00a0€) : vérifiez.",
        ),
        (4, "Porteur", "Aucun porteur : l'action sera créée sans porteur."),
        (5, "", "Rien dans les colonnes importées : ligne ignorée."),
        (
            2,
            "Statut",
            "150\u00a0€ accordés à une action encore « Déposée » : si la décision est prise, "
            "passez-la à « Accordée » ou à « Refusée ».",
        ),
    ]
    assert [(p.ligne, p.message) for p in verification.erreurs] == [
        (3, "La fin doit suivre le début (02/01/2005).")
    ]


def test_l_animation_du_contrat_n_a_qu_une_ligne(verifier_fichier: Verifier, csv: Ecrire) -> None:
    verification = verifier_fichier(
        csv(
            "Intitulé;Porteur;Commune;Thème;Nature\n"
            "Une;A;transterritorial;11;Animation du contrat\n"
            "Deux;A;transterritorial;11;animation\n"
            "Trois;A;Alès;11;animation\n"
        )
    )

    assert [(p.ligne, p.message) for p in verification.erreurs] == [
        (4, "L'animation du contrat est transterritoriale : écrivez-le ici."),
        (
            3,
            "L'animation du contrat n'a qu'une ligne par exercice : donnez sa référence ou son "
            "intitulé exact pour la modifier.",
        ),
    ]


def test_autant_de_requetes_pour_mille_lignes_que_pour_une(
    verifier_fichier: Verifier,
    csv: Ecrire,
    exercice: Exercice,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    lignes = "".join(f"Action {n};Porteur {n};Alès;1;{n}\n" for n in range(1000))
    entetes = "Intitulé;Porteur;Commune;Thème;Ville accordé\n"
    une, mille = csv(entetes + "Une;A;Alès;1;1\n"), csv(entetes + lignes)

    for chemin in (une, mille):
        with django_assert_num_queries(9):
            verifier_fichier(chemin)
    with django_assert_num_queries(6):
        charger_referentiel(exercice)
