"""Pages and files of the report. Views ask for figures and hand them to a renderer."""

import io

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from actions.models import Exercice
from bilan.document import Rapport, Section
from bilan.exercices import ExerciceEtabli, ExerciceInconnuError, actions_limitees, choisir, etablir
from bilan.rapport import TITRE_DU_CONTROLE, etablir_rapport, registre_du_controle
from bilan.rendus.csv import tableau_en_csv
from bilan.rendus.json import controle_en_dict, tableau_en_dict
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.xlsx import ecrire_xlsx
from bilan.tableaux import CROISE, TERRITORIAL, THEMATIQUE
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, compte_de, exige
from comptes.saisies import citer
from suivi.disparus import absent
from travaux.taches import Fichier, confier, repondre, tache

CONTROLE = "controle"
TELECHARGEABLES = (TERRITORIAL, THEMATIQUE, CROISE, CONTROLE)
"""The chapters whose table is a file too."""


@exige(CONNECTE)
def dernier(request: HttpRequest) -> HttpResponse:
    """The report of the year being read, else of the newest."""
    annee = choisir(request).annee
    if annee is None:
        raise Http404("Aucun exercice n'est encore ouvert : créez-en un dans l'administration.")
    return redirect("bilan:bilan", annee=annee)


@exige(CONNECTE)
def rapport(request: HttpRequest, annee: int) -> HttpResponse:
    """What the report opens on; with « ?tout=1 », the whole of it on one page."""
    etabli = _rapport(compte_de(request), annee)
    gabarit = "bilan/tout.html" if request.GET.get("tout") == "1" else "bilan/rapport.html"
    contexte = {
        "rapport": etabli,
        "annee": annee,
        "onglets": _onglets(etabli),
        "cles": etabli.chapitre("chiffres-cles"),
    }
    return render(request, gabarit, contexte)


@exige(CONNECTE)
def chapitre(request: HttpRequest, annee: int, ancre: str) -> HttpResponse:
    """One chapter of the report, on a page of its own.

    The check has one in every year, if only to say that nothing was published.
    """
    etabli = _rapport(compte_de(request), annee)
    section = etabli.chapitre(ancre)
    if section is None and ancre == CONTROLE:
        section = Section(CONTROLE, TITRE_DU_CONTROLE, annexe=True)
        precedent = suivant = None
    elif section is None:
        raise Http404(f"Le bilan {annee} n'a pas de chapitre {citer(ancre)}.")
    else:
        precedent, suivant = etabli.voisins(section)
    contexte = {
        "rapport": etabli,
        "annee": annee,
        "onglets": _onglets(etabli),
        "section": section,
        "code": ancre if ancre in TELECHARGEABLES else "",
        "precedent": precedent,
        "suivant": suivant,
    }
    gabarit = "bilan/controle.html" if ancre == CONTROLE else "bilan/chapitre.html"
    return render(request, gabarit, contexte)


def _onglets(rapport: Rapport) -> list[tuple[int, str, bool]]:
    """Each year that has a report, where it begins, and whether it is this one's."""
    return [
        (annee, reverse("bilan:bilan", args=[annee]), annee == rapport.annee)
        for annee in rapport.annees
    ]


@exige(CONNECTE)
def pdf(request: HttpRequest, annee: int) -> HttpResponseBase:
    """The report as a PDF whose figures lead back here."""
    site = f"{request.scheme}://{request.get_host()}"
    return confier(request, faire_le_pdf, f"Bilan {annee} (PDF)", annee=annee, site=site)


@tache
def faire_le_pdf(compte: Utilisateur, *, annee: int, site: str) -> Fichier:
    fichier = io.BytesIO()
    ecrire_pdf(_rapport(compte, annee), fichier, base_url=site)
    return Fichier(f"bilan-{annee}.pdf", fichier.getvalue(), sur_place=True)


@exige(CONNECTE)
def xlsx(request: HttpRequest, annee: int) -> HttpResponseBase:
    """The report as a workbook."""
    return confier(request, faire_le_classeur, f"Bilan {annee} (Excel)", annee=annee)


@tache
def faire_le_classeur(compte: Utilisateur, *, annee: int) -> Fichier:
    fichier = io.BytesIO()
    ecrire_xlsx(_rapport(compte, annee), fichier)
    return Fichier(f"bilan-{annee}.xlsx", fichier.getvalue())


@exige(CONNECTE)
def csv(request: HttpRequest, annee: str, code: str) -> HttpResponseBase:
    """One table as the CSV of a French Excel."""
    exercice = _exercice(request, int(annee))
    source = registre_du_controle(exercice.controle) if code == CONTROLE else exercice.tableau(code)
    return repondre(request, Fichier(f"bilan-{annee}-{code}.csv", tableau_en_csv(source).encode()))


@exige(CONNECTE)
def json(request: HttpRequest, annee: str, code: str) -> HttpResponse:
    """One table for programs."""
    exercice = _exercice(request, int(annee))
    donnees = (
        controle_en_dict(exercice.controle)
        if code == CONTROLE
        else tableau_en_dict(exercice.tableau(code))
    )
    return JsonResponse(
        donnees, headers={"Content-Disposition": f'inline; filename="bilan-{annee}-{code}.json"'}
    )


def _exercice(request: HttpRequest, annee: int) -> ExerciceEtabli:
    try:
        return etablir(annee, actions_limitees(compte_de(request)))
    except ExerciceInconnuError as erreur:
        raise _inconnu(erreur, annee) from erreur


def _rapport(compte: Utilisateur, annee: int) -> Rapport:
    try:
        return etablir_rapport(annee, actions=actions_limitees(compte), siennes=compte.perimetre)
    except ExerciceInconnuError as erreur:
        raise _inconnu(erreur, annee) from erreur


def _inconnu(erreur: ExerciceInconnuError, annee: int) -> Http404:
    """A year is everybody's: whoever asks is told that it was deleted."""
    return absent(frozenset(), Exercice, Http404(str(erreur)), annee=annee)
