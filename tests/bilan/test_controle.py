"""The check of 2004: what it says of the document, and that it can fail."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from actions.models import Action, Theme
from bilan.exercices import etablir
from bilan.tableaux import Statut
from financement.models import Financeur, Subvention
from territoires.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004")]

INCOHERENCES = [
    ("Culture", 286_195, 316_305, 30_110),
    ("Habitat / Cadre de vie", 72_869, 56_759, -16_110),
    ("Animation type centre social", 208_834, 193_724, -15_110),
    ("Informa-tion/Participation des habitants", 16_300, 17_300, 1_000),
]


def places_en_ecart() -> set[tuple[str, str, str, int]]:
    return {
        (r.cle.tableau, r.libelle, r.cle.colonne, int(r.ecart or 0))
        for r in etablir(2004).controle.ecarts
    }


def commande(*arguments: str) -> tuple[int, str, str]:
    sortie, erreurs = StringIO(), StringIO()
    try:
        call_command("controle", *arguments, stdout=sortie, stderr=erreurs)
    except SystemExit as fin:
        return int(str(fin.code)), sortie.getvalue(), erreurs.getvalue()
    return 0, sortie.getvalue(), erreurs.getvalue()


def test_104_chiffres_compares_dont_les_quatre_totaux_que_la_source_contredit() -> None:
    controle = etablir(2004).controle
    assert len(controle.recalcul) == 104
    assert controle.conformes == 100
    assert controle.ecarts == ()
    assert [
        (r.libelle, int(r.publie), int(r.recalcule or 0), int(r.ecart or 0))
        for r in controle.incoherences_source
    ] == INCOHERENCES
    assert {r.cle.colonne for r in controle.incoherences_source} == {"financement_total"}


def test_33_chiffres_territoriaux_et_71_thematiques() -> None:
    comptes: dict[str, int] = {}
    for recalcul in etablir(2004).controle.recalcul:
        comptes[recalcul.cle.tableau] = comptes.get(recalcul.cle.tableau, 0) + 1
    assert comptes == {"territorial": 33, "thematique": 71}


def test_22_sommes_du_document_dont_cinq_ne_tombent_pas_juste() -> None:
    controle = etablir(2004).controle
    assert len(controle.coherence) == 22
    assert [(int(s.attendu), int(s.obtenu), int(s.ecart)) for s in controle.sommes_en_defaut] == [
        (1_028_246, 1_028_356, 110),
        *((publie, somme, ecart) for _, publie, somme, ecart in INCOHERENCES),
    ]


def test_un_montant_change_met_en_ecart_exactement_ses_chiffres() -> None:
    """The theme is Culture, whose total the source contradicts: the contradiction hides nothing."""
    subvention = Subvention.objects.filter(
        action__theme__numero=3, action__commune__libelle_tableau="Cendras", financeur__code="CG"
    ).first()
    assert subvention is not None
    assert subvention.montant_accorde is not None
    subvention.montant_accorde += 110
    subvention.save()
    assert places_en_ecart() == {
        ("territorial", "Cendras", "financement", 110),
        ("territorial", "TOTAL", "financement", 110),
        ("thematique", "Culture", "financement_total", 30_220),
        ("thematique", "Culture", "cg", 110),
        ("thematique", "TOTAL", "financement_total", 110),
        ("thematique", "TOTAL", "cg", 110),
    }
    assert commande("2004")[0] == 1


def test_une_action_changee_de_commune_met_en_ecart_les_deux_communes() -> None:
    action = (
        Action.objects.filter(nature=Action.Nature.ACTION)
        .filter(commune__libelle_tableau="Rousson")
        .first()
    )
    assert action is not None
    montant = int(sum(s.montant_accorde or 0 for s in action.subventions.all()))
    action.commune = Commune.objects.get(libelle_tableau="Bagard")
    action.save()
    assert places_en_ecart() == {
        ("territorial", "Rousson", "actions", -1),
        ("territorial", "Rousson", "financement", -montant),
        ("territorial", "Bagard", "actions", 1),
        ("territorial", "Bagard", "financement", montant),
    }


def test_une_action_changee_de_theme_met_en_ecart_les_deux_themes() -> None:
    action = Action.objects.filter(nature=Action.Nature.ACTION).filter(theme__numero=1).first()
    assert action is not None
    parts = {
        s.financeur.code.lower(): int(s.montant_accorde or 0)
        for s in action.subventions.select_related("financeur")
    }
    total = sum(parts.values())
    action.theme = Theme.objects.get(numero=4)
    action.save()
    assert places_en_ecart() == {
        ("thematique", "Education", "actions", -1),
        ("thematique", "Education", "financement_total", -total),
        *(("thematique", "Education", code, -montant) for code, montant in parts.items()),
        ("thematique", "Sport", "actions", 1),
        ("thematique", "Sport", "financement_total", total),
        *(("thematique", "Sport", code, montant) for code, montant in parts.items()),
    }


def test_une_action_supprimee_met_en_ecart_ses_chiffres() -> None:
    action = (
        Action.objects.filter(nature=Action.Nature.ACTION)
        .filter(commune__libelle_tableau="Saint-Privat")
        .get()
    )
    theme = action.theme.libelle_tableau
    parts = {
        s.financeur.code.lower(): int(s.montant_accorde or 0)
        for s in action.subventions.select_related("financeur")
    }
    publie_faux = {ligne[0]: ligne[3] for ligne in INCOHERENCES}.get(theme, 0)
    action.delete()
    assert places_en_ecart() == {
        ("territorial", "Saint-Privat", "actions", -1),
        ("territorial", "Saint-Privat", "financement", -2000),
        ("territorial", "TOTAL", "actions", -1),
        ("territorial", "TOTAL", "financement", -2000),
        ("thematique", theme, "actions", -1),
        ("thematique", theme, "financement_total", publie_faux - 2000),
        *(("thematique", theme, code, -montant) for code, montant in parts.items()),
        ("thematique", "TOTAL", "actions", -1),
        ("thematique", "TOTAL", "financement_total", -2000),
        *(("thematique", "TOTAL", code, -montant) for code, montant in parts.items()),
    }


def test_une_action_ajoutee_met_en_ecart_ses_chiffres() -> None:
    modele = Action.objects.filter(nature=Action.Nature.ACTION).first()
    assert modele is not None
    action = Action.objects.create(
        exercice=modele.exercice,
        intitule="Ciné-club du quartier",
        theme=Theme.objects.get(numero=6),
        commune=None,
    )
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.get(code="FASILD"),
        montant_accorde=Decimal("12.50"),
    )
    ecarts = {
        (r.cle.tableau, r.libelle, r.cle.colonne, r.ecart) for r in etablir(2004).controle.ecarts
    }
    assert ecarts == {
        ("territorial", "Transterritorial", "financement", Decimal("12.50")),
        ("territorial", "TOTAL", "actions", 1),
        ("territorial", "TOTAL", "financement", Decimal("12.50")),
        ("thematique", "Santé", "actions", 1),
        ("thematique", "Santé", "financement_total", Decimal("12.50")),
        ("thematique", "Santé", "fasild", Decimal("12.50")),
        ("thematique", "TOTAL", "actions", 1),
        ("thematique", "TOTAL", "financement_total", Decimal("12.50")),
        ("thematique", "TOTAL", "fasild", Decimal("12.50")),
    }


def test_la_commande_dit_les_quatre_incoherences_et_sort_a_zero() -> None:
    code, sortie, erreurs = commande("2004")
    assert (code, erreurs) == (0, "")
    assert "104 chiffres comparés, 100 conformes, 4 incohérences de la source, 0 écart" in sortie
    assert (
        "Culture, Financement total : publié 286\u202f195, recalculé 316\u202f305 (+30\u202f110)"
        in sortie
    )


def test_la_commande_en_json_a_exactement_cette_forme() -> None:
    code, sortie, _ = commande("2004", "--format", "json")
    resultat = json.loads(sortie)
    assert code == 0
    assert list(resultat) == ["exercice", "recalcul", "coherence", "synthese"]
    assert resultat["exercice"] == 2004
    assert resultat["recalcul"][0] == {
        "tableau": "territorial",
        "ligne": "Alès",
        "colonne": "actions",
        "publie": 101,
        "recalcule": 101,
        "ecart": 0,
        "statut": "conforme",
    }
    assert {tuple(element) for element in resultat["coherence"]} == {
        ("libelle", "attendu", "obtenu", "ecart", "tient")
    }
    assert resultat["synthese"] == {
        "compares": 104,
        "conformes": 100,
        "incoherences_source": 4,
        "ecarts": 0,
        "sommes": 22,
        "sommes_en_defaut": 5,
    }


def test_un_exercice_inconnu_sort_a_deux_en_une_phrase() -> None:
    code, sortie, erreurs = commande("1999")
    assert (code, sortie) == (2, "")
    assert erreurs == "L'exercice 1999 n'existe pas. Exercices connus : 2004.\n"


def test_un_chiffre_publie_sans_ligne_pour_le_redonner_est_un_ecart() -> None:
    commune = Commune.objects.get(libelle_tableau="Saint-Paul Lacoste")
    Action.objects.filter(commune=commune).update(commune=Commune.objects.get(numero=1))
    Commune.objects.filter(pk=commune.pk).update(numero=40)
    recalculs = {
        (r.libelle, r.cle.colonne): (r.recalcule, r.statut) for r in etablir(2004).controle.ecarts
    }
    assert recalculs["Saint-Paul Lacoste", "actions"] == (None, Statut.ECART)
