"""The chapter of the transversal axes: pure, from what the rows give to sections."""

from collections.abc import Iterable
from dataclasses import dataclass

from bilan.document import Fiche, Liste, Paragraphe, Section

RUBRIQUES_ATTENDUES = ("Coordination", "Financement", "Calendrier")


@dataclass(frozen=True)
class FicheAxe:
    """An axis as the report tells it; each list holds what the rows give, nothing more."""

    numero: int
    titre: str
    thematique: str
    objectifs: tuple[str, ...]
    organisation: str
    annee_debut: int | None
    coordination: tuple[str, ...]
    partenaires: tuple[str, ...]
    communes: tuple[str, ...]
    financement: tuple[str, ...]
    calendrier: tuple[str, ...]


def axes_transversaux(fiches: Iterable[FicheAxe]) -> Section | None:
    """The transversal axes, one after the other; nothing where the contract has none."""
    parties = tuple(_axe(fiche) for fiche in fiches)
    if not parties:
        return None
    return Section("axes", "Axes transversaux de travail", sections=parties)


def _axe(fiche: FicheAxe) -> Section:
    blocs: list[Paragraphe | Liste | Fiche] = []
    if fiche.thematique:
        blocs.append(Paragraphe(f"Thématique : {fiche.thematique}."))
    if fiche.objectifs:
        blocs.append(Liste(fiche.objectifs, "Objectifs"))
    blocs.extend(map(Paragraphe, fiche.organisation.splitlines()))
    debut = () if fiche.annee_debut is None else (str(fiche.annee_debut),)
    blocs.append(
        Fiche(
            tuple(
                (titre, valeurs or ("Non renseigné",))
                for titre, valeurs in (
                    ("Coordination", fiche.coordination),
                    ("Partenaires", fiche.partenaires),
                    ("Financement", fiche.financement),
                    ("Communes", fiche.communes),
                    ("Depuis", debut),
                    ("Calendrier", fiche.calendrier),
                )
                if valeurs or titre in RUBRIQUES_ATTENDUES
            )
        )
    )
    return Section(f"axe-{fiche.numero}", f"{fiche.numero} – {fiche.titre}", tuple(blocs))
