"""The texts of the printed report as they flow from page to page: paragraphs, titles, contents."""

from dataclasses import replace

from reportlab.platypus import Flowable

from bilan.rendus.pdf.polices import GRAS, NORMAL, couper, largeur, propre
from bilan.rendus.pdf.styles import (
    CORPS,
    ENCRE,
    ENCRE_DOUCE,
    FILET,
    TITRES,
    Style,
)


class Texte(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """A plain text set in a style; ``etiquette`` stands in its indent, beside the first line."""

    def __init__(self, texte: str, style: Style = CORPS, etiquette: str = "") -> None:
        super().__init__()
        self.texte, self.style, self.etiquette = texte, style, etiquette
        self.lignes: tuple[str, ...] = ()
        self.coupe = False

    def getSpaceBefore(self) -> float:  # noqa: N802  # reportlab's own name
        return self.style.avant

    def getSpaceAfter(self) -> float:  # noqa: N802  # reportlab's own name
        return self.style.apres

    def wrap(self, place: float, _hauteur: float) -> tuple[float, float]:
        style = self.style
        if not self.coupe:
            self.lignes = couper(self.texte, style.police, style.corps, place - style.retrait)
        self.width, self.height = place, len(self.lignes) * self.style.interligne
        return self.width, self.height

    def split(self, place: float, hauteur: float) -> list[Flowable]:
        """Two parts of at least two lines each, or nothing."""
        self.wrap(place, hauteur)
        tient = min(int(hauteur // self.style.interligne), len(self.lignes) - 2)
        if tient < 2:
            return []
        debut = Texte("", replace(self.style, apres=0), self.etiquette)
        fin = Texte("", replace(self.style, avant=0))
        debut.lignes, fin.lignes = self.lignes[:tient], self.lignes[tient:]
        debut.coupe = fin.coupe = True
        return [debut, fin]

    def draw(self) -> None:
        style = self.style
        self.canv.setFillColor(style.couleur)
        ligne_de_base = self.height - style.corps
        if self.etiquette:
            police = GRAS if style.retrait > 20 else NORMAL
            self.canv.setFont(police, style.corps)
            self.canv.drawString(0, ligne_de_base, self.etiquette)
        self.canv.setFont(style.police, style.corps)
        for rang, ligne in enumerate(self.lignes):
            self.canv.drawString(style.retrait, ligne_de_base - rang * style.interligne, ligne)


class Titre(Texte):
    """A section's title: a bookmark, an entry of the outline, and the running head."""

    def __init__(self, ancre: str, texte: str, niveau: int) -> None:
        super().__init__(texte, TITRES[niveau])
        self.ancre, self.niveau = ancre, niveau

    def split(self, _place: float, _hauteur: float) -> list[Flowable]:
        return []

    def draw(self) -> None:
        super().draw()
        self.canv.marquer(self.ancre, propre(self.texte), self.niveau, self.height)
        if self.niveau == 0:
            self.canv.setStrokeColor(FILET)
            self.canv.line(0, -4, self.width, -4)


class EntreeDuSommaire(Texte):
    """A line of the contents: the title, a dotted rule, the page that the canvas will know."""

    def __init__(self, ancre: str, texte: str, niveau: int) -> None:
        style = Style(
            GRAS if niveau == 0 else NORMAL,
            corps=10.5 if niveau == 0 else 9.5,
            interligne=15,
            couleur=ENCRE if niveau == 0 else ENCRE_DOUCE,
            avant=5 if niveau == 0 else 0,
            apres=0,
            retrait=0 if niveau == 0 else 14,
        )
        super().__init__(texte, style)
        self.ancre = ancre

    def wrap(self, place: float, hauteur: float) -> tuple[float, float]:
        _, self.height = super().wrap(place - 34, hauteur)
        self.width = place
        return place, self.height

    def split(self, _place: float, _hauteur: float) -> list[Flowable]:
        return []

    def draw(self) -> None:
        super().draw()
        style = self.style
        base = self.height - style.corps - (len(self.lignes) - 1) * style.interligne
        fin = style.retrait + largeur(self.lignes[-1], style.police, style.corps)
        self.canv.saveState()
        self.canv.setStrokeColor(ENCRE_DOUCE)
        self.canv.setLineWidth(0.6)
        self.canv.setDash(0.6, 3)
        self.canv.line(fin + 6, base + 1, self.width - 24, base + 1)
        self.canv.restoreState()
        self.canv.page_de(self.ancre, self.width, base)
        self.canv.linkRect("", self.ancre, (0, 0, self.width, self.height), relative=1)
