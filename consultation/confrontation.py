"""The published figures beside the recomputed ones, as far as an account may see them."""

from collections.abc import Callable

from bilan.controle import Cle, Recalcul, controler
from bilan.exercices import actions_limitees
from bilan.models import ChiffrePublie
from bilan.sommes import relever
from bilan.tableaux import TERRITORIAL, tableau_territorial, tableau_thematique
from comptes.models import Utilisateur


def recalculs(
    annee: int, compte: Utilisateur, voulu: Callable[[Cle], bool]
) -> tuple[Recalcul, ...]:
    """The check of the figures that are wanted, a whole row or column of a table.

    Limited to communes, she only compares her communes' rows: the other figures were published of
    more than she sees. One query where nothing was published, four at most otherwise.
    """
    limitees = actions_limitees(compte)
    publies = {
        cle: imprime
        for cle, imprime in ChiffrePublie.objects.publies(annee).items()
        if voulu(cle) and (limitees is None or cle.tableau == TERRITORIAL)
    }
    if not publies:
        return ()
    releve = relever(annee, limitees)
    return controler(tableau_territorial(releve), tableau_thematique(releve), publies).recalcul
