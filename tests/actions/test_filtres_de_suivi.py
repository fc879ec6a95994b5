"""On Monday morning: what money is awaited, and what has changed since, by whom."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from actions.models import Action
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from suivi.historique import poser_le_depart
from territoires.models import Commune

pytestmark = pytest.mark.django_db
Agir = Callable[..., Action]
Ouvrir = Callable[[str], Any]
PASSE = datetime(2026, 3, 2, 23, 30, tzinfo=timezone.get_default_timezone())


def _titres(page: Any) -> list[str]:
    vide = "Aucune ligne ne répond" in page.source
    return [] if vide else [ligne[0] for ligne in page.lignes()]


# --- Money that is awaited ----------------------------------------------------------------------
def test_l_argent_attendu_ligne_de_financement_par_ligne(agir: Agir, ouvrir: Ouvrir) -> None:
    """A granted 0 is a decision; a payment that nobody knows of is none; what one funder pays too
    much doesn't make up for another.
    """
    agir("Attend le CG", montants={"ETAT": (100, 80, 80), "CG": (50, None, None)})
    agir("Rien demandé", montants={"CG": (None, None, None)})
    agir("Demandé pour rien", montants={"CG": (0, None, None)})
    agir("Refusé par le CG", montants={"CG": (50, 0, None)})
    agir("Versé en partie", montants={"CG": (50, 50, 20), "ETAT": (0, 10, 90)})
    agir("Versement inconnu", montants={"ETAT": (5, 5, None)})
    agir("Soldée", montants={"ETAT": (5, 5, 5)})
    agir("Abandonnée", statut="ABANDONNEE", montants={"CG": (50, None, None), "ETAT": (5, 5, 0)})
    investie = agir("Investissement")
    Subvention.objects.create(
        action=investie,
        financeur=Financeur.objects.get(code="CG"),
        nature=Subvention.Nature.INVESTISSEMENT,
        montant_demande=1000,
        montant_accorde=1000,
        montant_verse="999.99",
    )
    assert {
        requete: _titres(ouvrir(f"/actions/?sort=intitule&{requete}"))
        for requete in (
            "attendu=accord",
            "attendu=accord&financeur=ETAT",
            "attendu=versement",
            "attendu=versement&financeur=CG",
            "attendu=accord&attendu=versement&financeur=CG",
        )
    } == {
        "attendu=accord": ["Attend le CG"],
        "attendu=accord&financeur=ETAT": [],
        "attendu=versement": ["Investissement", "Versé en partie", "Versement inconnu"],
        "attendu=versement&financeur=CG": ["Investissement", "Versé en partie"],
        "attendu=accord&attendu=versement&financeur=CG": [
            *("Attend le CG", "Investissement", "Versé en partie"),
        ],
    }


def test_le_filtre_est_dans_l_adresse_et_dans_le_fichier(agir: Agir, coordinatrice: Client) -> None:
    agir("Attend le CG", montants={"CG": (50, None, None)})
    agir("Soldée", montants={"CG": (5, 5, 5)})
    reponse = coordinatrice.get("/actions/?attendu=accord&colonnes=statut&_export=csv")
    assert 'filename="actions-2005-demande-sans-accorde.csv"' in reponse["Content-Disposition"]
    assert reponse.getvalue().decode("utf-8-sig").splitlines() == [
        "Action;Statut",
        "Attend le CG;Déposée",
        "Total : 1 action;",
        "",
        "Exercice 2005.",
        "Filtres : Argent attendu : Demandé sans accordé.",
    ]


# --- What has changed ---------------------------------------------------------------------------
@pytest.fixture
def changees(agir: Agir) -> None:
    """Three lines written on the 2nd of March, of which two have changed since, one by money."""
    for titre in ("Ancienne", "Renommée", "Mieux dotée"):
        action = agir(titre, montants={"CG": (50, None, None)})
        Action.historique.filter(id=action.pk).update(history_date=PASSE)
        Subvention.historique.filter(action=action).update(history_date=PASSE)
    Action.objects.get(intitule="Renommée").save()
    Subvention.objects.get(action__intitule="Mieux dotée").save()


@pytest.mark.usefixtures("changees")
def test_modifiees_depuis_un_jour(ouvrir: Ouvrir) -> None:
    """The day is France's, and whole."""
    hier = (timezone.localdate() - timedelta(days=1)).isoformat()
    recentes, toutes = ["Mieux dotée", "Renommée"], ["Ancienne", "Mieux dotée", "Renommée"]
    assert {
        jour: _titres(ouvrir(f"/actions/?sort=intitule&{urlencode({'depuis': jour})}"))
        for jour in ("02/03/2026", "2026-03-03", hier, "hier", "Aujourd’hui", "lundi")
    } == {
        "02/03/2026": toutes,
        **dict.fromkeys(("2026-03-03", hier, "hier", "Aujourd’hui", "lundi"), recentes),
    }


