"""The filters of the actions list; their names are the addresses that figures lead to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse_lazy

from actions.liens import SANS_PORTEUR, TOUS_LES_EXERCICES, TRANSTERRITORIAL
from actions.models import Action, ActionQuerySet, Exercice, Theme
from axes.models import AxeTransversal
from comptes.models import Utilisateur
from comptes.saisies import citer, lire_entier
from financement.models import Financeur, Subvention, SubventionQuerySet
from listes.adresse import Anomalie
from listes.filters import Choix, Filtres, JourFiltre, MontantFiltre, Reference, Texte
from listes.jours import minuit
from listes.recherche import mots, sans_accents
from suivi.disparus import disparition
from suivi.versions import Versionne
from territoires.models import Commune, Organisme, Quartier


@dataclass(frozen=True)
class PorteurChoisi:
    """The organisations that a typed name or an address's id stands for; None for the actions that
    have no porteur.
    """

    texte: str
    organismes: "QuerySet[Organisme] | None"

    def __str__(self) -> str:
        return self.texte


class ChampPorteur(forms.CharField):
    """An organisation's id, its name, or words of its name; or the word for none.

    ``visibles`` are those that the account may know of: any other is said not to exist.
    """

    visibles = Organisme.objects.none()

    def clean(self, value: Any) -> PorteurChoisi | None:
        texte = super().clean(value)
        if not texte:
            return None
        if texte.lower() == SANS_PORTEUR:
            return PorteurChoisi(SANS_PORTEUR, None)
        if (cle := lire_entier(texte)) is not None:
            par_id = self.visibles.filter(pk=cle)
            nom = par_id.values_list("nom", flat=True).first()
            if nom is None:
                raise ValidationError(f"Aucun porteur n'a le numéro {citer(texte)}.")
            return PorteurChoisi(nom, par_id)
        exact = self.visibles.filter(nom__sans_accents=sans_accents(texte))
        approchant = self.visibles
        for mot in mots(texte):
            approchant = approchant.filter(nom__sans_accents__contains=mot)
        for trouves in (exact, approchant):
            if trouves.order_by().exists():
                return PorteurChoisi(texte, trouves)
        raise ValidationError(f"Aucun porteur ne correspond à {citer(texte)}.")


class PorteurFiltre(Texte):
    field_class = ChampPorteur
    suggestions = reverse_lazy("actions:porteurs")

    @property
    def field(self) -> Any:
        champ = super().field
        champ.visibles = Action.objects.porteurs_visibles_par(self.parent.compte)
        return champ


class Auteurs(Reference):
    """Whoever changed a line while it was where the account may see it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self._connus, valeur="pk", libelle="username", rang=Value(0), **kwargs)

    def _connus(self) -> "QuerySet[Utilisateur]":
        return Action.objects.auteurs_visibles_par(self.parent.compte)


