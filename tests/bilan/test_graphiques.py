"""What the charts say: the tables' own figures, links and names, drawn or told."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import TestCase

from amorce.chargement import charger
from bilan.exercices import ExerciceEtabli, etablir
from bilan.graphiques import barres, barres_territoriales, barres_thematiques
from bilan.graphiques.carte import carte_territoriale
from bilan.graphiques.classes import intitules, seuils
from bilan.graphiques.contours import Feuille, au_large
from bilan.graphiques.trait import ORIGINE, Graphique, en_lignes, graduations
from bilan.grille import Ligne
from bilan.tableaux import TableauTerritorial
from listes.chiffres import montant
from territoires.models import Commune


def carre(ouest: float, sud: float, cote: float = 0.1) -> dict[str, Any]:
    """A square commune, its ring clockwise."""
    est, nord = ouest + cote, sud + cote
    return {
        "type": "Polygon",
        "coordinates": [[[ouest, sud], [ouest, nord], [est, nord], [est, sud], [ouest, sud]]],
    }


def dites(graphique: Graphique) -> list[tuple[str, str]]:
    """What each mark says, and where it leads."""
    return [
        (rangee["description"], rangee["lien"].removeprefix(ORIGINE))
        for couche in graphique.specification["layer"]
        for rangee in couche["data"]["values"]
        if "description" in rangee
    ]


def textes(graphique: Graphique) -> list[str]:
    return [
        rangee["texte"]
        for couche in graphique.specification["layer"]
        for rangee in couche["data"]["values"]
        if "texte" in rangee
    ]


def sans_montant(tableau: TableauTerritorial, numero: int) -> TableauTerritorial:
    """The same table, one commune's amount unknown."""

    def ligne(li: Ligne) -> Ligne:
        actions, argent = li.chiffres
        return replace(li, chiffres=(actions, replace(argent, valeur=None)))

    lignes = tuple(ligne(li) if li.numero == numero else li for li in tableau.lignes)
    return replace(tableau, lignes=lignes)


class Graphiques2004(TestCase):
    """The charts of the 2004 contract."""

    exercice: ExerciceEtabli
    contours: dict[str, Any]

    @classmethod
    def setUpTestData(cls) -> None:
        charger(settings.FIXTURES)
        cls.exercice = etablir(2004)
        cls.contours = dict(Commune.objects.values_list("code_insee", "contour"))

    def attendues(self, lignes: tuple[Ligne, ...]) -> list[tuple[str, str]]:
        return [
            (
                f"{ligne.nom} : {montant(argent.valeur)}"
                + ("" if nombre.valeur is None else f", {nombre.valeur} action")
                + ("s" if nombre.valeur is not None and nombre.valeur > 1 else ""),
                argent.lien,
            )
            for ligne in lignes
            for nombre, argent in [ligne.chiffres[:2]]
        ]

    def test_one_bar_a_commune_in_the_document_s_order(self) -> None:
        graphique = barres_territoriales(self.exercice.territorial)
        assert dites(graphique) == self.attendues(self.exercice.territorial.lignes)
        assert dites(graphique)[3] == (
            "Cendras : 39\u202f200\u00a0€, 7 actions",
            "/actions/?exercice=2004&commune=30077",
        )
        assert dites(graphique)[15] == (
            "Transterritorial : 95\u202f322\u00a0€",
            "/actions/?exercice=2004&commune=transterritorial",
        )

    def test_the_amount_stands_beside_each_bar(self) -> None:
        ecrits = textes(barres_territoriales(self.exercice.territorial))
        assert [t for t in ecrits if t.endswith("€")] == [
            montant(ligne.chiffres[1].valeur) for ligne in self.exercice.territorial.lignes
        ]

    def test_the_description_says_who_gets_most(self) -> None:
        assert barres_territoriales(self.exercice.territorial).description == (
            "Barres horizontales du financement de chaque commune. Le plus élevé : Alès, "
            "563\u202f152\u00a0€, soit 54,8\u00a0% du total ; puis La Grand-Combe, "
            "205\u202f167\u00a0€, Transterritorial, 95\u202f322\u00a0€."
        )

    def test_an_unknown_amount_draws_no_bar_and_is_said(self) -> None:
        graphique = barres_territoriales(sans_montant(self.exercice.territorial, 2))
        pleines = graphique.specification["layer"][0]["data"]["values"]
        assert [barre["rang"] for barre in pleines] == [0, *range(2, 16)]
        assert dites(graphique)[1][0] == "Bagard : montant inconnu, 2 actions"
        assert graphique.description.endswith("Montant inconnu : Bagard.")

    def test_each_funder_s_share_is_the_table_s_figure(self) -> None:
        tableau = self.exercice.thematique
        parts = [
            (f"{ligne.nom}, {colonne.titre} : {montant(chiffre.valeur)}", chiffre.lien)
            for ligne in tableau.lignes
            for colonne, chiffre in list(zip(tableau.colonnes, ligne.chiffres, strict=True))[2:]
            if chiffre.valeur
        ]
        totaux = self.attendues(tableau.lignes)
        assert dites(barres_thematiques(tableau)) == totaux + parts
        assert len(parts) == 44 - 5  # five zeros draw nothing

    def test_shares_end_where_the_theme_s_total_ends(self) -> None:
        fins: dict[int, float] = {}
        for couche in barres_thematiques(self.exercice.thematique).specification["layer"]:
            for part in couche["data"]["values"]:
                if "fin" in part:
                    assert part["debut"] == fins.get(part["rang"], 0)
                    fins[part["rang"]] = part["fin"]
        assert fins == {
            rang: float(ligne.chiffres[1].valeur or 0)
            for rang, ligne in enumerate(self.exercice.thematique.lignes)
        }

    def test_the_map_holds_the_fifteen_communes(self) -> None:
        carte = carte_territoriale(self.exercice.territorial, self.contours)
        assert carte is not None
        assert dites(carte) == self.attendues(self.exercice.territorial.lignes[:15])
        assert sorted(t for t in textes(carte) if t.isdigit()) == sorted(
            2 * [str(n) for n in range(1, 16)]
        )
        assert carte.description == (
            "Carte de 15 communes, numérotées comme dans le tableau et d'autant plus foncées que "
            "leur financement est élevé, en 5 classes. Hors de la carte : Transterritorial."
        )

    def test_an_unknown_amount_has_its_own_class(self) -> None:
        carte = carte_territoriale(sans_montant(self.exercice.territorial, 2), self.contours)
        assert carte is not None
        classes = [c["classe"] for c in carte.specification["layer"][0]["data"]["values"]]
        assert classes.count("Montant inconnu") == 1
        assert classes[1] == "Montant inconnu"
        assert "Montant inconnu : Bagard." in carte.description

    def test_communes_without_an_outline_are_said(self) -> None:
        carte = carte_territoriale(self.exercice.territorial, {"30007": carre(4, 44)})
        assert carte is not None
        assert carte.description.startswith("Carte de 1 commune, numérotée")
        assert "Hors de la carte : Bagard, " in carte.description

    def test_no_outline_no_map(self) -> None:
        assert carte_territoriale(self.exercice.territorial, {}) is None
        assert carte_territoriale(self.exercice.territorial, {"99999": carre(4, 44)}) is None
        for vide in ({"type": "Point", "coordinates": [4, 44]}, {"type": "Polygon"}):
            assert carte_territoriale(self.exercice.territorial, {"30007": vide}) is None

    def test_the_same_rows_give_the_same_drawing(self) -> None:
        deux = etablir(2004)
        assert barres_thematiques(deux.thematique) == barres_thematiques(self.exercice.thematique)
        assert carte_territoriale(deux.territorial, self.contours) == carte_territoriale(
            self.exercice.territorial, self.contours
        )


