"""What people do the day after a restoration, on what ``peupler.py`` made."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from django.db import transaction  # noqa: E402

from actions.cloture import ExerciceClosError  # noqa: E402
from actions.models import Action  # noqa: E402
from comptes.models import Utilisateur  # noqa: E402
from suivi.declencheurs import refus_traduits  # noqa: E402
from territoires.models import Organisme  # noqa: E402

agente = Utilisateur.objects.get(username="agente")
print("agente reconnue :", agente.check_password("un mot de passe, long"))
try:
    with refus_traduits(), transaction.atomic():
        Action.objects.filter(exercice__annee=2004)[0].save()
except ExerciceClosError:
    print("exercice clos : refusé")
# Three were made, of which two deleted: no number is given twice.
print("numéro suivant :", Organisme.objects.create(nom="Neuf").pk)
suite = Action.objects.get(intitule="Suite")
avant = suite.version
suite.save()
suite.refresh_from_db()
print("version :", avant, "→", suite.version)
