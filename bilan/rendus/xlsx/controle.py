"""The check's sheet: each published figure beside the recomputed one, then the document's sums."""

from decimal import Decimal
from typing import Final

from bilan.controle import Cle, Recalcul, Somme
from bilan.document import Rapport
from bilan.rapport import STATUTS
from bilan.rendus.xlsx.feuille import INCONNU, Atelier, Feuille, format_de_l_ecart, format_des_euros
from bilan.tableaux import Tableau, Unite
from listes.chiffres import brut

_ENTETES: Final = (
    "Vérification",
    "Tableau",
    "Ligne",
    "Colonne",
    "Publié",
    "Recalculé",
    "Écart",
    "État",
    "Explication",
)
_LARGEURS: Final = (20, 12, 44, 19, 13, 13, 12, 24, 52)
_PUBLIE, _RECALCULE, _ECART = 4, 5, 6
_TIENT: Final = {True: "Tombe juste", False: "Ne tombe pas juste"}


def ecrire_controle(atelier: Atelier, nom: str, feuilles: dict[str, str]) -> None:
    """``feuilles``: the name of the sheet of each table's code."""
    controle = atelier.rapport.controle
    feuille = Feuille(
        atelier,
        nom,
        f"Contrôle des chiffres publiés, {controle.annee}",
        _LARGEURS,
        atelier.rapport.etat_du_controle,
    )
    if not controle.publie:
        return
    debut = feuille.rang
    feuille.entetes(_ENTETES, (_PUBLIE, _RECALCULE, _ECART), 20)
    feuille.figer(debut)
    for recalcul in controle.recalcul:
        _ecrire_recalcul(feuille, recalcul, feuilles)
    for somme in controle.coherence:
        _ecrire_somme(feuille, somme, feuilles)
    feuille.onglet.autofilter(debut, 0, feuille.rang - 1, len(_ENTETES) - 1)


def _ecrire_recalcul(feuille: Feuille, recalcul: Recalcul, feuilles: dict[str, str]) -> None:
    mots = (
        "Chiffre publié",
        feuilles.get(recalcul.cle.tableau, recalcul.cle.tableau),
        recalcul.libelle,
        _colonne(feuille.atelier.rapport, recalcul.cle),
    )
    differe = recalcul.ecart != 0
    _ecrire(
        feuille,
        mots,
        _unite(recalcul.cle),
        recalcul.publie,
        recalcul.recalcule,
        (STATUTS[recalcul.statut], recalcul.explication),
        differe,
    )


def _ecrire_somme(feuille: Feuille, somme: Somme, feuilles: dict[str, str]) -> None:
    mots = (
        "Somme du document",
        feuilles.get(somme.cible.tableau, somme.cible.tableau),
        somme.libelle,
        _colonne(feuille.atelier.rapport, somme.cible),
    )
    suite = (_TIENT[somme.tient], "")
    _ecrire(feuille, mots, _unite(somme.cible), somme.attendu, somme.obtenu, suite, not somme.tient)


def _ecrire(
    feuille: Feuille,
    mots: tuple[str, ...],
    unite: Unite,
    publie: Decimal,
    recalcule: Decimal | None,
    suite: tuple[str, str],
    differe: bool,
) -> None:
    for colonne, mot in enumerate(mots):
        feuille.texte(colonne, mot, "filet", "long")
    for colonne, valeur in ((_PUBLIE, publie), (_RECALCULE, recalcule)):
        nombre = format_des_euros(valeur) if unite == Unite.EUROS else "#,##0"
        feuille.nombre(colonne, valeur, nombre, "filet")
    accent = ("differe",) if differe else ()
    if recalcule is None:
        feuille.texte(_ECART, INCONNU, "filet", "droite")
    else:
        feuille.formule(
            _ECART,
            f"ROUND({feuille.case(_RECALCULE)}-{feuille.case(_PUBLIE)},2)",
            brut(recalcule - publie),
            "filet",
            *accent,
            nombre=format_de_l_ecart(unite, recalcule - publie),
        )
    feuille.texte(_ECART + 1, suite[0], "filet", "long", "retrait", *accent)
    feuille.texte(_ECART + 2, suite[1], "filet", "long")
    feuille.rang += 1


def _unite(cle: Cle) -> Unite:
    return Unite.ACTIONS if cle.colonne == "actions" else Unite.EUROS


def _colonne(rapport: Rapport, cle: Cle) -> str:
    """The column's title in its table; its code where the table has no such column."""
    tableau = rapport.tableau(cle.tableau)
    colonnes = tableau.colonnes if isinstance(tableau, Tableau) else ()
    return next((c.titre for c in colonnes if c.code == cle.colonne), cle.colonne)
