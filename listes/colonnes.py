"""Columns of a list: one definition gives the heading, the cell, the order and the exported value.

A row is a dict: what the queryset's ``values()`` gave, completed by the table.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html

from listes.chiffres import INCONNU
from listes.recherche import SansAccents
from listes.templatetags.chiffres import donnee, euros

Ligne = dict[str, Any]
Valeur = str | int | Decimal | date | None


class Format(Enum):
    """What a column's values are, for whoever writes them to a file."""

    TEXTE = "texte"
    ENTIER = "entier"
    MONTANT = "montant"
    PART = "part"  # in per cent: 12.5 is 12,5 %
    DATE = "date"


class Colonne(tables.Column):  # type: ignore[misc]  # django-tables2 ships no types
    """A column of text.

    ``champ`` is the row's key, asked of the database unless ``calculee`` (the table then completes
    the row, and orders it if it can be ordered). ``champs`` are other keys that ``lien`` needs.
    ``libelles`` translates stored codes; ``vide`` is what an empty value says.
    """

    empty_values = ()
    format = Format.TEXTE
    classe = ""

    def __init__(
        self,
        entete: str,
        champ: str,
        *,
        champs: Sequence[str] = (),
        libelles: Mapping[Any, Any] | None = None,
        vide: str = INCONNU,
        lien: Callable[[Ligne], str | None] | None = None,
        masquee: bool = False,
        calculee: bool = False,
        triable: bool = True,
    ) -> None:
        attributs = {"class": self.classe} if self.classe else {}
        super().__init__(
            verbose_name=entete,
            accessor=champ,
            orderable=triable,
            attrs={"th": attributs, "td": attributs, "tf": attributs},
        )
        self.champ = champ
        self.champs = (champ, *champs) if not calculee else tuple(champs)
        self.libelles = libelles
        self.vide = vide
        self.vide_exporte = "" if vide == INCONNU else vide
        self.lien = lien
        self.masquee = masquee

    def valeur(self, ligne: Ligne) -> Valeur:
        """What the cell holds, on screen as in a file; None when unknown."""
        valeur: Valeur = ligne[self.champ]
        if self.libelles is not None:
            valeur = self.libelles.get(valeur, valeur)
        return valeur

    def exporteur(self) -> Callable[[Ligne], Valeur]:
        """What reads a file's cell: the same, with the word that an empty text says on screen."""
        champ, libelles, vide = self.champ, self.libelles, self.vide_exporte
        if self.format is not Format.TEXTE:
            return self.valeur
        if libelles is not None:
            return lambda ligne: str(libelles.get(ligne[champ], ligne[champ]) or vide)
        return lambda ligne: ligne[champ] or vide

    def affichee(self, valeur: Valeur) -> str:
        return str(valeur) if valeur not in (None, "") else self.vide

    def render(self, record: Ligne) -> str:
        texte = self.affichee(self.valeur(record))
        adresse = self.lien(record) if self.lien else None
        return format_html('<a href="{}">{}</a>', adresse, texte) if adresse else texte

    def order(
        self, queryset: "QuerySet[Any, Any]", is_descending: bool
    ) -> "tuple[QuerySet[Any, Any], bool]":
        """Unknown values come last in both directions; equal ones by their id."""
        cle = SansAccents(F(self.champ)) if self._trie_du_texte else F(self.champ)
        ordre = cle.desc(nulls_last=True) if is_descending else cle.asc(nulls_last=True)
        return queryset.order_by(ordre, "-pk" if is_descending else "pk"), True

    @property
    def _trie_du_texte(self) -> bool:
        return self.format is Format.TEXTE and self.libelles is None


class Annee(Colonne):
    """A year: a number, but never written « 2 004 »."""

    format = Format.ENTIER
    classe = "nombre"


class Nombre(Colonne):
    format = Format.ENTIER
    classe = "nombre"

    def affichee(self, valeur: Any) -> str:
        return donnee(valeur)


class Montant(Colonne):
    """An amount in €; unknown is a dash, never 0."""

    format = Format.MONTANT
    classe = "nombre"

    def affichee(self, valeur: Any) -> str:
        return euros(valeur)


class Jour(Colonne):
    format = Format.DATE

    def affichee(self, valeur: Any) -> str:
        return self.vide if valeur is None else date_format(valeur, "d/m/Y")
