"""Filters of a list: their values come from the address, and what isn't understood is said."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format

from comptes.models import Utilisateur
from comptes.saisies import COUPEE, LONGUEUR_MAX, citer, couper, est_coupee
from listes.adresse import Anomalie
from listes.chiffres import MontantIllisibleError, lire_montant, montant
from listes.jours import lundi

_ANNEE_MIN: Final = 1900  # long before any contract, and a moment that every database holds


class Libelle(str):
    """How people read a value of a filter; ``niveau`` is its depth among those of a tree."""

    niveau: int

    def __new__(cls, texte: str, niveau: int = 0) -> "Libelle":
        libelle = super().__new__(cls, texte)
        libelle.niveau = niveau
        return libelle


class Option(NamedTuple):
    """One value that a filter takes: as the address says it, as people read it, its row's id."""

    valeur: str
    libelle: Libelle
    cle: int | None


class ChampChoix(forms.MultipleChoiceField):
    """Several values among known ones; names the first that isn't."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [valeur for valeur in dict.fromkeys(super().to_python(value)) if valeur]

    def validate(self, value: Any) -> None:
        connues = {str(valeur) for valeur, _ in self.choices}  # type: ignore[union-attr, misc]  # a list here
        for valeur in value:
            if valeur not in connues:
                raise ValidationError(f"{citer(valeur)} n'est pas une valeur connue.")


class Choix(django_filters.Filter):  # type: ignore[misc]  # django-filter ships no types
    """A filter that takes one or several values of a fixed set: ``champ`` is one of them."""

    field_class = ChampChoix
    multiple = True

    def filter(self, qs: "QuerySet[Any]", value: list[str]) -> "QuerySet[Any]":
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class Reference(Choix):
    """A filter whose values are rows: ``valeur`` and ``libelle`` are the source's fields; so is
    ``niveau``, the depth of each in a tree.

    All the references of a filterset are read in one query, whatever their number.
    """

    def __init__(
        self,
        source: "Callable[[], QuerySet[Any]]",
        *,
        valeur: str,
        libelle: Any,
        rang: Any,
        niveau: str = "",
        en_plus: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source, self.champ_valeur = source, valeur
        self.libelle, self.rang, self.niveau = libelle, rang, niveau
        self.en_plus = [Option(code, Libelle(texte), None) for code, texte in en_plus]
        self.options: list[Option] = []

    def requete(self, nom: str) -> "QuerySet[Any, Any]":
        libelle = F(self.libelle) if isinstance(self.libelle, str) else self.libelle
        rang = F(self.rang) if isinstance(self.rang, str) else self.rang
        niveau = F(self.niveau) if self.niveau else Value(0)
        return (
            self.source()
            .order_by()
            .values_list(
                Value(nom, CharField()),
                Cast(F(self.champ_valeur), CharField()),
                Cast(libelle, CharField()),
                Cast(rang, IntegerField()),
                Cast(niveau, IntegerField()),
                "pk",
            )
        )

    def cles(self, valeurs: Iterable[str]) -> list[int]:
        """The ids of the rows that these values name."""
        demandees = set(valeurs)
        return [o.cle for o in self.options if o.valeur in demandees and o.cle is not None]

    def filter(self, qs: "QuerySet[Any]", value: list[str]) -> "QuerySet[Any]":
        return qs.filter(**{f"{self.field_name}__in": self.cles(value)}) if value else qs


class ChampMontant(forms.CharField):
    """An amount in €, as people type it."""

    def clean(self, value: Any) -> Decimal | None:
        texte = super().clean(value)
        try:
            return lire_montant(texte) if texte else None
        except MontantIllisibleError as erreur:
            raise ValidationError(str(erreur)) from erreur


class MontantFiltre(django_filters.Filter):  # type: ignore[misc]  # django-filter ships no types
    field_class = ChampMontant

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)


class ChampJour(forms.CharField):
    """A day, as people type it or call it: « 23/11/2026 », « lundi » of this week."""

    def clean(self, value: Any) -> date | None:
        texte = super().clean(value)
        if not texte:
            return None
        aujourd_hui = timezone.localdate()
        dits = {"aujourd'hui": aujourd_hui, "hier": aujourd_hui - timedelta(days=1)}
        dits["lundi"] = lundi()
        if (dit := dits.get(texte.lower().replace("’", "'"))) is not None:
            return dit
        for forme in ("%d/%m/%Y", "%Y-%m-%d"):
            with suppress(ValueError):
                jour = datetime.strptime(texte, forme).date()  # noqa: DTZ007  # a day has no zone
                if jour.year >= _ANNEE_MIN:
                    return jour
        raise ValidationError(
            f"{citer(texte)} n'est pas une date : écrivez par exemple 23/11/2026, hier ou lundi."
        )


class JourFiltre(django_filters.Filter):  # type: ignore[misc]  # django-filter ships no types
    field_class = ChampJour
    propositions = ("aujourd'hui", "hier", "lundi")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)


class ChampRecherche(forms.CharField):
    """Words to look for; what is kept of them is what will be looked for."""

    def clean(self, value: Any) -> str:
        return couper(super().clean(value))


class Texte(django_filters.Filter):  # type: ignore[misc]  # django-filter ships no types
    field_class: type[forms.CharField] = ChampRecherche

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGUEUR_MAX, **kwargs)


class Actif(NamedTuple):
    """A filter in force: one of its values, as the address says it and as people read it."""

    parametre: str
    libelle: str
    valeur: str
    texte: str


class Champ(NamedTuple):
    """A field to draw: what it shows as typed, the address that suggests values, if any, and those
    that are always proposed.
    """

    champ: forms.BoundField
    nom: str
    saisie: str
    suggestions: str
    propositions: Sequence[str]


class Filtres(django_filters.FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """The filters of a list; always bound: no parameter is no filter."""

    def __init__(
        self,
        data: QueryDict,
        queryset: "QuerySet[Any]",
        *,
        compte: Utilisateur,
        options: dict[str, list[Option]] | None = None,
    ) -> None:
        super().__init__(data, queryset)
        self.compte = compte
        self.is_bound = True
        self.data = data
        self.options = self._lire_options() if options is None else options
        for nom, filtre in self.filters.items():
            if isinstance(filtre, Reference):
                filtre.options = self.options[nom]
                filtre.extra["choices"] = [(o.valeur, o.libelle) for o in filtre.options]

    def _lire_options(self) -> dict[str, list[Option]]:
        references = {n: f for n, f in self.filters.items() if isinstance(f, Reference)}
        options: dict[str, list[Option]] = {nom: [] for nom in references}
        if not references:
            return options
        premiere, *autres = [filtre.requete(nom) for nom, filtre in references.items()]
        lues = premiere.union(*autres, all=True) if autres else premiere
        for nom, valeur, libelle, _, niveau, cle in sorted(lues, key=lambda r: (r[0], r[3], r[2])):
            options[nom].append(Option(valeur, Libelle(libelle, niveau), cle))
        for nom, filtre in references.items():
            options[nom] += filtre.en_plus
        return options

    def sans(self, parametre: str) -> "Filtres":
        """The same filters but one."""
        data = self.data.copy()
        data.pop(parametre, None)
        return type(self)(data, self.queryset, compte=self.compte, options=self.options)

    def implicites(self) -> list[str]:
        """What is in force without having been chosen: a file's name says it too."""
        return []

    def textes(self) -> Iterable[str]:
        """What a search looks in, where nothing answers it."""
        return ()

    def nom_du_total(self) -> str:
        return "Total"

    def anomalies(self) -> list[Anomalie]:
        """What isn't understood; the list must not be shown while there is any."""
        trouvees = [Anomalie(nom, " ".join(messages)) for nom, messages in self.form.errors.items()]
        for nom, filtre in self.filters.items():
            valeurs = {valeur for valeur in self.data.getlist(nom) if valeur}
            if len(valeurs) > 1 and not getattr(filtre, "multiple", False):
                trouvees.append(Anomalie(nom, "ce filtre ne prend qu'une valeur."))
        return trouvees

    def coupees(self) -> list[Anomalie]:
        """The searches of which only the first words are looked for; the list is shown."""
        return [
            Anomalie(nom, COUPEE)
            for nom, champ in self.form.fields.items()
            if isinstance(champ, ChampRecherche) and est_coupee(self.data.get(nom, ""))
        ]

    def actifs(self) -> list[Actif]:
        """The filters in force, one by value, in the order of the form."""
        self.form.errors  # noqa: B018  # reading the errors is what cleans the form
        return [
            Actif(nom, str(filtre.label), brute, self.texte(nom, filtre, brute, valeur))
            for nom, filtre in self.filters.items()
            if (valeur := self.form.cleaned_data.get(nom)) not in (None, "", [])
            for brute in (valeur if isinstance(valeur, list) else [str(self.data[nom]).strip()])
        ]

    def texte(self, nom: str, filtre: Any, brute: str, valeur: Any) -> str:
        """How a value in force is told to people."""
        if isinstance(filtre, Choix):
            return str(dict(filtre.field.choices)[brute])
        if isinstance(valeur, date):
            return date_format(valeur, "j F Y")
        return montant(valeur) if isinstance(filtre, MontantFiltre) else str(valeur)

    def champs(self) -> list[Champ]:
        """The form's fields, in the order of the declaration; those « à la demande », if filled."""
        self.form.errors  # noqa: B018  # as above
        return [
            Champ(
                champ=champ,
                nom=champ.name,
                saisie=str(self.form.cleaned_data.get(champ.name) or champ.value() or "")
                if getattr(self.filters[champ.name], "suggestions", "")
                else str(champ.value() or ""),
                suggestions=getattr(self.filters[champ.name], "suggestions", ""),
                propositions=getattr(self.filters[champ.name], "propositions", ()),
            )
            for champ in self.form
            if champ.value() or not getattr(self.filters[champ.name], "a_la_demande", False)
        ]