class FiltresParAnnee(Filtres):
    """One rule of the years for every list: those that are chosen, or all of them; the newest one
    that has actions where none is chosen.
    """

    q = Texte(label="Recherche", method="filtrer_q")
    exercice = Reference(
        Exercice.objects.all,
        valeur="annee",
        libelle="annee",
        rang=-F("annee"),
        en_plus=[(TOUS_LES_EXERCICES, "Tous les exercices")],
        label="Exercice",
        method="ne_rien_filtrer",
    )

    def anomalies(self) -> list[Anomalie]:
        """What isn't understood; of a value that named something deleted, that it was."""
        return [
            Anomalie(anomalie.parametre, phrase)
            if (phrase := self._disparue(anomalie.parametre))
            else anomalie
            for anomalie in super().anomalies()
        ]

    def _disparue(self, nom: str) -> str:
        filtre = self.filters.get(nom)
        if isinstance(filtre, PorteurFiltre):
            modele, colonne, connues = Organisme, "id", set[str]()
        elif isinstance(filtre, Reference) and issubclass(filtre.source().model, Versionne):
            modele, colonne = filtre.source().model, filtre.champ_valeur.replace("pk", "id")
            connues = {option.valeur for option in filtre.options}
        else:
            return ""
        en_texte = isinstance(modele._meta.get_field(colonne), CharField)
        inconnue = next((v for v in self.data.getlist(nom) if v and v not in connues), "")
        cle = inconnue if en_texte else lire_entier(inconnue)
        trouvee = disparition(self.compte.perimetre, modele, **{colonne: cle}) if cle else None
        return "" if trouvee is None else trouvee.phrase

    @cached_property
    def annees(self) -> list[str]:
        """The years that the list is of, newest first."""
        connues = [o.valeur for o in self.filters["exercice"].options if o.cle is not None]
        choisies = self.form.cleaned_data.get("exercice") or connues[:1]
        if len(connues) > 1 and not self.form.cleaned_data.get("exercice"):
            choisies = [self.usuelle]
        if TOUS_LES_EXERCICES in choisies:
            return connues
        return [annee for annee in connues if annee in choisies]

    @cached_property
    def usuelle(self) -> str:
        """The year of whoever chooses none."""
        siennes = Action.objects.visibles_par(self.compte)
        return str(Exercice.objects.dernier_rempli(siennes) or "")

    def sans(self, parametre: str) -> Filtres:
        autres = super().sans(parametre)
        if "usuelle" in self.__dict__:
            autres.usuelle = self.usuelle
        return autres

    @property
    def annees_dites(self) -> str:
        """« 2005 », « 2003, 2004 et 2005 »; empty where there is no year at all."""
        *premieres, derniere = reversed(self.annees or [""])
        return f"{', '.join(premieres)} et {derniere}" if premieres else derniere

    @property
    def periode(self) -> str:
        """The years in a sentence; a mix of them says that it is one."""
        if len(self.annees) > 1:
            return f"Exercices {self.annees_dites}, additionnés."
        return f"Exercice {self.annees_dites}." if self.annees else ""

    def implicites(self) -> list[str]:
        return [] if self.form.cleaned_data.get("exercice") else self.annees

    def nom_du_total(self) -> str:
        return f"Total {self.annees_dites}" if len(self.annees) > 1 else "Total"

    def ne_rien_filtrer(
        self, selection: "QuerySet[Any]", nom: str, annees: list[str]
    ) -> "QuerySet[Any]":
        return selection


