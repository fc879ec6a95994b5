"""The address of a list: its whole state, to link to, to change by one thing, to send."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode


@dataclass(frozen=True)
class Adresse:
    chemin: str
    paires: tuple[tuple[str, str], ...] = ()

    def avec(self, nom: str, *valeurs: str) -> "Adresse":
        """The same with this parameter's values in place of those it had."""
        autres = self.sans(nom).paires
        return replace(self, paires=(*autres, *((nom, valeur) for valeur in valeurs)))

    def sans(self, nom: str, valeur: str | None = None) -> "Adresse":
        """The same without this parameter, or without this one value of it."""
        gardees = tuple(
            paire for paire in self.paires if paire[0] != nom or valeur not in (None, paire[1])
        )
        return replace(self, paires=gardees)

    def __str__(self) -> str:
        return f"{self.chemin}?{urlencode(self.paires)}" if self.paires else self.chemin
