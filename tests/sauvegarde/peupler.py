"""The 2004 contract, closed, and around it one of each thing that is hard to carry over.

``peupler.py [SIZE]``: of documents of so many bytes.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django  # the settings first

django.setup()

from decimal import Decimal  # noqa: E402

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402
from django.contrib.auth.models import Group, Permission  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.db.models import JSONField, Value  # noqa: E402

from actions.models import Action, Exercice, Piece, Theme  # noqa: E402
from amorce.chargement import charger  # noqa: E402
from comptes.models import Utilisateur  # noqa: E402
from financement.models import Financeur, Subvention  # noqa: E402
from importation.models import CorrespondanceRetenue, Importation  # noqa: E402
from territoires.models import Commune, Organisme  # noqa: E402

TAILLE = int(sys.argv[1]) if len(sys.argv) > 1 else 70_000

charger(django.conf.settings.FIXTURES)
exercice = Exercice.objects.get(annee=2004)
agente = Utilisateur.objects.create_user("agente", password="un mot de passe, long")
agente.communes.set(Commune.objects.filter(numero__lte=3))
agente.user_permissions.add(Permission.objects.get(codename="cloturer_exercice"))
equipe, _ = Group.objects.get_or_create(name="Équipe du contrat")
equipe.permissions.set(Permission.objects.filter(codename__startswith="view_"))
agente.groups.add(equipe)

# A permission and a type that no table of this version has any more.
ancien = ContentType.objects.create(app_label="ancienne", model="table")
agente.user_permissions.add(
    Permission.objects.create(content_type=ancien, codename="voir", name="Peut voir l'ancienne")
)
LogEntry.objects.create(
    user=agente, content_type=ancien, object_id="1", object_repr="é", action_flag=CHANGE
)

action = Action.objects.filter(exercice=exercice).order_by("pk")[0]
for rang in range(3):
    piece = Piece(action=action, nom=f"bilan {rang}.pdf", extension="pdf", ajoutee_par=agente)
    piece.fichier.save("bilan.pdf", ContentFile(os.urandom(TAILLE) * (rang + 1)))
action.intitule = "L'été « à Alès »\n\t\\N \\. \u2028 💶 ; fin"
action.save()
Subvention.objects.filter(action=action).update(
    montant_demande=Decimal("9999999999.99"), montant_verse=Decimal("0.01")
)

# Deleted: its number must not be given again.
Organisme.objects.create(nom="Éphémère", siret=None).delete()
Organisme.objects.create(nom="Resté", siret=None)
CorrespondanceRetenue.objects.create(signature="0" * 64, colonnes=Value(None, JSONField()))
importation = Importation(
    exercice=exercice, nom="reçu.csv", empreinte="f" * 64, utilisateur=agente,
    rapport={"a": [1, 2.5, None, "é\u0001"], "grand": 10**15},
)  # fmt: skip
importation.fichier.save("reçu.csv", ContentFile(b"a;b\n1;2\n"))
Organisme.objects.create(nom="Supprimé ensuite").delete()

exercice.cloturer("Bilan publié", agente)
ouvert = Exercice.objects.create(annee=2005)
Action.objects.create(
    exercice=ouvert, theme=Theme.objects.get(numero=1), intitule="Suite", renouvelee_de=action
)
assert Financeur.objects.filter(code__in=["VILLE", "CG"]).count() == 2
