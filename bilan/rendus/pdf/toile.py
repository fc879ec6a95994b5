"""The pages of the printed report: their sizes, running heads and feet, bookmarks.

A page is drawn once. What a page can't know yet (how many pages there will be, on which one a
section begins) is a small form that it calls, and that is drawn when everything else has been.
"""

from collections.abc import Callable
from datetime import date
from typing import IO, Any

from django.utils import translation
from django.utils.formats import date_format
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from bilan.document import Rapport
from bilan.rendus.pdf.typographie import (
    BLEU,
    ENCRE,
    ENCRE_DOUCE,
    FILET,
    GRAS,
    NORMAL,
    POLICES,
    abreger,
    propre,
)

MARGE = 22 * mm
MARGE_LARGE = 15 * mm
HAUT = 27 * mm
BAS = 22 * mm
HAUT_LARGE = 23 * mm
BAS_LARGE = 18 * mm

COUVERTURE, PORTRAIT, PAYSAGE = "couverture", "portrait", "paysage"
LARGEUR_PORTRAIT = A4[0] - 2 * MARGE
HAUTEUR_PORTRAIT = A4[1] - HAUT - BAS
LARGEUR_PAYSAGE = A4[1] - 2 * MARGE_LARGE
HAUTEUR_PAYSAGE = A4[0] - HAUT_LARGE - BAS_LARGE
_PIED = 8


def en_francais(jour: date) -> str:
    """« 31 mars 2005 », « 1er avril 2005 »."""
    with translation.override("fr"):
        texte = date_format(jour, "j F Y")
    return f"1er{texte[1:]}" if jour.day == 1 else texte