def test_l_etat_de_depart_n_est_pas_un_changement(agir: Agir, ouvrir: Ouvrir) -> None:
    """It is kept beside the first change, of lines that had no history."""
    action = agir("Chargée", montants={"CG": (50, None, None)})
    Action.historique.all().delete()
    Subvention.historique.all().delete()
    poser_le_depart(action, {Subvention: "action"})
    assert Action.historique.count() == Subvention.historique.count() == 1
    assert _titres(ouvrir("/actions/?depuis=lundi")) == []


@pytest.mark.usefixtures("changees")
def test_l_adresse_garde_le_mot_et_la_page_dit_la_date(ouvrir: Ouvrir) -> None:
    jour = timezone.localdate()
    lundi = jour - timedelta(days=jour.weekday())
    page = ouvrir("/actions/?depuis=lundi")
    mois = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    assert f"Modifiées depuis : {lundi.day} {mois.split()[lundi.month - 1]} {lundi.year}" in (
        page.source
    )
    assert "/actions/?depuis=lundi&amp;sort=" in page.source


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("depuis=mardi", "« Modifiées depuis » : « mardi » n'est pas une date : écrivez"),
        ("depuis=31/02/2026", "« 31/02/2026 » n'est pas une date"),
        ("depuis=0001-01-01", "« 0001-01-01 » n'est pas une date"),
        ("depuis=" + "9" * 200, "« Modifiées depuis » : "),
        ("par=abc", "« Modifiées en dernier par » : « abc » n'est pas une valeur connue."),
        ("attendu=tout", "« Argent attendu » : « tout » n'est pas une valeur connue."),
    ],
)
def test_un_filtre_incompris_le_dit(
    contrat_2004: None, ouvrir: Ouvrir, requete: str, dit: str
) -> None:
    assert dit in ouvrir(f"/actions/?{requete}").alertes()


# --- By whom ------------------------------------------------------------------------------------
def _signer(action: Action, compte: Utilisateur) -> None:
    action._history_user = compte  # type: ignore[attr-defined]  # simple-history's
    action.save()


def test_modifiees_en_dernier_par_quelqu_un(agir: Agir, ouvrir: Ouvrir) -> None:
    """Whoever comes last counts, not whoever has passed."""
    anne, bruno = (Utilisateur.objects.create(username=nom) for nom in ("anne", "bruno"))
    Utilisateur.objects.create(username="celine")
    _signer(agir("D'Anne"), anne)
    reprise = agir("Reprise par Bruno")
    _signer(reprise, anne)
    _signer(reprise, bruno)
    agir("De personne")
    assert {
        requete: _titres(ouvrir(f"/actions/?sort=intitule&{requete}"))
        for requete in (f"par={anne.pk}", f"par={bruno.pk}", f"par={anne.pk}&par={bruno.pk}")
    } == {
        f"par={anne.pk}": ["D'Anne"],
        f"par={bruno.pk}": ["Reprise par Bruno"],
        f"par={anne.pk}&par={bruno.pk}": ["D'Anne", "Reprise par Bruno"],
    }
    page = ouvrir(f"/actions/?par={anne.pk}").source
    assert "Modifiées en dernier par : anne" in page
    assert "celine" not in page, "she has changed nothing"


def test_un_compte_limite_ne_lit_que_les_noms_de_ses_communes(
    agente_d_ales: Client, agir: Agir, lire: Callable[[Any], Any]
) -> None:
    """Those that the history of its lines already tells."""
    anne, bruno = (Utilisateur.objects.create(username=nom) for nom in ("anne", "bruno"))
    _signer(agir("À Alès", commune=Commune.objects.get(code_insee="30007")), anne)
    _signer(agir("À Bagard", commune=Commune.objects.get(code_insee="30027")), bruno)
    page = lire(agente_d_ales.get(f"/actions/?par={anne.pk}"))
    assert _titres(page) == ["À Alès"]
    assert "bruno" not in page.source
    refus = lire(agente_d_ales.get(f"/actions/?par={bruno.pk}"))
    assert f"« {bruno.pk} » n'est pas une valeur connue." in refus.alertes()


def test_un_samedi_lundi_est_celui_de_la_semaine(monkeypatch: pytest.MonkeyPatch) -> None:
    from listes.filters import ChampJour

    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 28))
    assert [ChampJour().clean(mot) for mot in ("lundi", "hier", "aujourd'hui", "1/3/2026")] == [
        *(date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 28), date(2026, 3, 1)),
    ]
