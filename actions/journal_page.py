"""The page « Journal des changements », and its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.views import View

from actions.journal import CHAMPS, LIGNES_DITES, Demande, Ecriture, Journal
from actions.models import Exercice, Theme
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, compte_de
from comptes.saisies import lire_entier, lire_moment
from financement.montants import ETAPES
from listes.adresse import EXPORTS
from listes.chiffres import montant
from listes.exports import ListeExportee, en_fichier
from listes.jours import lundi, minuit
from listes.tables import Format, Valeur
from suivi.historique import NATURES
from territoires.models import Commune
from travaux.taches import Fichier, repondre

MOMENTS_MONTRES: Final = 25
DITES_D_UN_SEUL: Final = 500
FICHIER_MAX: Final = 100_000
"""Kept rows that a file holds at most: beyond, one chooses a shorter time."""
PERIODES: Final = {
    "lundi": "Depuis lundi",
    "7": "Sept derniers jours",
    "30": "Trente derniers jours",
    "365": "Un an",
    "tout": "Depuis le début",
    "dates": "Entre deux dates",
}


class JournalForm(forms.Form):
    """What one asks of the journal; an address without a word asks for this week."""

    periode = forms.ChoiceField(label="Période", choices=[*PERIODES.items()], required=False)
    du = forms.DateField(
        label="Du", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    au = forms.DateField(
        label="Au", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    personne = forms.CharField(label="Par qui", required=False, widget=forms.Select)
    commune = forms.ChoiceField(label="Commune", required=False)
    theme = forms.ChoiceField(label="Thème", required=False)
    exercice = forms.ChoiceField(label="Exercice", required=False)
    champ = forms.ChoiceField(
        label="Champ",
        required=False,
        choices=[("", "Tous"), *((nom, capfirst(libelle)) for nom, (_, libelle) in CHAMPS.items())],
    )
    genre = forms.ChoiceField(
        label="Nature",
        required=False,
        choices=[("", "Toutes"), *((code, capfirst(nom)) for code, nom in NATURES.items())],
    )
    sans_imports = forms.BooleanField(label="Laisser les imports de côté", required=False)
    moment = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, donnees: QueryDict, compte: Utilisateur) -> None:
        super().__init__(donnees)
        self.compte = compte
        communes = Commune.objects.order_by("numero")
        if compte.perimetre:
            communes = communes.filter(pk__in=compte.perimetre)
        for nom, choix in (
            ("commune", communes.values_list("pk", "nom")),
            ("theme", Theme.objects.order_by("numero").values_list("pk", "nom")),
            ("exercice", Exercice.objects.values_list("annee", "annee")),
        ):
            self._proposer(nom, [(str(cle), str(texte)) for cle, texte in choix])

    def _proposer(self, nom: str, choix: Sequence[tuple[str, str]]) -> None:
        champ: Any = self.fields[nom]
        champ.choices = champ.widget.choices = [("", "Tous"), *choix]

    def clean_moment(self) -> datetime | None:
        texte = self.cleaned_data["moment"]
        if not texte:
            return None
        moment = lire_moment(texte)
        if moment is None:
            raise forms.ValidationError("Ce moment n'est pas dans le journal.")
        return moment

    def clean(self) -> dict[str, Any]:
        lus = super().clean() or {}
        if lus.get("du") and lus.get("au") and lus["au"] < lus["du"]:
            raise forms.ValidationError({"au": "La fin doit suivre le début."})
        return lus

    @property
    def etendue(self) -> str:
        lus = self.cleaned_data
        if lus.get("du") or lus.get("au"):
            return "dates"
        return lus.get("periode") or "lundi"

    def demande(self) -> Demande:
        """What is asked for."""
        lus = self.cleaned_data
        depuis, jusque = self._bornes()
        return Demande(
            depuis=None if lus["moment"] else depuis,
            jusque=None if lus["moment"] else jusque,
            moment=lus["moment"],
            # What is no account's number is nobody's.
            personne=(lire_entier(lus["personne"]) or 0) if lus["personne"] else None,
            commune=lire_entier(lus["commune"]),
            theme=lire_entier(lus["theme"]),
            annee=lire_entier(lus["exercice"]),
            champ=lus["champ"],
            genre=lus["genre"],
            sans_imports=lus["sans_imports"],
            communes=self.compte.perimetre,
        )

    def _bornes(self) -> tuple[datetime | None, datetime | None]:
        lus, periode = self.cleaned_data, self.etendue
        if periode == "dates":
            fin = lus["au"] + timedelta(days=1) if lus["au"] and lus["au"] < date.max else None
            return _minuit(lus["du"]), _minuit(fin)
        if periode == "tout":
            return None, None
        jours = lire_entier(periode)
        return (minuit(lundi()) if jours is None else timezone.now() - timedelta(days=jours)), None

    def proposer_les_personnes(self, personnes: dict[int, str]) -> None:
        """Those who wrote what is asked for."""
        choix = sorted(((str(cle), nom) for cle, nom in personnes.items()), key=lambda p: p[1])
        self._proposer("personne", choix)

    def en_mots(self) -> str:
        """« Depuis lundi 23/11/2026 », for the page and the file."""
        depuis, jusque = self._bornes()
        if self.cleaned_data["moment"]:
            return f"Le {_jour(self.cleaned_data['moment'], heure=True)}"
        if self.etendue == "lundi" and depuis is not None:
            return f"Depuis le lundi {_jour(depuis)}"
        debut = f"du {_jour(depuis)}" if depuis else "depuis le début"
        fin = f" au {_jour(jusque - timedelta(days=1))}" if jusque else ""
        return f"{debut}{fin}".capitalize()


def _minuit(jour: date | None) -> datetime | None:
    if jour is None or not 1900 <= jour.year <= 9998:
        return None
    return minuit(jour)


def _jour(moment: datetime, *, heure: bool = False) -> str:
    return f"{timezone.localtime(moment):{'%d/%m/%Y à %H:%M' if heure else '%d/%m/%Y'}}"


@dataclass(frozen=True)
class Difference:
    """€ added or taken at one stage, as the foot says it."""

    libelle: str
    texte: str


class JournalPage(View):
    """What changed since Monday, or as asked: who, what, before and after."""

    permission = CONNECTE

    def get(self, request: HttpRequest) -> HttpResponseBase:
        compte = compte_de(request)
        formulaire = JournalForm(request.GET, compte)
        if not formulaire.is_valid():
            return render(request, "actions/journal.html", {"formulaire": formulaire}, status=400)
        demande = formulaire.demande()
        formulaire.proposer_les_personnes(Journal(replace(demande, personne=None)).personnes())
        journal = Journal(demande)
        forme = request.GET.get("_export", "")
        if forme in EXPORTS:
            return repondre(request, _fichier(journal, formulaire, forme))
        pages = Paginator(journal.moments(), MOMENTS_MONTRES)
        page = pages.get_page(lire_entier(request.GET.get("page", "")) or 1)
        dites = DITES_D_UN_SEUL if demande.moment else LIGNES_DITES
        contexte = {
            "formulaire": formulaire,
            "periode": formulaire.en_mots(),
            "page": page,
            "moments": journal.raconter(list(page.object_list), dites),
            "nombre": pages.count,
            "actions": journal.nombre_d_actions(),
            "differences": _dire(journal.differences()),
            "adresse": _adresse(request.GET),
            "exports": [(libelle, forme) for forme, libelle in EXPORTS.items()],
        }
        return render(request, "actions/journal.html", contexte)


def _adresse(parametres: QueryDict) -> str:
    """The same question, without its page: « ?periode=7&amp; »."""
    gardes = [
        (nom, valeur)
        for nom, valeurs in parametres.lists()
        if nom in JournalForm.base_fields
        for valeur in valeurs[:1]
        if valeur
    ]
    return f"?{urlencode(gardes)}&" if gardes else "?"


def _dire(differences: dict[str, Decimal]) -> list[Difference]:
    libelles = {"demande": "demandé", "accorde": "accordé", "verse": "versé"}
    return [
        Difference(libelles[etape], f"{'+' if somme > 0 else ''}{montant(somme)}")
        for etape, somme in differences.items()
        if somme
    ]


def _fichier(journal: Journal, formulaire: JournalForm, forme: str) -> Fichier:
    """One row by field that changed; a creation or a deletion without a field is one row."""
    differences = journal.differences()
    feuille = ListeExportee(
        titre="Journal des changements",
        mentions=[f"{formulaire.en_mots()}."],
        entetes=[
            "Action",
            *("Ligne", "Date", "Heure", "Par", "Motif", "Nature", "Champ", "Avant", "Après"),
            *("Demandé, différence", "Accordé, différence", "Versé, différence"),
        ],
        formats=[
            *[Format.TEXTE] * 2,
            Format.DATE,
            *[Format.TEXTE] * 7,
            *[Format.MONTANT] * 3,
        ],
        lignes=_rangees(journal.ecritures()),
        totaux=["Total", *[""] * 9, *(differences[etape] for etape in ETAPES)],
    )
    return en_fichier(feuille, forme, "journal-des-changements")


def _rangees(ecritures: Iterator[Ecriture]) -> Iterator[list[Valeur]]:
    for numero, ecriture in enumerate(ecritures):
        if numero == FICHIER_MAX:
            yield [f"… au-delà de {FICHIER_MAX} écritures, choisissez une période.", *[None] * 12]
            return
        ici = timezone.localtime(ecriture.quand)
        debut: list[Valeur] = [
            *(ecriture.intitule, ecriture.ligne),
            *(ici.date(), f"{ici:%H:%M:%S}", ecriture.qui, ecriture.motif, ecriture.nature),
        ]
        montants: list[Valeur] = [ecriture.differences.get(etape) for etape in ETAPES]
        if not ecriture.ecarts:
            yield [*debut, "", "", "", *montants]
        for rang, change in enumerate(ecriture.ecarts):
            # The differences are those of the whole row: said once, they add up.
            sommes = [None, None, None] if rang else montants
            yield [*debut, change.champ, change.avant, change.apres, *sommes]
