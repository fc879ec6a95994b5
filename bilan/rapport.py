"""The annual report of one year, put together from its figures; the same object in every format."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from actions.liens import lien_actions
from actions.models import ActionQuerySet
from actions.questions.argent import Moyenne
from actions.statuts import ECARTES
from axes.models import AxeTransversal, LiensDesAxes
from bilan import graphiques
from bilan.annexe import liste_des_actions
from bilan.controle import Controle, Recalcul
from bilan.document import (
    BlocTableau,
    Cellule,
    ChiffreCle,
    ChiffresCles,
    Fiche,
    Illustration,
    Legende,
    Liste,
    Paragraphe,
    Rapport,
    Registre,
    Section,
)
from bilan.exercices import ExerciceEtabli, etablir
from bilan.graphiques import Graphique
from bilan.sommes import Entree
from bilan.tableaux import (
    TERRITORIAL,
    THEMATIQUE,
    Chiffre,
    Ligne,
    Statut,
    Tableau,
    Unite,
    tableau_des_parts,
)
from financement.montants import Montants
from listes.chiffres import LEGENDE, accord, denombrer, ecart, nombre
from territoires.models import Commune

_CONNUES = "actions dont l'accordé est connu"
RUBRIQUES_ATTENDUES = ("Coordination", "Financement", "Calendrier")
RECONSTITUTION = (
    "Le document publié ne donne que ses deux tableaux, aucune action : les actions de {annee} "
    "ont été reconstituées pour que les deux tableaux retombent juste. Leurs intitulés, leurs "
    "montants un à un et leur répartition par commune et par thème ne sont pas réels."
)
PARTIEL = (
    "Ce bilan ne compte que les communes ouvertes à votre compte : ses totaux ne sont pas ceux du "
    "contrat et ne sont pas comparés aux chiffres publiés."
)
HORS_DE_COMPARAISON = (
    "Les chiffres publiés comptent tout le territoire : ils ne sont pas comparés ici à ce que "
    "voit votre compte."
)
TITRE_DU_CONTROLE = "Contrôle des chiffres publiés"
STATUTS = {
    Statut.CONFORME: "Conforme",
    Statut.INCOHERENCE_SOURCE: "Incohérence de la source",
    Statut.ECART: "Écart",
}


@dataclass(frozen=True)
class Population:
    """Inhabitants of the communes; None where one of them is unknown. ``annee``: of the census."""

    habitants: int | None
    annee: str


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
        emis_le=emis_le or timezone.localdate(),
    )


def assembler(
    exercice: ExerciceEtabli,
    population: Population,
    contours: Mapping[str, str | None],
    emis_le: date,
) -> Rapport:
    """The sections in their order; those with nothing to say for the year are left out."""
    carte = graphiques.carte_territoriale(exercice.territorial, contours)
    sections = (
        mode_d_emploi(exercice),
        chiffres_cles(exercice, population),
        repartition(
            TERRITORIAL,
            exercice.territorial,
            _presents(graphiques.barres_territoriales(exercice.territorial), carte),
            _legende_des_communes(exercice),
        ),
        repartition(
            THEMATIQUE,
            exercice.thematique,
            _presents(graphiques.barres_thematiques(exercice.thematique)),
            _legende("Numéros des thèmes", exercice.releve.themes),
        ),
        croisement(exercice),
        part_des_financeurs(tableau_des_parts(exercice.thematique)),
        axes_transversaux() if exercice.releve.publie else axes_servis(exercice),
        Section(
            "actions",
            "Liste des actions par commune",
            (liste_des_actions(exercice),),
            annexe=True,
        ),
        chapitre_du_controle(exercice) if exercice.releve.publie else None,
        sources(exercice.annee, cartographie=carte is not None),
    )
    return Rapport(
        annee=exercice.annee,
        annees=exercice.releve.annees[::-1],
        titre=f"Bilan – rapport d'activité {exercice.annee}",
        contrat=settings.CONTRAT,
        territoire=settings.TERRITOIRE,
        date_emission=emis_le,
        etat_du_controle=etat_du_controle(exercice),
        avertissement=avertissement(exercice),
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


def mode_d_emploi(exercice: ExerciceEtabli) -> Section:
    """How to read the report, in half a page."""
    textes = [
        "Les tableaux comptent les actions financées et les crédits de fonctionnement accordés. "
        "Le fonds de participation des habitants (FPH) et l'animation du contrat sont financés "
        "mais ne sont pas comptés comme des actions ; l'investissement n'entre dans aucun de ces "
        "totaux : l'année qui en a le montre à part.",
        "Chaque chiffre est calculé à partir des actions enregistrées, sous la colonne dont "
        f"relève chaque financeur. {LEGENDE}",
    ]
    if exercice.releve.sommes.effectif().ecartees:
        textes.append(
            "Les actions refusées ou abandonnées ne comptent dans aucun total, ni elles ni leur "
            "argent : leur nombre est donné à part."
        )
    if exercice.controle.publie:
        textes.append(
            "Chaque chiffre publié est comparé au chiffre recalculé. Là où ils diffèrent, les deux "
            "sont donnés, et l'annexe de contrôle dit pourquoi : le document publié n'est jamais "
            "corrigé."
        )
    if avis := avertissement(exercice):
        textes.append(avis)
    return Section("lecture", "Comment lire ce bilan", tuple(map(Paragraphe, textes)))


def avertissement(exercice: ExerciceEtabli) -> str:
    """What a reader must know before any figure; empty where there is nothing to know."""
    phrases = []
    if exercice.partiel:
        phrases.append(PARTIEL)
    if exercice.releve.reconstitue:
        phrases.append(RECONSTITUTION.format(annee=exercice.annee))
    return " ".join(phrases)


def chiffres_cles(exercice: ExerciceEtabli, population: Population) -> Section:
    """Actions, funding, communes, themes, funders, and two averages."""
    actions, financement, *investissement = exercice.territorial.total.chiffres
    themes = [li for li in exercice.thematique.lignes if _active(li.chiffres)]
    communes = [li for li in exercice.territorial.lignes[:-1] if _active(li.chiffres)]
    thematique = exercice.thematique
    totaux = [thematique.total.chiffres[rang] for rang in thematique.rangs_des_financeurs]
    par_habitant = _rapport(financement, population.habitants)
    return Section(
        "chiffres-cles",
        "Chiffres clés",
        (
            ChiffresCles(
                (
                    ChiffreCle("Actions", actions),
                    ChiffreCle("Crédits de fonctionnement accordés", financement),
                    *(
                        ChiffreCle("Investissement accordé", c, "compté à part")
                        for c in investissement
                    ),
                    ChiffreCle("Communes", _compte(len(communes)), "où une action est financée"),
                    ChiffreCle(
                        "Thèmes",
                        _compte(len(themes)),
                        "dont l'animation du contrat"
                        if _dont_l_animation(exercice, themes)
                        else "",
                    ),
                    ChiffreCle("Financeurs", _compte(sum(bool(c.valeur) for c in totaux))),
                    moyenne_par_action(exercice.actions.moyenne_accordee(), financement.lien),
                    ChiffreCle(
                        "Par habitant",
                        par_habitant,
                        base_des_habitants(population.annee, financement.inconnus),
                    ),
                    *chiffre_des_ecartees(
                        exercice.releve.sommes.effectif().ecartees,
                        lien_actions(exercice=exercice.annee),
                    ),
                )
            ),
        ),
    )


def moyenne_par_action(moyenne: Moyenne, lien: str) -> ChiffreCle:
    """Granted € of an action, and of how many it is the average."""
    chiffre = Chiffre(moyenne.valeur, Unite.EUROS, lien)
    note = "aucune action dont l'accordé est connu"
    if moyenne.actions:
        sur = denombrer(moyenne.actions, "action dont l'accordé est connu", _CONNUES)
        note = f"crédits de fonctionnement, sur {sur}"
    return ChiffreCle("Moyenne par action", chiffre, note)


def base_des_habitants(annee: int | str | None, inconnus: int) -> str:
    """How the € of an inhabitant are computed, in words."""
    bases = [f"population municipale {annee}"] if annee else []
    return ", ".join(bases + (["montants connus seulement"] if inconnus else []))


def chiffre_des_ecartees(combien: int, lien: str) -> tuple[ChiffreCle, ...]:
    """The lines that no figure counts; nothing where there are none."""
    if not combien:
        return ()
    statuts = "&".join(f"statut={statut}" for statut in ECARTES)
    chiffre = Chiffre(combien, Unite.NOMBRE, f"{lien}&{statuts}")
    return (ChiffreCle("Refusées ou abandonnées", chiffre, "comptées nulle part ailleurs"),)


def _dont_l_animation(exercice: ExerciceEtabli, themes: Iterable[Ligne]) -> bool:
    """Whether one of these themes holds the contract's own running."""
    comptes = {ligne.numero for ligne in themes}
    return any(
        exercice.releve.sommes.effectif(theme=theme.pk).animations
        for theme in exercice.releve.themes
        if theme.numero in comptes
    )


