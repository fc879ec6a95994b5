"""The drawings: what a page receives, what the paper receives."""

import json
import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pdfplumber
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import TestCase
from playwright.sync_api import Browser, expect
from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas

from amorce.chargement import charger
from bilan.exercices import etablir
from bilan.graphiques import (
    Barre,
    Graphique,
    barres,
    barres_territoriales,
    barres_thematiques,
    carte_territoriale,
)
from bilan.rendus.pdf.blocs import dessin
from bilan.tableaux import (
    ACTIONS,
    FINANCEMENT,
    TERRITORIAL,
    Chiffre,
    Ligne,
    TableauTerritorial,
    Unite,
)
from territoires.models import Commune

SVG = "{http://www.w3.org/2000/svg}"
PERMIS = {
    *("width", "height", "viewBox", "class", "role", "aria-label", "aria-hidden", "href"),
    *("pointer-events", "d", "transform", "x", "y", "x1", "y1", "x2", "y2"),
    *("fill", "stroke", "stroke-width", "stroke-linejoin"),
    *("font-size", "font-weight", "text-anchor"),
}
HOSTILES = [
    Barre("<script>alert('x')</script>", 1200, "/actions/?a=1&b=2"),
    Barre('Guillemets " & esperluette', 800, '/actions/?q="<&'),
    Barre("Commune-au-nom-interminable-" * 9, 400, "/actions/?c=3"),
    Barre("Caractère\x0binterdit", 300, "/actions/?c=4"),
    Barre("Lien refusé", 200, "javascript:alert(1)"),
    Barre("Ailleurs", 100, "https://exemple.fr/a?b=1&c=2"),
    Barre("Sans lien", 50, ""),
]


def lire(dessin_svg: str) -> ET.Element:
    return ET.fromstring(dessin_svg)  # noqa: S314 — our own drawing


def hostiles() -> Graphique:
    return barres("Essai", "Barres d'essai & <b>.", HOSTILES)


def liens(dessin_svg: str) -> list[tuple[str, str]]:
    """What each link of a drawing says, and where it leads."""
    return [
        (a.findtext(f"{SVG}title") or "", a.get("href") or "")
        for a in lire(dessin_svg).iter(f"{SVG}a")
    ]


def styles() -> str:
    """The sheets of a page that shows a chart."""
    css = Path(settings.BASE_DIR) / "static/css"
    feuilles = ("base", "cadre", "donnees", "bilan")
    return "".join((css / f"{nom}.css").read_text(encoding="utf-8") for nom in feuilles)


