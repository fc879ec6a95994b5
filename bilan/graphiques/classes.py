"""Classes of amounts for a map: few, round, and cut where the amounts leave gaps. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, inf, log, log10
from statistics import fmean

from listes.chiffres import montant, nombre


def seuils(valeurs: Sequence[float], au_plus: int) -> list[float]:
    """The round amounts between at most so many classes of positive amounts, ascending.

    Classes gather close amounts (least squares on their logarithms): one commune that receives a
    hundred times the others' share doesn't flatten them into one colour.
    """
    triees = sorted(valeurs)
    debuts = _debuts([log(v) for v in triees], min(au_plus, len(set(triees))))
    bornes = [_rond(triees[debut - 1], triees[debut]) for debut in debuts]
    return sorted(set(bornes))


def intitules(bornes: Sequence[float]) -> list[str]:
    """What a legend says of the classes, from the lowest one up."""
    if not bornes:
        return ["Tous les montants"]
    montants = [Decimal(str(borne)) for borne in bornes]
    entre = [f"{nombre(bas)} à {montant(haut)}" for bas, haut in pairwise(montants)]
    return [f"Moins de {montant(montants[0])}", *entre, f"{montant(montants[-1])} et plus"]


def _debuts(valeurs: Sequence[float], classes: int) -> list[int]:
    """Where each class but the first starts in sorted values: the least sum of squares within."""
    taille = len(valeurs)
    # couts[k][j]: the least cost of the first j values in k + 1 classes, and where the last starts.
    couts = [[(_dispersion(valeurs[:j]), 0) for j in range(taille + 1)]]
    for k in range(1, classes):
        precedents = couts[-1]
        couts.append(
            [
                min(
                    (
                        (precedents[i][0] + _dispersion(valeurs[i:j]), i)
                        for i in range(k, j)
                        if valeurs[i] > valeurs[i - 1]
                    ),
                    default=(inf, 0),
                )
                for j in range(taille + 1)
            ]
        )
    debuts: list[int] = []
    fin = taille
    for k in range(classes - 1, 0, -1):
        fin = couts[k][fin][1]
        debuts.append(fin)
    return debuts[::-1]


def _dispersion(valeurs: Sequence[float]) -> float:
    if len(valeurs) < 2:
        return 0.0
    moyenne = fmean(valeurs)
    return sum((v - moyenne) ** 2 for v in valeurs)


def _rond(bas: float, haut: float) -> float:
    """A round amount above one and at most the other, as near as can be to their middle."""
    puissance = 10.0 ** floor(log10(haut))
    while puissance >= 1:
        ronds = [multiple * puissance for multiple in (1, 2, 5)]
        ronds += [puissance * ceil((bas + 0.01) / puissance), ronds[0] / 2, ronds[0] / 5]
        entre = [rond for rond in ronds if bas < rond <= haut]
        if entre:
            return min(entre, key=lambda rond: abs(log(rond * rond / (bas * haut))))
        puissance /= 10
    return haut