def _active(chiffres: Iterable[Chiffre]) -> bool:
    return any(chiffre.valeur for chiffre in chiffres)


def _compte(nombre: int) -> Chiffre:
    return Chiffre(nombre, Unite.NOMBRE, "")


def _rapport(montant: Chiffre, diviseur: Decimal | int | None) -> Chiffre:
    """€ per action or inhabitant, to the cent; unknown where either side is."""
    if montant.valeur is None or not diviseur:
        return Chiffre(None, Unite.EUROS, montant.lien)
    quotient = round(Decimal(montant.valeur) / Decimal(diviseur), 2)
    return Chiffre(quotient, Unite.EUROS, montant.lien, reconstitue=montant.reconstitue)


def repartition(
    ancre: str, tableau: Tableau, dessins: Iterable[Graphique], legende: Legende
) -> Section:
    """A distribution: its table, its charts, and the numbered legend of its rows."""
    return Section(
        ancre,
        tableau.titre,
        (
            BlocTableau(tableau, _note(tableau)),
            *(Illustration(graphique, tableau.code) for graphique in dessins),
            legende,
        ),
    )


def _note(tableau: Tableau) -> str:
    """What differs from the published table, in a sentence."""
    differents = [
        ligne.libelle
        for ligne in tableau.toutes_les_lignes
        if any(chiffre.differe for chiffre in ligne.chiffres)
    ]
    if not differents:
        return ""
    return f"Chiffre publié différent du chiffre recalculé : {', '.join(differents)}."


