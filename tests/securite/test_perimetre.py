"""What a coordinator limited to Alès reads and writes, where Bagard's actions are near."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from comptes.models import Utilisateur
from importation.application import appliquer, recevoir, verifier
from importation.models import Importation
from territoires.models import Commune, Organisme
from tests.securite.conftest import SECRET, Monde

HORS = "hors de vos communes"
ACTION = "/admin/actions/action/{}/"
ORGANISME = "/admin/territoires/organisme/{}/"


@pytest.fixture
def compte(monde: Monde) -> Utilisateur:
    compte = Utilisateur.objects.create_user("inès", is_staff=True)
    compte.groups.set(Group.objects.filter(name="Coordination"))
    compte.communes.set([monde.ales["commune"]])
    return compte


@pytest.fixture
def ines(compte: Utilisateur) -> Client:
    client = Client()
    client.force_login(compte)
    return client


def lu(reponse: Any) -> str:
    return str(reponse.content.decode())


def dits(reponse: Any) -> list[str]:
    return [str(message) for message in get_messages(reponse.wsgi_request)]


def deplacer(action: Action, commune: int, intitule: str) -> str:
    """Write an action elsewhere, under another title; the moment, as an address takes it."""
    action.commune_id, action.quartier, action.intitule = commune, None, intitule
    action.save()
    return urlencode({"moment": Action.historique.filter(id=action.pk).latest().history_date})


# --- What keeps something from being deleted ----


def test_la_page_de_suppression_compte_ce_qui_est_ailleurs_et_nomme_le_sien(
    ines: Client, chef: Client, monde: Monde
) -> None:
    foyer = Organisme.objects.get(pk=monde.ales["organisme"])
    for intitule in ("Réservé à Bagard", "Réservé à Bagard aussi"):
        Action.objects.filter(pk=monde.bagard["action"]).update(porteur=foyer)
        autre = Action.objects.get(pk=monde.bagard["action"])
        autre.pk, autre.intitule, autre.reference = None, intitule, ""
        autre.save(force_insert=True)
    sienne = Action.objects.get(pk=monde.ales["action"])

    for page, donnees in (
        (ORGANISME.format(foyer.pk) + "delete/", {}),
        (
            "/admin/territoires/organisme/",
            {"action": "delete_selected", "_selected_action": foyer.pk},
        ),
    ):
        sa_page = lu(ines.post(page, donnees) if donnees else ines.get(page))
        assert "3 actions hors de vos communes" in sa_page
        assert SECRET not in sa_page
        assert f"/admin/actions/action/{sienne.pk}/change/" in sa_page
        assert SECRET in lu(chef.post(page, donnees) if donnees else chef.get(page))
    ines.post(ORGANISME.format(foyer.pk) + "delete/", {"post": "yes"})
    assert Organisme.objects.filter(pk=foyer.pk).exists()


def test_l_action_que_la_sienne_reconduit_n_est_pas_nommee_si_elle_est_ailleurs(
    ines: Client, chef: Client, monde: Monde
) -> None:
    sienne, autre = monde.ales["action"], monde.bagard["action"]
    Action.objects.filter(pk=sienne).update(renouvelee_de=autre)
    page = ACTION.format(sienne) + "change/"

    assert SECRET not in lu(ines.get(page))
    assert f"renouvelle une action {HORS}" in lu(ines.get(page))
    assert SECRET in lu(chef.get(page))


def test_une_liste_ne_dit_pas_qui_porte_les_actions_des_autres(ines: Client, monde: Monde) -> None:
    for champ in ("actions__id__exact", "actions__intitule__startswith", "actions"):
        reponse = ines.get("/admin/territoires/organisme/", {champ: monde.bagard["action"]})
        assert (champ, reponse.status_code) == (champ, 400)


# --- History ----


def test_elle_lit_d_une_action_ce_qui_fut_ecrit_quand_elle_etait_a_elle(
    ines: Client, chef: Client, monde: Monde
) -> None:
    action = Action.objects.get(pk=monde.ales["action"])
    deplacer(action, monde.bagard["commune"], SECRET)
    deplacer(action, monde.bagard["commune"], f"{SECRET} encore")
    deplacer(action, monde.ales["commune"], "Revenue à Alès")
    deplacer(action, monde.ales["commune"], "Restée à Alès")
    page = ACTION.format(action.pk) + "history/"

    hers, toute = lu(ines.get(page)), lu(chef.get(page))

    assert SECRET not in hers
    assert "Seul ce qui a été écrit pendant que cet objet était dans vos communes" in hers
    assert "<del>Revenue à Alès</del>" in hers
    assert toute.count(f"<ins>{SECRET}") == 2
    assert "Seul ce qui a été écrit" not in toute


def test_elle_ne_retablit_ni_un_etat_d_ailleurs_ni_une_action_de_la_bas(
    ines: Client, monde: Monde
) -> None:
    action = Action.objects.get(pk=monde.ales["action"])
    ailleurs = deplacer(action, monde.bagard["commune"], SECRET)
    ici = deplacer(action, monde.ales["commune"], "Revenue à Alès")
    deplacer(action, monde.ales["commune"], "Restée à Alès")
    page = ACTION.format(action.pk) + "history/retablir/?"

    assert SECRET not in lu(ines.get(page + ailleurs))
    action.refresh_from_db()
    refus = ines.post(page + ailleurs, {"version": action.version})
    assert dits(refus) == [f"Rien n'est gardé de cette date, ou c'était {HORS}."]
    action.refresh_from_db()
    assert (action.commune_id, action.intitule) == (monde.ales["commune"], "Restée à Alès")
    ines.post(page + ici, {"version": action.version})
    action.refresh_from_db()
    assert (action.commune_id, action.intitule) == (monde.ales["commune"], "Revenue à Alès")


def test_ni_un_organisme_la_ou_elle_n_aurait_pu_l_ecrire(ines: Client, monde: Monde) -> None:
    foyer = Organisme.objects.get(pk=monde.ales["organisme"])
    foyer.commune_id = monde.bagard["commune"]
    foyer.save()
    la_bas = urlencode({"moment": Organisme.historique.filter(id=foyer.pk).latest().history_date})
    foyer.commune_id = monde.ales["commune"]
    foyer.save()
    foyer.refresh_from_db()

    refus = ines.post(
        ORGANISME.format(foyer.pk) + f"history/retablir/?{la_bas}", {"version": foyer.version}
    )

    assert dits(refus) == ["Cette version sortirait de vos communes : elle n'est pas rétablie."]
    foyer.refresh_from_db()
    assert foyer.commune_id == monde.ales["commune"]


@pytest.mark.parametrize("champ", ["commune", "quartier"])
def test_ni_un_formulaire_ne_prend_ce_qui_est_ailleurs(
    ines: Client, monde: Monde, champ: str
) -> None:
    action = Action.objects.get(pk=monde.ales["action"])
    saisie = {
        "exercice": action.exercice_id,
        "intitule": "Déplacée",
        "porteur": action.porteur_id,
        "theme": action.theme_id,
        "statut": "DEPOSEE",
        "nature": "ACTION",
        "commune": action.commune_id,
        "subventions-TOTAL_FORMS": 0,
        "subventions-INITIAL_FORMS": 0,
        "pieces-TOTAL_FORMS": 0,
        "pieces-INITIAL_FORMS": 0,
        f"_version-{action.pk}": action.version,
    }

    page = ACTION.format(action.pk) + "change/"
    assert ines.post(page, saisie | {champ: monde.bagard[champ]}).status_code == 200
    action.refresh_from_db()
    assert (action.commune_id, action.quartier_id) == (
        monde.ales["commune"],
        monde.ales["quartier"],
    )
    assert ines.post(page, saisie).status_code == 302


def test_elle_n_annule_pas_un_import_qui_a_ecrit_ailleurs(
    ines: Client, compte: Utilisateur, monde: Monde, tmp_path: Path
) -> None:
    """Her own, from when she was not limited yet; what the others made of it isn't told."""
    ales, bagard = (Commune.objects.get(pk=lieu["commune"]) for lieu in (monde.ales, monde.bagard))
    action = Action.objects.get(pk=monde.ales["action"])
    fichier = tmp_path / "actions.csv"
    fichier.write_text(
        "Référence;Intitulé;Porteur;Commune;Thème\n"
        + "".join(f"R{c.pk};Cirque;Les Amis;{c.code_insee};1\n" for c in (ales, bagard)),
        "utf-8",
    )
    compte.communes.clear()
    recu = recevoir(fichier, fichier.name, "e", action.exercice, compte)
    assert verifier(recu.pk).applicable
    appliquer(recu.pk, compte)
    Action.objects.filter(commune=bagard, intitule="Cirque").update(description=SECRET)
    compte.communes.set([ales])

    refus = ines.post(reverse("importation:annuler", args=[recu.pk]))

    assert refus.status_code == 409
    assert "des actions qui ne sont pas, ou plus, dans vos communes (1)." in lu(refus)
    assert SECRET not in lu(refus)
    assert Importation.objects.get(pk=recu.pk).etat == Importation.Etat.APPLIQUEE


