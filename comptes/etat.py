"""An account and a role as the administration reads them: in words, without their hundred rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.utils import timezone

from comptes.models import Utilisateur
from comptes.second_facteur import doit_en_avoir

_GESTES = {"view": "lire", "add": "ajouter", "change": "modifier", "delete": "supprimer"}


@dataclass(frozen=True)
class EtatDuCompte:
    """``lignes`` are a heading and a sentence each; the rest says which buttons make sense."""

    lignes: tuple[tuple[str, str], ...]
    actif: bool
    deja_invite: bool
    a_un_mot_de_passe: bool
    a_un_second_facteur: bool


def mot_de_l_etat(compte: Utilisateur) -> str:
    """For the list."""
    if not compte.is_active:
        return "désactivé"
    if hasattr(compte, "invitation"):
        return "invitation expirée" if compte.invitation.expiree else "invitation en attente"
    return "actif" if compte.has_usable_password() else "sans mot de passe"


def etat_du_compte(compte: Utilisateur) -> EtatDuCompte:
    facteurs = [str(f.get_type_display()) for f in Authenticator.objects.filter(user=compte)]
    sessions = UserSession.objects.filter(user=compte).count()
    a_un_mot_de_passe = compte.has_usable_password()
    lignes = [
        ("Compte", "Actif" if compte.is_active else "Désactivé"),
        ("Ouvert le", f"{timezone.localtime(compte.date_joined):%d/%m/%Y}"),
        ("Dernière connexion", _moment(compte)),
        ("Sessions ouvertes", str(sessions)),
        ("Mot de passe", "Choisi" if a_un_mot_de_passe else "Pas encore choisi"),
        ("Second facteur", _facteurs(compte, facteurs)),
        ("Invitation", _invitation(compte)),
    ]
    if siennes := list(_dire(compte.user_permissions.all())):
        lignes.append(("Droits donnés un à un", " ; ".join(f"{q} : {d}" for q, d in siennes)))
    return EtatDuCompte(
        lignes=tuple(lignes),
        actif=compte.is_active,
        deja_invite=hasattr(compte, "invitation"),
        a_un_mot_de_passe=a_un_mot_de_passe,
        a_un_second_facteur=bool(facteurs),
    )


def dire_les_droits(groupe: Group) -> Iterator[tuple[str, str]]:
    """What a role may do, one line for each kind of thing: « Actions : lire, ajouter »."""
    return _dire(groupe.permissions.all())


def _moment(compte: Utilisateur) -> str:
    if compte.last_login is None:
        return "Jamais"
    return f"{timezone.localtime(compte.last_login):%d/%m/%Y à %H:%M}"


def _facteurs(compte: Utilisateur, facteurs: list[str]) -> str:
    if facteurs:
        return ", ".join(facteurs)
    return "Aucun, alors que son rôle le demande" if doit_en_avoir(compte) else "Aucun"


def _invitation(compte: Utilisateur) -> str:
    if not hasattr(compte, "invitation"):
        return "Aucune en attente"
    invitation = compte.invitation
    limite = f"{timezone.localtime(invitation.expire_le):%d/%m/%Y à %H:%M}"
    par = f", faite par {invitation.par}" if invitation.par else ""
    if invitation.expiree:
        return f"Expirée depuis le {limite}{par}"
    return f"En attente, valable jusqu’au {limite}{par}"


def _dire(permissions: QuerySet[Permission]) -> Iterator[tuple[str, str]]:
    par_chose: dict[str, list[str]] = {}
    for permission in permissions.select_related("content_type").order_by("content_type", "pk"):
        modele = permission.content_type.model_class()
        if modele is None:
            continue
        propres = dict(modele._meta.permissions)
        geste = permission.codename.partition("_")[0]
        dit = propres.get(permission.codename) or _GESTES.get(geste, permission.codename)
        nom = str(modele._meta.verbose_name_plural)
        par_chose.setdefault(nom[:1].upper() + nom[1:], []).append(str(dit))
    ordre = list(_GESTES.values())
    for chose, dits in sorted(par_chose.items()):
        rang = {dit: ordre.index(dit) if dit in ordre else len(ordre) for dit in dits}
        yield chose, ", ".join(sorted(dits, key=lambda dit: (rang[dit], dit)))
