"""The report as an Excel workbook that a reader can check: its formulas count the rows again."""

from copy import deepcopy
from datetime import UTC, datetime, time
from pathlib import Path
from typing import IO, Final

from xlsxwriter import Workbook

from bilan.document import ListeActions, Rapport
from bilan.rendus.xlsx.controle import ecrire_controle
from bilan.rendus.xlsx.feuille import POLICE, Atelier, Formats
from bilan.rendus.xlsx.feuille_actions import ACTIONS, ecrire_actions
from bilan.rendus.xlsx.feuilles_de_chiffres import (
    ecrire_croise,
    ecrire_parts,
    ecrire_territorial,
    ecrire_thematique,
)
from bilan.rendus.xlsx.feuilles_de_mots import ecrire_axes, ecrire_lisez_moi, ecrire_synthese
from bilan.rendus.xlsx.graphes import barres_territoriales, barres_thematiques
from bilan.tableaux import CROISE, FINANCEURS, TERRITORIAL, THEMATIQUE, Tableau

LISEZ_MOI: Final = "Lisez-moi"
SYNTHESE: Final = "Synthèse"
AXES: Final = "Axes"
CONTROLE: Final = "Contrôle"
FEUILLES_DES_TABLEAUX: Final = {
    TERRITORIAL: "Territorial",
    THEMATIQUE: "Thématique",
    CROISE: "Croisé",
    FINANCEURS: "Financeurs",
}
_PUBLIES: Final = "chiffres publiés qui diffèrent, "
CONTENUS: Final = {
    SYNTHESE: "Les chiffres clés de l'année et les numéros des communes et des thèmes.",
    "Territorial": "Actions et crédits par commune, recalcul par formules, graphique.",
    "Thématique": f"Actions et crédits par thème et par financeur, {_PUBLIES}recalcul par "
    "formules, graphique.",
    "Croisé": "Actions et crédits par commune et par thème ; au-dessous, les mêmes par formules.",
    "Financeurs": "Part de chaque financeur dans chaque thème, recalculée par formules.",
    AXES: "Les axes transversaux de travail.",
    ACTIONS: "Toutes les actions, une par ligne, à filtrer et à trier : la source des formules.",
    CONTROLE: "Chaque chiffre publié face au chiffre recalculé, et les sommes du document publié.",
}

OPTIONS: Final = {
    "constant_memory": True,
    "default_format_properties": POLICE,
    # Data stays data, whatever method writes it.
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def ecrire_xlsx(rapport: Rapport, sortie: IO[bytes] | Path) -> None:
    """Write the whole report; the same rows give the same bytes, but for the date of issue.

    Sheets are drawn out of order, each from top to bottom: the actions first, since what the
    formulas of the other sheets find is known once they have gone by.
    """
    # The library writes into its options: the next workbook of this process would not be the same.
    with Workbook(sortie, deepcopy(OPTIONS)) as classeur:
        for nom in feuilles(rapport):
            classeur.add_worksheet(nom)
        classeur.set_properties(
            {
                "title": rapport.titre,
                "subject": f"Exercice {rapport.annee}",
                "author": rapport.contrat,
                "company": rapport.contrat,
                "created": datetime.combine(rapport.date_emission, time(), UTC),
            }
        )
        _ecrire_feuilles(Atelier(classeur, Formats(classeur), rapport))


def feuilles(rapport: Rapport) -> tuple[str, ...]:
    """The sheets in their order; that of the check where the year has one."""
    return (LISEZ_MOI, *_contenus(rapport))


def _contenus(rapport: Rapport) -> dict[str, str]:
    """What each sheet but the first holds, in words."""
    if rapport.compare:
        return CONTENUS
    dits = {nom: mots.replace(_PUBLIES, "") for nom, mots in CONTENUS.items()}
    del dits[CONTROLE]
    return dits


def _ecrire_feuilles(atelier: Atelier) -> None:
    rapport = atelier.rapport
    territorial, thematique = _tableau(rapport, TERRITORIAL), _tableau(rapport, THEMATIQUE)
    recompte = ecrire_actions(atelier, _liste_des_actions(rapport), thematique)
    noms = FEUILLES_DES_TABLEAUX
    contenus = _contenus(rapport)
    ecrire_lisez_moi(atelier, LISEZ_MOI, contenus)
    ecrire_synthese(atelier, SYNTHESE, contenus)
    barres_territoriales(ecrire_territorial(atelier, noms[TERRITORIAL], territorial, recompte))
    trace = ecrire_thematique(atelier, noms[THEMATIQUE], thematique, recompte)
    barres_thematiques(trace)
    ecrire_croise(atelier, noms[CROISE], _tableau(rapport, CROISE), thematique, recompte)
    ecrire_parts(atelier, noms[FINANCEURS], _tableau(rapport, FINANCEURS), trace)
    ecrire_axes(atelier, AXES)
    if rapport.compare:
        ecrire_controle(atelier, CONTROLE, noms)


def _tableau(rapport: Rapport, code: str) -> Tableau:
    """Every report has the four tables of figures, empty as its year may be."""
    tableau = rapport.tableau(code)
    if not isinstance(tableau, Tableau):
        raise LookupError(f"Le rapport n'a pas de tableau « {code} ».")
    return tableau


def _liste_des_actions(rapport: Rapport) -> ListeActions:
    return next(
        bloc
        for section in rapport.sections
        for bloc in section.blocs
        if isinstance(bloc, ListeActions)
    )
