import os
import sys

from django.core.wsgi import get_wsgi_application

from contrat_ville.environnement import EnvironnementInvalideError
from contrat_ville.prechauffe import prechauffer
from contrat_ville.version_base import refuser_base_plus_recente, verifier_au_demarrage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

refuser_base_plus_recente()
try:
    application = get_wsgi_application()
    verifier_au_demarrage()
    prechauffer()
except EnvironnementInvalideError as erreur:
    sys.stderr.write(f"{erreur}\n")
    # gunicorn stops at this code, and starts the worker again and again at any other.
    sys.exit(3)
