"""Figures for programs: plain numbers, their labels, and the link to the actions behind them."""

from decimal import Decimal
from typing import Any

from bilan.controle import Controle
from bilan.tableaux import Chiffre, Ligne, Tableau
from listes.chiffres import brut


def controle_en_dict(controle: Controle) -> dict[str, Any]:
    """The check as ``controle --format json`` prints it; € and gaps recomputed − published."""
    return {
        "exercice": controle.annee,
        "recalcul": [
            {
                "tableau": recalcul.cle.tableau,
                "ligne": recalcul.libelle,
                "colonne": recalcul.cle.colonne,
                "publie": brut(recalcul.publie),
                "recalcule": brut(recalcul.recalcule),
                "ecart": brut(recalcul.ecart),
                "statut": recalcul.statut.value,
            }
            for recalcul in controle.recalcul
        ],
        "coherence": [
            {
                "libelle": somme.libelle,
                "attendu": brut(somme.attendu),
                "obtenu": brut(somme.obtenu),
                "ecart": brut(somme.ecart),
                "tient": somme.tient,
            }
            for somme in controle.coherence
        ],
        "synthese": {
            "compares": len(controle.recalcul),
            "conformes": controle.conformes,
            "incoherences_source": len(controle.incoherences_source),
            "ecarts": len(controle.ecarts),
            "sommes": len(controle.coherence),
            "sommes_en_defaut": len(controle.sommes_en_defaut),
        },
    }


def tableau_en_dict(tableau: Tableau) -> dict[str, Any]:
    """A table for programs: its columns, then each row's figures by column code.

    ``valeur`` is null for an unknown amount, without any funding line, or where words stand in the
    place of a number; ``inconnus``, where there are some, is how many amounts it lacks;
    ``publie`` and ``ecart`` (recomputed − published) are there only where something was published.
    """
    return {
        "exercice": tableau.annee,
        "tableau": tableau.code,
        "titre": tableau.titre,
        "reconstitue": tableau.reconstitue,
        "colonnes": [
            {"code": c.code, "titre": c.titre, "groupe": c.groupe, "unite": c.unite.value}
            for c in tableau.colonnes
        ],
        "lignes": [_ligne(tableau, ligne) for ligne in tableau.lignes],
        "total": _ligne(tableau, tableau.total),
    }


def _ligne(tableau: Tableau, ligne: Ligne) -> dict[str, Any]:
    return {
        "numero": ligne.numero,
        "libelle": ligne.libelle,
        "nom": ligne.nom,
        "chiffres": {
            colonne.code: _chiffre(chiffre)
            for colonne, chiffre in zip(tableau.colonnes, ligne.chiffres, strict=True)
        },
    }


def _chiffre(chiffre: Chiffre) -> dict[str, Any]:
    element: dict[str, Any] = {
        "valeur": None if chiffre.vide else brut(chiffre.valeur),
        "affiche": chiffre.affiche,
        "lien": chiffre.lien,
        "reconstitue": chiffre.reconstitue,
    }
    if chiffre.inconnus:
        element["inconnus"] = chiffre.inconnus
    publication = chiffre.publication
    if publication is not None:
        element["publie"] = brut(publication.valeur)
        element["ecart"] = (
            None if chiffre.valeur is None else brut(Decimal(chiffre.valeur) - publication.valeur)
        )
        element["statut"] = publication.statut.value
    return element
