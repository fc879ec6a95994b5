"""What everyone may read without an account: accessibility, legal notice, personal data."""

from django.conf import settings
from django.views.generic import TemplateView

from comptes.permissions import PUBLIC


class Information(TemplateView):
    """A public page; who runs the site, and how to reach them, comes from the settings."""

    permission = PUBLIC

    @property
    def extra_context(self) -> dict[str, object]:  # type: ignore[override]  # read when asked
        return {
            "exploitant": settings.EXPLOITANT,
            "contact": settings.CONTACT,
            "hebergeur": settings.HEBERGEUR,
            "conformite": settings.ACCESSIBILITE,
            "audit": settings.ACCESSIBILITE_AUDIT,
            "contrat": settings.CONTRAT,
        }


class Accessibilite(Information):
    template_name = "consultation/accessibilite.html"


class Mentions(Information):
    template_name = "consultation/mentions.html"


class DonneesPersonnelles(Information):
    template_name = "consultation/donnees_personnelles.html"
