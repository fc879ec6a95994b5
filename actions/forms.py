"""What people fill in: an action, a document to join, a decision on an exercice."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from actions.doublons import doublons_probables
from actions.models import Action
from actions.pieces import ACCEPTES, TAILLE_MAX_EN_CLAIR, TYPES, Piece, verifier_fichier
from actions.questions import ActionQuerySet

IDENTITE = ("exercice", "porteur", "intitule")
MANQUANTS = {
    "exercice": "Choisissez un exercice ouvert.",
    "intitule": "Donnez un intitulé à l'action.",
    "porteur": "Indiquez qui porte l'action.",
    "theme": "Choisissez le thème de l'action.",
    "commune": "Choisissez une commune de votre périmètre.",
}


class ActionForm(forms.ModelForm[Action]):
    """An action; what looks like it is pointed out, and can be overruled.

    ``visibles`` are the actions that may be named to whoever types.
    """

    visibles: ClassVar[ActionQuerySet] = Action.objects.none()
    communes: ClassVar[frozenset[int]] = frozenset()

    ignorer_doublons = forms.BooleanField(
        label="Ce n'est pas un doublon : enregistrer quand même", required=False
    )

    doublons: list[Action] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "porteur" in self.fields and self.instance.provenance == Action.Provenance.SAISIE:
            self.fields["porteur"].required = True
        if self.communes and "commune" in self.fields:
            self.fields["commune"].required = True
            self.fields["commune"].help_text = "Une commune de votre périmètre."
        for nom, message in MANQUANTS.items():
            if nom in self.fields:
                self.fields[nom].error_messages["required"] = message

    def clean(self) -> dict[str, Any] | None:
        donnees = super().clean()
        if self.errors or not set(IDENTITE) & set(self.changed_data):
            return donnees
        action = Action(
            pk=self.instance.pk, **{champ: self.cleaned_data.get(champ) for champ in IDENTITE}
        )
        self.doublons = doublons_probables(action, self.visibles)
        if self.doublons and not self.cleaned_data.get("ignorer_doublons"):
            raise ValidationError(
                "Une action semblable existe déjà pour ce porteur et cet exercice : ouvrez-la "
                "pour la compléter ou, si la vôtre est bien une autre, cochez la case ci-dessus."
            )
        return donnees


class PieceForm(forms.ModelForm[Piece]):
    """A document to join; its content decides whether it may be."""

    class Meta:
        model = Piece
        fields = ["fichier"]
        help_texts = {"fichier": f"{ACCEPTES} ; {TAILLE_MAX_EN_CLAIR} au plus."}
        widgets = {
            "fichier": forms.FileInput(attrs={"accept": ",".join(f".{ext}" for ext in TYPES)})
        }

    def clean_fichier(self) -> Any:
        fichier = self.cleaned_data["fichier"]
        if "fichier" in self.changed_data and fichier:
            verifier_fichier(fichier)
        return fichier


class ClotureForm(forms.Form):
    """Why an exercice is closed, or opened again."""

    motif = forms.CharField(
        label="Motif",
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        max_length=1000,
        error_messages={"required": "Indiquez pourquoi : ce motif est gardé."},
    )
