"""The report as a document to print and to send: PDF, drawn by reportlab.

Written in one pass, from a report whose annex is read as it is drawn; no query here.
"""

from typing import IO, Any

from reportlab.platypus import CondPageBreak, KeepTogether, NextPageTemplate, PageBreak

from bilan.document import BlocTableau, Illustration, Legende, ListeActions, Rapport, Section
from bilan.rendus.pdf.blocs import flux
from bilan.rendus.pdf.couverture import couverture, sommaire
from bilan.rendus.pdf.grilles import est_large
from bilan.rendus.pdf.polices import enregistrer
from bilan.rendus.pdf.textes import Titre
from bilan.rendus.pdf.toile import HAUTEUR_PORTRAIT, PAYSAGE, PORTRAIT, Document

__all__ = ["ecrire_pdf"]


def ecrire_pdf(rapport: Rapport, sortie: IO[bytes], base_url: str = "") -> None:
    """Write the report. With the site's address (no final slash), figures link to their actions.

    The same rows and the same date of issue give the same bytes.
    """
    enregistrer()
    document = Document(rapport, sortie)
    document.ecrire(
        [*couverture(rapport, document.emission), *sommaire(rapport), *_sections(rapport, base_url)]
    )


def _sections(rapport: Rapport, base_url: str) -> list[Any]:
    """The sections; a new page where the paper turns, for a chart, and after the contents."""
    suite: list[Any] = []
    precedente = ""
    for section in rapport.sections:
        sens = PAYSAGE if _large(section) else PORTRAIT
        if sens != precedente or _illustree(section):
            suite += [NextPageTemplate(sens), PageBreak()]
        else:
            suite.append(CondPageBreak(HAUTEUR_PORTRAIT / 3))
        precedente = sens
        suite += _section(section, rapport, base_url, 0)
    return suite


def _section(section: Section, rapport: Rapport, base_url: str, niveau: int) -> list[Any]:
    suite: list[Any] = [] if niveau == 0 else [CondPageBreak(110)]
    suite.append(Titre(section.ancre, section.titre, niveau))
    for bloc in section.blocs:
        morceaux = flux(bloc, rapport, base_url)
        if isinstance(bloc, Legende) and isinstance(suite[-1], KeepTogether):
            # A legend doesn't begin a page: it brings the chart that it explains.
            morceaux = [KeepTogether([suite.pop(), *morceaux])]
        suite += morceaux
    for partie in section.sections:
        suite += _section(partie, rapport, base_url, 1)
    return suite


def _illustree(section: Section) -> bool:
    return any(isinstance(bloc, Illustration) for bloc in section.blocs)


def _large(section: Section) -> bool:
    return any(
        (isinstance(bloc, BlocTableau) and est_large(bloc.tableau))
        or (isinstance(bloc, ListeActions) and bloc.nombre > 0)
        for bloc in section.blocs
    )