class Toile(Canvas):  # type: ignore[misc]  # reportlab is untyped
    """A canvas that remembers on which page each section begins."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.debuts: dict[str, int] = {}
        self.appels: set[str] = set()
        self.titre_courant = ""
        self.titre_de_la_page = ""

    def marquer(self, ancre: str, titre: str, niveau: int, hauteur: float) -> None:
        """Bookmark the title that is being drawn."""
        _, haut = self.absolutePosition(0, hauteur)
        self.bookmarkPage(ancre, fit="XYZ", left=0, top=haut + 8, zoom=0)
        self.addOutlineEntry(titre, ancre, niveau, closed=0)
        self.debuts[ancre] = self.getPageNumber()
        if niveau == 0:
            self.titre_courant = titre
            self.titre_de_la_page = self.titre_de_la_page or titre

    def page_de(self, ancre: str, x: float, y: float) -> None:
        """Where the page of a section will be written, right-aligned."""
        self.appels.add(ancre)
        self._appeler(f"page-{ancre}", x, y)

    def numeroter(self, x: float, y: float) -> None:
        """Where « page x / y » will be written, right-aligned."""
        self._appeler(f"folio-{self.getPageNumber()}", x, y)

    def _appeler(self, nom: str, x: float, y: float) -> None:
        self.saveState()
        self.translate(x, y)
        self.doForm(nom)
        self.restoreState()

    def setFont(self, police: str, corps: float, interligne: float | None = None) -> None:  # noqa: N802  # reportlab's own name
        """Only ever an embedded font: reportlab's drawings begin by naming one that isn't."""
        super().setFont(police if police in POLICES else NORMAL, corps, interligne)

    def showPage(self) -> None:  # noqa: N802  # reportlab's own name
        super().showPage()
        self.titre_de_la_page = ""

    def save(self) -> None:
        pages = self.getPageNumber() - 1
        for page in range(1, pages + 1):
            self._forme(f"folio-{page}", f"page {page} / {pages}", _PIED, ENCRE_DOUCE)
        for ancre in sorted(self.appels):
            self._forme(f"page-{ancre}", str(self.debuts.get(ancre, "")), 10, ENCRE)
        super().save()

    def _forme(self, nom: str, texte: str, corps: float, couleur: Color) -> None:
        self.beginForm(nom, -120, -5, 0, 15)
        self.setFont(NORMAL, corps)
        self.setFillColor(couleur)
        self.drawRightString(0, 0, texte)
        self.endForm()


class Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab is untyped
    """The A4 document: a title page, then upright and wide pages."""

    def __init__(self, rapport: Rapport, sortie: IO[bytes]) -> None:
        super().__init__(
            sortie,
            pagesize=A4,
            title=f"{propre(rapport.titre)} – {propre(rapport.contrat)}",
            author=propre(rapport.contrat),
            subject=f"{propre(rapport.titre)}, {propre(rapport.territoire)}",
            creator="Contrat de ville",
            keywords=["contrat de ville", "bilan", str(rapport.annee)],
            lang="fr-FR",
            displayDocTitle=1,
            invariant=1,
            pageCompression=1,
            initialFontName=NORMAL,
        )
        self.rapport = rapport
        self.emission = f"Émis le {en_francais(rapport.date_emission)}"
        self.addPageTemplates(
            [
                _page(COUVERTURE, A4, MARGE, self._pied),
                _page(PORTRAIT, A4, MARGE, self._tete_et_pied),
                _page(PAYSAGE, landscape(A4), MARGE_LARGE, self._tete_et_pied),
            ]
        )

    def ecrire(self, flux: list[Any]) -> None:
        self.build(flux, canvasmaker=Toile)

    def beforeDocument(self) -> None:  # noqa: N802  # reportlab's own name
        """Date the file of its issue, whatever the day it is built."""
        jour = f"D:{self.rapport.date_emission:%Y%m%d}000000+00'00'"
        self.canv.setDateFormatter(lambda *_: jour)
        self.canv.showOutline()

    def _tete_et_pied(self, toile: Toile, document: "Document") -> None:
        gauche, droite, haut = _bords(toile)
        y = haut - 15 * mm
        toile.setFillColor(ENCRE_DOUCE)
        toile.setFont(NORMAL, 8)
        place = droite - gauche
        toile.drawString(gauche, y, abreger(self.rapport.contrat, NORMAL, 8, 0.38 * place))
        toile.setFillColor(BLEU)
        toile.setFont(GRAS, 8)
        titre = toile.titre_de_la_page or toile.titre_courant or "Sommaire"
        toile.drawRightString(droite, y, abreger(titre, GRAS, 8, 0.6 * place))
        _filet(toile, gauche, droite, y - 5)
        self._pied(toile, document)

    def _pied(self, toile: Toile, _document: "Document") -> None:
        gauche, droite, _ = _bords(toile)
        y = 11 * mm
        _filet(toile, gauche, droite, y + 12)
        toile.setFillColor(ENCRE_DOUCE)
        toile.setFont(NORMAL, _PIED)
        mentions = [self.rapport.titre, self.emission.lower()]
        if self.rapport.avertissement:
            mentions.append("actions reconstituées : voir la page 1")
        place = 0.8 * (droite - gauche)
        toile.drawString(gauche, y, abreger(" · ".join(mentions), NORMAL, _PIED, place))
        toile.numeroter(droite, y)


def _page(
    nom: str, taille: tuple[float, float], marge: float, dessiner: Callable[..., None]
) -> PageTemplate:
    largeur, hauteur = taille
    haut, bas = (HAUT, BAS) if largeur < hauteur else (HAUT_LARGE, BAS_LARGE)
    cadre = Frame(
        marge, bas, largeur - 2 * marge, hauteur - haut - bas, 0, 0, 0, 0, id=f"cadre-{nom}"
    )
    return PageTemplate(nom, [cadre], onPageEnd=dessiner, pagesize=taille)


def _bords(toile: Toile) -> tuple[float, float, float]:
    """Left, right and top of what the running head may use."""
    largeur, hauteur = toile._pagesize
    marge = MARGE if largeur < hauteur else MARGE_LARGE
    return marge, largeur - marge, hauteur


def _filet(toile: Toile, gauche: float, droite: float, y: float) -> None:
    toile.setStrokeColor(FILET)
    toile.setLineWidth(0.5)
    toile.line(gauche, y, droite, y)
