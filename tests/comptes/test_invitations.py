"""Camille is invited: she alone chooses her password, once, in time, by the link handed to her."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from comptes.journal import Evenement
from comptes.models import Invitation, Utilisateur
from territoires.models import Commune

pytestmark = pytest.mark.django_db

MOT_DE_PASSE = "un-mot-de-passe-assez-long"
UN_AUTRE = "un-autre-plus-long-encore"


@pytest.fixture(autouse=True)
def compteurs_a_zero() -> None:
    cache.clear()


@pytest.fixture
def camille() -> Utilisateur:
    compte = Utilisateur.objects.create_user("camille", first_name="Camille", last_name="Roux")
    compte.set_unusable_password()
    compte.save()
    return compte


@pytest.fixture
def dominique() -> Client:
    """Who administrates."""
    compte = Utilisateur.objects.create_user("dominique", is_staff=True)
    compte.groups.add(Group.objects.get(name="Administration"))
    client = Client()
    client.force_login(compte)
    return client


def agir(client: Client, compte: Utilisateur, geste: str) -> Any:
    adresse = reverse("admin:comptes_utilisateur_geste", args=[compte.pk])
    return client.post(adresse, {"geste": geste})


def inviter(client: Client, compte: Utilisateur) -> str:
    """The link, as the page shows it this once."""
    page = agir(client, compte, "inviter").content.decode()
    [lien] = re.findall(r"http://testserver(/comptes/invitation/\S+/\S+/)", page)
    return str(lien)


def suivre(client: Client, lien: str) -> Any:
    return client.get(lien, follow=True)


def choisir(client: Client, lien: str, mot: str = MOT_DE_PASSE, encore: str = "") -> Any:
    """Follow the link and send the form; what came of it."""
    formulaire = suivre(client, lien).request["PATH_INFO"]
    return client.post(formulaire, {"new_password1": mot, "new_password2": encore or mot})


def refusee(reponse: Any) -> bool:
    return "Cette invitation ne vaut plus" in reponse.content.decode()


def entre(mot: str) -> bool:
    client = Client()
    client.post("/comptes/login/", {"login": "camille", "password": mot})
    return client.get("/axes/").status_code == 200


def details() -> list[str]:
    """The log, but for who came in and the roles that the tests give."""
    genres = (Evenement.Genre.CONNEXION, Evenement.Genre.ROLE)
    evenements = Evenement.objects.exclude(genre__in=genres).order_by("pk")
    return [f"{e.compte} : {e.get_genre_display()}, {e.detail}" for e in evenements]


def test_camille_choisit_son_mot_de_passe_puis_se_connecte(
    dominique: Client, camille: Utilisateur
) -> None:
    lien = inviter(dominique, camille)
    visiteuse = Client()
    page = suivre(visiteuse, lien)
    assert page.redirect_chain == [(re.sub(r"[^/]+/$", "choisir/", lien), 302)]
    assert "Bonjour Camille Roux." in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"

    reponse = choisir(visiteuse, lien)

    assert (reponse.status_code, reponse["Location"]) == (302, "/comptes/login/")
    assert "Connectez-vous avec l’identifiant camille" in suivre(visiteuse, "/comptes/login/").text
    assert visiteuse.get("/axes/").status_code == 302  # the link opens no session
    assert entre(MOT_DE_PASSE)
    limite = r"\d\d/\d\d/\d{4} à \d\d:\d\d"
    faite, choisi = details()
    assert re.fullmatch(
        rf"dominique : Compte modifié, camille : invitation valable jusqu'au {limite}", faite
    )
    assert choisi == "camille : Mot de passe ou second facteur modifié, mot de passe par invitation"


def test_un_lien_ne_sert_qu_une_fois(dominique: Client, camille: Utilisateur) -> None:
    lien = inviter(dominique, camille)
    choisir(Client(), lien)

    encore = choisir(Client(), lien, UN_AUTRE)

    assert refusee(encore)
    assert (entre(MOT_DE_PASSE), entre(UN_AUTRE)) == (True, False)
    assert "camille : Connexion refusée, invitation qui ne vaut plus" in details()


def test_deux_pages_ouvertes_une_seule_enregistre(dominique: Client, camille: Utilisateur) -> None:
    lien = inviter(dominique, camille)
    une, autre = Client(), Client()
    for page in (une, autre):
        assert not refusee(suivre(page, lien))
    choisir(une, lien)
    adresse = re.sub(r"[^/]+/$", "choisir/", lien)
    assert refusee(autre.post(adresse, {"new_password1": UN_AUTRE, "new_password2": UN_AUTRE}))
    assert entre(MOT_DE_PASSE)


def test_un_lien_expire(dominique: Client, camille: Utilisateur, settings: Settings) -> None:
    lien = inviter(dominique, camille)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert refusee(choisir(Client(), lien))
    camille.refresh_from_db()
    assert not camille.has_usable_password()
    page = dominique.get(reverse("admin:comptes_utilisateur_change", args=[camille.pk]))
    assert "Expirée depuis le " in page.content.decode()


@pytest.mark.parametrize("place", [0, 8, -2])
def test_un_lien_change_d_un_caractere_ne_vaut_rien(
    dominique: Client, camille: Utilisateur, place: int
) -> None:
    lien = inviter(dominique, camille)
    cle, jeton = lien.split("/")[3:5]
    lettre = "a" if jeton[place] != "a" else "b"
    faux = [*jeton]
    faux[place] = lettre
    assert refusee(suivre(Client(), f"/comptes/invitation/{cle}/{''.join(faux)}/"))
    assert not refusee(suivre(Client(), lien))


@pytest.mark.parametrize(
    "suite", ["MQ/x/", "MQ/choisir/", "é/a-b/", "MQ/ab-cd/", "OTk5OTk5OTk5OTk5OTk5OTk5OTk/a-b/"]
)
def test_une_adresse_inventee_ne_vaut_rien_et_ne_dit_rien(suite: str) -> None:
    assert refusee(suivre(Client(), f"/comptes/invitation/{suite}"))


def test_le_lien_d_une_autre_n_ouvre_pas_son_compte(
    dominique: Client, camille: Utilisateur
) -> None:
    alix = Utilisateur.objects.create_user("alix")
    jeton = inviter(dominique, alix).split("/")[4]
    cle = inviter(dominique, camille).split("/")[3]
    assert refusee(suivre(Client(), f"/comptes/invitation/{cle}/{jeton}/"))


def test_renvoyee_elle_remplace_la_precedente(dominique: Client, camille: Utilisateur) -> None:
    premier, second = inviter(dominique, camille), inviter(dominique, camille)
    assert Invitation.objects.count() == 1
    assert refusee(choisir(Client(), premier, UN_AUTRE))
    choisir(Client(), second)
    assert entre(MOT_DE_PASSE)


def test_annulee_elle_ne_vaut_plus(dominique: Client, camille: Utilisateur) -> None:
    lien = inviter(dominique, camille)
    agir(dominique, camille, "annuler")
    assert refusee(choisir(Client(), lien))
    assert details()[1] == "dominique : Compte modifié, camille : invitation annulée"


def test_un_compte_desactive_ne_choisit_rien(dominique: Client, camille: Utilisateur) -> None:
    lien = inviter(dominique, camille)
    agir(dominique, camille, "desactiver")
    assert refusee(choisir(Client(), lien))
    agir(dominique, camille, "reactiver")
    assert refusee(choisir(Client(), lien))  # what was cancelled stays so


def test_le_mot_de_passe_change_entre_temps_l_annule(
    dominique: Client, camille: Utilisateur
) -> None:
    camille.set_password(MOT_DE_PASSE)
    camille.save()
    chez_elle = Client()
    chez_elle.force_login(camille)
    lien = inviter(dominique, camille)
    chez_elle.post(
        "/comptes/password/change/",
        {"oldpassword": MOT_DE_PASSE, "password1": UN_AUTRE, "password2": UN_AUTRE},
    )
    assert refusee(choisir(Client(), lien, "encore-un-autre-assez-long"))
    assert entre(UN_AUTRE)
    assert not Invitation.objects.exists()


def test_qui_se_connecte_n_en_a_plus_besoin(dominique: Client, camille: Utilisateur) -> None:
    camille.set_password(MOT_DE_PASSE)
    camille.save()
    lien = inviter(dominique, camille)
    assert entre(MOT_DE_PASSE)  # the former password held until then
    assert refusee(choisir(Client(), lien, UN_AUTRE))
    assert not Invitation.objects.exists()


def test_les_regles_des_mots_de_passe_valent_ici_aussi(
    dominique: Client, camille: Utilisateur
) -> None:
    lien = inviter(dominique, camille)
    for mot, encore, reproche in (
        ("court", "court", "au minimum 12 caractères"),
        ("123456789012", "123456789012", "entièrement numérique"),
        ("camille-roux", "camille-roux", "trop semblable"),
        (MOT_DE_PASSE, UN_AUTRE, "ne correspondent pas"),
        ("", "", "Ce champ est obligatoire"),
    ):
        assert reproche in choisir(Client(), lien, mot, encore).content.decode()
    assert not entre("court")
    choisir(Client(), lien)
    assert entre(MOT_DE_PASSE)


def test_choisir_termine_les_sessions_et_garde_le_second_facteur(
    dominique: Client, camille: Utilisateur
) -> None:
    """A new password doesn't do away with the codes: whoever stole the link goes no further."""
    camille.set_password(UN_AUTRE)
    camille.save()
    ailleurs = Client()
    ailleurs.force_login(camille)
    Authenticator.objects.create(
        user=camille, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )
    choisir(Client(), inviter(dominique, camille))
    assert ailleurs.get("/axes/").status_code == 302
    reponse = Client().post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    assert reponse["Location"] == "/comptes/second-facteur/authenticate/"


