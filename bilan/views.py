"""Pages and files of the report. Views ask for figures and hand them to a renderer."""

import io

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from actions.models import Exercice
from bilan.document import BlocTableau, Rapport
from bilan.exercices import ExerciceEtabli, ExerciceInconnuError, actions_limitees, choisir, etablir
from bilan.rapport import (
    PARTIEL,
    chapitre_du_controle,
    etablir_rapport,
    etat_du_controle,
    registre_du_controle,
)
from bilan.rendus.csv import tableau_en_csv
from bilan.rendus.json import controle_en_dict, tableau_en_dict
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.xlsx import ecrire_xlsx
from comptes.models import Utilisateur
from comptes.permissions import CONNECTE, compte_de, exige
from suivi.disparus import absent
from travaux.taches import Fichier, confier, repondre, tache

CONTROLE = "controle"


@exige(CONNECTE)
def dernier(request: HttpRequest) -> HttpResponse:
    """The report of the year being read, else of the newest."""
    annee = choisir(request).annee
    if annee is None:
        raise Http404("Aucun exercice n'est encore ouvert : créez-en un dans l'administration.")
    return redirect("bilan:bilan", annee=annee)


@exige(CONNECTE)
def rapport(request: HttpRequest, annee: int) -> HttpResponse:
    """The whole report, on one page."""
    etabli = _rapport(compte_de(request), annee)
    contexte = {"rapport": etabli, "annee": annee, "compare": etabli.compare}
    return render(request, "bilan/rapport.html", contexte)


@exige(CONNECTE)
def tableau(request: HttpRequest, annee: str, code: str) -> HttpResponse:
    """One table of the report, or its check, on a page of its own."""
    exercice = _exercice(request, int(annee))
    contexte = {
        "annee": exercice.annee,
        "compare": exercice.releve.publie,
        "code": code,
        "reconstitue": exercice.releve.reconstitue,
        "partiel": PARTIEL if exercice.partiel else "",
        "etat_du_controle": etat_du_controle(exercice),
    }
    if code == CONTROLE:
        section = chapitre_du_controle(exercice)
        return render(
            request,
            "bilan/controle.html",
            contexte | {"controle": exercice.controle, "section": section},
        )
    bloc = BlocTableau(exercice.tableau(code))
    return render(
        request,
        "bilan/tableau.html",
        contexte | {"bloc": bloc, "tableau": bloc.tableau, "controle": exercice.controle},
    )


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
