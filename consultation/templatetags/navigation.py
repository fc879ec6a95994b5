"""The site's menus: the pages that exist and that the account may open."""

import re
from dataclasses import dataclass
from typing import Literal

from django import template
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, resolve, reverse

from comptes.middleware import permission_de
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, PUBLIC

register = template.Library()

SECTIONS = (
    ("Accueil", "consultation:accueil"),
    ("Actions", "actions:liste"),
    ("Communes", "consultation:communes"),
    ("Quartiers", "consultation:quartiers"),
    ("Thèmes", "consultation:themes"),
    ("Financeurs", "consultation:financeurs"),
    ("Porteurs", "consultation:porteurs"),
    ("Axes", "consultation:axes"),
    ("Bilan", "bilan:dernier"),
    ("Import", "importation:liste"),
)
D_UN_EXERCICE = {
    "actions:liste",
    "bilan:dernier",
    *(f"consultation:{page}" for page in ("accueil", "communes", "quartiers", "themes")),
    *(f"consultation:{page}" for page in ("financeurs", "porteurs", "axes")),
}
"""The sections that show one budget year: the one being read goes with their links."""
ADMINISTRATION = ("Administration", "admin:index")
PIED_DE_PAGE = (
    ("Accessibilité", "consultation:accessibilite"),
    ("Mentions légales", "consultation:mentions"),
    ("Données personnelles", "consultation:donnees_personnelles"),
)


@dataclass(frozen=True)
class Entree:
    """A link of a menu. ``courante`` is its ARIA value: the page, or one of its section."""

    libelle: str
    url: str
    courante: Literal["page", "true", ""]


@register.simple_tag(takes_context=True)
def sections(context: Context) -> list[Entree]:
    """The main menu; the admin's only for those whom it lets in."""
    lecteur = context.get("user")
    equipe = isinstance(lecteur, Utilisateur) and lecteur.is_staff
    return _entrees(context, (*SECTIONS, ADMINISTRATION) if equipe else SECTIONS)


@register.simple_tag(takes_context=True)
def pied_de_page(context: Context) -> list[Entree]:
    """The footer's links."""
    return _entrees(context, PIED_DE_PAGE)


@register.simple_tag(takes_context=True)
def exercice_lu(context: Context) -> str:
    """The year being read, which the header's own links keep; empty for the usual one."""
    requete = context.get("request")
    return annee_demandee(requete) if isinstance(requete, HttpRequest) else ""


def _entrees(context: Context, liens: tuple[tuple[str, str], ...]) -> list[Entree]:
    requete = context.get("request")
    chemin = getattr(requete, "path", "")
    annee = exercice_lu(context)
    suite = f"?exercice={annee}" if annee else ""
    entrees = []
    for libelle, nom in liens:
        try:
            url = reverse(nom)
        except NoReverseMatch:
            continue
        if _ouverte(url, context.get("user")):
            lien = url + suite if nom in D_UN_EXERCICE else url
            entrees.append(Entree(libelle, lien, _courante(url, chemin)))
    return entrees


def annee_demandee(requete: HttpRequest) -> str:
    """« 2004 » where the address names just one year; the usual one needs no word."""
    chemin = requete.resolver_match.kwargs if requete.resolver_match else {}
    annees = requete.GET.getlist("exercice") or [str(chemin.get("annee", ""))]
    return annees[0] if len(annees) == 1 and re.fullmatch("[0-9]{4}", annees[0]) else ""


def _ouverte(url: str, lecteur: AbstractBaseUser | AnonymousUser | None) -> bool:
    page = resolve(url)
    permission = permission_de(page.func, page)
    if permission == PUBLIC:
        return True
    if not isinstance(lecteur, Utilisateur) or permission is None:
        return False
    return permission == CONNECTE or lecteur.has_perm(permission)


def _courante(url: str, chemin: str) -> Literal["page", "true", ""]:
    if chemin == url:
        return "page"
    return "true" if url != "/" and chemin.startswith(url) else ""
