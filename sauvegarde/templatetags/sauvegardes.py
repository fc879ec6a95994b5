"""What the administration's first page says of the backups."""

from typing import Any

from django import template

from comptes.models import Utilisateur
from sauvegarde.models import Sauvegarde

register = template.Library()


@register.inclusion_tag("sauvegarde/derniere.html")
def derniere_sauvegarde(compte: Utilisateur) -> dict[str, Any]:
    """For those who administrate; nothing for others."""
    if not compte.has_perm("sauvegarde.view_sauvegarde"):
        return {}
    derniere = Sauvegarde.derniere()
    return {
        "permise": True,
        "derniere": derniere,
        "a_refaire": derniere is None or derniere.vieille,
    }
