"""The security key's name, asked in French: the library's own label isn't translated."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms


class AjoutDeCle(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    name = forms.CharField(label="Nom de la clé", required=False)


class NomDeCle(EditWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    name = forms.CharField(label="Nom de la clé")
