"""The table of a list: columns, rows read a page or a batch at a time, totals of the whole set."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableQuerysetData

from listes.chiffres import accord, denombrer
from listes.colonnes import Colonne, Format, Ligne
from listes.filters import Filtres
from listes.templatetags.chiffres import donnee, euros

Totaux = Mapping[str, int | Decimal | None]
LOT = 2_000


class Lignes(TableQuerysetData):  # type: ignore[misc]  # django-tables2 ships no types
    """Rows of an ordered queryset, as dicts of what the shown columns need.

    A page is read in two steps, ids first, so that only its own rows are joined; from the nearer
    end, so that the last page costs what the first does.
    """

    table: "Tableau"

    def __init__(self, queryset: "QuerySet[Any]", effectif: int) -> None:
        super().__init__(queryset)
        self.effectif = effectif

    def __len__(self) -> int:
        return self.effectif

    def __getitem__(self, tranche: slice) -> list[Ligne]:
        debut, fin = tranche.start, min(tranche.stop, self.effectif)
        if debut > self.effectif // 2:
            envers = self.data.reverse().values_list("pk", flat=True)
            cles = list(envers[self.effectif - fin : self.effectif - debut])[::-1]
        else:
            cles = list(self.data.values_list("pk", flat=True)[debut:fin])
        lues = self.data.model._default_manager.filter(pk__in=cles).order_by()
        par_cle = {ligne["pk"]: ligne for ligne in lues.values("pk", *self.table.champs())}
        lignes = [par_cle[cle] for cle in cles if cle in par_cle]
        self.table.completer(lignes)
        return lignes

    def __iter__(self) -> Iterator[Ligne]:
        """Every row, read by batches: the memory used doesn't depend on their number."""
        lot: list[Ligne] = []
        for ligne in self.data.values("pk", *self.table.champs()).iterator(chunk_size=LOT):
            lot.append(ligne)
            if len(lot) == LOT:
                self.table.completer(lot)
                yield from lot
                lot = []
        self.table.completer(lot)
        yield from lot


class Tableau(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """A declared table: its columns, its totals, and how to complete its rows by batches.

    The first column names the row and is always shown.
    """

    base_columns: Mapping[str, Colonne]
    totaux: Totaux = {}

    def __init__(
        self, data: Lignes, *, filtres: Filtres, montrees: tuple[str, ...], order_by: str
    ) -> None:
        self.filtres = filtres
        self.montrees = montrees
        super().__init__(
            data,
            order_by=order_by or None,
            exclude=[nom for nom in self.base_columns if nom not in montrees],
        )

    @classmethod
    def totaliser(cls, selection: "QuerySet[Any]", filtres: Filtres) -> Totaux:
        """Totals of the whole set, by column; ``lignes`` is the number of its rows."""
        return {"lignes": selection.count()}

    def completer(self, lignes: list[Ligne]) -> None:
        """Give each row its computed keys; one query by kind of figure, for all the rows."""

    def champs(self) -> set[str]:
        """What the shown columns ask of the database."""
        return {champ for nom in self.montrees for champ in self.base_columns[nom].champs}

    def rangees(self) -> Iterator[list[tuple[Colonne, str]]]:
        """The rows of the page, each as its cells under their columns.

        Asked of our own columns: django-tables2 finds out again, for each cell, what to call.
        """
        colonnes = [self.base_columns[nom] for nom in self.montrees]
        for ligne in self.page.object_list.data:
            yield [(colonne, colonne.render(ligne)) for colonne in colonnes]

    def libelle_total(self) -> SafeString:
        """What the first cell of the foot says."""
        lignes = self.totaux["lignes"]
        return format_html(
            "Total : {} {}",
            donnee(lignes, colonne="lignes"),
            accord(lignes, "ligne"),
        )

    def libelle_total_exporte(self) -> str:
        return f"Total : {denombrer(self.totaux['lignes'], 'ligne')}"

    def resume(self) -> SafeString:
        """What the head of the list says, and what is announced when it changes."""
        return self.libelle_total()

    def pied(self) -> list[tuple[Colonne, SafeString]]:
        """The foot's cells after the first, with the columns that they stand under."""
        cellules = []
        for nom in self.montrees[1:]:
            colonne = self.base_columns[nom]
            ecrire = euros if colonne.format is Format.MONTANT else donnee
            texte = ecrire(self.totaux[nom], colonne=nom) if nom in self.totaux else SafeString("")
            cellules.append((colonne, texte))
        return cellules
