"""What an address asks of a list beside its filters: order, page, page size, columns, file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from comptes.saisies import lire_entier

TAILLES = (25, 50, 100, 200)
TAILLE = 50
EXPORTS = {"xlsx": "Excel (.xlsx)", "csv": "CSV pour Excel", "csv-ouvert": "CSV données ouvertes"}
PARAMETRES = ("sort", "page", "per_page", "colonnes", "_export")


@dataclass(frozen=True)
class Anomalie:
    """A parameter that isn't understood, and what was done about it, in words for the reader."""

    parametre: str
    message: str


@dataclass(frozen=True)
class Etat:
    """``tri`` is a column's name, after « - » when descending, or empty for the usual order."""

    tri: str
    page: int
    par_page: int
    colonnes: tuple[str, ...]
    export: str
    anomalies: tuple[Anomalie, ...]


def coupe(valeur: str) -> str:
    """A value as a message quotes it: short, and without characters that can't be seen."""
    lisible = "".join(c if c.isprintable() else "�" for c in valeur[:60])
    return f"« {lisible}{'…' if len(valeur) > 60 else ''} »"


def lire_etat(
    parametres: QueryDict,
    *,
    colonnes: Sequence[str],
    par_defaut: Collection[str],
    triables: Collection[str],
) -> Etat:
    """The state that the address asks for; what can't be read takes its usual value, and is told.

    ``colonnes`` are all the columns in their order, the first one always shown; ``par_defaut``
    those shown when the address says nothing.
    """
    anomalies: list[Anomalie] = []

    def seule(nom: str) -> str:
        valeurs = [valeur for valeur in parametres.getlist(nom) if valeur]
        if len(set(valeurs)) > 1:
            anomalies.append(Anomalie(nom, "il est donné plusieurs fois ; le dernier est retenu."))
        return valeurs[-1] if valeurs else ""

    def entier(nom: str, defaut: int) -> int:
        texte = seule(nom).strip()
        if not texte:
            return defaut
        if lu := lire_entier(texte):
            return lu
        anomalies.append(
            Anomalie(nom, f"{coupe(texte)} n'est pas un nombre utilisable ; {defaut} est appliqué.")
        )
        return defaut

    tri = seule("sort")
    if tri and tri.removeprefix("-") not in triables:
        anomalies.append(
            Anomalie("sort", f"la colonne {coupe(tri)} est inconnue ; l'ordre habituel s'applique.")
        )
        tri = ""

    par_page = entier("per_page", TAILLE)
    if par_page not in TAILLES:
        choix = ", ".join(map(str, TAILLES))
        anomalies.append(
            Anomalie("per_page", f"choisissez {choix} lignes par page ; {TAILLE} est appliqué.")
        )
        par_page = TAILLE

    demandees = {
        nom for valeur in parametres.getlist("colonnes") for nom in valeur.split(",") if nom
    }
    inconnues = sorted(demandees.difference(colonnes))
    if inconnues:
        anomalies.append(
            Anomalie("colonnes", f"colonne inconnue : {', '.join(map(coupe, inconnues[:5]))}.")
        )
    montrees = demandees.intersection(colonnes) or set(par_defaut)

    export = seule("_export")
    if export and export not in EXPORTS:
        formats = ", ".join(EXPORTS)
        anomalies.append(
            Anomalie("_export", f"{coupe(export)} est inconnu ; les formats sont {formats}.")
        )
        export = ""

    return Etat(
        tri=tri,
        page=entier("page", 1),
        par_page=par_page,
        colonnes=tuple(nom for nom in colonnes if nom in montrees or nom == colonnes[0]),
        export=export,
        anomalies=tuple(anomalies),
    )
