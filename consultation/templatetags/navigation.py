"""The site's menus: the pages that exist and that the account may open."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

from django import template
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, get_script_prefix, resolve, reverse

from actions.models import Action, Theme
from axes.models import AxeTransversal
from comptes.middleware import permission_de
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, PUBLIC
from financement.models import Financeur
from suivi.admin import RETOUR
from territoires.models import Commune, Organisme, Quartier

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
    ("Journal", "actions:journal"),
)
D_UN_EXERCICE = {
    "actions:liste",
    "bilan:dernier",
    *(f"consultation:{page}" for page in ("accueil", "communes", "quartiers", "themes")),
    *(f"consultation:{page}" for page in ("financeurs", "porteurs", "axes")),
}
"""The sections that show one budget year: the one being read goes with their links."""
ADMINISTRATION = ("Administration", "admin:index")
PAGES = {
    Action: ("actions:fiche", "pk", "actions:liste"),
    Commune: ("consultation:commune", "code_insee", "consultation:communes"),
    Quartier: ("consultation:quartier", "pk", "consultation:quartiers"),
    Theme: ("consultation:theme", "numero", "consultation:themes"),
    Financeur: ("consultation:financeur", "code", "consultation:financeurs"),
    Organisme: ("consultation:porteur", "pk", "consultation:porteurs"),
    AxeTransversal: ("consultation:axe", "numero", "consultation:axes"),
}
"""Of what is entered in the administration: its page, the field that names it there, its list."""
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


@dataclass(frozen=True)
class Gestes:
    """Where one changes something; empty where the account may not."""

    modifier: str
    historique: str
    supprimer: str


@register.simple_tag(takes_context=True)
def gestes(context: Context, objet: Any) -> Gestes:
    """What the account may do to what the page shows, and come back to it."""
    requete = context["request"]
    edition = admin.site.get_model_admin(type(objet))
    nom = f"admin:{objet._meta.app_label}_{objet._meta.model_name}"
    equipe = requete.user.is_staff

    def adresse(geste: str, permis: bool, retour: str) -> str:
        if not (equipe and permis):
            return ""
        suite = urlencode({RETOUR: retour})
        return f"{reverse(f'{nom}_{geste}', args=[objet.pk])}?{suite}"

    ici = requete.get_full_path()
    return Gestes(
        adresse("change", edition.has_change_permission(requete, objet), ici),
        adresse("history", edition.has_view_permission(requete, objet), ici),
        adresse("delete", edition.has_delete_permission(requete, objet), liste_de(objet._meta)),
    )


@register.simple_tag(takes_context=True)
def nouvelle_action(context: Context, sujet: Any = None) -> str:
    """Where one enters an action, of the year being read, with what this page is about filled in;
    empty where the account may not. One comes back here: but not to another form.
    """
    requete = context.get("request")
    if not isinstance(requete, HttpRequest) or not isinstance(requete.user, Utilisateur):
        return ""
    if not (requete.user.is_staff and requete.user.has_perm("actions.add_action")):
        return ""
    champs = _repris(sujet)
    if annee := annee_demandee(requete):
        champs["annee"] = annee
    if not requete.path.startswith(reverse("admin:index")):
        champs[RETOUR] = requete.get_full_path()
    suite = f"?{urlencode(champs)}" if champs else ""
    return reverse("admin:actions_action_add") + suite


def _repris(sujet: Any) -> dict[str, str]:
    """The fields of a new action that this says, by name."""
    if isinstance(sujet, Quartier):
        return {"commune": str(sujet.commune_id), "quartier": str(sujet.pk)}
    champs = {Commune: "commune", Theme: "theme", Organisme: "porteur", AxeTransversal: "axes"}
    champ = champs.get(type(sujet))
    return {champ: str(sujet.pk)} if champ else {}


@register.simple_tag
def liste_de(options: Any) -> str:
    """The site's list of what an administration form changes; empty where there is none."""
    return reverse(PAGES[options.model][2]) if options.model in PAGES else ""


@register.simple_tag
def page_de(objet: Any) -> str:
    """The page that shows what an administration form changes; empty where there is none, or where
    a form that is refused holds what no address can say.
    """
    if type(objet) not in PAGES or objet.pk is None:
        return ""
    nom, cle, _ = PAGES[type(objet)]
    with suppress(NoReverseMatch):
        return reverse(nom, args=[getattr(objet, cle)])
    return ""


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
            entrees.append(Entree(libelle, lien, _courante(nom, url, chemin)))
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


@cache
def _saisies(prefixe: str) -> dict[str, str]:
    """Where what a section shows is entered, found once below a prefix: every page asks."""
    return {
        liste: reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
        for modele, (_, _, liste) in PAGES.items()
    }


def _courante(nom: str, url: str, chemin: str) -> Literal["page", "true", ""]:
    """What one enters stands under the section that shows it, not under « Administration »."""
    if chemin == url:
        return "page"
    saisies = _saisies(get_script_prefix())
    if nom in saisies and chemin.startswith(saisies[nom]):
        return "true"
    if nom == ADMINISTRATION[1] and any(map(chemin.startswith, saisies.values())):
        return ""
    return "true" if url != "/" and chemin.startswith(url) else ""
