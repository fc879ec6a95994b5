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
def euros(valeur: int | Decimal | None, colonne: str = "") -> SafeString:
    """An amount in € as a ``<data>`` element."""
    return donnee(valeur, chiffres.montant(valeur), colonne)
