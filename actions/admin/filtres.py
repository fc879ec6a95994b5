"""The filters of the actions' list in the administration that Django has none for: the funders as
the tree that they are, and porteurs, of whom there are too many to list.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from actions.filters import ChampPorteur, PorteurChoisi
from actions.models import Action, ActionQuerySet
from comptes.saisies import LONGUEUR_MAX
from financement.models import Financeur


class FiltreFinanceur(admin.SimpleListFilter):
    """Lines that a funder, or one below it, helps."""

    title = "financeur"
    parameter_name = "financeur"
    template = "admin/actions/action/filtre_financeur.html"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        financeurs = list(Financeur.objects.en_arbre())
        self.niveaux = [financeur.niveau for financeur in financeurs]
        return [(financeur.code, financeur.nom) for financeur in financeurs]

    def choices(self, changelist: Any) -> Iterator[Any]:
        niveaux = [0, *self.niveaux]  # the first choice is all of them
        for choix, niveau in zip(super().choices(changelist), niveaux, strict=True):
            yield {**choix, "niveau": niveau}

    def queryset(self, request: HttpRequest, queryset: ActionQuerySet) -> ActionQuerySet:  # type: ignore[override]  # of actions
        code = self.value()
        if not code:
            return queryset
        return queryset.aidees_par(Financeur.objects.sous_l_un_de([code]))


class FiltrePorteur(admin.SimpleListFilter):
    """Lines of the porteurs that some words name: those that the account may know of."""

    title = "porteur"
    parameter_name = "porteur"
    template = "admin/actions/action/filtre_porteur.html"
    choisi: PorteurChoisi | None = None
    erreur = ""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        champ = ChampPorteur(required=False, max_length=LONGUEUR_MAX)
        champ.visibles = Action.objects.porteurs_visibles_par(request.user)
        try:
            self.choisi = champ.clean(self.value() or "")
        except ValidationError as erreur:
            self.erreur = " ".join(erreur.messages)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Any:
        return ()

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the form of this filter needs, its address without it included."""
        autres = {nom: valeur for nom, valeur in changelist.params.items() if nom != "p"}
        yield {
            "saisie": self.choisi or self.value() or "",
            "erreur": self.erreur,
            "autres": [(n, v) for n, valeur in autres.items() for v in _valeurs(valeur)],
            "sans": changelist.get_query_string(remove=[self.parameter_name]),
        }

    def queryset(self, request: HttpRequest, queryset: ActionQuerySet) -> ActionQuerySet:  # type: ignore[override]  # of actions
        if self.erreur:
            return queryset.none()
        if self.choisi is None:
            return queryset
        if self.choisi.organismes is None:
            return queryset.filter(porteur=None)
        return queryset.filter(porteur__in=self.choisi.organismes.order_by())


def _valeurs(valeur: Any) -> list[str]:
    return valeur if isinstance(valeur, list) else [valeur]
