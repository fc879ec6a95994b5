"""One screen for an account: opened, changed, limited; and what nobody gives herself."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from lxml import html

from comptes.journal import Evenement
from comptes.models import Invitation, Utilisateur
from comptes.roles import PHRASES, ROLES
from territoires.models import Commune

pytestmark = pytest.mark.django_db
AJOUT = "/admin/comptes/utilisateur/add/"


@pytest.fixture
def ales() -> Commune:
    return commune(1, "Alès")


def commune(numero: int, nom: str) -> Commune:
    return Commune.objects.create(
        numero=numero, nom=nom, libelle_tableau=nom, libelle_legende=nom, code_insee=f"3000{numero}"
    )


def cliente(role: str, **compte: Any) -> Client:
    utilisatrice = Utilisateur.objects.create_user("dominique", is_staff=True, **compte)
    utilisatrice.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(utilisatrice)
    return client


def cle(role: str) -> int:
    return Group.objects.get(name=role).pk


def fiche(compte: Utilisateur) -> str:
    return reverse("admin:comptes_utilisateur_change", args=[compte.pk])


def saisie(client: Client, adresse: str) -> dict[str, Any]:
    """What the form sends when nothing is touched."""
    page = html.fromstring(client.get(adresse).content.decode())
    (formulaire,) = page.xpath("//form[@id='utilisateur_form']")
    valeurs: dict[str, Any] = {}
    for nom, valeur in formulaire.form_values():
        valeurs.setdefault(nom, []).append(valeur)
    return valeurs


def erreurs(reponse: Any) -> dict[str, list[str]]:
    contexte: dict[str, list[str]] = reponse.context["adminform"].form.errors
    return contexte


def texte(page: Any) -> str:
    sans_balises = re.sub(r"<[^>]+>", " ", page.content.decode())
    return re.sub(r"\s+", " ", sans_balises)


def test_un_compte_s_ouvre_en_un_ecran(ales: Commune) -> None:
    client = cliente("Administration")
    page = client.get(AJOUT)
    assert 'type="password"' not in page.content.decode()
    for role, phrase in PHRASES.items():
        assert f"{role} : {phrase}" in texte(page)

    reponse = client.post(
        AJOUT,
        {
            "username": "camille",
            "first_name": "Camille",
            "last_name": "Roux",
            "email": "camille@exemple.fr",
            "role": cle("Saisie"),
            "etendue": "choisies",
            "communes": [ales.pk],
            "is_active": "on",
        },
    )

    assert "Ce lien n’est montré qu’une fois." in texte(reponse)
    assert reponse.content.decode().count("/comptes/invitation/") == 1
    camille = Utilisateur.objects.get(username="camille")
    assert (camille.get_full_name(), camille.email) == ("Camille Roux", "camille@exemple.fr")
    assert [groupe.name for groupe in camille.groups.all()] == ["Saisie"]
    assert camille.perimetre == {ales.pk}
    assert (camille.is_active, camille.is_staff, camille.is_superuser) == (True, True, False)
    assert not camille.has_usable_password()
    assert Invitation.objects.get().compte == camille
    journal = [e.detail for e in Evenement.objects.filter(compte__isnull=False).order_by("pk")]
    assert journal[:2] == ["camille : ajout Saisie", "camille : compte ouvert"]
    assert journal[2].startswith("camille : invitation valable jusqu'au ")
    assert "/comptes/invitation/" not in texte(client.get(fiche(camille)))


def test_ferme_d_avance_il_n_a_pas_d_invitation(ales: Commune) -> None:
    client = cliente("Administration")
    reponse = client.post(AJOUT, {"username": "camille", "role": "aucun", "etendue": "tout"})
    assert reponse.status_code == 302
    camille = Utilisateur.objects.get(username="camille")
    assert (camille.is_active, camille.is_staff, camille.perimetre) == (False, False, frozenset())
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("champs", "refus"),
    [
        ({"username": ""}, {"username": ["Ce champ est obligatoire."]}),
        ({"username": "DOMINIQUE"}, {"username": ["Un autre compte a déjà cet identifiant."]}),
        ({"role": ""}, {"role": ["Ce champ est obligatoire."]}),
        ({"etendue": ""}, {"etendue": ["Ce champ est obligatoire."]}),
        (
            {"etendue": "choisies"},
            {"communes": ["Cochez au moins une commune, ou tout le territoire."]},
        ),
        (
            {"communes": "ales"},
            {"etendue": ["Des communes sont cochées : tout le territoire, ou elles ?"]},
        ),
        ({"email": "camille"}, {"email": ["Saisissez une adresse de courriel valide."]}),
    ],
)
def test_ce_qui_manque_ou_se_contredit_est_dit(
    ales: Commune, champs: dict[str, Any], refus: dict[str, list[str]]
) -> None:
    client = cliente("Administration")
    if champs.get("communes"):
        champs = champs | {"communes": [ales.pk]}
    juste = {"username": "camille", "role": cle("Saisie"), "etendue": "tout", "is_active": "on"}
    assert erreurs(client.post(AJOUT, juste | champs)) == refus
    assert not Utilisateur.objects.filter(username="camille").exists()


@pytest.mark.parametrize("role", ["0", "99999999999999999999", "garder", "Administration", "'"])
def test_un_role_qui_n_est_pas_propose_est_refuse(role: str) -> None:
    envoi = {"username": "camille", "role": role, "etendue": "tout"}
    assert list(erreurs(cliente("Administration").post(AJOUT, envoi))) == ["role"]


def test_un_role_se_change(ales: Commune) -> None:
    client = cliente("Administration")
    camille = Utilisateur.objects.create_user("camille")
    envoi = saisie(client, fiche(camille))
    assert (envoi["role"], envoi["etendue"]) == (["aucun"], ["tout"])

    client.post(fiche(camille), envoi | {"role": cle("Coordination")})

    assert Utilisateur.objects.get(pk=camille.pk).is_staff
    assert [groupe.name for groupe in camille.groups.all()] == ["Coordination"]
    client.post(fiche(camille), saisie(client, fiche(camille)) | {"role": "aucun"})
    assert not Utilisateur.objects.get(pk=camille.pk).is_staff
    assert not camille.groups.exists()
    details = Evenement.objects.filter(detail__startswith="camille").order_by("pk")
    assert [(e.get_genre_display(), e.detail) for e in details] == [
        ("Rôles modifiés", "camille : ajout Coordination"),
        ("Compte modifié", "camille : Modifié : Rôle."),
        ("Rôles modifiés", "camille : retrait Coordination"),
        ("Compte modifié", "camille : Modifié : Rôle."),
    ]


def test_plusieurs_roles_se_gardent_tant_qu_on_n_en_choisit_pas_un(ales: Commune) -> None:
    client = cliente("Administration")
    camille = Utilisateur.objects.create_user("camille", is_staff=True)
    camille.groups.set(Group.objects.filter(name__in=("Saisie", "Administration")))
    envoi = saisie(client, fiche(camille))
    assert "Les rôles actuels : Administration, Saisie." in texte(client.get(fiche(camille)))
    client.post(fiche(camille), envoi | {"last_name": "Roux", "communes": [ales.pk]})
    assert camille.groups.count() == 2
    client.post(
        fiche(camille),
        envoi | {"last_name": "Roux", "etendue": "choisies", "communes": [ales.pk]},
    )
    camille = Utilisateur.objects.get(pk=camille.pk)
    assert (camille.groups.count(), camille.is_staff, camille.last_name) == (2, True, "Roux")
    assert camille.perimetre == {ales.pk}


def test_desactive_sur_sa_fiche_il_est_dehors(ales: Commune) -> None:
    client = cliente("Administration")
    camille = Utilisateur.objects.create_user("camille")
    Invitation.objects.create(compte=camille)
    envoi = saisie(client, fiche(camille))
    envoi.pop("is_active")
    client.post(fiche(camille), envoi)
    camille.refresh_from_db()
    assert not camille.is_active
    assert not Invitation.objects.exists()


def test_personne_ne_change_ses_propres_droits(ales: Commune) -> None:
    client = cliente("Administration")
    moi = Utilisateur.objects.get()
    page = client.get(fiche(moi)).content.decode()
    for champ in ("role", "etendue", "communes", "is_active", "is_superuser"):
        assert f'name="{champ}"' not in page
    assert "C’est votre compte" in page

    client.post(
        fiche(moi),
        saisie(client, fiche(moi))
        | {"last_name": "Roux", "role": cle("Coordination"), "is_superuser": "on"},
    )

    moi.refresh_from_db()
    assert (moi.last_name, moi.is_active, moi.is_superuser) == ("Roux", True, False)
    assert [groupe.name for groupe in moi.groups.all()] == ["Administration"]


def test_seule_une_superutilisatrice_donne_tous_les_droits(ales: Commune) -> None:
    camille = Utilisateur.objects.create_user("camille")
    client = cliente("Administration")
    envoi = saisie(client, fiche(camille)) | {"is_superuser": "on"}
    client.post(fiche(camille), envoi)
    camille.refresh_from_db()
    assert not camille.is_superuser

    Utilisateur.objects.filter(username="dominique").update(is_superuser=True)
    client.post(fiche(camille), saisie(client, fiche(camille)) | {"is_superuser": "on"})
    camille.refresh_from_db()
    assert (camille.is_superuser, camille.is_staff) == (True, True)


def test_limitee_a_une_commune_elle_ne_fait_que_lire(ales: Commune) -> None:
    client = cliente("Administration")
    Utilisateur.objects.get().communes.add(ales)
    camille = Utilisateur.objects.create_user("camille")
    assert client.get(AJOUT).status_code == 403
    page = client.get(fiche(camille))
    assert 'name="_save"' not in page.content.decode()
    assert "État du compte" in texte(page)
    assert 'name="geste"' not in page.content.decode()
    assert "Tout le territoire" in texte(page)
    assert client.post(fiche(camille), {"username": "x"}).status_code == 403


def test_les_comptes_ne_se_filtrent_pas_par_mot_de_passe() -> None:
    adresse = "/admin/comptes/utilisateur/?password__startswith=pbkdf2"
    assert cliente("Administration").get(adresse).status_code == 400


def test_un_droit_donne_un_a_un_se_lit_sans_ses_cent_lignes() -> None:
    camille = Utilisateur.objects.create_user("camille")
    camille.user_permissions.add(Permission.objects.get(codename="cloturer_exercice"))
    page = cliente("Administration").get(fiche(camille))
    assert "Droits donnés un à un Exercices : Peut clore et rouvrir un exercice" in texte(page)


def test_un_role_se_lit_en_francais_et_ne_s_ecrit_pas() -> None:
    client = cliente("Administration")
    for role in ROLES:
        adresse = reverse("admin:auth_group_change", args=[cle(role)])
        page = client.get(adresse)
        assert PHRASES[role] in texte(page)
        assert "Can " not in texte(page)
        assert 'name="_save"' not in page.content.decode()
    page = client.get(reverse("admin:auth_group_change", args=[cle("Saisie")]))
    assert "Actions : lire, ajouter, modifier" in texte(page)
    assert "Subventions : lire, ajouter, modifier, supprimer" in texte(page)
    assert client.get("/admin/auth/group/add/").status_code == 403
    assert "Administration" in texte(client.get("/admin/auth/group/"))
