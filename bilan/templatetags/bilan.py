"""The report on screen: which template draws each kind of block, and how a figure is written."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from bilan import document
from bilan.document import Bloc, GroupeActions
from bilan.rapport import STATUTS
from bilan.tableaux import Chiffre, Ligne, Statut, Tableau, Unite
from listes.chiffres import brut, ecart, montant, nombre
from listes.templatetags.chiffres import euros, partielle

register = template.Library()

GABARITS: dict[type[Bloc], str] = {
    document.Paragraphe: "bilan/blocs/paragraphe.html",
    document.Liste: "bilan/blocs/liste.html",
    document.ChiffresCles: "bilan/blocs/chiffres_cles.html",
    document.BlocTableau: "bilan/blocs/tableau.html",
    document.Illustration: "bilan/blocs/illustration.html",
    document.Legende: "bilan/blocs/legende.html",
    document.Fiche: "bilan/blocs/fiche.html",
    document.Registre: "bilan/blocs/registre.html",
    document.ListeActions: "bilan/blocs/actions.html",
}

# Past this, the page would be too heavy to read: it sends to the list of actions instead.
ACTIONS_A_L_ECRAN = 1000


@register.filter
def statut(valeur: Statut) -> str:
    """A figure's state in words."""
    return STATUTS[valeur]


@register.filter
def coupable(nom: str) -> SafeString:
    """A name that may go on to the next line after each of its slashes."""
    return format_html_join(mark_safe("/<wbr>"), "{}", ((partie,) for partie in nom.split("/")))


@register.simple_tag
def rendre(bloc: Bloc) -> SafeString:
    """One block of the report, drawn by its own template."""
    contexte = {"bloc": bloc, "actions_a_l_ecran": ACTIONS_A_L_ECRAN}
    return mark_safe(render_to_string(GABARITS[type(bloc)], contexte))  # noqa: S308  # a template's output


@register.filter
def tenus(groupes: Iterable[GroupeActions]) -> list[GroupeActions]:
    """Groups with their lines in hand: a loop of a template reads all the groups before it draws
    the first one, when their lines have gone by.
    """
    return [replace(groupe, lignes=tuple(groupe.lignes)) for groupe in groupes]


@register.filter
def cellules_de(ligne: Ligne, tableau: Tableau) -> Iterator[tuple[Chiffre, ...]]:
    """The figures of a row, cell by cell: one, or those that a heading groups."""
    for _, rangs in tableau.groupes:
        yield tuple(ligne.chiffres[rang] for rang in rangs)


@register.simple_tag
def chiffre(c: Chiffre) -> SafeString:
    """A figure: a ``<data>`` element in the link to its actions; a blank leads nowhere."""
    if c.vide:
        return SafeString('<span class="visually-hidden">aucune ligne</span>')
    if not c.lien or not c.affiche:
        return _donnee(c)
    return format_html('<a class="{}" href="{}">{}</a>', _classe(c), c.lien, _donnee(c))


def _classe(c: Chiffre) -> str:
    if c.valeur is None and c.texte:
        return "chiffre mots"
    return "chiffre zero" if c.valeur == 0 else "chiffre"


@register.simple_tag
def publie(c: Chiffre, annee: int) -> SafeString:
    """The published figure beside a recomputed one that differs, and its gap; else nothing.

    The gap leads to its explanation in the page of the check.
    """
    if c.publication is None or not c.differe:
        return SafeString("")
    montre = nombre if c.unite == Unite.ACTIONS else montant
    difference = None if c.valeur is None else c.valeur - c.publication.valeur
    return format_html(
        '<span class="publie">publié : <data value="{}" data-role="publie">{}</data> '
        '<a class="publie-ecart" href="{}#{}" title="{}">≠ {}</a></span>',
        str(brut(c.publication.valeur)),
        montre(c.publication.valeur),
        reverse("bilan:chapitre", args=[annee, "controle"]),
        c.publication.ancre,
        c.publication.explication,
        "—" if difference is None else ecart(difference),
    )


def _donnee(c: Chiffre) -> SafeString:
    if c.valeur is None:
        return format_html("{}", c.affiche)
    if c.inconnus and c.texte is None:
        return partielle(euros(c.valeur), c.valeur, c.inconnus)
    return format_html('<data value="{}">{}</data>', str(brut(c.valeur)), c.affiche)