def test_plain_bars_take_plain_rows() -> None:
    graphique = barres(
        "Par financeur",
        "Barres du financement par financeur.",
        [("Ville", Decimal("1200.50"), "/a/"), ("État", None, "/b/"), ("CG", 0, "/c/")],
    )
    assert dites(graphique) == [
        ("Ville : 1\u202f200,50\u00a0€", "/a/"),
        ("État : montant inconnu", "/b/"),
        ("CG : 0\u00a0€", "/c/"),
    ]
    assert textes(graphique) == ["Ville", "État", "CG", "1\u202f200,50\u00a0€", "—", "0\u00a0€"]
    assert graphique.description == "Barres du financement par financeur. Montant inconnu : État."


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Alès", ("Alès",)),
        ("Animation de type centre social", ("Animation de type", "centre social")),
        ("Information/Participation des habitants", ("Information/", "Participation des…")),
        ("Saint-Martin-de-Valgalgues", ("Saint-Martin-de-", "Valgalgues")),
        ("A" * 40, ("A" * 18 + "…",)),
    ],
)
def test_a_long_name_takes_two_lines_then_an_ellipsis(texte: str, attendu: tuple[str]) -> None:
    assert en_lignes(texte, 140) == attendu


def test_graduations_are_round_and_fit() -> None:
    assert graduations(Decimal(563_152), 300) == [0, 200_000, 400_000]
    assert graduations(Decimal(950), 300) == [0, 200, 400, 600, 800]
    assert graduations(Decimal(0), 300) == [0]


def test_classes_are_cut_at_round_amounts_where_there_are_gaps() -> None:
    montants = [2000, 3000, 3200, 3200, 4260, 6200, 7000, 10520, 10750, 13300, 26175, 35800, 39200]
    bornes = seuils([*montants, 205_167, 563_152], 5)
    assert bornes == [5_000, 20_000, 100_000, 300_000]
    assert intitules(bornes) == [
        "Moins de 5\u202f000\u00a0€",
        "5\u202f000 à 20\u202f000\u00a0€",
        "20\u202f000 à 100\u202f000\u00a0€",
        "100\u202f000 à 300\u202f000\u00a0€",
        "300\u202f000\u00a0€ et plus",
    ]
    assert seuils([], 5) == seuils([1000, 1000], 5) == []
    assert seuils([1000, 1001], 5) == [1001]
    assert intitules([]) == ["Tous les montants"]


def test_a_number_stands_inside_a_commune_bent_like_a_u() -> None:
    u = {
        "type": "Polygon",
        "coordinates": [
            [[0, 0], [0, 3], [1, 3], [1, 1], [2, 1], [2, 3], [3, 3], [3, 0], [0, 0]],
        ],
    }
    feuille = Feuille.de([u], 300, 300)
    x, y = au_large(feuille.dessiner(u))
    tiers = feuille.largeur / 3
    assert y > 2 * feuille.hauteur / 3 or not tiers < x < 2 * tiers