def croisement(exercice: ExerciceEtabli) -> Section:
    """The commune × theme table, with what it is worth."""
    note = "Le document publié n'imprime pas ce tableau." if exercice.releve.publie else ""
    if exercice.croise.reconstitue:
        note = f"{note} Reconstitué : seuls ses totaux viennent du document.".strip()
    return Section("croise", exercice.croise.titre, (BlocTableau(exercice.croise, note),))


def part_des_financeurs(tableau: Tableau) -> Section:
    """Each funder's share of each theme."""
    return Section("financeurs", tableau.titre, (BlocTableau(tableau),))


def chapitre_du_controle(exercice: ExerciceEtabli) -> Section:
    """The check: its counts, each gap with both figures and its reason, and the sums that fail; in
    a sentence, why there is none.
    """
    resultat = exercice.controle
    if not resultat.publie:
        vide = Paragraphe(etat_du_controle(exercice))
        return Section("controle", TITRE_DU_CONTROLE, (vide,), annexe=True)
    return Section(
        "controle",
        TITRE_DU_CONTROLE,
        (
            Paragraphe(etat_du_controle(exercice)),
            registre_du_controle(resultat),
            Liste(
                tuple(
                    f"{r.libelle} : {r.explication}"
                    for r in (*resultat.incoherences_source, *resultat.ecarts)
                ),
                "Chiffres qui diffèrent",
            ),
            Liste(
                tuple(
                    f"{somme.libelle} : le document imprime {nombre(somme.attendu)}, "
                    f"la somme donne {nombre(somme.obtenu)} ({ecart(somme.ecart)})."
                    for somme in resultat.sommes_en_defaut
                ),
                f"Sommes du document qui ne tombent pas juste "
                f"({len(resultat.sommes_en_defaut)} sur {len(resultat.coherence)})",
            ),
        ),
        annexe=True,
    )


def registre_du_controle(resultat: Controle) -> Registre:
    """Every published figure beside the recomputed one."""
    return Registre(
        "controle",
        "Chiffres publiés et chiffres recalculés",
        ("Tableau", "Ligne", "Colonne", "Publié", "Recalculé", "Écart", "État"),
        tuple(_ligne_de_controle(r) for r in resultat.recalcul),
    )


def _ligne_de_controle(recalcul: Recalcul) -> tuple[Cellule, ...]:
    unite = Unite.ACTIONS if recalcul.cle.colonne == "actions" else Unite.EUROS
    difference = recalcul.ecart
    return (
        *recalcul.place,
        Chiffre(recalcul.publie, unite, recalcul.lien),
        Chiffre(recalcul.recalcule, unite, recalcul.lien),
        Chiffre(difference, unite, "", None if difference is None else ecart(difference)),
        STATUTS[recalcul.statut],
    )


