"""Which field each column of a table fills: as someone chose, else guessed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importation.argent import somme_d_argent
from importation.entetes import SANS_NOM, TableauLu, forme
from importation.lecture import Cellule
from importation.propositions import Proposition, proposer
from importation.referentiel import Referentiel
from importation.rubriques import est_d_argent

_EXTRAIT = 200  # cells of a column that say whether it can be what its heading says


@dataclass(frozen=True, slots=True)
class ColonneAppariee:
    """A column and the field that it would fill ("": none); what to check.

    ``choisie``: by a person, "" included. ``annee``: its amounts are of another year.
    """

    rang: int
    entete: str
    cible: str
    note: str = ""
    choisie: bool = False
    annee: int | None = None


def apparier(
    tableau: TableauLu, ref: Referentiel, voulues: Mapping[str, str]
) -> list[ColonneAppariee]:
    """The field of each column of a table: as someone chose, else guessed."""
    choisies = {forme(entete): cible for entete, cible in voulues.items()}
    appariees: dict[int, ColonneAppariee] = {}
    propositions: dict[int, Proposition] = {}
    for rang, entete in tableau.entetes.items():
        if forme(entete) in choisies:
            cible = choisies[forme(entete)]
            appariees[rang] = ColonneAppariee(rang, entete, cible, choisie=True)
        elif tableau.reconnu and (propose := proposer(entete, _extrait(tableau, rang), ref)):
            propositions[rang] = propose
    douteuses = _sans_etape_et_douteuses(tableau, propositions)
    prises = {a.cible: a.entete for a in appariees.values() if a.cible}
    # Sure matches first: a heading that merely looks like another doesn't take its field.
    for rang, propose in sorted(propositions.items(), key=lambda p: (p[1].rang, p[0])):
        entete, cible, note, annee = tableau.entetes[rang], propose.cible, propose.note, None
        if est_d_argent(cible) and propose.annee not in (None, ref.annee):
            cible, note, annee = "", "", propose.annee
        elif rang in douteuses:
            cible, note = "", "aucune étape n'est indiquée, et une autre colonne est de même"
        elif cible in prises:
            cible, note = "", f"« {prises[cible]} » remplit déjà cette rubrique : colonne ignorée"
        appariees[rang] = ColonneAppariee(rang, entete, cible, note, annee=annee)
        if cible:
            prises[cible] = entete
    return [
        appariees.get(rang) or ColonneAppariee(rang, entete, "")
        for rang, entete in tableau.entetes.items()
    ]


def _sans_etape_et_douteuses(
    tableau: TableauLu, propositions: Mapping[int, Proposition]
) -> set[int]:
    """The columns of money that don't say whether it was asked for or granted, where one is called
    like another, or stands before a column of money without a heading: « État » over two columns.
    """
    sans_etape = {
        rang: propose.cible
        for rang, propose in propositions.items()
        if est_d_argent(propose.cible) and propose.note
    }
    cibles = Counter(sans_etape.values())
    return {
        rang
        for rang, cible in sans_etape.items()
        if cibles[cible] > 1
        or (
            tableau.entetes.get(rang + 1, "").startswith(SANS_NOM)
            and somme_d_argent("", tableau.cellules(rang + 1)) is not None
        )
    }


def _extrait(tableau: TableauLu, rang: int) -> Sequence[Cellule]:
    return list(tableau.cellules(rang, _EXTRAIT))
