"""What the charts say: the tables' own figures, links and names, drawn or told."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import TestCase

from amorce.chargement import charger
from bilan.exercices import ExerciceEtabli, etablir
from bilan.graphiques import (
    Barre,
    Graphique,
    barres,
    barres_territoriales,
    barres_thematiques,
    carte_territoriale,
)
from bilan.graphiques.barres import COULEUR
from bilan.graphiques.carte import TEINTES
from bilan.graphiques.classes import intitules, seuils
from bilan.graphiques.contours import Planche, au_large
from bilan.graphiques.dessin import abrege, en_lignes, largeur_estimee
from bilan.tableaux import Ligne, TableauTerritorial
from listes.chiffres import montant
from territoires.models import Commune

SVG = "{http://www.w3.org/2000/svg}"


def carre(ouest: float, sud: float, cote: float = 0.1) -> str:
    """A square commune, its ring clockwise."""
    est, nord = ouest + cote, sud + cote
    anneau = [[ouest, sud], [ouest, nord], [est, nord], [est, sud], [ouest, sud]]
    return json.dumps({"type": "Polygon", "coordinates": [anneau]})


def lire(dessin: str) -> ET.Element:
    return ET.fromstring(dessin)  # noqa: S314 — our own drawing


def dites(graphique: Graphique) -> list[tuple[str, str]]:
    """What each mark says, and where it leads; the same in both drawings."""
    large, etroit = (
        [(a.findtext(f"{SVG}title") or "", a.get("href") or "") for a in lire(d).iter(f"{SVG}a")]
        for d in (graphique.large, graphique.etroit)
    )
    assert large == etroit
    return large


def textes(graphique: Graphique) -> list[str]:
    return [texte.text or "" for texte in lire(graphique.large).iter(f"{SVG}text")]


def rectangles(graphique: Graphique, couleur: str) -> list[tuple[float, float, float]]:
    """Where each bar of a colour begins, how long it is, how high it stands; drawn large."""
    return [
        (float(r.get("x") or 0), float(r.get("width") or 0), float(r.get("y") or 0))
        for r in lire(graphique.large).iter(f"{SVG}rect")
        if r.get("fill") == couleur
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
    contours: dict[str, str | None]

    @classmethod
    def setUpTestData(cls) -> None:
        charger(settings.FIXTURES)
        cls.exercice = etablir(2004)
        cls.contours = {c.code_insee: c.trace for c in Commune.objects.avec_trace()}

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

    def test_une_barre_par_commune_dans_l_ordre_du_document(self) -> None:
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

    def test_le_montant_est_a_cote_de_chaque_barre(self) -> None:
        ecrits = textes(barres_territoriales(self.exercice.territorial))
        axe = 3  # what the axis writes first
        assert [t for t in ecrits if t.endswith("€")][axe:] == [
            montant(ligne.chiffres[1].valeur) for ligne in self.exercice.territorial.lignes
        ]

    def test_la_description_dit_qui_recoit_le_plus(self) -> None:
        assert barres_territoriales(self.exercice.territorial).description == (
            "Barres horizontales du financement de chaque commune. Le plus élevé : Alès, "
            "563\u202f152\u00a0€, soit 54,8\u00a0% du total ; puis La Grand-Combe, "
            "205\u202f167\u00a0€, Transterritorial, 95\u202f322\u00a0€."
        )

    def test_un_montant_inconnu_ne_dessine_pas_de_barre_et_se_dit(self) -> None:
        connues = rectangles(barres_territoriales(self.exercice.territorial), COULEUR)
        graphique = barres_territoriales(sans_montant(self.exercice.territorial, 2))
        assert rectangles(graphique, COULEUR) == [connues[0], *connues[2:]]
        assert dites(graphique)[1][0] == "Bagard : montant inconnu, 2 actions"
        assert graphique.description.endswith("Montant inconnu : Bagard.")

    def test_la_part_de_chaque_financeur_est_le_chiffre_du_tableau(self) -> None:
        tableau = self.exercice.thematique
        attendues = [
            dite
            for ligne, total in zip(tableau.lignes, self.attendues(tableau.lignes), strict=True)
            for dite in [
                total,
                *(
                    (f"{ligne.nom}, {colonne.titre} : {montant(chiffre.valeur)}", chiffre.lien)
                    for colonne, chiffre in zip(
                        tableau.colonnes[2:], ligne.chiffres[2:], strict=True
                    )
                    if chiffre.valeur
                ),
            ]
        ]
        assert dites(barres_thematiques(tableau)) == attendues
        assert len(attendues) == 11 + 44 - 5  # five zeros draw nothing

    def test_les_parts_se_suivent_jusqu_a_la_fin_du_total(self) -> None:
        """One after the other, and as long together as the theme's total among the others'."""
        tableau = self.exercice.thematique
        longueurs = []
        for a in lire(barres_thematiques(tableau).large).iter(f"{SVG}a"):
            rectangle = a[1]
            debut, longueur = (float(rectangle.get(cle) or 0) for cle in ("x", "width"))
            if rectangle.get("stroke") == "none":
                longueurs.append(0.0)
            else:
                if not longueurs[-1]:
                    depart = debut
                assert debut == pytest.approx(depart + longueurs[-1], abs=0.03)
                longueurs[-1] += longueur
        totaux = [float(ligne.chiffres[1].valeur or 0) for ligne in tableau.lignes]
        assert longueurs == pytest.approx(
            [total / max(totaux) * max(longueurs) for total in totaux], abs=0.03
        )

    def test_la_carte_porte_les_quinze_communes(self) -> None:
        carte = carte_territoriale(self.exercice.territorial, self.contours)
        assert carte is not None
        assert dites(carte) == self.attendues(self.exercice.territorial.lignes[:15])
        assert sorted(t for t in textes(carte) if t.isdigit()) == sorted(
            2 * [str(n) for n in range(1, 16)]
        )
        assert carte.description == (
            "Carte de 15 communes, numérotées comme dans le tableau, d'une teinte d'autant plus "
            "marquée que leur financement est élevé, en 5 classes. Hors de la carte : "
            "Transterritorial."
        )

    def test_un_montant_inconnu_a_sa_classe_et_son_signe(self) -> None:
        carte = carte_territoriale(sans_montant(self.exercice.territorial, 2), self.contours)
        assert carte is not None
        ecrits = textes(carte)
        assert [t for t in ecrits if "?" in t] == ["2 ?", "Montant inconnu (?)"]
        teintes = [a[1].get("fill") for a in lire(carte.large).iter(f"{SVG}a")]
        assert teintes.count("var(--graphique-inconnu, #d5dbe3)") == 1
        assert teintes[1] == "var(--graphique-inconnu, #d5dbe3)"
        assert "Montant inconnu : Bagard." in carte.description

    def test_un_trait_epais_entoure_la_commune_mise_en_avant(self) -> None:
        seule = carte_territoriale(self.exercice.territorial, self.contours)
        carte = carte_territoriale(self.exercice.territorial, self.contours, en_avant="30132")
        assert carte is not None
        assert seule is not None
        assert carte.description == (
            f"{seule.description} La Grand-Combe est entourée d'un trait épais."
        )
        entourees = [
            forme.get("d")
            for forme in lire(carte.large).iter(f"{SVG}path")
            if forme.get("stroke-width") == "4"
        ]
        siennes = [
            a[1].get("d")
            for a in lire(carte.large).iter(f"{SVG}a")
            if (a.findtext(f"{SVG}title") or "").startswith("La Grand-Combe")
        ]
        assert entourees == siennes
        assert dites(carte) == dites(seule)

    def test_les_communes_sans_contour_se_disent(self) -> None:
        carte = carte_territoriale(self.exercice.territorial, {"30007": carre(4, 44)})
        assert carte is not None
        assert carte.description.startswith("Carte de 1 commune, numérotée")
        assert "Hors de la carte : Bagard, " in carte.description

    def test_pas_de_contour_pas_de_carte(self) -> None:
        assert carte_territoriale(self.exercice.territorial, {}) is None
        assert carte_territoriale(self.exercice.territorial, {"99999": carre(4, 44)}) is None
        for vide in ('{"type": "Point", "coordinates": [4, 44]}', '{"type": "Polygon"}', "null"):
            assert carte_territoriale(self.exercice.territorial, {"30007": vide}) is None

    def test_les_memes_lignes_donnent_le_meme_dessin(self) -> None:
        deux = etablir(2004)
        assert barres_thematiques(deux.thematique) == barres_thematiques(self.exercice.thematique)
        assert carte_territoriale(deux.territorial, self.contours) == carte_territoriale(
            self.exercice.territorial, self.contours
        )


def test_des_barres_simples_prennent_des_lignes_simples() -> None:
    graphique = barres(
        "Par financeur",
        "Barres du financement par financeur.",
        [
            Barre("Ville", Decimal("1200.50"), "/a/"),
            Barre("État", None, "/b/"),
            Barre("CG", 0, "/c/"),
        ],
    )
    assert dites(graphique) == [
        ("Ville : 1\u202f200,50\u00a0€", "/a/"),
        ("État : montant inconnu", "/b/"),
        ("CG : 0\u00a0€", "/c/"),
    ]
    assert [t for t in textes(graphique) if not t.endswith("0\u00a0€") or "," in t] == [
        *("Ville", "1\u202f200,50\u00a0€", "État", "—", "CG"),
    ]
    assert graphique.description == "Barres du financement par financeur. Montant inconnu : État."


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Alès", ("Alès",)),
        ("Animation de type centre social", ("Animation de type", "centre social")),
        ("Information/Participation des habitants", ("Information/", "Participation des…")),
        ("Saint-Martin-de-Valgalgues", ("Saint-Martin-de-", "Valgalgues")),
        ("A" * 40, ("A" * 12 + "…",)),
    ],
)
def test_un_long_nom_prend_deux_lignes_puis_des_points(texte: str, attendu: tuple[str]) -> None:
    assert en_lignes(texte, 140) == attendu


def test_un_nom_coupe_tient_dans_sa_place_quelles_que_soient_ses_lettres() -> None:
    for nom in ("M" * 16, "il" * 30, "Été œuvré à l’Œuvre", "漢字" * 9):
        assert largeur_estimee(abrege(nom, 90)) <= 90
        assert abrege(nom, 1000) == nom


def test_les_graduations_sont_rondes_et_tiennent() -> None:
    def graduations(*montants: int) -> list[str]:
        lignes = [Barre("Ligne", montant, "") for montant in montants]
        ecrits = textes(barres("Essai", "Essai.", lignes))
        return ecrits[: len(ecrits) - 2 * len(montants)]

    assert graduations(563_152) == ["0\u00a0€", "200\u202f000\u00a0€", "400\u202f000\u00a0€"]
    assert graduations(950) == [
        *("0\u00a0€", "200\u00a0€", "400\u00a0€", "600\u00a0€", "800\u00a0€")
    ]
    assert graduations(0) == ["0\u00a0€"]


def test_les_classes_se_coupent_a_des_montants_ronds_ou_il_y_a_des_vides() -> None:
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


def test_un_numero_est_dans_une_commune_courbee_en_u() -> None:
    u = {
        "type": "Polygon",
        "coordinates": [
            [[0, 0], [0, 3], [1, 3], [1, 1], [2, 1], [2, 3], [3, 3], [3, 0], [0, 0]],
        ],
    }
    feuille = Planche.de([u], 300, 300)
    x, y = au_large(feuille.dessiner(u))
    tiers = feuille.largeur / 3
    assert y > 2 * feuille.hauteur / 3 or not tiers < x < 2 * tiers


def luminance(couleur: str) -> float:
    """WCAG's, of « #rrggbb »."""
    parts = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    rouge, vert, bleu = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def contraste(une: str, autre: str) -> float:
    sombre, claire = sorted(map(luminance, (une, autre)))
    return (claire + 0.05) / (sombre + 0.05)


