"""The report as a document to print and to send: PDF, drawn by reportlab.

Written in one pass, from a report whose annex is read as it is drawn; no query here.
"""

from collections.abc import Iterator
from typing import IO, Any

from reportlab.platypus import (
    CondPageBreak,
    HRFlowable,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Spacer,
)

from bilan.document import BlocTableau, Illustration, Legende, ListeActions, Rapport, Section
from bilan.rendus.pdf.blocs import flux
from bilan.rendus.pdf.grilles import est_large
from bilan.rendus.pdf.toile import HAUTEUR_PORTRAIT, PAYSAGE, PORTRAIT, Document
from bilan.rendus.pdf.typographie import (
    BLEU,
    CORPS,
    ENCRE,
    ENCRE_DOUCE,
    FILET,
    GRAS,
    INTERTITRE,
    NORMAL,
    EntreeDuSommaire,
    Style,
    Texte,
    Titre,
    enregistrer,
)


def ecrire_pdf(rapport: Rapport, sortie: IO[bytes], base_url: str = "") -> None:
    """Write the report. With the site's address (no final slash), figures link to their actions.

    The same rows and the same date of issue give the same bytes.
    """
    enregistrer()
    document = Document(rapport, sortie)
    document.ecrire(
        [
            *_couverture(rapport, document.emission),
            *_sommaire(rapport),
            *_sections(rapport, base_url),
        ]
    )


def _couverture(rapport: Rapport, emission: str) -> list[Any]:
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


def _sommaire(rapport: Rapport) -> list[Any]:
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
