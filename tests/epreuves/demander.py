"""Nadia asks for long works, as from her browser: imports to apply, and a list to export."""

import hashlib
import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.test import Client  # noqa: E402

from actions.models import Exercice  # noqa: E402
from comptes.models import Utilisateur  # noqa: E402
from importation.application import recevoir, verifier  # noqa: E402

IMPORTS, LIGNES = int(sys.argv[1]), int(sys.argv[2])

compte = Utilisateur.objects.create_superuser("nadia")
client = Client(headers={"host": "localhost"})
client.force_login(compte)
exercice = Exercice.objects.get(annee=2005)
for numero in range(IMPORTS):
    texte = io.StringIO()
    texte.write("Référence;Intitulé;Porteur;Commune;Thème;CG accordé\n")
    for rang in range(LIGNES):
        texte.write(f"I{numero}-{rang};Importée {rang};Porteur {numero};Alès;Éducation;{rang}\n")
    octets = texte.getvalue().encode("utf-8-sig")
    empreinte = hashlib.sha256(octets).hexdigest()
    importation = recevoir(ContentFile(octets), f"{numero}.csv", empreinte, exercice, compte)
    verifier(importation.pk)
    assert client.post(f"/import/{importation.pk}/appliquer/").status_code == 302
assert client.get("/bilan/2004.xlsx").status_code == 302
