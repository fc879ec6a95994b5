"""The columns of the lists of figures, on screen and in files, and their totals."""

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from actions.liens import lien_actions
from actions.tables import resumer
from bilan.sommes import Figures
from consultation.figures import rapporter_aux_habitants
from consultation.filters import CommuneFiltres, FiguresFiltres, FinanceurFiltres
from financement.montants import Montant
from listes.chiffres import pourcentage
from listes.tables import (
    Annee,
    ColonneDeListe,
    ColonneDeSommes,
    Format,
    Ligne,
    Lignes,
    Nombre,
    Numero,
    TableDeListe,
    Totaux,
)
from listes.templatetags.chiffres import donnee, somme
from territoires.models import Organisme, Quartier

Selection = QuerySet[Any]
SOMMES = ("montant_demande", "montant_accorde", "montant_verse", "investissement")
SANS_PART = ""
"""In the place of a share, where there is no funding line to be one."""
_AUCUNE = SafeString('<span class="text-body-secondary">aucune</span>')
LIENS_MAX = 40
"""How many rows the foot's address may name: past it, an address would be too long to send."""


class Part(ColonneDeListe):
    """A share in per cent, rounded by whoever writes it: 12,5 is 12,5 %."""

    format = Format.PART
    classe = "nombre"
    du_plus_grand = True

    def affichee(self, valeur: Any) -> str:
        if valeur == SANS_PART:
            return somme(Montant())
        return pourcentage(None if valeur is None else valeur / 100)

    def total(self, valeur: Any) -> SafeString:
        if valeur == SANS_PART:
            return somme(Montant())
        return donnee(valeur, self.affichee(valeur), self.champ)


class NombreDActions(Nombre):
    """Where there isn't a single line, one word in the place of a 0 that leads nowhere."""

    def render(self, record: Ligne) -> str:
        return _AUCUNE if record["vide"] else super().render(record)


def _lien(champ: str, suite: str = "") -> Callable[[Ligne], str | None]:
    """A known sum leads to the actions that give it."""

    def lien(ligne: Ligne) -> str | None:
        somme: Montant = ligne[champ]
        return f"{ligne['lien']}{suite}" if somme.lignes > somme.inconnues else None

    return lien


INVESTIES = "&accorde=investissement"


class LignesRangees(Lignes):
    """Rows in the order of a figure, which the database doesn't hold: their ids are sorted here."""

    def __init__(self, lignes: Lignes) -> None:
        super().__init__(lignes.data, lignes.effectif)
        self.ordre: list[int] | None = None

    def __getitem__(self, tranche: slice) -> list[Ligne]:
        return (
            super().__getitem__(tranche) if self.ordre is None else self._lire(self.ordre[tranche])
        )

    def __iter__(self) -> Iterator[Ligne]:
        return super().__iter__() if self.ordre is None else iter(self._lire(self.ordre))

    def _lire(self, cles: list[int]) -> list[Ligne]:
        lues = self.data.order_by().values("pk", *self.table.champs())
        if len(cles) < self.effectif:
            lues = lues.filter(pk__in=cles)
        par_cle = {ligne["pk"]: ligne for ligne in lues}
        lignes = [par_cle[cle] for cle in cles if cle in par_cle]
        self.table.completer(lignes)
        return lignes


