"""The annex of 10 000 actions in the PDF, over a bare reportlab LongTable of the same cells.

Both draw the same texts from rows in memory, in turn, in one process; the ratio is of the medians.
Run: ``python benchmarks/pdf_annexe.py``; it fails above the limit.
"""

# ruff: noqa: E402  # the models that the report names must be set up before they are imported

import gc
import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")

import django

django.setup()

from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import LongTable, SimpleDocTemplate

from bilan.controle import Controle
from bilan.document import GroupeActions, LigneAction, ListeActions, Rapport, Section
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.pdf.liste_imprimee import Pages
from bilan.tableaux import Chiffre, Ligne, Unite
from financement.montants import Montant
from listes.chiffres import dire_la_somme

ACTIONS = 10_000
GROUPES = 16
TOURS = 5
LIMITE = 1.5
COLONNES = (("ville", "Ville"), ("etat", "État"), ("cg", "CG"), ("fasild", "Fasild"))
THEMES = ("Prévention", "Animation de type centre social", "Information et participation", "Sport")


def actions(groupe: int) -> list[LigneAction]:
    """The lines of one group: titles of one to three printed lines, amounts of all sizes."""
    lignes = []
    for rang in range(groupe, ACTIONS, GROUPES):
        montants = {
            code: Montant(Decimal(rang * 37 % 90_000 + x), 1)
            for x, (code, _) in enumerate(COLONNES)
        }
        lignes.append(
            LigneAction(
                reference=f"2004-{rang:05}",
                intitule=f"Atelier {rang} : accompagnement à la scolarité"
                + " du quartier" * (rang % 4),
                numero_theme=1,
                theme=THEMES[rang % len(THEMES)],
                porteur=f"Association des habitants n° {rang % 300}",
                nature="ACTION",
                provenance="SAISIE",
                montants=montants,
                montant=Montant.somme(montants.values()),
                investissement=Montant(),
                lien=f"/actions/{rang}/",
            )
        )
    return lignes


def somme(libelle: str, lignes: Iterable[LigneAction]) -> Ligne:
    connues = list(lignes)
    total = Montant.somme(ligne.montant for ligne in connues)
    chiffres = (Chiffre(len(connues), Unite.ACTIONS, ""), Chiffre.du_montant(total, ""))
    return Ligne(1, libelle, chiffres, libelle)


def liste() -> ListeActions:
    par_groupe = [actions(groupe) for groupe in range(GROUPES)]
    groupes = [GroupeActions(somme(f"Commune {n}", lot), lot) for n, lot in enumerate(par_groupe)]
    return ListeActions(
        nombre=ACTIONS,
        colonnes=COLONNES,
        groupes=lambda: groupes,
        total=somme("TOTAL", (ligne for lot in par_groupe for ligne in lot)),
        lien="/actions/",
        reconstitue=False,
        porteurs_connus=True,
    )


def notre_annexe(liste: ListeActions) -> None:
    annexe = Section("actions", "Liste des actions par commune", (liste,), annexe=True)
    rapport = Rapport(
        annee=2004,
        annees=(2004,),
        titre="Bilan 2004",
        contrat="Contrat",
        territoire="Territoire",
        date_emission=date(2005, 3, 31),
        etat_du_controle="",
        avertissement="",
        sections=(annexe,),
        controle=Controle(2004, (), ()),
    )
    ecrire_pdf(rapport, io.BytesIO())


def table_nue(liste: ListeActions) -> None:
    cases: list[tuple[str, ...]] = [
        ("Réf.", "Intitulé", "Thème", "Porteur", "", "", "", "", "Total")
    ]
    cases += [
        (
            ligne.reference,
            ligne.intitule,
            ligne.theme,
            ligne.porteur,
            *(dire_la_somme(ligne.montants[code]) for code, _ in COLONNES),
            dire_la_somme(ligne.montant),
        )
        for groupe in liste.groupes()
        for ligne in groupe.lignes
    ]
    table = LongTable(cases, colWidths=Pages(liste, "").largeurs, repeatRows=1)
    SimpleDocTemplate(io.BytesIO(), pagesize=landscape(A4)).build([table])


def duree(travail: Callable[[ListeActions], None], lignes: ListeActions) -> float:
    gc.collect()
    debut = time.process_time()
    travail(lignes)
    return time.process_time() - debut


def main() -> int:
    lignes = liste()
    notre_annexe(lignes)
    paires = [(duree(notre_annexe, lignes), duree(table_nue, lignes)) for _ in range(TOURS)]
    nous, nue = (statistics.median(temps) for temps in zip(*paires, strict=True))
    rapport = nous / nue
    print(
        f"pdf_annexe : {rapport:.2f} (limite {LIMITE}) ; "
        f"{ACTIONS} actions, {nous:.2f} s contre {nue:.2f} s"
    )
    return int(rapport > LIMITE)


if __name__ == "__main__":
    sys.exit(main())
