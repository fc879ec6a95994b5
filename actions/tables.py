"""The columns of the actions list, on screen and in files, and its totals."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from actions.filters import ActionFiltres
from actions.models import Action, ActionQuerySet
from actions.statuts import Statut
from financement.models import Subvention, SubventionQuerySet
from financement.montants import Montants
from listes.chiffres import accord, denombrer, dire_les_inconnus
from listes.groupes import Groupement, SousTotal
from listes.recherche import CleDeTri
from listes.tables import Annee, ColonneDeListe, ColonneDeSommes, Jour, Ligne, TableDeListe, Totaux
from listes.templatetags.chiffres import donnee, euros, somme

SANS_LIGNE = dict(Montants().par_champ())


class Intitule(ColonneDeListe):
    """An action's title, marked where it is a rebuilt line among real ones."""

    def render(self, record: Ligne) -> str:
        titre = super().render(record)
        if not record["a_marquer"]:
            return titre
        return format_html('{} <span class="badge-reconstitution">Reconstituée</span>', titre)


def ajouter_les_montants(lignes: list[Ligne], financeurs: Collection[str] = ()) -> None:
    """Fill the columns of money; of the funders of these codes only, if some are given."""
    sommes = Subvention.objects.montants_par_action([ligne["pk"] for ligne in lignes], financeurs)
    for ligne in lignes:
        montants = sommes.get(ligne["pk"])
        ligne |= SANS_LIGNE if montants is None else dict(montants.par_champ())


def ajouter_les_axes(lignes: list[Ligne]) -> None:
    """Fill the column of the axes that each action serves."""
    numeros = defaultdict(list)
    for cle, numero in Action.objects.numeros_des_axes([ligne["pk"] for ligne in lignes]):
        numeros[cle].append(str(numero))
    for ligne in lignes:
        ligne["axes"] = ", ".join(numeros[ligne["pk"]])


class ActionTable(TableDeListe):
    """Amounts are *crédits de fonctionnement* but for the investment granted, of the chosen funders
    only where some are chosen.
    """

    filtres: ActionFiltres
    groupements = {
        "commune": Groupement(
            "Commune", "commune", (F("commune__numero").asc(nulls_last=True),), "Transterritorial"
        ),
        "theme": Groupement("Thème", "theme", ("theme__numero",)),
        "porteur": Groupement(
            "Porteur",
            "porteur",
            (CleDeTri(F("porteur__nom")).asc(nulls_last=True), "porteur_id"),
            "Sans porteur",
        ),
        "statut": Groupement("Statut", "statut", (Statut.rang(),)),
    }

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
    montant_demande = ColonneDeSommes("Demandé", "montant_demande")
    montant_accorde = ColonneDeSommes("Accordé", "montant_accorde")
    montant_verse = ColonneDeSommes("Versé", "montant_verse")
    investissement = ColonneDeSommes(
        "Investissement accordé", "investissement", selon_le_total=True
    )

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
            **dict(montants.par_champ()),
        }

    def sous_totaux(self, cles: Collection[Any] | None = None) -> dict[Any, SousTotal]:
        """In two queries, whatever the number of groups."""
        champ, lignes = self.champ_du_groupe, self.filtres.qs
        if cles is not None:
            lignes = lignes.de_valeur(champ, cles)
        montants = lignes.montants_par(champ, self.filtres.financeurs)
        return {
            cle: SousTotal(
                _compter(effectif.actions, effectif.lignes + effectif.ecartees),
                dict(montants.get(cle, Montants()).par_champ()),
            )
            for cle, effectif in lignes.effectifs_par(champ)
        }

    def completer(self, lignes: list[Ligne]) -> None:
        melange = bool(self.totaux["reconstituees"] and self.totaux["lignes_reelles"])
        for ligne in lignes:
            ligne["a_marquer"] = melange and ligne["provenance"] == Action.Provenance.RECONSTITUTION
        if not SANS_LIGNE.keys().isdisjoint(self.montrees):
            ajouter_les_montants(lignes, self.filtres.financeurs)
        if "axes" in self.montrees:
            ajouter_les_axes(lignes)

    def order_montant_demande(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "demande", self.filtres.subventions, descendant)

    def order_montant_accorde(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "accorde", self.filtres.subventions, descendant)

    def order_montant_verse(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "verse", self.filtres.subventions, descendant)

    def order_investissement(
        self, selection: ActionQuerySet, descendant: bool
    ) -> tuple[ActionQuerySet, bool]:
        return self._par_montant(selection, "accorde", self.filtres.investissements, descendant)

    def _par_montant(
        self,
        selection: ActionQuerySet,
        etape: str,
        subventions: SubventionQuerySet,
        descendant: bool,
    ) -> tuple[ActionQuerySet, bool]:
        somme = F(f"somme_{etape}")
        ordre = somme.desc(nulls_last=True) if descendant else somme.asc(nulls_last=True)
        return selection.avec_montant(etape, subventions).order_by(ordre, "pk"), True

    def libelle_total(self) -> SafeString:
        return format_html(
            "{} : {} {}{}",
            self.filtres.nom_du_total(),
            donnee(self.totaux["actions"], colonne="actions"),
            accord(self.totaux["actions"], "action"),
            _non_comptees(int(self.totaux["actions"] or 0), int(self.totaux["lignes"] or 0)),
        )

    def libelle_total_exporte(self) -> str:
        compte = _compter(self.totaux["actions"] or 0, int(self.totaux["lignes"] or 0))
        return f"{self.filtres.nom_du_total()} : {compte}"

    def resume(self) -> SafeString:
        return resumer(self)


def _compter(actions: int, lignes: int) -> str:
    """« 2 actions (3 lignes, dont une non comptée) »."""
    return f"{denombrer(actions, 'action')}{_non_comptees(actions, lignes)}"


def _non_comptees(actions: int, lignes: int) -> str:
    """The lines funded without being counted, in words; nothing when there are none."""
    if lignes == actions:
        return ""
    exclues = denombrer(lignes - actions, "non comptée", "non comptées")
    return f" ({denombrer(lignes, 'ligne')}, dont {exclues})"


def resumer(table: TableDeListe) -> SafeString:
    """How many rows, and what they are granted: the answer that one came for."""
    accorde, investi = table.totaux["montant_accorde"], table.totaux["investissement"]
    phrase = table.libelle_total()
    if not accorde.lignes and not investi.lignes:
        return format_html("{}, aucune ligne de financement", phrase)
    if accorde.valeur is None:
        phrase = format_html("{}, montant accordé inconnu", phrase)
    elif accorde.lignes:
        inconnus = dire_les_inconnus(accorde.valeur, accorde.inconnues)
        phrase = format_html("{}, {} accordés{}", phrase, euros(accorde.valeur), inconnus)
    if investi.lignes:
        phrase = format_html("{}, investissement accordé : {}", phrase, somme(investi))
    return phrase