class FiguresTable(TableDeListe):
    """Amounts are *crédits de fonctionnement*; the share is of all that the years grant.

    ``parametre`` is the actions list's filter that takes a row; ``repetable``: takes several.
    """

    filtres: FiguresFiltres
    data: LignesRangees
    parametre: ClassVar[str]
    repetable: ClassVar[bool] = True

    actions = NombreDActions("Actions", "actions", calculee=True, lien=lambda ligne: ligne["lien"])
    montant_demande = ColonneDeSommes("Demandé", "montant_demande", lien=_lien("montant_demande"))
    montant_accorde = ColonneDeSommes("Accordé", "montant_accorde", lien=_lien("montant_accorde"))
    montant_verse = ColonneDeSommes("Versé", "montant_verse", lien=_lien("montant_verse"))
    part = Part("Part de l'accordé (%)", "part", calculee=True)
    investissement = ColonneDeSommes(
        "Investissement accordé",
        "investissement",
        lien=_lien("investissement", INVESTIES),
        selon_le_total=True,
    )

    def __init_subclass__(cls) -> None:
        """What names a row stands before its figures."""
        figures = ("actions", *SOMMES, "part", "par_habitant")
        siennes = {n: c for n, c in cls.base_columns.items() if n not in figures}
        cls.base_columns = {**siennes, **cls.base_columns}

    def __init__(self, data: Lignes, **options: Any) -> None:
        super().__init__(LignesRangees(data), **options)

    @classmethod
    def totaliser(cls, selection: "QuerySet[Any]", filtres: FiguresFiltres) -> Totaux:
        figures = filtres.repartition.total(filtres.rangees.keys())
        return {
            "lignes": len(filtres.rangees),
            "lignes_reelles": figures.lignes - figures.reconstituees,
            "reconstituees": figures.reconstituees,
            "ecartees": figures.effectif.ecartees,
            **cls.cellules(filtres.rangees, figures, filtres),
        }

    @classmethod
    def cellules(
        cls, cles: Collection[int], figures: Figures, filtres: FiguresFiltres
    ) -> dict[str, Any]:
        """What the columns of figures say of these rows (ids) together."""
        part = figures.part_de(filtres.repartition.ensemble.accorde)
        dite = None if part is None else part * 100
        return {
            "actions": figures.actions,
            **dict(figures.argent.par_champ()),
            "part": dite if figures.accorde.lignes else SANS_PART,
            "vide": figures.vides and not figures.effectif.ecartees,
        }

    def resume(self) -> SafeString:
        return resumer(self)

    def completer(self, lignes: list[Ligne]) -> None:
        for ligne in lignes:
            ligne |= self._cellules_de(ligne["pk"])
            ligne["lien"] = self._lien([self.filtres.rangees[ligne["pk"]]])
            ligne["suite"] = urlencode({"exercice": self.filtres.annees[:1]}, doseq=True)

    def _cellules_de(self, cle: int) -> dict[str, Any]:
        return self.cellules([cle], self.filtres.repartition.de(cle), self.filtres)

    def _lien(self, codes: Iterable[str | int]) -> str:
        return lien_actions(**{**self.filtres.perimetre.filtres, self.parametre: list(codes)})

    def pied(self) -> list[tuple[ColonneDeListe, SafeString]]:
        """Totals lead to the actions behind them, where one address can name all the rows."""
        codes = self.filtres.rangees.values()
        lien = self._lien(codes) if self.repetable and 0 < len(codes) <= LIENS_MAX else ""
        cellules = []
        for colonne, texte in super().pied():
            total: Any = self.totaux.get(colonne.champ)
            connue = (colonne.champ == "actions" and not self.totaux["vide"]) or (
                colonne.champ in SOMMES and total.lignes > total.inconnues
            )
            if lien and connue:
                suite = INVESTIES if colonne.champ == "investissement" else ""
                texte = format_html('<a href="{}{}">{}</a>', lien, suite, texte)
            cellules.append((colonne, texte))
        return cellules

    def order_actions(self, selection: Selection, descendant: bool) -> tuple[Selection, bool]:
        return self._ranger("actions", selection, descendant)

    def order_montant_demande(
        self, selection: Selection, descendant: bool
    ) -> tuple[Selection, bool]:
        return self._ranger("montant_demande", selection, descendant)

    def order_montant_accorde(
        self, selection: Selection, descendant: bool
    ) -> tuple[Selection, bool]:
        return self._ranger("montant_accorde", selection, descendant)

    def order_montant_verse(self, selection: Selection, descendant: bool) -> tuple[Selection, bool]:
        return self._ranger("montant_verse", selection, descendant)

    def order_part(self, selection: Selection, descendant: bool) -> tuple[Selection, bool]:
        return self._ranger("montant_accorde", selection, descendant)

    def order_investissement(
        self, selection: Selection, descendant: bool
    ) -> tuple[Selection, bool]:
        return self._ranger("investissement", selection, descendant)

    def _ranger(self, champ: str, selection: Selection, descendant: bool) -> tuple[Selection, bool]:
        """Unknown figures, and sums of no line, come last in both directions; equal ones by id."""

        def valeur(cle: int) -> Decimal | int | None:
            lue: Any = self._cellules_de(cle)[champ]
            if isinstance(lue, Montant):
                return lue.valeur if lue.lignes else None
            connue: Decimal | int | None = lue
            return connue

        valeurs = {cle: valeur(cle) for cle in self.filtres.rangees}
        connues = sorted(
            ((valeur, cle) for cle, valeur in valeurs.items() if valeur is not None),
            reverse=descendant,
        )
        inconnues = sorted(cle for cle, valeur in valeurs.items() if valeur is None)
        self.data.ordre = [cle for _, cle in connues] + inconnues
        return selection, True