class Dessins2004(TestCase):
    """The three charts of the 2004 contract, drawn."""

    graphiques: list[Graphique]

    @classmethod
    def setUpTestData(cls) -> None:
        charger(settings.FIXTURES)
        exercice = etablir(2004)
        contours = {c.code_insee: c.trace for c in Commune.objects.avec_trace()}
        carte = carte_territoriale(exercice.territorial, contours, "30132")
        assert carte is not None
        cls.graphiques = [
            barres_territoriales(exercice.territorial),
            carte,
            barres_thematiques(exercice.thematique),
        ]

    def dessins(self) -> list[tuple[Graphique, ET.Element]]:
        """Each chart with each of its two drawings."""
        return [(g, lire(d)) for g in self.graphiques for d in (g.large, g.etroit)]

    def test_chaque_marque_dit_son_chiffre_et_mene_a_ses_actions(self) -> None:
        for graphique, nombre in zip(self.graphiques, (16, 15, 50), strict=True):
            trouves = liens(graphique.large)
            assert len(trouves) == nombre
            assert liens(graphique.etroit) == trouves
            assert all(lien.startswith("/actions/?exercice=2004&") for _, lien in trouves)

    def test_la_carte_a_quinze_formes(self) -> None:
        racine = lire(self.graphiques[1].large)
        traces = [a.find(f"{SVG}path") for a in racine.iter(f"{SVG}a")]
        assert len({trace.get("d") for trace in traces if trace is not None}) == 15

    def test_rien_que_la_politique_des_pages_refuse_ni_identifiant_en_double(self) -> None:
        for graphique, racine in self.dessins():
            assert {e.tag.removeprefix(SVG) for e in racine.iter()} <= {
                *("svg", "g", "a", "title", "path", "line", "rect", "text")
            }
            assert {attribut for e in racine.iter() for attribut in e.attrib} <= PERMIS
            assert (racine.get("role"), racine.get("aria-label")) == (
                "group",
                graphique.description,
            )
            assert racine.get("viewBox") == f"0 0 {racine.get('width')} {racine.get('height')}"
        assert {racine.get("width") for _, racine in self.dessins()} == {"560", "340"}

    def test_axes_et_libelles_sont_laisses_aux_yeux(self) -> None:
        for _, racine in self.dessins():
            caches = {
                texte
                for groupe in racine.iter()
                if groupe.get("aria-hidden") == "true"
                for texte in groupe.iter(f"{SVG}text")
            }
            assert caches == set(racine.iter(f"{SVG}text"))

    def test_les_chiffres_s_ecrivent_a_la_francaise(self) -> None:
        ecrits = [t.text for t in lire(self.graphiques[0].large).iter(f"{SVG}text")]
        assert "563\u202f152\u00a0€" in ecrits
        assert ecrits[:3] == ["0\u00a0€", "200\u202f000\u00a0€", "400\u202f000\u00a0€"]

    def test_le_mode_sombre_connait_chaque_couleur_qui_doit_changer(self) -> None:
        """What keeps its light value in the dark is what reads on a funder's own colour."""
        sombre = re.search(r'screen \{\s*\[data-bs-theme="dark"\] \{(.*?)\}', styles(), re.S)
        site = re.search(r'\n\[data-bs-theme="dark"\] \{(.*?)\}', styles(), re.S)
        assert sombre
        assert site
        connues = set(re.findall(r"(--[\w-]+):", sombre[1] + site[1]))
        utilisees = {v for g in self.graphiques for v in re.findall(r"var\((--[\w-]+), ", g.svg)}
        assert utilisees - connues == {
            *(f"--graphique-{serie}" for serie in (2, 3, 4)),
            *(f"--graphique-lettre-{serie}" for serie in (2, 3, 4)),
        }

    def test_le_papier_a_les_memes_textes_dans_la_police_incorporee(self) -> None:
        sortie = BytesIO()
        toile = Canvas(sortie, invariant=True)
        for graphique in self.graphiques:
            trace = dessin(graphique, 480)
            assert trace.width == 480
            renderPDF.draw(trace, toile, 50, 800 - trace.height)
            toile.showPage()
        toile.save()
        sortie.seek(0)
        with pdfplumber.open(sortie) as pdf:
            for graphique, page in zip(self.graphiques, pdf.pages, strict=True):
                assert {c["fontname"].partition("+")[2] for c in page.chars} <= {
                    "SourceSansPro-Regular",
                    "SourceSansPro-Bold",
                }
                assert not page.images
                textes = lire(graphique.large).iter(f"{SVG}text")
                assert sorted("".join(c["text"] for c in page.chars)) == sorted(
                    "".join(texte.text or "" for texte in textes).replace("\u00a0", " ")
                )

    def test_le_papier_se_dessine_deux_fois_pareil(self) -> None:
        deux = [dessin(self.graphiques[1], 400).asString("pdf") for _ in range(2)]
        horodatage = rb"/(CreationDate|ModDate) \(.*?\)|/ID\s*\[.*?\]"
        sans_date = [re.sub(horodatage, b"", d, flags=re.S) for d in deux]
        assert sans_date[0] == sans_date[1]


def test_un_nom_hostile_reste_un_texte() -> None:
    for dessine in (hostiles().large, hostiles().etroit):
        assert "<script" not in dessine
        assert "javascript:" not in dessine
        assert "\x0b" not in dessine
        assert liens(dessine) == [
            ("<script>alert('x')</script> : 1\u202f200\u00a0€", "/actions/?a=1&b=2"),
            ('Guillemets " & esperluette : 800\u00a0€', '/actions/?q="<&'),
            (f"{'Commune-au-nom-interminable-' * 9} : 400\u00a0€", "/actions/?c=3"),
            ("Caractèreinterdit : 300\u00a0€", "/actions/?c=4"),
            ("Ailleurs : 100\u00a0€", "https://exemple.fr/a?b=1&c=2"),
        ]
    assert max(len(t.text or "") for t in lire(hostiles().large).iter(f"{SVG}text")) <= 27


def test_une_marque_sans_lien_est_une_image_nommee() -> None:
    images = [e for e in lire(hostiles().large).iter() if e.get("role") == "img"]
    assert [e.get("aria-label") for e in images] == [
        "Lien refusé : 200\u00a0€",
        "Sans lien : 50\u00a0€",
    ]


def test_aucune_ligne_est_un_dessin_vide() -> None:
    vide = barres("Rien", "Aucun financement.", [])
    assert liens(vide.large) == []
    assert dessin(vide, 480).width == 480


def test_un_nom_que_la_carte_coupe_se_lit_entier_au_survol() -> None:
    interminable = "Commune-au-nom-interminable-" * 3
    tableau = TableauTerritorial(
        annee=2004,
        code=TERRITORIAL,
        titre="",
        entete="",
        colonnes=(ACTIONS, FINANCEMENT),
        lignes=(une_ligne(1, interminable),),
        total=une_ligne(None, "Total"),
    )
    anneau = [[4, 44], [4, 45], [5, 45], [5, 44], [4, 44]]
    contour = json.dumps({"type": "Polygon", "coordinates": [anneau]})
    carte = carte_territoriale(tableau, {"30001": contour})
    assert carte is not None
    for dessine in (carte.large, carte.etroit):
        coupes = [t for t in lire(dessine).iter(f"{SVG}text") if t.find(f"{SVG}title") is not None]
        assert [t.findtext(f"{SVG}title") for t in coupes] == [interminable]
        assert "".join(coupes[0].itertext()).endswith("…")
        assert coupes[0].get("pointer-events") == "all"


