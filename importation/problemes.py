"""What is wrong or doubtful in a file, each with its place, its value and what would be right."""

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Probleme:
    """``ligne`` 0 and an empty ``colonne`` are about the whole file, sheet or row."""

    feuille: str
    ligne: int
    colonne: str
    valeur: str
    message: str

    def en_json(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass(slots=True)
class Journal:
    erreurs: list[Probleme] = field(default_factory=list)
    avertissements: list[Probleme] = field(default_factory=list)

    def refuser(self, feuille: str, ligne: int, colonne: str, valeur: str, message: str) -> None:
        self.erreurs.append(Probleme(feuille, ligne, colonne, valeur[:300], message))

    def avertir(self, feuille: str, ligne: int, colonne: str, valeur: str, message: str) -> None:
        self.avertissements.append(Probleme(feuille, ligne, colonne, valeur[:300], message))