def _page(nom: str, champ: str) -> Callable[[Ligne], str]:
    """A row's own page, of the same year."""
    return lambda ligne: f"{reverse(nom, args=[ligne[champ]])}?{ligne['suite']}".rstrip("?")


class CommuneTable(FiguresTable):
    parametre = "commune"
    filtres: CommuneFiltres

    nom = ColonneDeListe(
        "Commune", "nom", champs=["code_insee"], lien=_page("consultation:commune", "code_insee")
    )
    numero = Numero("N°", "numero")
    code_insee = ColonneDeListe("Code INSEE", "code_insee", masquee=True)
    population = Nombre("Habitants", "population", masquee=True)
    par_habitant = ColonneDeSommes("Accordé par habitant", "par_habitant")

    def entete(self, nom: str) -> str:
        """The years of the populations are in the headings of what is read by them."""
        entete = super().entete(nom)
        annees = " et ".join(map(str, self.filtres.annees_des_populations))
        dites = {"population": f" ({annees})", "par_habitant": f" (population {annees})"}
        return entete + dites.get(nom, "") if annees else entete

    @classmethod
    def cellules(
        cls, cles: Collection[int], figures: Figures, filtres: FiguresFiltres
    ) -> dict[str, Any]:
        habitants = filtres.habitants(cles) if isinstance(filtres, CommuneFiltres) else None
        return {
            **super().cellules(cles, figures, filtres),
            "par_habitant": rapporter_aux_habitants(figures.accorde, habitants),
        }

    def order_par_habitant(self, selection: Selection, descendant: bool) -> tuple[Selection, bool]:
        return self._ranger("par_habitant", selection, descendant)


class ThemeTable(FiguresTable):
    parametre = "theme"

    nom = ColonneDeListe(
        "Thème", "nom", champs=["numero"], lien=_page("consultation:theme", "numero")
    )
    numero = Numero("N°", "numero")


class NomDeFinanceur(ColonneDeListe):
    """A funder's name, indented by its depth in the tree."""

    def render(self, record: Ligne) -> str:
        nom, niveau = super().render(record), str(record["niveau"])
        return (
            nom if niveau == "0" else format_html('<span class="niveau-{}">{}</span>', niveau, nom)
        )


class FinanceurTable(FiguresTable):
    """Each funder with those below it."""

    parametre = "financeur"
    filtres: FinanceurFiltres

    nom = NomDeFinanceur(
        "Financeur", "nom", champs=["code"], lien=_page("consultation:financeur", "code")
    )
    code = ColonneDeListe("Code", "code")
    parent = ColonneDeListe("Relève de", "parent__nom", vide="")

    def completer(self, lignes: list[Ligne]) -> None:
        """Sorted, or without those between, a service isn't under what it reports to."""
        super().completer(lignes)
        en_arbre = not self.order_by and not self.filtres.form.cleaned_data.get("q")
        for ligne in lignes:
            ligne["niveau"] = self.filtres.arbre.niveau(ligne["pk"]) if en_arbre else 0


class PorteurTable(FiguresTable):
    parametre = "porteur"
    repetable = False

    nom = ColonneDeListe("Porteur", "nom", lien=_page("consultation:porteur", "pk"))
    type = ColonneDeListe("Type", "type", libelles=dict(Organisme.Type.choices))
    commune = ColonneDeListe("Siège", "commune__nom")
    siret = ColonneDeListe("SIRET", "siret", masquee=True)


class QuartierTable(FiguresTable):
    parametre = "quartier"

    nom = ColonneDeListe("Quartier", "nom", lien=_page("consultation:quartier", "pk"))
    commune = ColonneDeListe("Commune", "commune__nom")
    classement = ColonneDeListe(
        "Classement", "classement", libelles=dict(Quartier.Classement.choices)
    )


class AxeTable(FiguresTable):
    parametre = "axe"

    titre = ColonneDeListe(
        "Axe", "titre", champs=["numero"], lien=_page("consultation:axe", "numero")
    )
    numero = Numero("N°", "numero")
    annee_debut = Annee("Début", "annee_debut")
