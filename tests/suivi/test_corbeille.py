"""What is deleted goes to the corbeille whole, and comes back whole; what it can't do, it says."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from pytest_django import Settings

from actions.models import Action, Exercice, Piece, Theme
from axes.models import AxeTransversal, Jalon
from comptes.models import Utilisateur
from comptes.personnes import anonymiser, exporter
from financement.models import Financeur, Subvention
from sauvegarde.orphelins import retirer
from suivi import corbeille
from suivi.corbeille import RetablissementRefuseError
from suivi.historique import changements
from suivi.masse import EcritureSuivie
from suivi.models import FichierGarde, Suppression
from suivi.versions import Versionne
from territoires.fusion import fusionner
from territoires.models import Commune, Organisme, Quartier

pytestmark = pytest.mark.django_db
CORBEILLE = "/admin/suivi/suppression/"
PDF = b"%PDF-1.7"


@pytest.fixture(autouse=True)
def fichiers(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def commune(numero: int, nom: str) -> Commune:
    return Commune.objects.create(
        numero=numero,
        nom=nom,
        libelle_tableau=nom,
        libelle_legende=nom,
        code_insee=f"300{numero:02}",
        contour={"type": "Polygon", "coordinates": [[[4.123456789012345, 44.1], [4, 45]]]},
    )


@pytest.fixture
def action() -> Action:
    """All that an action may have: lines, axes, a document, a renewal."""
    ales = commune(7, "Alès")
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        porteur=Organisme.objects.create(nom="Lire ensemble", commune=ales),
        commune=ales,
        quartier=Quartier.objects.create(commune=ales, nom="Cévennes"),
        intitule="Ateliers",
        reference="A-1",
    )
    action.axes.add(AxeTransversal.objects.create(numero=1, titre="Lecture"))
    etat = Financeur.objects.create(code="ETAT", nom="État")
    ville = Financeur.objects.create(code="VILLE", nom="Ville")
    for financeur, demande, accorde in ((etat, "1200.50", "800"), (ville, "300", None)):
        Subvention.objects.create(
            action=action,
            financeur=financeur,
            montant_demande=Decimal(demande),
            montant_accorde=None if accorde is None else Decimal(accorde),
        )
    piece = Piece(action=action, nom="bilan.pdf", extension="pdf")
    piece.fichier.save("bilan.pdf", ContentFile(PDF))
    Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=action.theme,
        intitule="Ateliers, suite",
        renouvelee_de=action,
    )
    return action


def compte(nom: str, role: str, *communes: Commune) -> Client:
    utilisateur = Utilisateur.objects.create_user(nom, is_staff=True)
    utilisateur.groups.add(Group.objects.get(name=role))
    utilisateur.communes.set(communes)
    client = Client()
    client.force_login(utilisateur)
    return client


@pytest.fixture
def nadia() -> Client:
    return compte("nadia", "Coordination")


def supprimer(client: Client, objet: Versionne) -> str:
    """By its page; gives the address that undoes it."""
    options = objet._meta
    page = f"/admin/{options.app_label}/{options.model_name}/{objet.pk}/delete/"
    reponse = client.post(page, {"post": "yes"}, follow=True)
    (lien,) = html.fromstring(reponse.content.decode()).xpath(
        "//a[text()='Annuler la suppression']/@href"
    )
    return str(lien)


def texte(reponse: Any) -> str:
    corps = re.sub(r"<(script|style|head).*?</\1>", " ", reponse.content.decode(), flags=re.S)
    arbre = html.fromstring(corps)
    return re.sub(r"\s+", " ", arbre.text_content())


def etat() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the rooms, but history, the corbeille and what counts writes."""
    modeles = [
        modele
        for modele in apps.get_models(include_auto_created=True)
        if modele._meta.app_label in ("actions", "axes", "financement", "territoires")
        and not hasattr(modele, "history_id")
    ]
    return {
        modele._meta.label: [
            {nom: valeur for nom, valeur in rangee.items() if nom != "version"}
            for rangee in modele._base_manager.order_by("pk").values()
        ]
        for modele in modeles
        if "historical" not in modele._meta.label_lower
    }


def raconte(action: Action) -> list[tuple[str, str, list[str]]]:
    return [
        (c.qui, c.motif, sorted(f"{fait.objet} {fait.nature}".strip() for fait in c.faits))
        for c in changements(action, {Subvention: "action"})
    ]


