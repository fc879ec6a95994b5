"""What comes before the report's first section: its title page and its contents."""

from collections.abc import Iterator
from typing import Any

from reportlab.platypus import HRFlowable, NextPageTemplate, PageBreak, Spacer

from bilan.document import Rapport, Section
from bilan.rendus.pdf.polices import GRAS, NORMAL
from bilan.rendus.pdf.styles import BLEU, CORPS, ENCRE, ENCRE_DOUCE, FILET, INTERTITRE, Style
from bilan.rendus.pdf.textes import EntreeDuSommaire, Texte
from bilan.rendus.pdf.toile import PORTRAIT


def couverture(rapport: Rapport, emission: str) -> list[Any]:
    """Contract, year, territory, date of issue, state of the check, provenance."""
    suite = [
        Spacer(0, 90),
        Texte(rapport.contrat, Style(GRAS, 13, 18, ENCRE_DOUCE, apres=10)),
        Texte(rapport.titre, Style(GRAS, 34, 40, BLEU, apres=12)),
        HRFlowable("30%", 2.5, color=BLEU, hAlign="LEFT", spaceBefore=0, spaceAfter=16),
        Texte(rapport.territoire, Style(NORMAL, 15, 20, ENCRE, apres=4)),
        Texte(emission, Style(NORMAL, 11, 16, ENCRE_DOUCE, apres=120)),
    ]
    encadres = [("État du contrôle", rapport.etat_du_controle)]
    if rapport.avertissement:
        encadres.append(("Provenance des actions", rapport.avertissement))
    for titre, texte in encadres:
        suite += [
            HRFlowable("100%", 0.6, color=FILET, spaceBefore=10, spaceAfter=4),
            Texte(titre, INTERTITRE),
            Texte(texte, CORPS),
        ]
    return suite


def sommaire(rapport: Rapport) -> list[Any]:
    """The contents: every section and its parts, with the pages on which they begin."""
    return [
        NextPageTemplate(PORTRAIT),
        PageBreak(),
        Texte("Sommaire", Style(GRAS, 19, 23, BLEU, apres=12)),
        *_entrees(rapport.sections),
    ]


def _entrees(sections: tuple[Section, ...]) -> Iterator[Any]:
    annexes = False
    for section in sections:
        if section.annexe and not annexes:
            yield Texte("Annexes", Style(GRAS, 9, 14, ENCRE_DOUCE, avant=14, apres=0))
            annexes = True
        yield EntreeDuSommaire(section.ancre, section.titre, 0)
        for partie in section.sections:
            yield EntreeDuSommaire(partie.ancre, partie.titre, 1)
