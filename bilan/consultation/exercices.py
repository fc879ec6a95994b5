"""The budget year that a page is about, as its address says, kept from page to page."""

from dataclasses import dataclass

from django.http import HttpRequest

from actions.models import Exercice
from listes.etat import coupe


@dataclass(frozen=True)
class Choix:
    """The year chosen among those that exist; ``exercice`` is None where there is none at all.

    ``message`` says what was wrong in the address, if anything was.
    """

    exercice: Exercice | None
    exercices: tuple[Exercice, ...]
    message: str = ""
    demande: bool = False

    @property
    def annee(self) -> int | None:
        return None if self.exercice is None else self.exercice.annee

    @property
    def suite(self) -> str:
        """What a link adds to keep this year: « ?exercice=2004 »; nothing for the usual one."""
        return f"?exercice={self.annee}" if self.demande else ""

    @property
    def onglets(self) -> tuple[tuple[int, str, bool], ...]:
        """Each year, its link, and whether it is the one shown."""
        return tuple((e.annee, f"?exercice={e.annee}", e == self.exercice) for e in self.exercices)


def choisir(request: HttpRequest) -> Choix:
    """The year that the address asks for, else the newest; one query."""
    exercices = tuple(Exercice.objects.avec_bornes().order_by("-annee"))
    if not exercices:
        return Choix(None, ())
    demandes = [texte.strip() for texte in request.GET.getlist("exercice") if texte.strip()]
    if not demandes:
        return Choix(exercices[0], exercices)
    par_annee = {str(exercice.annee): exercice for exercice in exercices}
    if len(demandes) == 1 and demandes[0] in par_annee:
        return Choix(par_annee[demandes[0]], exercices, demande=True)
    refus = (
        f"L'exercice {coupe(demandes[0])} n'existe pas"
        if len(demandes) == 1
        else "Cette page ne montre qu'un exercice à la fois"
    )
    return Choix(exercices[0], exercices, f"{refus} : voici {exercices[0].annee}.")
