"""What people fill in: an action, a document to join, a decision on an exercice."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from actions.models import Action, ActionQuerySet, Theme
from actions.modification import Modification
from actions.pieces import ACCEPTES, TAILLE_MAX_EN_CLAIR, TYPES, Piece, verifier_fichier
from axes.models import AxeTransversal
from listes.recherche import sans_accents
from suivi.forms import ChampDate

IDENTITE = ("exercice", "porteur", "intitule")
MANQUANTS = {
    "exercice": "Choisissez un exercice ouvert.",
    "intitule": "Donnez un intitulé à l'action.",
    "porteur": "Indiquez qui porte l'action.",
    "theme": "Choisissez le thème de l'action.",
    "commune": "Choisissez une commune de votre périmètre.",
}
# How alike two titles are, from 0 to 1, to be pointed out.
RESSEMBLANCE = 0.8
_MOTS_VIDES = frozenset(
    ("a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un")
)


class ModificationForm(forms.Form):
    """What changes in several actions at once; what is left empty stays as it is."""

    statut = forms.ChoiceField(
        label="Statut", choices=[("", "Ne pas changer"), *Action.Statut.choices], required=False
    )
    theme = forms.ModelChoiceField(
        label="Thème", queryset=Theme.objects.all(), required=False, empty_label="Ne pas changer"
    )
    ajouter = forms.ModelMultipleChoiceField(
        label="Axes à ajouter",
        queryset=AxeTransversal.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    retirer = forms.ModelMultipleChoiceField(
        label="Axes à retirer",
        queryset=AxeTransversal.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or {}
        if set(donnees.get("ajouter") or ()).intersection(donnees.get("retirer") or ()):
            raise ValidationError("Un même axe ne peut pas être ajouté et retiré.")
        if not self.errors and not any(donnees.values()):
            raise ValidationError("Choisissez ce qui change.")
        return donnees

    def modification(self) -> Modification:
        """Once it is valid."""
        donnees = self.cleaned_data
        return Modification(
            statut=donnees["statut"],
            theme=donnees["theme"],
            axes_en_plus=tuple(donnees["ajouter"]),
            axes_en_moins=tuple(donnees["retirer"]),
        )


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
        for champ in self.fields.values():
            if isinstance(champ, ChampDate):
                champ.annee = self._annee

    def _annee(self) -> int | None:
        """Of the exercice chosen above the dates, or of the action as it stands."""
        choisi = getattr(self, "cleaned_data", {}).get("exercice")
        if choisi is None and self.instance.exercice_id is not None:
            choisi = self.instance.exercice
        return choisi.annee if choisi else None

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


def se_ressemblent(un: str, autre: str) -> bool:
    """Whether two titles are nearly the same, whatever accents, case, small words and order."""
    mots_un, mots_autre = _mots(un), _mots(autre)
    if mots_un == mots_autre:
        return True
    un, autre = " ".join(mots_un), " ".join(mots_autre)
    return SequenceMatcher(None, un, autre, autojunk=False).ratio() >= RESSEMBLANCE


def _mots(intitule: str) -> list[str]:
    lettres = "".join(c if c.isalnum() else " " for c in sans_accents(intitule))
    return sorted(mot for mot in lettres.split() if mot not in _MOTS_VIDES)


def doublons_probables(action: Action, parmi: ActionQuerySet) -> list[Action]:
    """Other actions of the same exercice and porteur whose title is nearly this one's."""
    if action.porteur_id is None or action.exercice_id is None:
        return []
    voisines: Iterable[Action] = (
        parmi.filter(exercice=action.exercice_id, porteur=action.porteur_id)
        .exclude(pk=action.pk)
        .select_related("commune", "exercice")
    )
    return [autre for autre in voisines if se_ressemblent(action.intitule, autre.intitule)]
