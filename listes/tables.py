"""The table of a list: its columns, its rows read a page or a batch at a time, its totals.

One definition of a column gives the heading, the cell, the order and the exported value. A row is a
dict: what the queryset's ``values()`` gave, completed by the table.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableQuerysetData

from listes.chiffres import INCONNU, Somme, accord, denombrer, dire_la_somme
from listes.filters import Filtres
from listes.groupes import Groupe, Groupement, Rangee, SousTotal
from listes.recherche import CleDeTri
from listes.templatetags.chiffres import donnee, legende, somme

Ligne = dict[str, Any]
Valeur = str | int | Decimal | date | None
Totaux = Mapping[str, Any]
LOT = 2_000


class Format(Enum):
    """What a column's values are, for whoever writes them to a file."""

    TEXTE = "texte"
    ENTIER = "entier"
    MONTANT = "montant"
    PART = "part"  # in per cent: 12.5 is 12,5 %
    DATE = "date"


@dataclass(frozen=True)
class ColonneDeFichier:
    """A column of a file: its heading, what its values are, how to read one, what its foot says."""

    entete: str
    format: Format
    lire: Callable[[Ligne], Valeur]
    total: Valeur


class ColonneDeListe(tables.Column):  # type: ignore[misc]  # django-tables2 ships no types
    """A column of text.

    ``champ`` is the row's key, asked of the database unless ``calculee`` (the table then completes
    the row, and orders it if it can be ordered). ``champs`` are other keys that ``lien`` needs.
    ``libelles`` translates stored codes; ``vide`` is what an empty value says. One that is
    ``selon_le_total`` is only there where its total has something. A click sorts what is
    ``du_plus_grand`` largest first.
    """

    empty_values = ()
    format = Format.TEXTE
    classe = ""
    du_plus_grand = False
    selon_le_total = False

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
        """A function that reads the value for a file, as ``valeur`` does; an empty text becomes the
        word that the screen shows for it, if it is one.
        """
        champ, libelles, vide = self.champ, self.libelles, self.vide_exporte
        if self.format is not Format.TEXTE:
            return self.valeur
        if libelles is not None:
            return lambda ligne: str(libelles.get(ligne[champ], ligne[champ]) or vide)
        return lambda ligne: ligne[champ] or vide

    def en_fichier(self, entete: str, total: Any) -> "list[ColonneDeFichier]":
        """What the column becomes in a file; ``total`` is what its foot shows."""
        return [ColonneDeFichier(entete, self.format, self.exporteur(), total)]

    def affichee(self, valeur: Valeur) -> str:
        return str(valeur) if valeur not in (None, "") else self.vide

    def total(self, valeur: Any) -> SafeString:
        """What the foot shows of a total."""
        return donnee(valeur, colonne=self.champ)

    def render(self, record: Ligne) -> str:
        texte = self.affichee(self.valeur(record))
        adresse = self.lien(record) if self.lien else None
        return format_html('<a href="{}">{}</a>', adresse, texte) if adresse else texte

    def order(
        self, queryset: "QuerySet[Any, Any]", is_descending: bool
    ) -> "tuple[QuerySet[Any, Any], bool]":
        """Unknown values come last in both directions; equal ones by their id."""
        cle = CleDeTri(F(self.champ)) if self._trie_du_texte else F(self.champ)
        ordre = cle.desc(nulls_last=True) if is_descending else cle.asc(nulls_last=True)
        return queryset.order_by(ordre, "-pk" if is_descending else "pk"), True

    @property
    def _trie_du_texte(self) -> bool:
        return self.format is Format.TEXTE and self.libelles is None


class Numero(ColonneDeListe):
    """What a thing is called by: a number, but never written « 2 004 »."""

    format = Format.ENTIER
    classe = "nombre"


class Annee(Numero):
    du_plus_grand = True


class Nombre(ColonneDeListe):
    format = Format.ENTIER
    classe = "nombre"
    du_plus_grand = True

    def affichee(self, valeur: Any) -> str:
        return donnee(valeur)