def test_le_second_facteur_exige_l_est_apres_l_invitation(
    dominique: Client, camille: Utilisateur, settings: Settings
) -> None:
    lien = inviter(dominique, camille)
    settings.SECOND_FACTEUR_ROLES = ["tous"]
    choisir(Client(), lien)
    client = Client()
    client.post("/comptes/login/", {"login": "camille", "password": MOT_DE_PASSE})
    assert client.get("/axes/")["Location"] == "/comptes/second-facteur/"


def test_qui_essaie_des_liens_est_arrete(camille: Utilisateur) -> None:
    client = Client()
    statuts = [client.get("/comptes/invitation/MQ/a-b/").status_code for _ in range(61)]
    assert statuts == [200] * 60 + [429]


def test_sur_le_poste_d_une_autre_on_demande_de_se_deconnecter(
    dominique: Client, camille: Utilisateur
) -> None:
    page = suivre(dominique, inviter(dominique, camille)).content.decode()
    assert "Cette invitation est pour le compte camille" in page
    assert "new_password1" not in page


def test_qui_est_limite_ou_ne_tient_pas_les_comptes_n_invite_pas(camille: Utilisateur) -> None:
    ales = Commune.objects.create(
        numero=1, nom="Alès", libelle_tableau="A", libelle_legende="A", code_insee="30007"
    )
    for role, limitee in (("Coordination", False), ("Administration", True)):
        compte = Utilisateur.objects.create_user(role, is_staff=True)
        compte.groups.add(Group.objects.get(name=role))
        compte.communes.set([ales] if limitee else [])
        client = Client()
        client.force_login(compte)
        for geste in ("inviter", "annuler", "desactiver", "retirer_le_second_facteur"):
            assert agir(client, camille, geste).status_code == 403
    assert not Invitation.objects.exists()