class ActionFiltres(FiltresParAnnee):
    """With funders chosen, the list has the actions that they help, and counts their money only."""

    commune = Reference(
        Commune.objects.all,
        valeur="code_insee",
        libelle="nom",
        rang="numero",
        en_plus=[(TRANSTERRITORIAL, "Transterritorial")],
        label="Commune",
        method="filtrer_commune",
    )
    theme = Reference(
        Theme.objects.all,
        valeur="numero",
        libelle="nom",
        rang="numero",
        field_name="theme",
        label="Thème",
    )
    financeur = Reference(
        Financeur.objects.en_arbre,
        valeur="code",
        libelle="nom",
        rang="rang",
        niveau="niveau",
        label="Financeur",
        method="filtrer_financeur",
    )
    porteur = PorteurFiltre(label="Porteur", method="filtrer_porteur")
    quartier = Reference(
        Quartier.objects.all,
        valeur="pk",
        libelle=Concat("nom", Value(" ("), "commune__nom", Value(")")),
        rang="commune__numero",
        field_name="quartier",
        label="Quartier",
    )
    axe = Reference(
        AxeTransversal.objects.all,
        valeur="numero",
        libelle=Concat("numero", Value(" – "), "titre", output_field=CharField()),
        rang="numero",
        label="Axe",
        method="filtrer_axe",
    )
    nature = Choix(field_name="nature", choices=Action.Nature.choices, label="Nature")
    statut = Choix(field_name="statut", choices=Action.Statut.choices, label="Statut")
    accorde = Choix(
        choices=[
            ("inconnu", "Aucun montant"),
            ("connu", "Un montant, même nul"),
            ("positif", "Plus de 0 €"),
            ("investissement", "De l'investissement"),
        ],
        label="Accordé, toutes natures",
        method="filtrer_accorde",
    )
    attendu = Choix(
        choices=[("accord", "Demandé sans accordé"), ("versement", "Reste à verser")],
        label="Argent attendu",
        method="filtrer_attendu",
    )
    depuis = JourFiltre(label="Modifiées depuis", method="filtrer_depuis")
    par = Auteurs(label="Modifiées en dernier par", method="filtrer_auteurs")
    provenance = Choix(
        field_name="provenance", choices=Action.Provenance.choices, label="Provenance"
    )
    montant_min = MontantFiltre(label="Accordé, au moins (€)", method="filtrer_minimum")
    montant_max = MontantFiltre(label="Accordé, au plus (€)", method="filtrer_maximum")

    @property
    def subventions(self) -> SubventionQuerySet:
        """The money that the list counts: running costs, of the chosen funders only."""
        return self._des_financeurs(Subvention.objects.de_fonctionnement())

    @property
    def investissements(self) -> SubventionQuerySet:
        """That of the column apart, of the chosen funders only."""
        return self._des_financeurs(Subvention.objects.d_investissement())

    def _des_financeurs(self, lignes: SubventionQuerySet) -> SubventionQuerySet:
        return lignes.des_financeurs(self.financeurs) if self.financeurs else lignes

    @cached_property
    def financeurs(self) -> tuple[str, ...]:
        """The codes of the chosen funders; none where all count."""
        return tuple(self.form.cleaned_data.get("financeur") or ())

    def filter_queryset(self, queryset: ActionQuerySet) -> ActionQuerySet:
        """The years first, since one is always in force."""
        annees = self.filters["exercice"].cles(self.annees)
        selection: ActionQuerySet = super().filter_queryset(queryset.filter(exercice__in=annees))
        return selection

    def textes(self) -> Iterable[str]:
        """The titles and the porteurs of the lines that the account may see."""
        lignes = self.queryset.order_by()
        yield from lignes.values_list("intitule", flat=True).distinct().iterator()
        porteurs = Action.objects.porteurs_visibles_par(self.compte)
        yield from porteurs.order_by().values_list("nom", flat=True).iterator()

    def filtrer_q(self, selection: ActionQuerySet, nom: str, texte: str) -> ActionQuerySet:
        return selection.contenant(texte)

    def filtrer_commune(
        self, selection: ActionQuerySet, nom: str, codes: list[str]
    ) -> ActionQuerySet:
        cles = self.filters["commune"].cles(codes)
        voulues = Q(commune__in=cles)
        if TRANSTERRITORIAL in codes:
            voulues |= Q(commune__isnull=True)
        return selection.filter(voulues)

    def filtrer_financeur(
        self, selection: ActionQuerySet, nom: str, codes: list[str]
    ) -> ActionQuerySet:
        return selection.aidees_par(Financeur.objects.sous_l_un_de(codes))

    def filtrer_porteur(
        self, selection: ActionQuerySet, nom: str, porteur: PorteurChoisi
    ) -> ActionQuerySet:
        if porteur.organismes is None:
            return selection.filter(porteur=None)
        return selection.filter(porteur__in=porteur.organismes.order_by())

    def filtrer_accorde(
        self, selection: ActionQuerySet, nom: str, cas: list[str]
    ) -> ActionQuerySet:
        """Several cases: the lines of each."""
        lignes = selection.none()
        for un in cas:
            if un == "investissement":
                lignes |= selection.aidees_en_investissement()
            else:
                lignes |= selection.selon_l_accorde(
                    connu=un != "inconnu", au_dessus_de=Decimal(0) if un == "positif" else None
                )
        return lignes

    def filtrer_attendu(
        self, selection: ActionQuerySet, nom: str, cas: list[str]
    ) -> ActionQuerySet:
        """Several cases: the lines of each."""
        argent = self._des_financeurs(Subvention.objects.all())
        lignes = selection.none()
        if "accord" in cas:
            lignes |= selection.attendant(argent.demandees_sans_accorde())
        if "versement" in cas:
            lignes |= selection.attendant(argent.restant_a_verser())
        return lignes

    def filtrer_depuis(self, selection: ActionQuerySet, nom: str, jour: date) -> ActionQuerySet:
        return selection.modifiees_depuis(minuit(jour))

    def filtrer_auteurs(
        self, selection: ActionQuerySet, nom: str, valeurs: list[str]
    ) -> ActionQuerySet:
        return selection.modifiees_en_dernier_par(self.filters["par"].cles(valeurs))

    def filtrer_axe(
        self, selection: ActionQuerySet, nom: str, numeros: list[str]
    ) -> ActionQuerySet:
        return selection.des_axes(self.filters["axe"].cles(numeros))

    def filtrer_minimum(
        self, selection: ActionQuerySet, nom: str, seuil: Decimal
    ) -> ActionQuerySet:
        return selection.recevant(self.subventions, au_moins=seuil)

    def filtrer_maximum(
        self, selection: ActionQuerySet, nom: str, seuil: Decimal
    ) -> ActionQuerySet:
        return selection.recevant(self.subventions, au_plus=seuil)