class ColonneDeSommes(ColonneDeListe):
    """Sums of €, each a ``Somme``."""

    format = Format.MONTANT
    classe = "nombre"
    du_plus_grand = True

    def __init__(self, entete: str, champ: str, *, selon_le_total: bool = False, **options: Any):
        super().__init__(entete, champ, calculee=True, **options)
        self.selon_le_total = selon_le_total

    def affichee(self, valeur: Any) -> str:
        return somme(valeur)

    def total(self, valeur: Any) -> SafeString:
        return somme(valeur, self.champ)

    def en_fichier(self, entete: str, total: Somme) -> "list[ColonneDeFichier]":
        """The sums and, where the total is known in part, how many amounts each lacks."""
        champ = self.champ
        sommes = ColonneDeFichier(
            entete, self.format, lambda ligne: _exportee(ligne[champ]), _exportee(total)
        )
        if total.valeur is None or not total.inconnues:
            return [sommes]
        inconnus = ColonneDeFichier(
            f"{entete}, montants inconnus",
            Format.ENTIER,
            lambda ligne: ligne[champ].inconnues if ligne[champ].lignes else None,
            total.inconnues,
        )
        return [sommes, inconnus]


def _exportee(lue: Somme) -> Valeur:
    """A number or, where there is none, what the screen shows."""
    connue = lue.lignes and lue.valeur is not None
    return lue.valeur if connue else dire_la_somme(lue)


class Jour(ColonneDeListe):
    format = Format.DATE

    def affichee(self, valeur: Any) -> str:
        return self.vide if valeur is None else date_format(valeur, "d/m/Y")


class Lignes(TableQuerysetData):  # type: ignore[misc]  # django-tables2 ships no types
    """Rows of an ordered queryset, as dicts of what the shown columns need.

    A page is read in two steps, ids first, so that only its own rows are joined; from the nearer
    end, so that the last page costs what the first does.
    """

    table: "TableDeListe"
    data: "QuerySet[Any]"

    def __init__(self, queryset: "QuerySet[Any]", effectif: int) -> None:
        super().__init__(queryset)
        self.effectif = effectif

    def grouper(self, ordre: Sequence[Any]) -> None:
        """Groups in this order, and the rows of each in the order that they had."""
        deja = self.data.query.order_by or self.data.model._meta.ordering
        self.data = self.data.order_by(*ordre, *deja)

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