def couleurs(feuille: str) -> tuple[dict[str, str], dict[str, str]]:
    """The map's colours on a light page, whose values the drawing holds, and on a dark one."""
    carte = (settings.BASE_DIR / "bilan" / "graphiques" / "carte.py").read_text()
    claires = {"surface": "#ffffff"} | dict(re.findall(r'"graphique-([\w-]+)", "(#\w{6})"', carte))
    for rang, (teinte, encre) in enumerate(TEINTES, start=1):
        claires |= {f"teinte-{rang}": teinte, f"numero-{rang}": encre}
    sombres = dict(re.findall(r"--graphique-([\w-]+): (#\w{6})", feuille))
    return claires, sombres | {"surface": "#171f28"}


def test_la_classe_la_plus_pale_n_est_pas_la_page_et_tout_numero_se_lit() -> None:
    feuille = (settings.BASE_DIR / "static" / "css" / "bilan.css").read_text()
    for jeu in couleurs(feuille):
        assert contraste(jeu["teinte-1"], jeu["surface"]) > 1.3
        assert contraste(jeu["trait"], jeu["surface"]) >= 3
        assert contraste(jeu["trait"], jeu["teinte-1"]) >= 3
        for rang in range(1, 6):
            assert contraste(jeu[f"numero-{rang}"], jeu[f"teinte-{rang}"]) >= 4.5, rang
