"""The columns of the actions list, on screen and in files, and its totals."""

from collections import defaultdict

from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actions.filters import ActionFiltres
from actions.models import Action, ActionQuerySet
from financement.models import SubventionQuerySet
from financement.montants import ETAPES
from listes.chiffres import accord, denombrer
from listes.tables import Annee, ColonneDeListe, Jour, Ligne, Montant, TableDeListe, Totaux
from listes.templatetags.chiffres import donnee, euros

MONTANTS = [f"montant_{etape}" for etape in ETAPES]


class Intitule(ColonneDeListe):
    """An action's title, marked where it is a rebuilt line among real ones."""

    def render(self, record: Ligne) -> str:
        titre = super().render(record)
        if not record["a_marquer"]:
            return titre
        return format_html('{} <span class="badge-reconstitution">Reconstituée</span>', titre)


def ajouter_les_montants(lignes: list[Ligne], subventions: SubventionQuerySet) -> None:
    """Fill the columns of money from these funding lines; unknown for an action without any."""
    sommes = subventions.montants_par_action([ligne["pk"] for ligne in lignes])
    for ligne in lignes:
        montants = sommes.get(ligne["pk"])
        ligne |= dict.fromkeys(MONTANTS) if montants is None else montants.valeurs()


def ajouter_les_axes(lignes: list[Ligne]) -> None:
    """Fill the column of the axes that each action serves."""
    numeros = defaultdict(list)
    for cle, numero in Action.objects.numeros_des_axes([ligne["pk"] for ligne in lignes]):
        numeros[cle].append(str(numero))
    for ligne in lignes:
        ligne["axes"] = ", ".join(numeros[ligne["pk"]])


class ActionTable(TableDeListe):
    """Amounts are *crédits de fonctionnement*, of the chosen funders only where some are chosen."""

    filtres: ActionFiltres

    intitule = Intitule(
        "Action",
        "intitule",
        champs=["provenance"],
        lien=lambda ligne: reverse("actions:fiche", args=[ligne["pk"]]),
    )
    reference = ColonneDeListe("Référence", "reference", masquee=True)
    exercice = Annee("Exercice", "exercice__annee")
    commune = ColonneDeListe("Commune", "commune__nom", vide="Transterritorial")
    quartier = ColonneDeListe("Quartier", "quartier__nom", masquee=True)
    theme = ColonneDeListe("Thème", "theme__nom")
    porteur = ColonneDeListe("Porteur", "porteur__nom")
    axes = ColonneDeListe("Axes", "axes", calculee=True, triable=False, masquee=True)
    nature = ColonneDeListe("Nature", "nature", libelles=dict(Action.Nature.choices), masquee=True)
    statut = ColonneDeListe("Statut", "statut", libelles=dict(Action.Statut.choices))
    provenance = ColonneDeListe(
        "Provenance", "provenance", libelles=dict(Action.Provenance.choices), masquee=True
    )
    public = ColonneDeListe("Public visé", "public", masquee=True)
    date_debut = Jour("Début", "date_debut", masquee=True)
    date_fin = Jour("Fin", "date_fin", masquee=True)
    montant_demande = Montant("Demandé", "montant_demande", calculee=True)
    montant_accorde = Montant("Accordé", "montant_accorde", calculee=True)
    montant_verse = Montant("Versé", "montant_verse", calculee=True)

    @classmethod
    def totaliser(cls, selection: ActionQuerySet, filtres: ActionFiltres) -> Totaux:  # type: ignore[override]  # this table's own rows and filters
        effectif = selection.effectif()
        montants = selection.montants(filtres.financeurs)
        return {
            "lignes": effectif.lignes + effectif.ecartees,
            "actions": effectif.actions,
            "lignes_reelles": effectif.lignes - effectif.reconstituees,
            "reconstituees": effectif.reconstituees,
            "ecartees": effectif.ecartees,
            **montants.valeurs(),
        }

    def completer(self, lignes: list[Ligne]) -> None:
        melange = bool(self.totaux["reconstituees"] and self.totaux["lignes_reelles"])
        for ligne in lignes:
            ligne["a_marquer"] = melange and ligne["provenance"] == Action.Provenance.RECONSTITUTION
        if not set(MONTANTS).isdisjoint(self.montrees):
            ajouter_les_montants(lignes, self.filtres.subventions)
        if "axes" in self.montrees:
            ajouter_les_axes(lignes)

    def order_montant_demande(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "demande", descendant)

    def order_montant_accorde(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "accorde", descendant)

    def order_montant_verse(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "verse", descendant)

    def _par_montant(
        self, selection: ActionQuerySet, etape: str, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        somme = F(f"somme_{etape}")
        ordre = somme.desc(nulls_last=True) if descendant else somme.asc(nulls_last=True)
        return selection.avec_montant(etape, self.filtres.subventions).order_by(ordre, "pk"), True

    def libelle_total(self) -> SafeString:
        return format_html(
            "Total : {} {}{}",
            donnee(self.totaux["actions"], colonne="actions"),
            accord(self.totaux["actions"], "action"),
            self._non_comptees(),
        )

    def libelle_total_exporte(self) -> str:
        return f"Total : {denombrer(self.totaux['actions'], 'action')}{self._non_comptees()}"

    def resume(self) -> SafeString:
        return resumer(self)

    def _non_comptees(self) -> str:
        """The lines funded without being counted, in words; nothing when there are none."""
        lignes = int(self.totaux["lignes"] or 0)
        non_comptees = lignes - int(self.totaux["actions"] or 0)
        if not non_comptees:
            return ""
        exclues = denombrer(non_comptees, "non comptée", "non comptées")
        return f" ({denombrer(lignes, 'ligne')}, dont {exclues})"


def resumer(table: TableDeListe) -> SafeString:
    """How many rows, and what they are granted: the answer that one came for."""
    accorde = table.totaux["montant_accorde"]
    if accorde is None:
        return format_html("{}, montant accordé inconnu", table.libelle_total())
    return format_html("{}, {} accordés", table.libelle_total(), euros(accorde))
