"""Which field each column of a table fills: as someone chose, else guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importation.entetes import TableauLu, forme
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
    prises = {a.cible: a.entete for a in appariees.values() if a.cible}
    # Sure matches first: a heading that merely looks like another doesn't take its field.
    for rang, propose in sorted(propositions.items(), key=lambda p: (p[1].rang, p[0])):
        entete, cible, note, annee = tableau.entetes[rang], propose.cible, propose.note, None
        if est_d_argent(cible) and propose.annee not in (None, ref.annee):
            cible, note, annee = "", "", propose.annee
        elif cible in prises:
            cible, note = "", f"« {prises[cible]} » remplit déjà cette rubrique : colonne ignorée"
        appariees[rang] = ColonneAppariee(rang, entete, cible, note, annee=annee)
        if cible:
            prises[cible] = entete
    return [
        appariees.get(rang) or ColonneAppariee(rang, entete, "")
        for rang, entete in tableau.entetes.items()
    ]


def _extrait(tableau: TableauLu, rang: int) -> Sequence[Cellule]:
    return list(tableau.cellules(rang, _EXTRAIT))
