"""The drawings: what a page receives, what the paper receives."""

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pdfplumber
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import caches
from django.test import TestCase
from playwright.sync_api import Browser, expect
from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas

from amorce.chargement import charger
from bilan.exercices import etablir
from bilan.graphiques import Barre, barres, barres_territoriales, barres_thematiques
from bilan.graphiques.carte import carte_territoriale
from bilan.graphiques.trait import ORIGINE, Graphique
from bilan.rendus.svg import SVG, cle_du_cache, dessiner, svg
from bilan.rendus.vecteurs import dessin
from territoires.models import Commune

PERMIS = {
    *("xmlns", "version", "width", "height", "viewBox", "class", "data-bs-theme"),
    *("role", "aria-label", "aria-hidden", "pointer-events", "href"),
    *("d", "transform", "x", "y", "x2", "y2"),
    *("fill", "stroke", "stroke-width", "stroke-miterlimit", "stroke-linejoin"),
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


def attendus(graphique: Graphique) -> list[tuple[str, str]]:
    return [
        (rangee["description"], rangee["lien"].removeprefix(ORIGINE))
        for couche in graphique.specification["layer"]
        for rangee in couche["data"]["values"]
        if "description" in rangee
    ]


class Svg2004(TestCase):
    """The three charts of the 2004 contract, drawn."""

    graphiques: list[Graphique]

    @classmethod
    def setUpTestData(cls) -> None:
        charger(settings.FIXTURES)
        exercice = etablir(2004)
        contours = dict(Commune.objects.values_list("code_insee", "contour"))
        carte = carte_territoriale(exercice.territorial, contours)
        assert carte is not None
        cls.graphiques = [
            barres_territoriales(exercice.territorial),
            carte,
            barres_thematiques(exercice.thematique),
        ]

    def test_every_mark_says_its_figure_and_leads_to_its_actions(self) -> None:
        for graphique, nombre in zip(self.graphiques, (16, 15, 50), strict=True):
            trouves = liens(svg(graphique))
            assert trouves == attendus(graphique)
            assert len(trouves) == nombre
            assert all(lien.startswith("/actions/?exercice=2004&") for _, lien in trouves)

    def test_the_map_has_fifteen_shapes(self) -> None:
        racine = lire(svg(self.graphiques[1]))
        traces = [a.find(f"{SVG}path") for a in racine.iter(f"{SVG}a")]
        assert len({trace.get("d") for trace in traces if trace is not None}) == 15

    def test_nothing_that_the_pages_policy_refuses_nor_any_id_to_collide(self) -> None:
        for graphique in self.graphiques:
            racine = lire(svg(graphique))
            assert {e.tag.removeprefix(SVG) for e in racine.iter()} <= {
                *("svg", "g", "a", "title", "path", "line", "rect", "text")
            }
            assert {attribut for e in racine.iter() for attribut in e.attrib} <= PERMIS
            assert (racine.get("role"), racine.get("aria-label")) == (
                "group",
                graphique.description,
            )
            assert racine.get("viewBox") == f"0 0 560 {racine.get('height')}"

    def test_axes_and_labels_are_left_to_the_eyes(self) -> None:
        for graphique in self.graphiques:
            racine = lire(svg(graphique))
            caches = {
                texte
                for groupe in racine.iter()
                if groupe.get("aria-hidden") == "true"
                for texte in groupe.iter(f"{SVG}text")
            }
            assert caches == set(racine.iter(f"{SVG}text"))

    def test_figures_are_written_in_french(self) -> None:
        ecrits = [t.text for t in lire(svg(self.graphiques[0])).iter(f"{SVG}text")]
        assert "563\u202f152\u00a0€" in ecrits
        assert ecrits[:3] == ["0\u00a0€", "200\u202f000\u00a0€", "400\u202f000\u00a0€"]

    def test_the_same_rows_give_the_same_bytes(self) -> None:
        for graphique in self.graphiques:
            assert dessiner(graphique) == dessiner(graphique)

    def test_paper_has_the_same_texts_in_the_embedded_font(self) -> None:
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
                textes = lire(svg(graphique)).iter(f"{SVG}text")
                assert sorted("".join(c["text"] for c in page.chars)) == sorted(
                    "".join(texte.text or "" for texte in textes).replace("\u00a0", " ")
                )

    def test_paper_is_drawn_alike_twice(self) -> None:
        deux = [dessin(self.graphiques[1], 400).asString("pdf") for _ in range(2)]
        horodatage = rb"/(CreationDate|ModDate) \(.*?\)|/ID\s*\[.*?\]"
        sans_date = [re.sub(horodatage, b"", d, flags=re.S) for d in deux]
        assert sans_date[0] == sans_date[1]


def test_a_hostile_name_stays_a_text() -> None:
    dessin_svg = svg(hostiles())
    assert "<script" not in dessin_svg
    assert "javascript:" not in dessin_svg
    assert "\x0b" not in dessin_svg
    assert liens(dessin_svg) == [
        ("<script>alert('x')</script> : 1\u202f200\u00a0€", "/actions/?a=1&b=2"),
        ('Guillemets " & esperluette : 800\u00a0€', '/actions/?q="<&'),
        (f"{'Commune-au-nom-interminable-' * 9} : 400\u00a0€", "/actions/?c=3"),
        ("Caractèreinterdit : 300\u00a0€", "/actions/?c=4"),
        ("Ailleurs : 100\u00a0€", "https://exemple.fr/a?b=1&c=2"),
    ]
    assert max(len(t.text or "") for t in lire(dessin_svg).iter(f"{SVG}text")) <= 27


def test_a_mark_without_a_link_is_a_named_image() -> None:
    images = [e for e in lire(svg(hostiles())).iter() if e.get("role") == "img"]
    assert [e.get("aria-label") for e in images] == [
        "Lien refusé : 200\u00a0€",
        "Sans lien : 50\u00a0€",
    ]


def test_no_row_is_an_empty_drawing() -> None:
    vide = barres("Rien", "Aucun financement.", [])
    assert liens(svg(vide)) == []
    assert dessin(vide, 480).width == 480


def test_a_page_pays_once_for_the_same_content() -> None:
    cache = caches["dessins"]
    cache.clear()
    premier, pareil = hostiles(), hostiles()
    autre = barres("Essai", "Barres d'essai.", HOSTILES[:1])
    assert cache.get(cle_du_cache(premier)) is None
    dessine = svg(premier)
    assert cache.get(cle_du_cache(pareil)) == dessine
    assert cle_du_cache(autre) != cle_du_cache(premier)
    cache.set(cle_du_cache(premier), "<svg/>")
    assert svg(pareil) == "<svg/>"
    cache.clear()


def test_a_drawing_fetches_nothing() -> None:
    ailleurs = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"url": "https://exemple.fr/donnees.json"},
        "mark": "bar",
    }
    with pytest.raises(ValueError, match="External data url not allowed"):
        dessiner(Graphique("ailleurs", "Ailleurs", "Ailleurs.", ailleurs))


@pytest.mark.navigateur
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_keyboard_and_a_reader_go_through_the_marks(navigateur: Browser, theme: str) -> None:
    page = navigateur.new_page()
    style = (Path(settings.BASE_DIR) / "static/css/site.css").read_text(encoding="utf-8")
    page.set_content(
        f'<!doctype html><html lang="fr" data-bs-theme="{theme}"><title>Essai</title>'
        f"<style>{style}</style><main><h1>Essai</h1>{svg(hostiles())}</main></html>"
    )
    regles = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag22aa", "RGAAv4"]}}
    assert [v["id"] for v in Axe().run(page, options=regles).response["violations"]] == []
    groupe = page.get_by_role("group", name="Barres d'essai & <b>.")
    expect(groupe.get_by_role("link")).to_have_count(5)
    page.keyboard.press("Tab")
    foyer = page.locator(":focus")
    expect(foyer).to_have_text(re.compile(r"^<script>alert"))
    expect(foyer).to_have_css("outline-color", "rgb(11, 87, 208)")
    page.close()