# --- What doesn't exist, or is elsewhere ----


@pytest.mark.parametrize("qui", ["agent", "ines"])
@pytest.mark.parametrize("saisie", ["numéro", "nom"])
def test_le_filtre_dit_du_porteur_d_une_autre_ce_qu_il_dit_d_aucun(
    request: pytest.FixtureRequest, chef: Client, monde: Monde, qui: str, saisie: str
) -> None:
    client = request.getfixturevalue(qui)
    foyer = Organisme.objects.get(pk=monde.bagard["organisme"])
    porteur = str(foyer.pk) if saisie == "numéro" else foyer.nom
    absent = "999999" if saisie == "numéro" else "Personne n'a ce nom"

    page, autre = (lu(client.get("/actions/", {"porteur": p})) for p in (porteur, absent))

    assert ("Aucun porteur" in page, "Aucun porteur" in autre) == (True, True)
    assert saisie == "nom" or SECRET not in page
    assert "Aucun porteur" not in lu(chef.get("/actions/", {"porteur": porteur}))
    sien = client.get("/actions/", {"porteur": monde.ales["organisme"]})
    assert "Aucun porteur" not in lu(sien)


@pytest.mark.parametrize(
    ("page", "cle"),
    [
        ("/actions/{}/", "action"),
        ("/actions/pieces/{}/", "piece"),
        ("/porteurs/{}/", "organisme"),
        ("/quartiers/{}/", "quartier"),
        ("/admin/actions/action/{}/history/", "action"),
    ],
)
def test_ailleurs_et_nulle_part_ont_une_seule_phrase(
    ines: Client, chef: Client, monde: Monde, page: str, cle: str
) -> None:
    ailleurs, nulle_part = monde.bagard[cle], 999_999

    reponses = [ines.get(page.format(n)) for n in (ailleurs, nulle_part)]

    assert [reponse.status_code for reponse in reponses] == [404, 404]
    assert all(f"n&#x27;existe pas, ou est {HORS}." in lu(reponse) for reponse in reponses)
    textes = [
        lu(reponse).replace(str(n), "N")
        for reponse, n in zip(reponses, (ailleurs, nulle_part), strict=True)
    ]
    assert SECRET not in textes[0]
    sans_limite = lu(chef.get(page.format(nulle_part)))
    assert "n&#x27;existe pas." in sans_limite
    assert HORS not in sans_limite


def test_l_administration_dit_la_meme_chose(ines: Client, monde: Monde) -> None:
    for numero in (monde.bagard["action"], 999_999):
        reponse = ines.get(ACTION.format(numero) + "change/")
        assert dits(reponse)[-1] == f"Action « {numero} » n'existe pas, ou est {HORS}."


def test_un_moment_d_avant_tout_se_dit_de_meme(ines: Client, monde: Monde) -> None:
    action = Action.objects.get(pk=monde.ales["action"])
    avant = urlencode({"moment": (timezone.now() - timedelta(days=1)).isoformat()})

    refus = ines.post(
        ACTION.format(action.pk) + f"history/retablir/?{avant}", {"version": action.version}
    )

    assert dits(refus) == [f"Rien n'est gardé de cette date, ou c'était {HORS}."]
