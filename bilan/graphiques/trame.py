"""The frame of a horizontal bar chart: names on the left, bars, amounts at their ends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from actions.liens import TRANSTERRITORIAL
from bilan.graphiques.trait import (
    AXE,
    ENCRE_DOUCE,
    LARGEUR,
    PETIT,
    Marges,
    Specification,
    absolu,
    champ,
    dire,
    en_lignes,
    graduations,
    largeur_estimee,
    place,
    specification,
    textes,
)
from bilan.grille import Ligne, Tableau
from bilan.tableaux import ACTIONS, FINANCEMENT, FINANCEMENT_TOTAL
from listes.chiffres import montant
from listes.chiffres import nombre as texte_du_nombre

COULEUR: Final = "#0072b2"
COULEUR_HORS_COMMUNE: Final = "#6c7681"
_PAS: Final = 27
_PAS_DE_DEUX_LIGNES: Final = 38
_INTERLIGNE: Final = 16
_ECART: Final = 8
_BORD: Final = 12
_NOM_MAX: Final = 192
_NUMERO: Final = 36
_LEGENDE: Final = 52
_AXE: Final = 34


class Barre(NamedTuple):
    """A row of a bar chart: an amount in € (None: unknown) and what it leads to.

    ``precision`` completes the sentence that is said of it (« 7 actions »).
    """

    libelle: str
    valeur: Decimal | int | None
    lien: str
    precision: str = ""
    numero: int | None = None
    couleur: str = COULEUR


def rangee(tableau: Tableau, ligne: Ligne) -> Barre:
    """A row of a table that has a total amount and a number of actions."""
    par_code = dict(zip((c.code for c in tableau.colonnes), ligne.chiffres, strict=True))
    argent = par_code.get(FINANCEMENT_TOTAL.code) or par_code[FINANCEMENT.code]
    nombre = par_code[ACTIONS.code].valeur
    return Barre(
        libelle=ligne.nom or ligne.libelle,
        valeur=argent.valeur,
        lien=argent.lien,
        precision="" if nombre is None else _accorde(int(nombre)),
        numero=ligne.numero,
        couleur=COULEUR_HORS_COMMUNE if ligne.code == TRANSTERRITORIAL else COULEUR,
    )


def _accorde(nombre: int) -> str:
    return f"{texte_du_nombre(nombre)} action{'s' if nombre > 1 else ''}"


@dataclass(frozen=True)
class Trame:
    """Where everything stands for these rows."""

    rangees: tuple[Barre, ...]
    noms_en_lignes: tuple[tuple[str, ...], ...]
    marges: Marges
    maximum: Decimal

    @classmethod
    def de(cls, rangees: Sequence[Barre], legende: bool = False) -> "Trame":
        """The frame that these rows need, with room above for a legend if there is one."""
        numeros = _NUMERO if any(barre.numero is not None for barre in rangees) else _BORD
        noms = tuple(en_lignes(barre.libelle, _NOM_MAX) for barre in rangees)
        valeurs = [Decimal(barre.valeur) for barre in rangees if barre.valeur is not None]
        nom = max((largeur_estimee(ligne) for lignes in noms for ligne in lignes), default=0)
        chiffres = max((largeur_estimee(montant(v)) for v in (*valeurs, Decimal(0))), default=0)
        return cls(
            rangees=tuple(rangees),
            noms_en_lignes=noms,
            marges=Marges(
                gauche=round(numeros + min(nom, _NOM_MAX) + _ECART),
                droite=round(chiffres + _ECART + _BORD),
                haut=_LEGENDE if legende else _BORD,
                bas=_AXE,
            ),
            maximum=max(valeurs, default=Decimal(0)),
        )

    @property
    def pas(self) -> int:
        """The height of a row."""
        return _PAS_DE_DEUX_LIGNES if any(len(n) > 1 for n in self.noms_en_lignes) else _PAS

    @property
    def largeur(self) -> int:
        return LARGEUR - self.marges.gauche - self.marges.droite

    @property
    def echelle(self) -> float:
        """Pixels for one €."""
        return self.largeur / float(self.maximum or 1)

    @property
    def debut_des_noms(self) -> int:
        return _NUMERO if any(barre.numero is not None for barre in self.rangees) else _BORD

    def milieu(self, rang: int) -> float:
        return (rang + 0.5) * self.pas

    def axe(self, valeur: str) -> Specification:
        """The amounts' axis, in €, from 0 to the largest one."""
        return {
            "field": valeur,
            "type": "quantitative",
            "scale": {"domain": [0, float(self.maximum or 1)], "nice": False},
            "axis": {
                "values": graduations(self.maximum, self.largeur),
                "labelExpr": "format(datum.value, ',') + '\u00a0€'",
            },
        }

    @property
    def bandes(self) -> Specification:
        """The rows, in their order."""
        return {
            "field": "rang",
            "type": "ordinal",
            "scale": {
                "domain": list(range(len(self.rangees))),
                "paddingInner": 0.3,
                "paddingOuter": 0.15,
            },
            "axis": None,
        }

    def noms(self) -> tuple[Specification, ...]:
        """The rows' numbers and names, and the line where the bars start."""
        gauche = self.marges.gauche
        numeros = [
            {"x": _NUMERO - _ECART - gauche, "y": self.milieu(rang), "texte": str(barre.numero)}
            for rang, barre in enumerate(self.rangees)
            if barre.numero is not None
        ]
        lignes = [
            {
                "x": self.debut_des_noms - gauche,
                "y": self.milieu(rang) + (numero - (len(nom) - 1) / 2) * _INTERLIGNE,
                "texte": ligne,
            }
            for rang, nom in enumerate(self.noms_en_lignes)
            for numero, ligne in enumerate(nom)
        ]
        return (
            textes(numeros, align="right", color=ENCRE_DOUCE, fontSize=PETIT),
            textes(lignes, align="left"),
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "aria": False, "color": AXE},
                "encoding": {"x": place(0), "y": place(0), "y2": place(self.hauteur)},
            },
        )

    @property
    def hauteur(self) -> int:
        return self.pas * len(self.rangees)

    def totaux(self) -> Specification:
        """The amount at the end of each bar; a dash where it is unknown."""
        return textes(
            [
                {
                    "x": float(barre.valeur or 0) * self.echelle + _ECART,
                    "y": self.milieu(rang),
                    "texte": montant(barre.valeur),
                }
                for rang, barre in enumerate(self.rangees)
            ],
            align="left",
        )

    def zones(self) -> Specification:
        """The whole row answers the pointer and the keyboard: a small bar is as easy to follow."""
        return {
            "data": {
                "values": [
                    {
                        "y": rang * self.pas,
                        "y2": (rang + 1) * self.pas,
                        "lien": absolu(barre.lien),
                        "description": dire(barre.libelle, barre.valeur, barre.precision),
                    }
                    for rang, barre in enumerate(self.rangees)
                ]
            },
            "mark": {"type": "rect", "fill": "transparent"},
            "encoding": {
                "x": place(_BORD / 2 - self.marges.gauche),
                "x2": place(self.largeur + self.marges.droite - _BORD / 2),
                "y": champ("y"),
                "y2": {"field": "y2"},
                "href": {"field": "lien"},
                "description": {"field": "description"},
            },
        }

    def specification(self, description: str, couches: Iterable[Any]) -> Specification:
        return specification(description, self.hauteur, self.marges, couches)