def etat_du_controle(exercice: ExerciceEtabli) -> str:
    """The state of the check in one sentence."""
    if exercice.partiel:
        return HORS_DE_COMPARAISON
    resultat = exercice.controle
    if not resultat.publie:
        return "Aucun chiffre publié à comparer pour cet exercice."
    fausses = len(resultat.sommes_en_defaut)
    incoherences = denombrer(
        len(resultat.incoherences_source),
        "incohérence du document publié",
        "incohérences du document publié",
    )
    return (
        f"{denombrer(len(resultat.recalcul), 'chiffre publié comparé')} : "
        f"{denombrer(resultat.conformes, 'conforme')}, {incoherences}, "
        f"{denombrer(len(resultat.ecarts), 'écart')}. {nombre(fausses)} des "
        f"{denombrer(len(resultat.coherence), 'somme')} du document "
        f"{accord(fausses, 'ne tombe pas juste', 'ne tombent pas juste')}."
    )


def sources(annee: int, cartographie: bool) -> Section:
    """Where the figures, the names and the map come from, and under which licences."""
    textes = [
        f"Actions et financements : base de gestion du contrat, exercice {annee}.",
        "Noms et codes des communes : INSEE, Code officiel géographique 2026, via Etalab "
        "(Licence Ouverte).",
        "Population : INSEE, recensement de 1999 ; DGCL, liste des EPCI 2002, via etalab/geohisto.",
    ]
    if annee == 2004:
        textes.insert(
            0,
            "Tableaux et axes transversaux : Bilan – rapport d'activité 2004 du Contrat de ville "
            "du Territoire Alésien ; textes des axes reformulés.",
        )
    if cartographie:
        textes.append(
            "Contours : IGN, ADMIN EXPRESS COG 2018 (Licence Ouverte), via france-geojson, "
            "simplifiés."
        )
    return Section("sources", "Sources et licences", (Liste(tuple(textes)),), annexe=True)


def axes_transversaux() -> Section | None:
    """The transversal axes, one after the other; nothing where the contract has none.

    In three queries: the axes, their milestones, what they are linked to.
    """
    liens = AxeTransversal.objects.liens()
    parties = tuple(_axe(axe, liens) for axe in AxeTransversal.objects.prefetch_related("jalons"))
    if not parties:
        return None
    return Section("axes", "Axes transversaux de travail", sections=parties)


def axes_servis(exercice: ExerciceEtabli) -> Section | None:
    """The axes that the year's lines serve, and what these are granted; a line counts under each
    axis that it serves. Nothing where it serves none.
    """
    servies = exercice.actions.par_axe_servi()
    effectifs, argent = dict(servies.effectifs_par("axes")), dict(servies.sommes_par("axes"))
    lignes = tuple(
        (
            str(axe),
            Chiffre(effectifs[axe.pk].actions, Unite.ACTIONS, lien),
            Chiffre.du_montant(argent.get(axe.pk, Montants()).accorde, lien),
        )
        for axe in AxeTransversal.objects.filter(pk__in=effectifs)
        for lien in [lien_actions(exercice=exercice.annee, axe=axe.numero)]
    )
    if not lignes:
        return None
    note = Paragraphe("Une action peut servir plusieurs axes : ces lignes ne s'ajoutent pas.")
    registre = Registre("axes", "Axes servis", ("Axe", "Actions", "Crédits accordés"), lignes)
    return Section("axes", "Axes transversaux de travail", (note, registre))


def _axe(axe: AxeTransversal, liens: LiensDesAxes) -> Section:
    blocs: list[Paragraphe | Liste | Fiche] = []
    if axe.thematique:
        blocs.append(Paragraphe(f"Thématique : {axe.thematique}."))
    if objectifs := tuple(axe.liste_objectifs):
        blocs.append(Liste(objectifs, "Objectifs"))
    blocs.extend(map(Paragraphe, axe.organisation.splitlines()))
    rubriques = {
        "Coordination": axe.liste_coordinateurs,
        "Partenaires": axe.liste_partenaires,
        "Financement": liens.financeurs.get(axe.pk, ()),
        "Communes": liens.communes.get(axe.pk, ()),
        "Depuis": () if axe.annee_debut is None else (str(axe.annee_debut),),
        "Calendrier": [str(jalon) for jalon in axe.jalons.all()],
    }
    blocs.append(
        Fiche(
            tuple(
                (titre, tuple(valeurs) or ("Non renseigné",))
                for titre, valeurs in rubriques.items()
                if valeurs or titre in RUBRIQUES_ATTENDUES
            )
        )
    )
    return Section(f"axe-{axe.numero}", f"{axe.numero} – {axe.titre}", tuple(blocs))
