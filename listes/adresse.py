"""The address of a list: what it asks for beside filters (order, page, columns, file), what of it
can't be read, and the same address changed by one thing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from comptes.saisies import citer, lire_entier

TAILLES = (25, 50, 100, 200)
TAILLE = 50
OUVERT = "csv-ouvert"
EXPORTS = {"xlsx": "Excel (.xlsx)", "csv": "CSV pour Excel", OUVERT: "CSV données ouvertes"}
PARAMETRES = ("sort", "page", "per_page", "colonnes", "groupe", "_export")


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


@dataclass(frozen=True)
class Anomalie:
    """A parameter that isn't understood, and what was done about it, in words for the reader."""

    parametre: str
    message: str


@dataclass(frozen=True)
class Etat:
    """``tri`` is a column's name, after « - » when descending, or empty for the usual order;
    ``groupe`` is by what rows are put together, if they are.
    """

    tri: str
    page: int
    par_page: int
    colonnes: tuple[str, ...]
    export: str
    anomalies: tuple[Anomalie, ...]
    groupe: str = ""


def lire_etat(
    parametres: QueryDict,
    *,
    colonnes: Sequence[str],
    par_defaut: Collection[str],
    triables: Collection[str],
    groupements: Collection[str] = (),
) -> Etat:
    """The state that the address asks for; what can't be read takes its usual value, and is told.

    ``colonnes`` are all the columns in their order, the first one always shown; ``par_defaut``
    those shown when the address says nothing.
    """
    lecture = _Lecture(parametres)
    return Etat(
        tri=lecture.tri(triables),
        par_page=lecture.par_page(),
        colonnes=lecture.colonnes(colonnes, par_defaut),
        export=lecture.export(),
        groupe=lecture.groupe(groupements),
        page=lecture.entier("page", 1),
        anomalies=tuple(lecture.anomalies),  # the last: all has been read
    )


class _Lecture:
    """Reads one parameter after the other, and notes those that it doesn't understand."""

    def __init__(self, parametres: QueryDict) -> None:
        self.parametres = parametres
        self.anomalies: list[Anomalie] = []

    def _noter(self, parametre: str, message: str) -> None:
        self.anomalies.append(Anomalie(parametre, message))

    def texte(self, nom: str) -> str:
        valeurs = [valeur for valeur in self.parametres.getlist(nom) if valeur]
        if len(set(valeurs)) > 1:
            self._noter(nom, "il est donné plusieurs fois ; le dernier est retenu.")
        return valeurs[-1] if valeurs else ""

    def entier(self, nom: str, defaut: int) -> int:
        texte = self.texte(nom).strip()
        if not texte:
            return defaut
        if lu := lire_entier(texte):
            return lu
        self._noter(nom, f"{citer(texte)} n'est pas un nombre utilisable ; {defaut} est appliqué.")
        return defaut

    def tri(self, triables: Collection[str]) -> str:
        tri = self.texte("sort")
        if not tri or tri.removeprefix("-") in triables:
            return tri
        self._noter("sort", f"la colonne {citer(tri)} est inconnue ; l'ordre habituel s'applique.")
        return ""

    def par_page(self) -> int:
        par_page = self.entier("per_page", TAILLE)
        if par_page in TAILLES:
            return par_page
        choix = ", ".join(map(str, TAILLES))
        self._noter("per_page", f"choisissez {choix} lignes par page ; {TAILLE} est appliqué.")
        return TAILLE

    def colonnes(self, toutes: Sequence[str], par_defaut: Collection[str]) -> tuple[str, ...]:
        valeurs = self.parametres.getlist("colonnes")
        demandees = {nom for valeur in valeurs for nom in valeur.split(",") if nom}
        if inconnues := sorted(demandees.difference(toutes)):
            dites = ", ".join(map(citer, inconnues[:5]))
            self._noter("colonnes", f"colonne inconnue : {dites}.")
        montrees = demandees.intersection(toutes) or set(par_defaut)
        return tuple(nom for nom in toutes if nom in montrees or nom == toutes[0])

    def groupe(self, groupements: Collection[str]) -> str:
        groupe = self.texte("groupe")
        if not groupe or groupe in groupements:
            return groupe
        self._noter("groupe", f"{citer(groupe)} ne groupe pas cette liste ; elle ne l'est pas.")
        return ""

    def export(self) -> str:
        export = self.texte("_export")
        if not export or export in EXPORTS:
            return export
        formats = ", ".join(EXPORTS)
        self._noter("_export", f"{citer(export)} est inconnu ; les formats sont {formats}.")
        return ""
