"""Write without end, as people do: an action, two funding lines and a document at a time.

Each reference is printed once its transaction is over: an acknowledged write.
"""

import os
import sys
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.db import transaction  # noqa: E402

from actions.models import Action, Exercice, Piece, Theme  # noqa: E402
from financement.models import Financeur, Subvention  # noqa: E402


def ecrire(reference: str) -> None:
    with transaction.atomic():
        action = Action.objects.create(
            exercice=Exercice.objects.get(annee=2005),
            theme=Theme.objects.order_by("numero")[0],
            reference=reference,
            intitule=f"Écrite {reference}, « d'un trait » 💶",
        )
        for code, montant in (("VILLE", "1234.56"), ("CG", "0.10")):
            Subvention.objects.create(
                action=action,
                financeur=Financeur.objects.get(code=code),
                montant_accorde=Decimal(montant),
            )
        piece = Piece(action=action, nom="note.pdf", extension="pdf")
        piece.fichier.save("note.pdf", ContentFile(b"%PDF-1.7 " + reference.encode() * 50))
        piece.save()


nom, duree = sys.argv[1], float(sys.argv[2])
fin = time.monotonic() + duree
numero = 0
while time.monotonic() < fin:
    ecrire(f"{nom}-{numero}")
    print(f"{nom}-{numero}", flush=True)
    numero += 1
