"""What a sum is: 0 without a line, unknown where no line has an amount, else what is known."""

from decimal import Decimal

import pytest

from actions.models import Action, Exercice, Theme
from financement.models import Financeur, Subvention
from financement.montants import Montant, Montants
from listes.chiffres import dire_la_somme

D = Decimal


def test_sans_ligne_un_montant_est_zero() -> None:
    assert Montant.des_lignes([]) == Montant(D(0), 0, 0)
    assert Montant.des_lignes([]).valeur == 0


def test_aucun_montant_connu_n_est_pas_zero() -> None:
    assert Montant.des_lignes([None, None]) == Montant(D(0), 2, 2)
    assert Montant.des_lignes([None, None]).valeur is None


def test_zero_est_une_decision() -> None:
    assert Montant.des_lignes([D(0), None]) == Montant(D(0), 2, 1)
    assert Montant.des_lignes([D(0), None]).valeur == 0


def test_une_somme_garde_combien_de_lignes_ne_disent_rien() -> None:
    parts = [Montant.des_lignes([D("4200.50"), None]), Montant.des_lignes([]), Montant(D(0), 1, 1)]
    assert Montant.somme(parts) == Montant(D("4200.50"), 3, 2)
    assert Montant.somme(parts).valeur == D("4200.50")
    assert Montant.somme([]) == Montant()


def test_les_etapes_s_ajoutent_chacune_de_son_cote() -> None:
    lues = Montants.lus(2, 1, None, 0, D("10.00"), 1, D("3.5"), 2, D(90), 1)
    assert lues == Montants(
        Montant(D(0), 2, 2), Montant(D("10.00"), 2, 1), Montant(D("3.5"), 2, 0), Montant(D(90), 1)
    )
    sommes = dict(Montants.somme([lues, lues]).par_champ())
    assert {champ: montant.valeur for champ, montant in sommes.items()} == {
        "montant_demande": None,
        "montant_accorde": D("20.00"),
        "montant_verse": D("7.0"),
        "investissement": D(180),
    }
    assert sommes["montant_accorde"].inconnues == 2


def test_les_lignes_d_autres_financeurs_sont_hors_du_filtre() -> None:
    lues = Montants.lus(0, 3, 1, 1, None, 0, None, 0, None, 0, D(5), 1)
    assert (lues.accorde.lignes, lues.accorde.autres) == (0, 3)
    assert (lues.investissement.lignes, lues.investissement.autres) == (1, 0)
    assert dire_la_somme(lues.accorde) == "hors filtre"


@pytest.fixture
def action(db: None) -> Action:
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )


def test_la_base_repond_ce_que_python_additionne(action: Action) -> None:
    """The same rule on both sides; ten cents and twenty make thirty, on SQLite too."""
    lignes = [
        Subvention(
            action=action,
            financeur=Financeur.objects.create(code=f"F{rang}", nom=f"F{rang}"),
            montant_demande=demande,
            montant_accorde=accorde,
        )
        for rang, (demande, accorde) in enumerate(
            [(D("0.10"), D("1000.33")), (D("0.20"), None), (None, None)]
        )
    ]
    Subvention.objects.bulk_create(lignes)
    attendus = Montants(
        *(
            Montant.des_lignes(getattr(ligne, champ) for ligne in lignes)
            for champ in ("montant_demande", "montant_accorde", "montant_verse")
        )
    )
    assert attendus.demande == Montant(D("0.30"), 3, 1)

    actions = Action.objects.all()
    assert action.subventions.montants() == attendus
    assert actions.montants() == attendus
    assert Subvention.objects.montants_par_action([action.pk]) == {action.pk: attendus}
    assert actions.sommes_par("theme") == [(action.theme_id, attendus)]
    assert actions.montants(["F0"]) == Montants(
        Montant(D("0.10"), 1, 0), Montant(D("1000.33"), 1, 0), Montant(D(0), 1, 1)
    )
    assert actions.montants(["PERSONNE"]) == Montants()
    assert Subvention.objects.none().montants() == Montants()


def test_un_financeur_vient_avec_ceux_qui_en_relevent(contrat_2004: None) -> None:
    etat = Financeur.objects.sous_l_un_de(["ETAT"])
    assert set(etat.values_list("colonne", flat=True)) == {"ETAT"}
    assert etat.count() > 1
    assert Action.objects.montants(["ETAT"]).accorde == Montant(D("351098.00"), 162, 0)


def test_dix_et_vingt_centimes_font_trente(action: Action) -> None:
    for rang, centimes in enumerate(("0.10", "0.20")):
        financeur = Financeur.objects.create(code=f"F{rang}", nom=f"F{rang}")
        Subvention.objects.create(action=action, financeur=financeur, montant_accorde=D(centimes))
    subventions = Subvention.objects.de_fonctionnement()

    for bornes in ({"au_plus": D("0.30")}, {"au_moins": D("0.30")}):
        assert list(Action.objects.recevant(subventions, **bornes)) == [action]
    assert not Action.objects.recevant(subventions, au_plus=D("0.29")).exists()
    assert Action.objects.moyenne_accordee().valeur == D("0.30")