def test_personne_n_agit_sur_qui_peut_plus_ni_sur_soi(dominique: Client) -> None:
    chef = Utilisateur.objects.create_superuser("chef")
    moi = Utilisateur.objects.get(username="dominique")
    for compte in (chef, moi):
        for geste in ("inviter", "annuler", "desactiver", "reactiver"):
            assert agir(dominique, compte, geste).status_code == 403
    assert not Invitation.objects.exists()


def test_un_geste_se_demande_et_se_connait(dominique: Client, camille: Utilisateur) -> None:
    adresse = reverse("admin:comptes_utilisateur_geste", args=[camille.pk])
    assert dominique.get(adresse).status_code == 405
    for geste in ("", "supprimer", "é" * 5000):
        assert dominique.post(adresse, {"geste": geste}).status_code == 400
    ailleurs = reverse("admin:comptes_utilisateur_geste", args=["9" * 30])
    assert dominique.post(ailleurs, {"geste": "inviter"}).status_code == 404


def test_l_age_d_une_invitation_se_lit_dans_la_liste(
    dominique: Client, camille: Utilisateur
) -> None:
    def etat() -> str:
        page = dominique.get("/admin/comptes/utilisateur/?q=camille").content.decode()
        [dit] = re.findall(r'<td class="field-etat">([^<]*)</td>', page)
        return str(dit)

    assert etat() == "sans mot de passe"
    inviter(dominique, camille)
    assert etat() == "invitation en attente"
    invitation = Invitation.objects.get()
    invitation.le -= timedelta(days=8)
    invitation.save()
    assert etat() == "invitation expirée"
    agir(dominique, camille, "desactiver")
    assert etat() == "désactivé"
