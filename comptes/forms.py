"""An account on one screen; and the security key's name, which the library doesn't translate."""

from typing import Any, Final

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.models import Group

from comptes.models import Utilisateur
from comptes.roles import PHRASES, SANS_ROLE

AUCUN: Final = "aucun"
GARDER: Final = "garder"
TOUT, CHOISIES = "tout", "choisies"


class AjoutDeCle(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    name = forms.CharField(label="Nom de la clé", required=False)


class NomDeCle(EditWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    name = forms.CharField(label="Nom de la clé")


class CompteForm(forms.ModelForm[Utilisateur]):
    """Who she is, what she may do, where. No password: she chooses it, by invitation.

    The administration takes away the fields that whoever asks may not write.
    """

    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect)
    etendue = forms.ChoiceField(
        label="Communes",
        widget=forms.RadioSelect,
        choices=((TOUT, "Tout le territoire"), (CHOISIES, "Seulement les communes cochées")),
        initial=TOUT,
    )
    communes = forms.ModelMultipleChoiceField(
        Utilisateur._meta.get_field("communes").related_model._default_manager.all(),
        label="Communes cochées",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un compte limité ne voit et n’écrit que ce qui touche à ses communes.",
    )

    class Meta:
        model = Utilisateur
        fields = (
            *("username", "first_name", "last_name", "email"),
            *("communes", "is_active", "is_superuser"),
        )
        field_classes = {"username": UsernameField}
        labels = {
            "username": "Identifiant",
            "email": "Courriel",
            "is_active": "Compte actif",
            "is_superuser": "Tous les droits",
        }
        help_texts = {
            "username": "Ce qu’elle ou il tape pour se connecter : lettres, chiffres, @ . + - _",
            "is_active": "Décoché : plus aucune page ne s’ouvre, et une invitation ne vaut plus.",
            "is_superuser": "Tous les rôles à la fois, et le droit de donner tous les droits.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        siens = list(self.instance.groups.order_by("name")) if self.instance.pk else []
        if "role" in self.fields:
            self.fields["role"].choices = choix_du_role(siens)  # type: ignore[attr-defined]
            if self.instance.pk:
                self.initial["role"] = GARDER if len(siens) > 1 else str(_cle(siens))
        if "etendue" in self.fields and self.instance.pk:
            limite = self.instance.communes.exists()
            self.initial["etendue"] = CHOISIES if limite else TOUT

    def clean_username(self) -> str:
        """Refuse two names that differ only in case: either could be typed for the other."""
        nom: str = self.cleaned_data["username"]
        if Utilisateur.objects.exclude(pk=self.instance.pk).filter(username__iexact=nom).exists():
            raise forms.ValidationError("Un autre compte a déjà cet identifiant.")
        return nom

    def clean(self) -> dict[str, Any] | None:
        donnees = super().clean() or self.cleaned_data
        etendue, cochees = donnees.get("etendue"), donnees.get("communes")
        if etendue == CHOISIES and not cochees and "communes" not in self.errors:
            self.add_error("communes", "Cochez au moins une commune, ou tout le territoire.")
        elif etendue == TOUT and cochees:
            self.add_error("etendue", "Des communes sont cochées : tout le territoire, ou elles ?")
        return donnees

    def groupes(self) -> list[Group] | None:
        """The roles to give; None where they stay as they are."""
        choisi = self.cleaned_data.get("role", GARDER)
        if choisi == GARDER:
            return None
        return [] if choisi == AUCUN else [Group.objects.get(pk=choisi)]


def choix_du_role(siens: list[Group]) -> list[tuple[str, str]]:
    """Each with what it is for; the roles of an account that has several, as they are."""
    choix = [(AUCUN, f"Aucun : {SANS_ROLE}")]
    connus = list(PHRASES)
    groupes = sorted(
        Group.objects.all(),
        key=lambda groupe: (
            connus.index(groupe.name) if groupe.name in PHRASES else len(connus),
            groupe.name,
        ),
    )
    choix += [(str(groupe.pk), dire_le_role(groupe)) for groupe in groupes]
    if len(siens) > 1:
        choix.append((GARDER, f"Les rôles actuels : {', '.join(map(str, siens))}."))
    return choix


def dire_le_role(groupe: Group) -> str:
    phrase = PHRASES.get(groupe.name)
    return f"{groupe.name} : {phrase}" if phrase else groupe.name


def _cle(siens: list[Group]) -> str | int:
    return siens[0].pk if siens else AUCUN