def test_une_action_revient_telle_qu_elle_etait(
    action: Action,
    nadia: Client,
    fichiers: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    avant, version = etat(), Action.objects.get(pk=action.pk).version
    with django_capture_on_commit_callbacks(execute=True):
        annuler = supprimer(nadia, action)

    assert not Action.objects.filter(pk=action.pk).exists()
    assert not Subvention.objects.exists()
    assert Action.objects.get().renouvelee_de is None
    assert texte(nadia.get(CORBEILLE)).count("Ateliers") >= 1
    assert "2 subventions, 1 pièce ; demandé 1 500,50 €, accordé 800 €, 1 inconnu, versé —" in (
        texte(nadia.get(annuler))
    )
    with django_capture_on_commit_callbacks(execute=True):
        reponse = nadia.post(annuler, follow=True)

    assert "« Ateliers » : rétablie depuis la corbeille." in texte(reponse)
    assert reponse.redirect_chain == [(f"/admin/actions/action/{action.pk}/change/", 302)]
    assert etat() == avant
    action.refresh_from_db()
    assert action.version > version
    assert Path(action.pieces.get().fichier.path).read_bytes() == PDF
    assert (Suppression.objects.count(), FichierGarde.objects.count()) == (0, 0)
    assert raconte(action)[:2] == [
        (
            "nadia",
            "Rétablissement depuis la corbeille",
            ["rétablissement", "subvention Ville rétablissement", "subvention État rétablissement"],
        ),
        (
            "nadia",
            "",
            ["subvention Ville suppression", "subvention État suppression", "suppression"],
        ),
    ]
    derniere = action.historique.first()
    assert [lien.axetransversal_id for lien in derniere.axes.all()] == [action.axes.get().pk]


def test_l_etat_d_une_suppression_n_est_pas_une_version_a_retablir(
    action: Action, nadia: Client
) -> None:
    nadia.post(supprimer(nadia, action))

    page = html.fromstring(
        nadia.get(f"/admin/actions/action/{action.pk}/history/").content.decode()
    )

    changements = page.xpath("//ol[@class='historique']/li")
    boutons = [bool(li.xpath(".//a[@class='button']")) for li in changements]
    assert boutons[:3] == [False, False, True]  # restored, deleted, then what was there


CHACUN: dict[str, Callable[[], Versionne]] = {
    "commune": lambda: commune(1, "Anduze"),
    "quartier": lambda: Quartier.objects.create(commune=commune(1, "Anduze"), nom="Centre"),
    "organisme": lambda: Organisme.objects.create(nom="Cirque", siret="73282932000074"),
    "theme": lambda: Theme.objects.create(numero=9, nom="Sport"),
    "financeur": lambda: Financeur.objects.create(code="ONF", nom="ONF"),
    "exercice": lambda: Exercice.objects.create(annee=2010),
    "axe": lambda: _axe(),
}


def _axe() -> AxeTransversal:
    axe = AxeTransversal.objects.create(numero=3, titre="Forêt", objectifs="Un\nDeux")
    axe.communes.add(commune(1, "Anduze"))
    axe.financeurs.add(Financeur.objects.create(code="ONF", nom="ONF"))
    Jalon.objects.create(axe=axe, debut="2004-01-05", date_texte="janvier", libelle="Départ")
    return axe


@pytest.mark.parametrize("sorte", CHACUN)
def test_tout_ce_qui_est_suivi_revient(sorte: str) -> None:
    admin = Client()
    admin.force_login(Utilisateur.objects.create_superuser("admin"))
    objet = CHACUN[sorte]()
    avant = etat()

    annuler = supprimer(admin, objet)
    assert etat() != avant
    admin.post(annuler)

    assert etat() == avant


def test_une_suppression_en_nombre_revient_un_par_un_ou_d_un_coup(
    action: Action, nadia: Client
) -> None:
    autres = [
        Action.objects.create(exercice=action.exercice, theme=action.theme, intitule=f"N° {rang}")
        for rang in range(3)
    ]
    avant = etat()
    choix = {
        "action": "delete_selected",
        "_selected_action": [str(a.pk) for a in (action, *autres)],
    }
    demande = texte(nadia.post("/admin/actions/action/", choix))
    assert "Montants : demandé 1 500,50 €, accordé 800 €, 1 inconnu, versé —" in demande
    assert "vous pourrez l’en rétablir pendant 90 jours, jusqu’au " in demande
    reponse = nadia.post("/admin/actions/action/", choix | {"post": "yes"}, follow=True)
    (lien,) = html.fromstring(reponse.content.decode()).xpath(
        "//a[text()='Annuler la suppression']/@href"
    )
    assert Suppression.objects.values("geste").distinct().count() == 1

    une = Suppression.objects.get(cle=autres[0].pk)
    page = texte(nadia.get(f"{CORBEILLE}{une.pk}/retablir/"))
    assert "rétablir les 4 objets de cette suppression" in page
    nadia.post(f"{CORBEILLE}{une.pk}/retablir/")
    assert list(Suppression.objects.order_by("cle").values_list("cle", flat=True)) == [
        action.pk,
        autres[1].pk,
        autres[2].pk,
    ]
    assert "3 objets rétablis depuis la corbeille." in texte(nadia.post(lien, follow=True))
    assert etat() == avant

    nadia.post("/admin/actions/action/", choix | {"post": "yes"})
    toutes = list(Suppression.objects.values_list("pk", flat=True))
    selection = {"action": "retablir_la_selection", "_selected_action": toutes}
    assert "4 objets rétablis" in texte(nadia.post(CORBEILLE, selection, follow=True))
    assert etat() == avant


def test_la_page_de_suppression_dit_les_montants_et_le_delai(
    action: Action, nadia: Client, settings: Settings
) -> None:
    settings.CORBEILLE_JOURS = 30
    page = texte(nadia.get(f"/admin/actions/action/{action.pk}/delete/"))

    assert "Subventions : 2" in page
    assert "Pièces : 1" in page
    assert "Montants : demandé 1 500,50 €, accordé 800 €, 1 inconnu, versé —" in page
    jour = timezone.localdate() + timedelta(days=30)
    assert f"pendant 30 jours, jusqu’au {jour:%d/%m/%Y}" in page


def test_rien_ne_revient_dans_un_exercice_clos(action: Action, nadia: Client) -> None:
    annuler = supprimer(nadia, action)
    exercice = Exercice.objects.get(annee=2004)
    exercice.cloturer("Publié", Utilisateur.objects.get(username="nadia"))

    reponse = nadia.post(annuler, follow=True)

    assert re.search(
        r"« Ateliers » n'est pas rétabli\. (L'exercice 2004|Cet exercice) est clos", texte(reponse)
    )
    assert not Action.objects.filter(pk=action.pk).exists()
    assert Suppression.objects.count() == 1
    exercice.rouvrir("Oubli", Utilisateur.objects.get(username="nadia"))
    nadia.post(annuler)
    assert Action.objects.filter(pk=action.pk).exists()


def test_ce_qui_la_renouvelait_dans_un_exercice_clos_depuis_reste_tel_quel(
    action: Action, nadia: Client
) -> None:
    annuler = supprimer(nadia, action)
    Exercice.objects.get(annee=2005).cloturer("Publié", Utilisateur.objects.get())

    reponse = texte(nadia.post(annuler, follow=True))

    assert re.search(r"« Ateliers, suite » : le lien n'est pas rétabli\. .* est clos", reponse)
    assert Action.objects.get(exercice__annee=2005).renouvelee_de is None
    assert Action.objects.filter(pk=action.pk).exists()


def test_ce_a_quoi_elle_renvoie_est_a_retablir_d_abord(action: Action, nadia: Client) -> None:
    avant = etat()
    annuler = supprimer(nadia, action)
    Action.objects.update(theme=Theme.objects.create(numero=2, nom="Sport"))
    for objet in (action.porteur, action.theme, AxeTransversal.objects.get()):
        assert objet is not None
        supprimer(nadia, objet)

    reponse = nadia.post(annuler, follow=True)

    assert "« Ateliers » n'est pas rétabli." in texte(reponse)
    liens = html.fromstring(reponse.content.decode()).xpath(
        "//*[@id='messages']//a[contains(., 'dans la corbeille')]"
    )
    assert [lien.text_content() for lien in liens] == [
        "thème « Culture », dans la corbeille aussi",
        "porteur « Lire ensemble », dans la corbeille aussi",
        "axe transversal « 1 – Lecture », dans la corbeille aussi",
    ]
    for lien in liens:
        nadia.post(lien.get("href"))
    nadia.post(annuler)
    Action.objects.filter(exercice__annee=2005).update(theme=action.theme)
    Theme.objects.get(numero=2).delete()
    apres = etat()
    assert {nom: len(rangees) for nom, rangees in apres.items()} == {
        nom: len(rangees) for nom, rangees in avant.items()
    }
    assert Action.objects.get(pk=action.pk).porteur == action.porteur


def test_ce_qui_n_existe_plus_du_tout_se_dit(action: Action, nadia: Client) -> None:
    annuler = supprimer(nadia, action)
    Action.objects.all().delete()
    axe = AxeTransversal.objects.get()
    cle = axe.pk
    axe.delete()
    Organisme.objects.all().delete()

    refus = texte(nadia.post(annuler, follow=True))
    assert f"porteur n° {action.porteur_id}, qui n'existe plus" in refus

    Organisme.objects.create(pk=action.porteur_id, nom="Lire ensemble")
    rendu = texte(nadia.post(annuler, follow=True))
    assert f"axe transversal n° {cle} : n'existe plus, le lien n'est pas rétabli." in rendu
    assert list(Action.objects.get(pk=action.pk).axes.all()) == []


def test_elle_suit_son_porteur_dans_celui_qui_l_a_absorbe(action: Action, nadia: Client) -> None:
    annuler = supprimer(nadia, action)
    ancien = action.porteur
    assert ancien is not None
    garde = Organisme.objects.create(nom="Lire")
    fusionner(garde, [ancien])

    rendu = texte(nadia.post(annuler, follow=True))

    assert "porteur : « Lire ensemble » est devenu « Lire »." in rendu
    assert Action.objects.get(pk=action.pk).porteur == garde
    page = texte(nadia.get(f"/porteurs/{ancien.pk}/"))
    assert "Cet organisme, « Lire ensemble », a été supprimé le" in page
    assert "(Fusion dans Lire)" in page


def test_une_reference_reprise_entre_temps_se_dit(action: Action, nadia: Client) -> None:
    annuler = supprimer(nadia, action)
    Action.objects.create(
        exercice=action.exercice, theme=action.theme, intitule="Autre", reference="A-1"
    )

    refus = texte(nadia.post(annuler, follow=True))

    assert "n'est pas rétabli. Cette référence est déjà prise dans cet exercice." in refus
    assert Suppression.objects.count() == 1


def test_deux_personnes_la_retablissent_une_fois(action: Action, nadia: Client) -> None:
    supprimer(nadia, action)
    suppression = Suppression.objects.get()
    corbeille.retablir(suppression, None)

    with pytest.raises(RetablissementRefuseError, match="n'est plus dans la corbeille"):
        corbeille.retablir(suppression, None)
    reponse = nadia.post(f"{CORBEILLE}{suppression.pk}/retablir/", follow=True)
    assert "n'est pas, ou plus, dans la corbeille" in texte(reponse)


def test_on_ne_retablit_que_ce_qu_on_pourrait_supprimer_dans_ses_communes(
    action: Action, nadia: Client
) -> None:
    annuler = supprimer(nadia, action)
    d_ales = compte("alesienne", "Coordination", Commune.objects.get(nom="Alès"))
    d_ailleurs = compte("bagardoise", "Coordination", commune(2, "Bagard"))
    saisie = compte("sami", "Saisie")

    assert "Ateliers" in texte(d_ales.get(CORBEILLE))
    assert "Ateliers" not in texte(d_ailleurs.get(CORBEILLE))
    assert "La corbeille est vide" in texte(d_ailleurs.get(CORBEILLE))
    assert saisie.get(CORBEILLE).status_code == 403
    d_ailleurs.post(annuler)
    assert saisie.post(annuler).status_code == 403
    assert Client().post(annuler).status_code == 302
    assert Suppression.objects.count() == 1
    d_ales.post(annuler)
    assert Action.objects.filter(pk=action.pk).exists()


# --- Pages of what was deleted ----------------------------------------------------------------


def test_la_page_d_une_action_supprimee_le_dit(action: Action, nadia: Client) -> None:
    piece = action.pieces.get()
    supprimer(nadia, action)
    lecteur = Client()
    lecteur.force_login(Utilisateur.objects.create_user("lea"))
    retablir = f"{CORBEILLE}{Suppression.objects.get().pk}/retablir/"

    for adresse in (
        f"/actions/{action.pk}/",
        f"/actions/pieces/{piece.pk}/",
        f"/admin/actions/action/{action.pk}/change/",
        f"/admin/actions/action/{action.pk}/history/",
        f"/admin/actions/action/{action.pk}/delete/",
    ):
        reponse = nadia.get(adresse)
        assert reponse.status_code == 410, adresse
        assert re.search(
            r"Cette action, « Ateliers », a été supprimée le [\d/]{10} à \d\d:\d\d par nadia\.",
            texte(reponse),
        ), adresse
        assert f'href="{retablir}"' in reponse.content.decode()
    page = lecteur.get(f"/actions/{action.pk}/")
    assert page.status_code == 410
    assert "demandez-le à la coordination" in texte(page)
    assert retablir not in page.content.decode()
    assert "Ce document est parti avec." in texte(lecteur.get(f"/actions/pieces/{piece.pk}/"))


def test_elle_ne_dit_rien_a_qui_est_limite_ailleurs(action: Action, nadia: Client) -> None:
    piece = action.pieces.get()
    supprimer(nadia, action)
    ailleurs = compte("bagardoise", "Coordination", commune(2, "Bagard"))

    for adresse, inconnue in (
        (f"/actions/{action.pk}/", "/actions/99999/"),
        (f"/actions/pieces/{piece.pk}/", "/actions/pieces/99999/"),
    ):
        reponse, temoin = ailleurs.get(adresse), ailleurs.get(inconnue)
        assert reponse.status_code == temoin.status_code == 404
        assert texte(reponse).replace(str(action.pk), "N") == texte(temoin).replace("99999", "N")
    reponse = ailleurs.get(f"/admin/actions/action/{action.pk}/change/", follow=True)
    assert "Ateliers" not in texte(reponse)
    assert "n'existe pas, ou est hors de vos communes." in texte(reponse)


def test_les_pages_de_figures_de_ce_qui_est_supprime_le_disent(nadia: Client) -> None:
    admin = Client()
    admin.force_login(Utilisateur.objects.create_superuser("admin"))
    anduze = commune(1, "Anduze")
    objets: list[tuple[Versionne, str, str]] = [
        (Theme.objects.create(numero=9, nom="Sport"), "/themes/9/", "Ce thème, « Sport », a"),
        (Financeur.objects.create(code="X", nom="Xe"), "/financeurs/X/", "Ce financeur, « Xe »"),
        (
            AxeTransversal.objects.create(numero=9, titre="Eau"),
            "/axes/9/",
            "Cet axe transversal, « 9 – Eau »,",
        ),
    ]
    quartier = Quartier.objects.create(commune=anduze, nom="Centre")
    porteur = Organisme.objects.create(nom="Cirque", commune=anduze)
    objets += [
        (quartier, f"/quartiers/{quartier.pk}/", "Ce quartier, « Centre (Anduze) »,"),
        (porteur, f"/porteurs/{porteur.pk}/", "Cet organisme, « Cirque »,"),
        (anduze, "/communes/30001/", "Cette commune, « Anduze », a été supprimée"),
        (Exercice.objects.create(annee=2010), "/bilan/2010/", "Cet exercice, « 2010 », a été"),
    ]
    limitee = compte("bagardoise", "Lecture", commune(2, "Bagard"))

    for objet, _, _ in objets:
        supprimer(admin, objet)

    for _, adresse, phrase in objets:
        reponse = admin.get(adresse)
        assert (reponse.status_code, phrase in texte(reponse)) == (410, True), adresse
    assert [limitee.get(adresse).status_code for _, adresse, _ in objets] == [
        *(410, 410, 410),
        *(404, 404, 404),
        410,
    ]


def test_un_filtre_qui_nomme_ce_qui_est_supprime_le_dit(action: Action, nadia: Client) -> None:
    porteur = Organisme.objects.create(nom="Cirque", commune=action.commune)
    for objet in (Theme.objects.create(numero=9, nom="Sport"), porteur):
        supprimer(nadia, objet)
    ailleurs = compte("bagardoise", "Lecture", commune(2, "Bagard"))

    for adresse in ("/actions/?theme=1&theme=9", "/themes/?theme=9", "/actions/?theme=99"):
        assert nadia.get(adresse).status_code == 200
    page = texte(nadia.get("/actions/?theme=1&theme=9"))
    assert "« Thème » : Ce thème, « Sport », a été supprimé le" in page
    page = texte(nadia.get(f"/actions/?porteur={porteur.pk}"))
    assert "« Porteur » : Cet organisme, « Cirque », a été supprimé le" in page
    assert "n'est pas une valeur connue" in texte(nadia.get("/actions/?theme=99"))
    page = texte(ailleurs.get(f"/actions/?porteur={porteur.pk}"))
    assert f"Aucun porteur n'a le numéro « {porteur.pk} »." in page


def test_ce_qui_n_a_jamais_existe_reste_introuvable(nadia: Client) -> None:
    for adresse in ("/actions/99999/", "/themes/99/", "/communes/99999/", "/bilan/1999/"):
        assert nadia.get(adresse).status_code == 404


def test_une_saisie_sur_une_action_supprimee_entre_temps_n_est_pas_perdue(
    action: Action, nadia: Client
) -> None:
    adresse = f"/admin/actions/action/{action.pk}/change/"
    page = html.fromstring(nadia.get(adresse).content.decode())
    (forme,) = page.xpath("//form[@id='action_form']")
    saisie = dict(forme.form_values()) | {"intitule": "Ateliers d'écriture"}
    annuler = supprimer(nadia, action)

    reponse = nadia.post(adresse, saisie)

    assert reponse.status_code == 410
    assert "Rien n’a été enregistré." in texte(reponse)
    (gardee,) = [
        forme
        for forme in html.fromstring(reponse.content.decode()).forms
        if forme.get("action") == adresse
    ]
    valeurs = dict(gardee.form_values())
    assert valeurs["intitule"] == "Ateliers d'écriture"
    nadia.post(annuler)
    conflit = nadia.post(adresse, valeurs)
    assert conflit.status_code == 409
    assert "Ateliers d'écriture" in texte(conflit)


def test_une_liste_enregistree_laisse_la_ligne_supprimee_et_garde_les_autres(
    action: Action, nadia: Client
) -> None:
    Action.objects.exclude(pk=action.pk).delete()
    for intitule in ("Une", "Deux"):
        Action.objects.create(exercice=action.exercice, theme=action.theme, intitule=intitule)
    adresse = "/admin/actions/action/"
    page = html.fromstring(nadia.get(adresse).content.decode())
    (forme,) = page.xpath("//form[@id='changelist-form']")
    saisie = dict(forme.form_values()) | {"_save": "Enregistrer"}
    saisie |= {nom: "ACCORDEE" for nom in saisie if nom.endswith("-statut")}
    supprimer(nadia, action)

    reponse = nadia.post(adresse, saisie, follow=True)

    assert "Ligne non enregistrée. Cette action, « Ateliers », a été supprimée" in texte(reponse)
    assert set(Action.objects.values_list("statut", flat=True)) == {"ACCORDEE"}
    assert Action.objects.count() == 2


def test_un_geste_en_nombre_dit_ce_qui_a_ete_supprime(action: Action, nadia: Client) -> None:
    autre = Action.objects.create(exercice=action.exercice, theme=action.theme, intitule="Autre")
    supprimer(nadia, action)
    choix = {"action": "changer_le_statut", "_confirmer": "1", "statut": "ACCORDEE"}

    deux = choix | {"_selected_action": [action.pk, autre.pk]}
    dit = texte(nadia.post("/admin/actions/action/", deux, follow=True))
    assert "Laissé de côté. Cette action, « Ateliers », a été supprimée" in dit
    assert "1 action modifiée." in dit
    seule = choix | {"_selected_action": [action.pk]}
    dit = texte(nadia.post("/admin/actions/action/", seule, follow=True))
    assert "Laissé de côté." in dit
    assert "action modifiée" not in dit


def test_ce_qui_vient_d_etre_utilise_n_est_pas_supprime(action: Action) -> None:
    with (
        pytest.raises(corbeille.EncoreUtiliseError, match="vient d'être utilisé"),
        transaction.atomic(),
    ):
        corbeille.jeter(Theme, [action.theme_id], {}, None)
    assert Theme.objects.filter(pk=action.theme_id).exists()


def test_ce_qu_un_import_defait_a_emporte_le_dit_aussi(action: Action, nadia: Client) -> None:
    qui = Utilisateur.objects.get(username="nadia")
    ecriture = EcritureSuivie(qui, timezone.now(), "Annulation de l'import n° 3")
    Action.objects.exclude(pk=action.pk).delete()
    Subvention.objects.all().delete()
    Piece.objects.all().delete()
    action.axes.clear()
    ecriture.supprimer(Action, [action.pk])

    reponse = nadia.get(f"/actions/{action.pk}/")

    assert reponse.status_code == 410
    assert "par nadia (Annulation de l'import n° 3)." in texte(reponse)
    assert "corbeille" not in texte(reponse)


def test_une_commune_a_laquelle_un_compte_est_limite_n_est_pas_supprimee(nadia: Client) -> None:
    """Without it, the account would be limited to nothing, and see everything."""
    anduze = commune(1, "Anduze")
    compte("agente", "Saisie", anduze)

    adresse = f"/admin/territoires/commune/{anduze.pk}/delete/"
    assert "agente" in texte(nadia.get(adresse))
    nadia.post(adresse, {"post": "yes"})

    assert Commune.objects.filter(pk=anduze.pk).exists()
    assert Utilisateur.objects.get(username="agente").perimetre == {anduze.pk}


# --- When the time is over --------------------------------------------------------------------


def vieillir(jours: int) -> None:
    Suppression.objects.update(le=timezone.now() - timedelta(days=jours))


def test_passe_le_delai_tout_part_et_l_historique_le_dit(
    action: Action,
    nadia: Client,
    fichiers: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        annuler = supprimer(nadia, action)
    nom = str(FichierGarde.objects.get().fichier)
    vieillir(89)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("purger", stdout=io.StringIO())
    assert retirer(avant=timezone.now() + timedelta(minutes=1)) == 0
    assert (fichiers / nom).exists()
    assert "Reste 1 jour." in texte(nadia.get(annuler))

    vieillir(91)
    assert "n'est pas, ou plus, dans la corbeille" in texte(nadia.post(annuler, follow=True))
    dit = io.StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("purger", stdout=dit)

    assert "1 objet de la corbeille" in dit.getvalue()
    assert (Suppression.objects.count(), FichierGarde.objects.count()) == (0, 0)
    assert not (fichiers / nom).exists()
    page = nadia.get(f"/actions/{action.pk}/")
    assert page.status_code == 410
    jour = timezone.localdate()
    assert f"par nadia (Effacé de la corbeille le {jour:%d/%m/%Y})." in texte(page)


def test_sans_delai_rien_n_est_garde(action: Action, nadia: Client, settings: Settings) -> None:
    settings.CORBEILLE_JOURS = 0
    page = f"/admin/actions/action/{action.pk}/delete/"
    assert "corbeille" not in texte(nadia.get(page))

    reponse = nadia.post(page, {"post": "yes"}, follow=True)

    assert "Annuler la suppression" not in texte(reponse)
    assert not Suppression.objects.exists()
    assert not Action.objects.filter(pk=action.pk).exists()


def test_la_corbeille_oublie_la_personne_comme_l_historique(action: Action, nadia: Client) -> None:
    supprimer(nadia, action)
    qui = Utilisateur.objects.get(username="nadia")
    admin = Client()
    admin.force_login(Utilisateur.objects.create_superuser("admin"))

    assert exporter(qui)["references"]["objet de la corbeille (par)"] == 1
    anonyme = anonymiser(qui)

    assert "nadia" not in texte(admin.get(CORBEILLE))
    assert anonyme in texte(admin.get(CORBEILLE))
    assert f"par {anonyme}" in texte(admin.get(f"/actions/{action.pk}/"))


def test_la_liste_ne_demande_pas_plus_pour_plus_d_objets(nadia: Client) -> None:
    def requetes() -> int:
        with CaptureQueriesContext(connection) as lues:
            nadia.get(CORBEILLE)
        return len(lues)

    supprimer(nadia, Theme.objects.create(numero=1, nom="Un"))
    peu = requetes()
    for numero in range(2, 6):
        supprimer(nadia, Theme.objects.create(numero=numero, nom=str(numero)))
    assert requetes() == peu


@pytest.mark.parametrize("adresse", ["abc/change/", "99/change/", "99/retablir/", "?geste=abc"])
def test_une_adresse_impossible_ne_casse_rien(nadia: Client, adresse: str) -> None:
    assert nadia.get(f"{CORBEILLE}{adresse}", follow=True).status_code in (200, 404)
