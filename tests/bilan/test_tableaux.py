"""The tables of 2004, recomputed from the actions, against the figures of the document."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from bilan.exercices import ExerciceInconnuError, etablir
from bilan.sommes import Releve, relever
from bilan.tableaux import (
    Tableau,
    tableau_croise,
    tableau_des_parts,
    tableau_territorial,
    tableau_thematique,
)
from financement.models import Financeur, Subvention
from territoires.models import Commune

pytestmark = pytest.mark.django_db

# What the four contradicted theme totals come to from the document's own funders.
TOTAUX_RECALCULES = {3: 316_305, 8: 56_759, 9: 193_724, 10: 17_300}


def source(nom: str) -> list[dict[str, str]]:
    fichier = Path(settings.FIXTURES) / "source_2004" / f"tableau_{nom}.csv"
    with fichier.open(encoding="utf-8", newline="") as texte:
        return list(csv.DictReader(texte, delimiter=";"))


def affiches(tableau: Tableau) -> list[list[str]]:
    return [
        [ligne.libelle, *(chiffre.affiche for chiffre in ligne.chiffres)]
        for ligne in tableau.toutes_les_lignes
    ]


def valeurs(tableau: Tableau) -> list[tuple[object, ...]]:
    return [
        (ligne.numero, ligne.libelle, *(chiffre.valeur for chiffre in ligne.chiffres))
        for ligne in tableau.toutes_les_lignes
    ]


def test_le_tableau_territorial_redonne_le_document(contrat_2004: None) -> None:
    attendu = [
        (
            int(ligne["numero"]) if ligne["numero"] else None,
            ligne["libelle_tableau"],
            int(ligne["actions"]) if ligne["actions"].isdecimal() else None,
            Decimal(ligne["financement"]),
        )
        for ligne in source("territorial")
    ]
    tableau = tableau_territorial(relever(2004))
    assert valeurs(tableau) == attendu
    assert tableau.lignes[-1].chiffres[0].affiche == "Animation Contrat de ville"


def test_le_tableau_thematique_redonne_le_document_sauf_ses_quatre_totaux(
    contrat_2004: None,
) -> None:
    attendu = []
    for ligne in source("thematique"):
        numero = int(ligne["numero"]) if ligne["numero"] else None
        compte = ligne["actions"].removesuffix(" + FPH")
        total = TOTAUX_RECALCULES.get(numero or 0, int(ligne["financement_total"]))
        attendu.append(
            (
                numero,
                ligne["libelle_tableau"],
                int(compte) if compte else None,
                Decimal(total),
                *(Decimal(ligne[colonne]) for colonne in ("ville", "etat", "cg", "fasild")),
            )
        )
    tableau = tableau_thematique(relever(2004))
    assert valeurs(tableau) == attendu
    assert [ligne.chiffres[0].affiche for ligne in tableau.lignes[9:]] == ["3 + FPH", ""]


def test_le_tableau_croise_s_additionne_vers_les_deux_autres(contrat_2004: None) -> None:
    releve = relever(2004)
    croise, territorial = tableau_croise(releve), tableau_territorial(releve)
    thematique = tableau_thematique(releve)
    assert len(croise.colonnes) == 24
    for rang in range(len(croise.colonnes)):
        parts = [ligne.chiffres[rang].valeur or 0 for ligne in croise.lignes]
        assert sum(parts) == croise.total.chiffres[rang].valeur
    for ligne, ligne_territoriale in zip(
        croise.toutes_les_lignes, territorial.toutes_les_lignes, strict=True
    ):
        actions = [c.valeur or 0 for c in ligne.chiffres[:-2:2]]
        montants = [c.valeur or 0 for c in ligne.chiffres[1:-2:2]]
        assert sum(actions) == ligne.chiffres[-2].valeur
        assert sum(actions) == (ligne_territoriale.chiffres[0].valeur or 0)
        assert sum(montants) == ligne.chiffres[-1].valeur == ligne_territoriale.chiffres[1].valeur
    totaux = [c.valeur for c in croise.total.chiffres[1:-2:2]]
    assert totaux == [ligne.chiffres[1].valeur for ligne in thematique.lignes]


def test_les_parts_des_financeurs_font_cent_pour_cent(contrat_2004: None) -> None:
    parts = tableau_des_parts(tableau_thematique(relever(2004)))
    for ligne in parts.toutes_les_lignes:
        assert round(sum(Decimal(c.valeur or 0) for c in ligne.chiffres), 6) == 1
    assert affiches(parts)[-1] == [
        "TOTAL",
        "11,8\u00a0%",
        "34,1\u00a0%",
        "45,3\u00a0%",
        "8,7\u00a0%",
    ]


@pytest.mark.parametrize("construire", [tableau_territorial, tableau_thematique, tableau_croise])
def test_trois_requetes_par_tableau(
    contrat_2004: None,
    django_assert_num_queries: DjangoAssertNumQueries,
    construire: Callable[[Releve], Tableau],
) -> None:
    with django_assert_num_queries(3):
        construire(relever(2004))


class TestUneAutreAnnee:
    """A year that isn't 2004: unknown amounts, investment, other funders, nothing at all."""

    @pytest.fixture
    def exercice(self, contrat_2004: None) -> Exercice:
        return Exercice.objects.create(annee=2005)

    def action(self, exercice: Exercice, **champs: object) -> Action:
        defauts = {
            "intitule": "Atelier d'écriture",
            "theme": Theme.objects.get(numero=3),
            "commune": Commune.objects.get(code_insee="30077"),
        }
        return Action.objects.create(exercice=exercice, **(defauts | champs))

    def test_une_annee_sans_action_donne_des_zeros(self, exercice: Exercice) -> None:
        territorial = tableau_territorial(relever(2005))
        assert {tuple(c.affiche for c in li.chiffres) for li in territorial.toutes_les_lignes} == {
            ("0", "")
        }
        assert not territorial.reconstitue

    def test_un_montant_inconnu_n_est_pas_zero(self, exercice: Exercice) -> None:
        action = self.action(exercice)
        ville = Financeur.objects.get(code="VILLE")
        Subvention.objects.create(action=action, financeur=ville, montant_demande=500)
        tableau = tableau_thematique(relever(2005))
        culture = tableau.lignes[2]
        assert [c.affiche for c in culture.chiffres] == [
            "1", "—", "—", "", "", "",
        ]  # fmt: skip
        assert tableau.total.chiffres[1].valeur is None

    def test_le_connu_s_additionne_sans_l_inconnu_ni_l_investissement(
        self, exercice: Exercice
    ) -> None:
        action = self.action(exercice)
        ville, etat = (Financeur.objects.get(code=code) for code in ("VILLE", "ETAT"))
        Subvention.objects.create(action=action, financeur=ville, montant_accorde=None)
        Subvention.objects.create(
            action=action, financeur=etat, montant_accorde=Decimal("1200.50"), montant_verse=7
        )
        Subvention.objects.create(
            action=action,
            financeur=etat,
            nature=Subvention.Nature.INVESTISSEMENT,
            montant_accorde=9000,
        )
        tableau = tableau_thematique(relever(2005))
        connu = "1\u202f200,50\u00a0€"
        assert [c.affiche for c in tableau.total.chiffres] == [
            "1", f"{connu}, 1\u00a0inconnu", "—", connu, "", "", "9\u202f000\u00a0€",
        ]  # fmt: skip
        assert tableau.colonnes[-1].titre == "Investissement accordé"
        assert tableau.total.chiffres[-1].lien == "/actions/?exercice=2005&accorde=investissement"
        assert tableau_territorial(relever(2005)).total.chiffres[-1].valeur == 9000
        assert [c.titre for c in tableau_des_parts(tableau).colonnes] == [
            "Ville", "État", "Conseil général", "Fasild",
        ]  # fmt: skip

    def test_un_service_remonte_a_sa_colonne_et_les_autres_ont_la_leur(
        self, exercice: Exercice
    ) -> None:
        action = self.action(exercice)
        for code, montant in (("DRAC", 300), ("EPCI", 40), ("ONF", 2)):
            financeur = Financeur.objects.get(code=code)
            Subvention.objects.create(action=action, financeur=financeur, montant_accorde=montant)
        tableau = tableau_thematique(relever(2005))
        assert [colonne.titre for colonne in tableau.colonnes[2:]] == [
            "Ville", "État", "Conseil général", "Fasild", "Autres",
        ]  # fmt: skip
        assert [c.valeur for c in tableau.total.chiffres] == [1, 342, 0, 300, 0, 0, 42]
        assert tableau.total.chiffres[-1].lien == (
            "/actions/?exercice=2005&financeur=EPCI&financeur=ONF"
        )

    def test_un_exercice_inconnu_se_dit(self, exercice: Exercice) -> None:
        with pytest.raises(ExerciceInconnuError) as erreur:
            etablir(1999)
        assert str(erreur.value) == "L'exercice 1999 n'existe pas. Exercices connus : 2004, 2005."