def une_ligne(numero: int | None, nom: str) -> Ligne:
    chiffres = (Chiffre(1, Unite.ACTIONS, ""), Chiffre(Decimal(100), Unite.EUROS, "/actions/"))
    return Ligne(numero, nom, chiffres, nom, "30001")


def test_le_papier_ne_recoit_que_des_couleurs_claires() -> None:
    """A text that reads like a colour of the page stays a text."""
    trompeur = "var(--surface, #ffffff)"
    graphique = barres("Essai", "Essai.", [Barre(trompeur, 100, "/actions/")])
    trace = dessin(graphique, 560)
    assert [t.text for t in textes_de(trace) if "surface" in t.text] == [trompeur]
    couleurs = {t.fillColor.hexval() for t in textes_de(trace)}
    assert couleurs == {"0x1c2530", "0x515c68"}


def textes_de(groupe: Any) -> list[Any]:
    return [
        forme
        for element in groupe.contents
        for forme in (textes_de(element) if hasattr(element, "contents") else [element])
        if hasattr(forme, "text")
    ]


# Each chart on a page of its own, as a figure of the site.
PAGE = """<!doctype html><html lang="fr" data-bs-theme="{theme}"><meta charset="utf-8">
<title>Essai</title><style>{styles}</style><main><h1>Essai</h1>
<figure class="illustration">{dessin}</figure></main></html>"""
# What each text runs over: the next bar, another text, the drawing's edge.
EMPIETEMENTS = """() => {
    const svg = [...document.querySelectorAll("svg.graphique")]
        .find((e) => getComputedStyle(e).display !== "none");
    const cadre = svg.getBoundingClientRect();
    const textes = [...svg.querySelectorAll("text:not([font-weight])")];
    const obstacles = [...textes, ...svg.querySelectorAll("rect:not([stroke=none])")];
    const touche = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 &&
        a.top < b.bottom - 3 && b.top < a.bottom - 3;
    return textes.flatMap((texte) => {
        const boite = texte.getBoundingClientRect();
        const dessous = obstacles.filter((e) => e !== texte &&
            touche(boite, e.getBoundingClientRect())).map((e) => e.textContent || e.tagName);
        const dehors = boite.left < cadre.left - 1 || boite.right > cadre.right + 1;
        return dehors || dessous.length ? [[texte.textContent, dehors, dessous]] : [];
    });
}"""


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", [1366, 390])
@pytest.mark.parametrize("combien", [1, 2, 7])
def test_aucun_nom_ne_passe_sous_une_barre(navigateur: Browser, combien: int, largeur: int) -> None:
    noms = ["M" * 11 + " WWWWW", "Été", "A" * 12, "mmmmmmmm mmmmmm", "l", "ŒUVRE ŒUVRÉE", "@@"]
    lignes = [Barre(nom, 10**rang, "/a/", numero=rang) for rang, nom in enumerate(noms[:combien])]
    page = navigateur.new_page(viewport={"width": largeur, "height": 900})
    dessine = barres("Essai", "Essai.", lignes).svg
    page.set_content(PAGE.format(theme="light", styles=styles(), dessin=dessine))
    assert page.evaluate(EMPIETEMENTS) == []
    page.close()


@pytest.mark.navigateur
@pytest.mark.parametrize(("theme", "foyer"), [("light", (11, 87, 208)), ("dark", (255, 209, 102))])
@pytest.mark.parametrize("largeur", [1366, 390])
def test_un_clavier_et_un_lecteur_parcourent_les_marques(
    navigateur: Browser, theme: str, foyer: tuple[int, ...], largeur: int
) -> None:
    page = navigateur.new_page(viewport={"width": largeur, "height": 900})
    page.set_content(PAGE.format(theme=theme, styles=styles(), dessin=hostiles().svg))
    regles = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag22aa", "RGAAv4"]}}
    assert [v["id"] for v in Axe().run(page, options=regles).response["violations"]] == []
    groupe = page.get_by_role("group", name="Barres d'essai & <b>.")
    expect(groupe).to_have_count(1)
    expect(groupe.get_by_role("link")).to_have_count(5)
    page.keyboard.press("Tab")
    marque = page.locator(":focus")
    expect(marque).to_have_text(re.compile(r"^<script>alert"))
    expect(marque).to_have_css("outline-color", f"rgb{foyer}")
    page.close()