class TableDeListe(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """A declared table: its columns, its totals, and how to complete its rows by batches.

    The first column names the row and is always shown.
    """

    base_columns: Mapping[str, ColonneDeListe]
    totaux: Totaux = {}
    groupements: ClassVar[Mapping[str, Groupement]] = {}
    """By what its rows may be put together, each under the name of the column that says it."""

    def __init__(
        self,
        data: Lignes,
        *,
        filtres: Filtres,
        montrees: tuple[str, ...],
        order_by: str,
        groupe: str = "",
    ) -> None:
        self.filtres = filtres
        self.montrees = montrees
        self.groupe = groupe
        super().__init__(
            data,
            order_by=order_by or None,
            exclude=[nom for nom in self.base_columns if nom not in montrees],
        )
        if groupe:
            self.data.grouper(self.groupements[groupe].ordre)

    @classmethod
    def totaliser(cls, selection: "QuerySet[Any]", filtres: Filtres) -> Totaux:
        """Totals of the whole set, by column; ``lignes`` is the number of its rows."""
        return {"lignes": selection.count()}

    def completer(self, lignes: list[Ligne]) -> None:
        """Add the computed keys to each of these rows, with one query for each kind of figure."""

    def champs(self) -> set[str]:
        """What the shown columns and the groups ask of the database."""
        lus = {champ for nom in self.montrees for champ in self.base_columns[nom].champs}
        if not self.groupe:
            return lus
        return lus.union(self.base_columns[self.groupe].champs, [self.champ_du_groupe])

    def entete(self, nom: str) -> str:
        """A column's heading, on screen as in files."""
        return str(self.base_columns[nom].verbose_name)

    def groupes(self) -> Iterator[Groupe]:
        """The rows of the page, each as its cells under their columns, by group if they are.

        Our own columns are asked directly: django-tables2 would work out again, for each cell,
        which method to call.
        """
        colonnes = [self.base_columns[nom] for nom in self.montrees]
        lignes = list(self.page.object_list.data)

        def rangees(lignes: Iterable[Ligne]) -> list[Rangee]:
            return [
                (str(ligne["pk"]), [(colonne, colonne.render(ligne)) for colonne in colonnes])
                for ligne in lignes
            ]

        if not self.groupe:
            yield Groupe("", (), rangees(lignes))
            return
        sous_totaux = self.sous_totaux({ligne[self.champ_du_groupe] for ligne in lignes})
        suivant = self._cle_precedente()
        for cle, siennes in groupby(lignes, key=itemgetter(self.champ_du_groupe)):
            premiere, *autres = siennes
            suite = " (suite)" if (cle,) == suivant else ""
            sous_total, suivant = sous_totaux[cle], None
            cellules = [
                (colonne, colonne.affichee(sous_total.sommes[nom]))
                if nom in sous_total.sommes
                else (colonne, "")
                for nom, colonne in zip(self.montrees[1:], colonnes[1:], strict=True)
            ]
            titre = f"{self.nom_du_groupe(premiere)}{suite} : {sous_total.compte}"
            yield Groupe(titre, cellules, rangees([premiere, *autres]))

    def _cle_precedente(self) -> tuple[Any, ...] | None:
        """What the last row of the page before stands under, alone in a tuple; None at first."""
        rang = self.page.start_index() - 1
        if rang <= 0:
            return None
        precedente: tuple[Any, ...] | None = self.data.data.values_list(self.champ_du_groupe)[
            rang - 1 : rang
        ].first()
        return precedente

    @property
    def champ_du_groupe(self) -> str:
        """The key of the rows that puts them together."""
        return self.groupements[self.groupe].champ

    def nom_du_groupe(self, ligne: Ligne) -> str:
        """What the group of this row is called."""
        colonne = self.base_columns[self.groupe]
        vide = self.groupements[self.groupe].vide
        return (
            vide
            if vide and ligne[self.champ_du_groupe] is None
            else colonne.affichee(colonne.valeur(ligne))
        )

    def sous_totaux(self, cles: Collection[Any] | None = None) -> Mapping[Any, SousTotal]:
        """What all the rows of each group come to, by key: of these groups, or of them all."""
        raise NotImplementedError

    def libelle_total(self) -> SafeString:
        """What the first cell of the foot says."""
        lignes = self.totaux["lignes"]
        return format_html(
            "{} : {} {}",
            self.filtres.nom_du_total(),
            donnee(lignes, colonne="lignes"),
            accord(lignes, "ligne"),
        )

    def libelle_total_exporte(self) -> str:
        return f"{self.filtres.nom_du_total()} : {denombrer(self.totaux['lignes'], 'ligne')}"

    def resume(self) -> SafeString:
        """What the head of the list says, and what is announced when it changes."""
        return self.libelle_total()

    def legende(self) -> str:
        """How to read the amounts shown; nothing where there are none."""
        sommes = [
            self.totaux[nom]
            for nom in self.montrees
            if isinstance(self.base_columns[nom], ColonneDeSommes)
        ]
        return legende(any(lue.autres for lue in sommes)) if sommes else ""

    @classmethod
    def vaines(cls, totaux: Totaux) -> set[str]:
        """The columns that would show nothing, given these totals, and are not to be there."""
        return {
            nom
            for nom, colonne in cls.base_columns.items()
            if colonne.selon_le_total and not (nom in totaux and totaux[nom].lignes)
        }

    def pied(self) -> list[tuple[ColonneDeListe, SafeString]]:
        """The foot's cells after the first, with the columns that they stand under."""
        cellules = []
        for nom in self.montrees[1:]:
            colonne = self.base_columns[nom]
            total = colonne.total(self.totaux[nom]) if nom in self.totaux else SafeString("")
            cellules.append((colonne, total))
        return cellules
