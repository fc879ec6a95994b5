"""A refused or abandoned action counts in no total, with its money: it is shown apart."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from actions.models import Action, Exercice, Theme
from actions.questions.combien import ASuivre, Effectif
from actions.statuts import Statut
from bilan.rapport import etablir_rapport
from financement.models import Financeur, Subvention
from financement.montants import Montant
from territoires.models import Commune

pytestmark = pytest.mark.django_db

FILEES = [
    ("Cours du soir", Statut.ACCORDEE, 1000),
    ("Théâtre", Statut.REFUSEE, 6500),
    ("Cirque", Statut.ABANDONNEE, 0),
    ("Vélo", Statut.DEPOSEE, 300),
    ("Chorale", Statut.DEPOSEE, None),
    ("Jardin", Statut.REALISEE, 200),
]


@pytest.fixture
def annee() -> Exercice:
    """Six actions of one commune: 1 500 € count, of four actions."""
    exercice = Exercice.objects.create(annee=2005)
    theme = Theme.objects.create(
        numero=1, nom="Culture", libelle_tableau="Culture", libelle_legende="Culture"
    )
    commune = Commune.objects.create(
        numero=1,
        nom="Alès",
        libelle_tableau="Alès",
        libelle_legende="Alès",
        code_insee="30007",
        population=41000,
        annee_population=1999,
    )
    ville = Financeur.objects.create(code="VILLE", nom="Ville", colonne="VILLE")
    for intitule, statut, accorde in FILEES:
        action = Action.objects.create(
            exercice=exercice, theme=theme, commune=commune, intitule=intitule, statut=statut
        )
        Subvention.objects.create(action=action, financeur=ville, montant_accorde=accorde)
    return exercice


def texte(client: Client, adresse: str) -> str:
    """The words of a page, spaces made simple."""
    page = strip_tags(client.get(adresse).content.decode())
    return " ".join(page.replace("&nbsp;", " ").split())


def test_les_sommes_ne_comptent_ni_les_refusees_ni_les_abandonnees(annee: Exercice) -> None:
    lignes = Action.objects.de_l_exercice(2005)

    assert lignes.effectif() == Effectif(actions=4, ecartees=2)
    assert lignes.montants().accorde == Montant(Decimal(1500), 4, 1)
    assert lignes.ecartees().count() == 2
    assert sum(e.actions for e in lignes.par_cercle_de_financeurs().values()) == 4


def test_ce_qu_il_faut_regarder_tient_compte_de_l_accorde(annee: Exercice) -> None:
    assert Action.objects.a_suivre() == ASuivre(
        a_decider=1, decidees=1, ecartees_aidees=1, sans_porteur=6
    )


def test_la_liste_les_montre_et_ses_totaux_les_laissent_a_part(
    annee: Exercice, coordinatrice: Client
) -> None:
    page = texte(coordinatrice, "/actions/?exercice=2005")

    assert "Théâtre" in page
    assert "Total : 4 actions (6 lignes, dont 2 non comptées)" in page
    assert (
        "2 lignes refusées ou abandonnées, à part : les totaux ne comptent ni ces lignes ni leur "
        "argent." in page
    )


@pytest.mark.parametrize(
    ("filtre", "attendues"),
    [
        ("accorde=inconnu", {"Chorale"}),
        ("accorde=connu&statut=DEPOSEE", {"Vélo"}),
        ("accorde=positif&statut=REFUSEE&statut=ABANDONNEE", {"Théâtre"}),
        ("accorde=inconnu&accorde=positif&statut=DEPOSEE", {"Chorale", "Vélo"}),
    ],
)
def test_le_filtre_de_l_accorde_retrouve_ces_actions(
    annee: Exercice, coordinatrice: Client, filtre: str, attendues: set[str]
) -> None:
    page = texte(coordinatrice, f"/actions/?exercice=2005&{filtre}")

    assert {intitule for intitule, *_ in FILEES if intitule in page} == attendues


def test_le_tableau_de_bord_mene_a_chacune(annee: Exercice, coordinatrice: Client) -> None:
    page = texte(coordinatrice, "/")

    assert "1 action déposée attend une décision" in page
    assert "1 action a un montant accordé et reste « Déposée »" in page
    assert "1 action refusée ou abandonnée garde un montant accordé, qui ne compte pas" in page
    assert "Refusées ou abandonnées 2" in page


def test_le_bilan_ne_les_compte_ni_ne_les_liste(annee: Exercice) -> None:
    rapport = etablir_rapport(2005)

    sections = {section.ancre: section for section in rapport.sections}
    (liste,) = sections["actions"].blocs
    intitules = {li.intitule for groupe in liste.groupes() for li in groupe.lignes}  # type: ignore[union-attr]
    assert intitules == {"Cours du soir", "Vélo", "Chorale", "Jardin"}
    cles = {cle.libelle: cle.chiffre.valeur for cle in sections["chiffres-cles"].blocs[0].chiffres}  # type: ignore[union-attr]
    assert cles["Actions"] == 4
    assert cles["Crédits de fonctionnement accordés"] == 1500
    assert cles["Refusées ou abandonnées"] == 2


def test_la_page_de_la_commune_les_montre_avec_leur_statut(
    annee: Exercice, coordinatrice: Client
) -> None:
    page = texte(coordinatrice, "/communes/30007/")

    assert "Théâtre Refusée" in page
    assert "Voir les 6 lignes" in page
    assert "Refusées ou abandonnées 2" in page


@pytest.mark.parametrize(
    ("statut", "accorde", "debut"),
    [
        (Statut.REFUSEE, Montant(Decimal(6500), 1), "6\u202f500\u00a0€ accordés à une action"),
        (Statut.ABANDONNEE, Montant(Decimal(0), 1), ""),
        (Statut.DEPOSEE, Montant(Decimal(0), 1), "0\u00a0€ accordés à une action encore"),
        (Statut.DEPOSEE, Montant(Decimal(0), 1, 1), ""),
        (Statut.DEPOSEE, Montant(), ""),
        (Statut.ACCORDEE, Montant(Decimal(6500), 1), ""),
    ],
)
def test_un_statut_que_l_argent_contredit_est_dit(
    statut: Statut, accorde: Montant, debut: str
) -> None:
    reserve = statut.reserve(accorde)

    assert reserve.startswith(debut)
    assert bool(reserve) == bool(debut)
