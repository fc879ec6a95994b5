"""The file that is sent, and from whom."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from actions.models import Exercice
from importation.lecture import FichierRefuseError, verifier_le_poids

_ACCEPTES = ".xlsx,.xlsm,.xls,.ods,.csv"


def exercice_ouvert(aide: str) -> forms.ModelChoiceField[Exercice]:
    return forms.ModelChoiceField(
        Exercice.objects.filter(clos=False), label="Exercice", empty_label=None, help_text=aide
    )


class FichierForm(forms.Form):
    exercice = exercice_ouvert("Les exercices clos n'y sont pas : ils ne se modifient plus.")
    fichier = forms.FileField(
        label="Fichier",
        help_text="Excel, LibreOffice ou csv. Rien n'est écrit avant que vous l'ayez confirmé.",
        widget=forms.ClearableFileInput(attrs={"accept": _ACCEPTES}),
    )

    expediteur = forms.CharField(
        label="Expéditeur",
        required=False,
        max_length=100,
        help_text="Facultatif. Ce que vous avez choisi de retenir de ses envois sera repris.",
        widget=forms.TextInput(attrs={"list": "expediteurs", "autocomplete": "off"}),
    )

    def clean_fichier(self) -> "UploadedFile[Any]":
        fichier: UploadedFile[Any] = self.cleaned_data["fichier"]
        try:
            verifier_le_poids(fichier.size or 0)
        except FichierRefuseError as refus:
            raise forms.ValidationError(str(refus)) from None
        return fichier
