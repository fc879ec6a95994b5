"""What there is to say of a cell besides its value, whatever the kind of workbook."""

from dataclasses import dataclass, field

from importation.extraction.formats import Format

SANS_RESULTAT = (
    "formule dont le fichier ne contient pas le résultat : ouvrez le classeur dans le tableur, "
    "enregistrez-le, ou remplacez la formule par sa valeur"
)

Marque = str | Format  # why the cell can't be read, or how its number is shown


@dataclass(slots=True)
class LigneMarquee:
    """A row, from 1, whether it is hidden, and its marked cells by column, from 0."""

    numero: int
    cellules: dict[int, Marque] = field(default_factory=dict)
    masquee: bool = False
