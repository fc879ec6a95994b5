"""Budget years: the one that a page is about, and one computed and checked, as pages, files and
commands ask for it.
"""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from actions.models import Action, ActionQuerySet, Exercice
from bilan.controle import Controle, confronter, controler
from bilan.models import ChiffrePublie
from bilan.sommes import Releve, relever
from bilan.tableaux import (
    Tableau,
    TableauCroise,
    TableauTerritorial,
    TableauThematique,
    tableau_croise,
    tableau_territorial,
    tableau_thematique,
)
from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.saisies import citer


class ExerciceInconnuError(LookupError):
    """No such budget year; the message is the sentence to show."""


@dataclass(frozen=True)
class ExerciceEtabli:
    """The figures of a year, each beside the published one where there is one.

    ``partiel`` where they only count the actions that one account may see.
    """

    annee: int
    releve: Releve
    territorial: TableauTerritorial
    thematique: TableauThematique
    controle: Controle
    actions: ActionQuerySet
    partiel: bool

    @cached_property
    def croise(self) -> TableauCroise:
        """Made for those who show it: it has more cells than the other two together."""
        return tableau_croise(self.releve)

    def tableau(self, code: str) -> Tableau:
        """One of the three, by code."""
        directs: dict[str, Tableau] = {t.code: t for t in (self.territorial, self.thematique)}
        return directs.get(code) or self.croise

    @property
    def tableaux(self) -> dict[str, Tableau]:
        """The three tables, by code."""
        return {t.code: t for t in (self.territorial, self.thematique, self.croise)}


def etablir(annee: int, actions: ActionQuerySet | None = None) -> ExerciceEtabli:
    """Compute and check the tables of a year, in four queries.

    Of these actions only, where some are given: what was published is then not compared, since it
    was published of all of them.

    Raises ExerciceInconnuError for a year that isn't in the database.
    """
    releve = relever(annee, actions)
    if annee not in releve.annees:
        raise ExerciceInconnuError(_exercice_inconnu(annee, releve.annees))
    territorial, thematique = tableau_territorial(releve), tableau_thematique(releve)
    publies = ChiffrePublie.objects.publies(annee) if actions is None else {}
    controle = controler(territorial, thematique, publies)
    return ExerciceEtabli(
        annee=annee,
        releve=releve,
        territorial=confronter(territorial, controle),
        thematique=confronter(thematique, controle),
        controle=controle,
        actions=(Action.objects.all() if actions is None else actions).de_l_exercice(annee),
        partiel=actions is not None,
    )


def _exercice_inconnu(annee: int, annees: tuple[int, ...]) -> str:
    if not annees:
        return f"L'exercice {annee} n'existe pas : la base ne contient aucun exercice."
    connus = ", ".join(map(str, annees))
    return f"L'exercice {annee} n'existe pas. Exercices connus : {connus}."


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
    """The year that the address asks for, else the newest where this account sees actions."""
    exercices = tuple(Exercice.objects.order_by("-annee"))
    if not exercices:
        return Choix(None, ())
    demandes = [texte.strip() for texte in request.GET.getlist("exercice") if texte.strip()]
    if not demandes:
        return Choix(_usuel(request, exercices), exercices)
    par_annee = {str(exercice.annee): exercice for exercice in exercices}
    if len(demandes) == 1 and demandes[0] in par_annee:
        return Choix(par_annee[demandes[0]], exercices, demande=True)
    refus = (
        f"L'exercice {citer(demandes[0])} n'existe pas"
        if len(demandes) == 1
        else "Cette page ne montre qu'un exercice à la fois"
    )
    usuel = _usuel(request, exercices)
    return Choix(usuel, exercices, f"{refus} : voici {usuel.annee}.")


def _usuel(request: HttpRequest, exercices: tuple[Exercice, ...]) -> Exercice:
    if len(exercices) == 1:
        return exercices[0]
    siennes = Action.objects.visibles_par(compte_de(request))
    return Exercice.objects.dernier_rempli(siennes) or exercices[0]


def actions_limitees(compte: Utilisateur) -> ActionQuerySet | None:
    """The only actions that the account may see; None where it sees them all."""
    return Action.objects.visibles_par(compte) if compte.perimetre else None
