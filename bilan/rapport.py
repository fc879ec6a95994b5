"""The annual report of one year, put together from its figures; the same object in every format."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.conf import settings
from django.utils import timezone

from actions.models import ActionQuerySet
from axes.models import AxeTransversal
from bilan import chapitres, graphiques
from bilan.annexe import liste_des_actions
from bilan.chapitre_axes import FicheAxe, axes_transversaux
from bilan.chapitres import Population
from bilan.document import Legende, Rapport, Section
from bilan.exercices import ExerciceEtabli, etablir
from bilan.graphiques import Graphique
from bilan.releve import Entree
from bilan.tableaux import TERRITORIAL, THEMATIQUE, tableau_des_parts
from territoires.models import Commune


def etablir_rapport(
    annee: int,
    emis_le: date | None = None,
    actions: ActionQuerySet | None = None,
    siennes: Collection[int] = (),
) -> Rapport:
    """The whole report of a year, issued on that date (today, if none is given).

    Of these actions only, where some are given, and then it says so; ``siennes`` are the ids of
    the communes that they are of, whose inhabitants alone share the money. Empty means no limit.

    A constant number of queries; the list of actions is read later, as it is drawn. Raises
    ExerciceInconnuError for a year that isn't in the database.
    """
    exercice = etablir(annee, actions)
    communes = list(Commune.objects.avec_trace().order_by("numero"))
    return assembler(
        exercice,
        population=population_de([c for c in communes if not siennes or c.pk in siennes]),
        contours={c.code_insee: c.trace for c in communes},
        axes=_fiches_des_axes(),
        emis_le=emis_le or timezone.localdate(),
    )


def assembler(
    exercice: ExerciceEtabli,
    population: Population,
    contours: Mapping[str, str | None],
    axes: Iterable[FicheAxe],
    emis_le: date,
) -> Rapport:
    """The sections in their order; those with nothing to say for the year are left out."""
    carte = graphiques.carte_territoriale(exercice.territorial, contours)
    sections = (
        chapitres.mode_d_emploi(exercice),
        chapitres.chiffres_cles(exercice, population),
        chapitres.repartition(
            TERRITORIAL,
            exercice.territorial,
            _presents(graphiques.barres_territoriales(exercice.territorial), carte),
            _legende_des_communes(exercice),
        ),
        chapitres.repartition(
            THEMATIQUE,
            exercice.thematique,
            _presents(graphiques.barres_thematiques(exercice.thematique)),
            _legende("Numéros des thèmes", exercice.releve.themes),
        ),
        chapitres.croisement(exercice),
        chapitres.part_des_financeurs(tableau_des_parts(exercice.thematique)),
        axes_transversaux(axes),
        Section(
            "actions",
            "Liste des actions par commune",
            (liste_des_actions(exercice),),
            annexe=True,
        ),
        chapitres.controle(exercice),
        chapitres.sources(exercice.annee, cartographie=carte is not None),
    )
    return Rapport(
        annee=exercice.annee,
        titre=f"Bilan – rapport d'activité {exercice.annee}",
        contrat=settings.CONTRAT,
        territoire=settings.TERRITOIRE,
        date_emission=emis_le,
        etat_du_controle=chapitres.etat_du_controle(exercice),
        avertissement=chapitres.avertissement(exercice),
        sections=tuple(section for section in sections if section is not None),
        controle=exercice.controle,
    )


def _presents(*dessins: Graphique | None) -> list[Graphique]:
    return [dessin for dessin in dessins if dessin is not None]


def _legende(titre: str, entrees: Iterable[Entree]) -> Legende:
    return Legende(titre, tuple((entree.numero, entree.legende) for entree in entrees))


def _legende_des_communes(exercice: ExerciceEtabli) -> Legende:
    """The communes, then the transterritorial line under the number that follows."""
    nue = _legende("Numéros des communes", exercice.releve.communes)
    derniere = exercice.territorial.lignes[-1]
    return Legende(nue.titre, (*nue.entrees, (derniere.numero or 0, derniere.libelle)))


def population_de(communes: list[Commune]) -> Population:
    """Every inhabitant of the communes; unknown as soon as one commune's population is."""
    annees = sorted({c.annee_population for c in communes if c.annee_population})
    connues = [c.population for c in communes if c.population is not None]
    complete = bool(communes) and len(connues) == len(communes)
    return Population(sum(connues) if complete else None, ", ".join(map(str, annees)))


def _fiches_des_axes() -> list[FicheAxe]:
    """The axes, in three queries: themselves, their milestones, what they are linked to."""
    liens = AxeTransversal.objects.liens()
    return [
        FicheAxe(
            numero=axe.numero,
            titre=axe.titre,
            thematique=axe.thematique,
            objectifs=tuple(axe.liste_objectifs),
            organisation=axe.organisation,
            annee_debut=axe.annee_debut,
            coordination=tuple(axe.liste_coordinateurs),
            partenaires=tuple(axe.liste_partenaires),
            communes=tuple(liens.communes.get(axe.pk, ())),
            financement=tuple(liens.financeurs.get(axe.pk, ())),
            calendrier=tuple(str(jalon) for jalon in axe.jalons.all()),
        )
        for axe in AxeTransversal.objects.prefetch_related("jalons")
    ]
