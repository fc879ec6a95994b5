"""Who changed what, read as differences; and going back to a past version."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html
from pytest_django import Settings

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from importation.application import appliquer, recevoir, verifier
from suivi.historique import changements

pytestmark = pytest.mark.django_db
LIGNES: dict[Any, str] = {Subvention: "action"}


@pytest.fixture
def action() -> Action:
    """Loaded without a history, as the 2004 contract is."""
    action = Action(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
        provenance="RECONSTITUTION",
    )
    Action.objects.bulk_create([action])
    action.axes.through.objects.create(
        action=action, axetransversal=AxeTransversal.objects.create(numero=1, titre="Lecture")
    )
    AxeTransversal.objects.create(numero=2, titre="Sport")
    cg = Financeur.objects.create(code="CG", nom="CG", ordre=1)
    Financeur.objects.create(code="ETAT", nom="État", ordre=2)
    Subvention.objects.bulk_create(
        [Subvention(action=action, financeur=cg, montant_accorde=Decimal(1000))]
    )
    return action


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


def enregistrer(client: Client, action: Action, **change: Any) -> None:
    page = client.get(f"/admin/actions/action/{action.pk}/change/").content.decode()
    (forme,) = html.fromstring(page).xpath("//form[@id='action_form']")
    saisie: dict[str, Any] = {}
    for nom, valeur in forme.form_values():
        saisie.setdefault(nom, []).append(valeur)
    saisie |= {nom.replace("__", "-"): valeur for nom, valeur in change.items()}
    assert client.post(f"/admin/actions/action/{action.pk}/change/", saisie).status_code == 302


def raconte(action: Action) -> list[tuple[str, str, dict[str, list[tuple[str, str, str]]]]]:
    return [
        (
            change.qui,
            change.motif,
            {
                f"{fait.objet} {fait.nature}".strip(): [
                    (ecart.champ, ecart.avant, ecart.apres) for ecart in fait.ecarts
                ]
                for fait in change.faits
            },
        )
        for change in changements(action, LIGNES)
    ]


def test_un_enregistrement_est_un_changement_lignes_et_axes_compris(
    action: Action, agent: Client
) -> None:
    etat = Financeur.objects.get(code="ETAT")

    enregistrer(
        agent,
        action,
        intitule="Ateliers d'écriture",
        statut="ACCORDEE",
        axes=[str(axe.pk) for axe in AxeTransversal.objects.all()],
        subventions__0__montant_accorde="1 200,50",
        subventions__1__financeur=str(etat.pk),
        subventions__1__montant_demande="300",
    )

    assert raconte(action) == [
        (
            "agent",
            "",
            {
                "modification": [
                    ("intitulé", "Ateliers", "Ateliers d'écriture"),
                    ("statut", "Déposée", "Accordée"),
                    ("axes transversaux", "1 – Lecture", "1 – Lecture, 2 – Sport"),
                ],
                "subvention CG modification": [
                    ("accordé", "1\u202f000\u00a0€", "1\u202f200,50\u00a0€")
                ],
                "subvention État création": [("demandé", "—", "300\u00a0€")],
            },
        ),
        (
            "",
            "État avant le premier changement suivi",
            {"État avant le premier changement suivi": []},
        ),
    ]


def test_deux_enregistrements_dans_la_meme_seconde_sont_deux_changements(
    action: Action, agent: Client
) -> None:
    enregistrer(agent, action, statut="ACCORDEE")
    enregistrer(agent, action, subventions__0__montant_accorde="1200")
    enregistrer(agent, action, public="Enfants")

    assert [faits for _, _, faits in raconte(action)] == [
        {"modification": [("public visé", "—", "Enfants")]},
        {"subvention CG modification": [("accordé", "1\u202f000\u00a0€", "1\u202f200\u00a0€")]},
        {"modification": [("statut", "Déposée", "Accordée")]},
        {"État avant le premier changement suivi": []},
    ]


def test_ce_qu_une_selection_a_change_se_dit_apres_ce_qui_etait_la(
    action: Action, agent: Client
) -> None:
    """Neither had a history: each gets its first state, then the one change."""
    autre = Action(exercice=action.exercice, theme=action.theme, intitule="Autre")
    Action.objects.bulk_create([autre])
    choix = {"action": "changer_le_statut", "_selected_action": [action.pk, autre.pk]}

    agent.post("/admin/actions/action/", choix | {"_confirmer": "1", "statut": "ACCORDEE"})

    for une in (action, autre):
        assert [faits for _, _, faits in raconte(une)] == [
            {"modification": [("statut", "Déposée", "Accordée")]},
            {"État avant le premier changement suivi": []},
        ]


def test_un_enregistrement_qui_ne_change_rien_ne_dit_rien(action: Action, agent: Client) -> None:
    enregistrer(agent, action, intitule="Ateliers d'écriture")
    enregistrer(agent, action)

    assert len(raconte(action)) == 2


def test_une_version_passee_revient_comme_un_nouveau_changement(
    action: Action, agent: Client
) -> None:
    etat = Financeur.objects.get(code="ETAT")
    enregistrer(
        agent,
        action,
        intitule="Ateliers d'écriture",
        axes=[],
        subventions__0__montant_accorde="1200",
        subventions__1__financeur=str(etat.pk),
    )
    page = agent.get(f"/admin/actions/action/{action.pk}/history/")
    (lien,) = html.fromstring(page.content.decode()).xpath("//ol//a[@class='button']/@href")

    demande = html.fromstring(agent.get(lien).content.decode())
    (version,) = demande.xpath("//input[@name='version']/@value")
    assert [
        re.sub(r"\s+", " ", ligne.text_content()).strip()
        for ligne in demande.xpath("//ul/li/ul/li")
    ] == [
        "Intitulé : Ateliers d'écriture → Ateliers",
        "Axes transversaux : — → 1 – Lecture",
        "Accordé : 1 200 € → 1 000 €",
    ]
    perimee = agent.post(lien, {"version": str(int(version) - 1)}, follow=True)
    assert "Quelqu&#x27;un vient d&#x27;enregistrer ici" in perimee.content.decode()
    agent.post(lien, {"version": version})

    action.refresh_from_db()
    assert action.intitule == "Ateliers"
    assert [axe.numero for axe in action.axes.all()] == [1]
    assert list(action.subventions.values_list("financeur__code", "montant_accorde")) == [
        ("CG", Decimal(1000))
    ]
    qui, motif, faits = raconte(action)[0]
    assert qui == "agent"
    assert re.fullmatch(r"Rétablit la version du \d\d/\d\d/\d{4} à \d\d:\d\d:\d\d", motif)
    assert set(faits) == {
        "modification",
        "subvention CG modification",
        "subvention État suppression",
    }
    assert len(raconte(action)) == 3


def test_une_version_d_un_exercice_clos_ne_revient_pas(action: Action, agent: Client) -> None:
    enregistrer(agent, action, intitule="Ateliers d'écriture")
    page = agent.get(f"/admin/actions/action/{action.pk}/history/")
    (lien,) = html.fromstring(page.content.decode()).xpath("//ol//a[@class='button']/@href")
    action.exercice.cloturer("Publié", Utilisateur.objects.get())

    page = agent.get(f"/admin/actions/action/{action.pk}/history/")

    assert html.fromstring(page.content.decode()).xpath("//ol//a[@class='button']") == []
    assert agent.post(lien, {"version": "1"}).status_code == 403


@pytest.mark.parametrize("moment", ["", "hier", "2004-13-45T00:00:00+00:00", "2004-01-01T00:00:00"])
def test_une_date_qui_n_en_est_pas_une_est_introuvable(
    action: Action, agent: Client, moment: str
) -> None:
    adresse = f"/admin/actions/action/{action.pk}/history/retablir/"

    assert agent.get(adresse, {"moment": moment}).status_code == 404


def test_avant_ce_qui_est_garde_il_n_y_a_rien_a_retablir(action: Action, agent: Client) -> None:
    enregistrer(agent, action, intitule="Ateliers d'écriture")
    avant = (timezone.now() - timedelta(days=1)).isoformat()
    action.refresh_from_db()

    reponse = agent.post(
        f"/admin/actions/action/{action.pk}/history/retablir/?moment={avant.replace('+', '%2B')}",
        {"version": action.version},
        follow=True,
    )

    assert "Rien n&#x27;est gardé de cette date." in reponse.content.decode()


def test_un_import_dit_ce_qu_il_a_change_axes_compris(
    contrat_2004: None, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    exercice = Exercice.objects.create(annee=2005)
    nadia = Utilisateur.objects.create_superuser("nadia")
    entetes = "Référence;Intitulé;Porteur;Commune;Thème;Axes;Ville accordé"

    for axes, accorde in (("1, 2", 200), ("2, 3", 300)):
        fichier = tmp_path / "actions.csv"
        fichier.write_text(f"{entetes}\nA-1;Cirque;Les Amis;Alès;3;{axes};{accorde}\n", "utf-8")
        recu = recevoir(fichier, fichier.name, str(accorde), exercice, nadia)
        verifier(recu.pk)
        appliquer(recu.pk, nadia)

    un, deux, trois = AxeTransversal.objects.filter(numero__in=(1, 2, 3))
    second, premier = raconte(Action.objects.get(exercice=exercice))
    assert (premier[0], second[0]) == ("nadia", "nadia")
    assert premier[2] == {
        "création": [("axes transversaux", "—", f"{un}, {deux}")],
        "subvention Ville (communes du contrat) création": [("accordé", "—", "200\u00a0€")],
    }
    assert second[2] == {
        "modification": [("axes transversaux", f"{un}, {deux}", f"{deux}, {trois}")],
        "subvention Ville (communes du contrat) modification": [
            ("accordé", "200\u00a0€", "300\u00a0€")
        ],
    }
