"""The administration's sentences, said again where Django's French reads badly."""

import gettext
import re
from pathlib import Path

import django
from django.conf import settings
from django.utils import translation

PAIRE = re.compile(r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.+)"$', re.M)


def test_chaque_phrase_est_de_django_et_se_dit_a_notre_facon() -> None:
    """The compiled file is up to date, and a later Django that words a sentence anew is noticed."""
    dossier = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES"
    ecrit = (dossier / "django.po").read_text(encoding="utf-8").replace('\\"', '"')
    de_django = Path(django.__file__).parent / "contrib/admin/locale/fr/LC_MESSAGES/django.mo"
    paires = PAIRE.findall(ecrit)

    with de_django.open("rb") as fichier, translation.override("fr"):
        django_dit = gettext.GNUTranslations(fichier)
        for une, plusieurs, voulue in paires:
            dits = [
                catalogue.ngettext(une, plusieurs, 2) if plusieurs else catalogue.gettext(une)
                for catalogue in (django_dit, translation)
            ]
            assert dits[0] not in (une, plusieurs), f"Django ne dit plus : {une}"
            assert dits[1] == voulue
    assert len(paires) > 20
