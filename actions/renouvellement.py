"""Next year's actions, from last year's: the same ones, with their funders and no amount yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from actions.models import Action, Exercice
from financement.models import Subvention

REPRIS = (
    "intitule",
    "theme_id",
    "commune_id",
    "quartier_id",
    "porteur_id",
    "nature",
    "description",
    "public",
)


class Obstacles:
    """Why an action can't be renewed into a year: as that year is, then as it is being filled."""

    def __init__(self, vers: Exercice) -> None:
        self.vers = vers
        renouvelees = Action.objects.filter(exercice=vers, renouvelee_de__isnull=False)
        self._deja = set(renouvelees.order_by().values_list("renouvelee_de", flat=True))
        animations = Action.objects.filter(exercice=vers, nature=Action.Nature.ANIMATION)
        self._animee = animations.exists()

    def raison(self, action: Action) -> str:
        """The sentence; empty where nothing prevents it."""
        if action.exercice_id == self.vers.pk:
            return f"elle est déjà de {self.vers}"
        if action.pk in self._deja:
            return f"elle est déjà renouvelée en {self.vers}"
        if self._animee and action.nature == Action.Nature.ANIMATION:
            return f"l'animation existe déjà en {self.vers}"
        return ""

    def compter(self, action: Action) -> None:
        """This one has just been renewed: a year has one running of the contract."""
        self._animee = self._animee or action.nature == Action.Nature.ANIMATION


@dataclass(frozen=True)
class Renouvellement:
    """What was renewed, and what was left out, with the reason."""

    faites: list[Action]
    ecartees: list[tuple[Action, str]]


@transaction.atomic
def renouveler(actions: Iterable[Action], vers: Exercice) -> Renouvellement:
    """Copy actions into another exercice, each linked to the one it renews.

    Funding lines come with their amounts unknown: nobody has asked for anything yet. What is
    already renewed there, and the contract's own running where it exists, is left out. Two people
    who renew at once do it one after the other.
    """
    Exercice.objects.select_for_update().get(pk=vers.pk)
    resultat = Renouvellement([], [])
    obstacles = Obstacles(vers)
    for action in actions:
        if raison := obstacles.raison(action):
            resultat.ecartees.append((action, raison))
        else:
            obstacles.compter(action)
            resultat.faites.append(_copier(action, vers))
    return resultat


def _copier(action: Action, vers: Exercice) -> Action:
    provenance = (
        Action.Provenance.RECONSTITUTION
        if action.provenance == Action.Provenance.RECONSTITUTION
        else Action.Provenance.SAISIE
    )
    copie = Action.objects.create(
        exercice=vers,
        renouvelee_de=action,
        provenance=provenance,
        **{champ: getattr(action, champ) for champ in REPRIS},
    )
    copie.axes.set(action.axes.all())
    for ligne in action.subventions.all():
        Subvention.objects.create(
            action=copie,
            financeur_id=ligne.financeur_id,
            nature=ligne.nature,
            credit=ligne.credit,
        )
    return copie
