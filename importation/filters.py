"""The filter that an import adds to the actions list: the actions that it has written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from actions.models import ActionQuerySet
from comptes.saisies import citer, lire_entier
from importation.models import IMPORTER, Importation, ImportationQuerySet, LigneImportee
from listes.filters import Texte


class ChampImportation(forms.CharField):
    """An applied import's number, among those that the account may see."""

    visibles: ImportationQuerySet = Importation.objects.none()

    def clean(self, value: Any) -> Importation | None:
        texte = super().clean(value)
        if not texte:
            return None
        numero = lire_entier(texte)
        lisibles = self.visibles.select_related("exercice").defer("rapport")
        trouve = lisibles.filter(pk=numero).first() if numero is not None else None
        if trouve is None:
            raise ValidationError(f"Aucun import appliqué n'a le numéro {citer(texte)}.")
        return trouve


class ImportationFiltre(Texte):
    """Drawn only where the address sets it: one comes to it from the import's own page."""

    field_class = ChampImportation
    a_la_demande = True

    def __init__(self) -> None:
        super().__init__(label="Import")

    @property
    def field(self) -> Any:
        champ, compte = super().field, self.parent.compte
        if compte.has_perm(IMPORTER):
            visibles = Importation.objects.visibles_par(compte)
            champ.visibles = visibles.filter(etat=Importation.Etat.APPLIQUEE)
        return champ

    def filter(self, qs: ActionQuerySet, value: Importation | None) -> ActionQuerySet:
        if value is None:
            return qs
        ecrites = LigneImportee.objects.filter(importation=value, action__isnull=False)
        return qs.filter(pk__in=ecrites.order_by().values("action"))
