"""The administration's sentences, said again where Django's French reads badly."""

import gettext
import re
from pathlib import Path

import allauth
import django
from django.conf import settings
from django.utils import translation

PAIRE = re.compile(r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.+)"$', re.M)


class Inconnue(gettext.NullTranslations):
    """What no catalogue holds."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""


def test_chaque_phrase_est_de_django_et_se_dit_a_notre_facon() -> None:
    """The compiled file is up to date; a later Django, or allauth, that words anew is noticed."""
    dossier = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES"
    ecrit = (dossier / "django.po").read_text(encoding="utf-8").replace('\\"', '"')
    racine = Path(django.__file__).parent
    paires = PAIRE.findall(ecrit)

    django_dit: gettext.NullTranslations = Inconnue()
    parties = [racine / partie for partie in ("conf", "contrib/admin", "contrib/auth")]
    for partie in (*parties, Path(allauth.__file__).parent):
        with (partie / "locale/fr/LC_MESSAGES/django.mo").open("rb") as fichier:
            dites = gettext.GNUTranslations(fichier)
        dites.add_fallback(django_dit)
        django_dit = dites
    with translation.override("fr"):
        for une, plusieurs, voulue in paires:
            dits = [
                catalogue.ngettext(une, plusieurs, 2) if plusieurs else catalogue.gettext(une)
                for catalogue in (django_dit, translation)
            ]
            assert dits[0], f"Django ne dit plus : {une}"
            assert dits[1] == voulue
    assert len(paires) > 20
