"""A person with an account: all that is known of her, and how she is forgotten.

Forgetting keeps what the contract's history needs: that somebody, always the same, did this and
that. It doesn't reach free text (an action's description, a joined document): nobody can find
there who is meant.
"""

import re
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ForeignKey, Model

from comptes.journal import Evenement
from comptes.models import Invitation, Utilisateur


def exporter(compte: Utilisateur) -> dict[str, Any]:
    """All that is kept about her, secrets excepted, ready for JSON."""
    return {
        "compte": {
            "identifiant": compte.username,
            "prenom": compte.first_name,
            "nom": compte.last_name,
            "courriel": compte.email,
            "actif": compte.is_active,
            "cree_le": compte.date_joined.isoformat(),
            "derniere_connexion": compte.last_login.isoformat() if compte.last_login else None,
            "roles": sorted(groupe.name for groupe in compte.groups.all()),
            "communes": sorted(str(commune) for commune in compte.communes.all()),
        },
        "seconds_facteurs": [
            {"type": facteur.type, "cree_le": facteur.created_at.isoformat()}
            for facteur in Authenticator.objects.filter(user=compte)
        ],
        "identites_federees": list(
            SocialAccount.objects.filter(user=compte).values_list("uid", flat=True)
        ),
        "sessions": [
            {
                "ouverte_le": session.created_at.isoformat(),
                "adresse": session.ip,
                "navigateur": session.user_agent,
            }
            for session in UserSession.objects.filter(user=compte)
        ],
        "journal": [
            {
                "le": evenement.le.isoformat(),
                "evenement": evenement.get_genre_display(),
                "adresse": evenement.adresse,
                "detail": evenement.detail,
            }
            for evenement in Evenement.objects.filter(compte=compte)
        ],
        "references": dict(references(compte)),
    }


def references(compte: Utilisateur) -> Iterator[tuple[str, int]]:
    """Where her account is named as the author of something, and how many times."""
    for modele in sorted(apps.get_models(), key=lambda modele: modele._meta.label):
        for champ in modele._meta.get_fields():
            if isinstance(champ, ForeignKey) and champ.related_model is Utilisateur:
                nombre = modele._base_manager.filter(**{champ.name: compte}).count()
                if nombre:
                    yield f"{modele._meta.verbose_name} ({champ.verbose_name})", nombre


@transaction.atomic
def anonymiser(compte: Utilisateur) -> str:
    """Forget who she is; return the name under which her acts remain. It can't be undone."""
    ancien, anonyme = compte.username, f"anonyme-{compte.pk}"
    retirer_les_acces(compte)
    EmailAddress.objects.filter(user=compte).delete()
    compte.groups.clear()
    compte.user_permissions.clear()
    compte.communes.clear()
    compte.username = anonyme
    compte.first_name = compte.last_name = compte.email = ""
    compte.is_active = compte.is_staff = compte.is_superuser = False
    compte.last_login = None
    compte.set_unusable_password()
    compte.save()
    Evenement.objects.filter(compte=compte).update(adresse=None)
    entier = re.compile(rf"(?<![\w.@+-]){re.escape(ancien)}(?![\w.@+-])")
    # The audit log names her where other people changed her account.
    for evenement in Evenement.objects.filter(detail__contains=ancien):
        evenement.detail = entier.sub(anonyme, evenement.detail)[:500]
        evenement.save(update_fields=["detail"])
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Utilisateur), object_id=str(compte.pk)
    ).update(object_repr=anonyme, change_message="")
    return anonyme


def retirer_les_acces(compte: Utilisateur) -> None:
    """Second factors, federated identities, invitation, sessions: she is out, everywhere."""
    terminer_les_sessions(compte)
    secrets: tuple[type[Model], ...] = (Authenticator, SocialAccount)
    for modele in secrets:
        modele._base_manager.filter(user=compte).delete()
    Invitation.objects.filter(compte=compte).delete()


def terminer_les_sessions(compte: Utilisateur) -> None:
    for session in UserSession.objects.filter(user=compte):
        session.end()
