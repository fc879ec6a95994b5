"""Figures in templates: always through these, so that a page never prints a raw number."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from listes import chiffres

register = template.Library()

register.filter("nombre", chiffres.nombre)
register.filter("montant", chiffres.montant)
register.filter("ecart", chiffres.ecart)
register.filter("brut", chiffres.brut)
register.filter("pourcentage", chiffres.pourcentage)
register.filter("denombrer", chiffres.denombrer)
register.filter("dire_la_somme", chiffres.dire_la_somme)


@register.filter
def accord(effectif: int | Decimal | None, formes: str) -> str:
    """« ligne » or « lignes »; « ce filtre,ces filtres » where the plural must be given."""
    return chiffres.accord(effectif, *formes.split(",", 1))


@register.simple_tag
def donnee(valeur: int | Decimal | None, texte: str | None = None, colonne: str = "") -> SafeString:
    """``<data value="563152">563 152</data>``: one figure, for a person and for a program alike.

    ``texte`` replaces the number shown; ``colonne`` names the column in ``data-colonne``. Nothing
    but the dash where the figure is unknown: an empty ``value`` could be read as zero.
    """
    affiche = chiffres.nombre(valeur) if texte is None else texte
    if valeur is None:
        return format_html("{}", affiche)
    attribut = format_html(' data-colonne="{}"', colonne) if colonne else ""
    return format_html(
        '<data value="{}"{}>{}</data>', str(chiffres.brut(valeur)), attribut, affiche
    )


@register.simple_tag
def somme(montant: chiffres.Somme, colonne: str = "") -> SafeString:
    """A sum of € as the legend tells it apart: see ``dire_la_somme``."""
    if not montant.lignes and not montant.autres:
        return SafeString('<span class="visually-hidden">aucune ligne</span>')
    if not montant.lignes:
        return SafeString(chiffres.HORS_FILTRE)
    return partielle(euros(montant.valeur, colonne), montant.valeur, montant.inconnues)


def partielle(somme: SafeString, valeur: int | Decimal | None, inconnus: int) -> SafeString:
    """The sum followed by how many amounts it lacks, which may go to the next line."""
    suite = chiffres.dire_les_inconnus(valeur, inconnus)
    return format_html('<span class="partielle">{}{}</span>', somme, suite) if suite else somme


@register.simple_tag
def legende(filtree: bool = False) -> str:
    """How to read amounts; ``filtree`` where only chosen funders' money is shown."""
    return f"{chiffres.LEGENDE} {chiffres.LEGENDE_FILTREE}" if filtree else chiffres.LEGENDE


@register.simple_tag
def euros(valeur: int | Decimal | None, colonne: str = "") -> SafeString:
    """An amount in € as a ``<data>`` element."""
    return donnee(valeur, chiffres.montant(valeur), colonne)
