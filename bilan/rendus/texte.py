"""The check in a terminal."""

from collections.abc import Iterator

from bilan.controle import Controle, Recalcul
from listes.chiffres import ecart, nombre


def controle_en_texte(controle: Controle) -> str:
    """The figures that differ and the sums that don't hold, then the counts, in a few lines."""
    return "\n".join(_lignes(controle))


def _lignes(controle: Controle) -> Iterator[str]:
    yield f"Contrôle de l'exercice {controle.annee}"
    if not controle.publie:
        yield "Aucun chiffre publié pour cet exercice : rien à comparer."
        return
    yield ""
    yield (
        f"Recalcul : {len(controle.recalcul)} chiffres comparés, {controle.conformes} conformes, "
        f"{len(controle.incoherences_source)} incohérences de la source, "
        f"{len(controle.ecarts)} écarts."
    )
    yield from _differences("Incohérences de la source", controle.incoherences_source)
    yield from _differences("Écarts à vérifier", controle.ecarts)
    yield ""
    yield (
        f"Cohérence : {len(controle.coherence)} sommes du document, "
        f"{len(controle.sommes_en_defaut)} ne tombent pas juste."
    )
    for somme in controle.sommes_en_defaut:
        yield (
            f"  - {somme.libelle} : imprimé {nombre(somme.attendu)}, "
            f"somme {nombre(somme.obtenu)} ({ecart(somme.ecart)})"
        )
    yield ""
    if controle.ecarts:
        yield "Résultat : des chiffres ne correspondent plus au document publié."
    else:
        yield "Résultat : aucun écart ; seules les contradictions du document subsistent."


def _differences(titre: str, recalculs: tuple[Recalcul, ...]) -> Iterator[str]:
    if recalculs:
        yield f"{titre} :"
    for r in recalculs:
        difference = "" if r.ecart is None else f" ({ecart(r.ecart)})"
        yield (
            f"  - {', '.join(r.place)} : publié {nombre(r.publie)}, "
            f"recalculé {nombre(r.recalcule)}{difference}"
        )
