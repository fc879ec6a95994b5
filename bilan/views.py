"""Pages and files of the report. Views ask for figures and hand them to a renderer."""

import io

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bilan import chapitres
from bilan.document import BlocTableau, Rapport
from bilan.exercices import ExerciceEtabli, ExerciceInconnuError, actions_limitees, choisir, etablir
from bilan.rapport import etablir_rapport
from bilan.rendus.csv import tableau_en_csv
from bilan.rendus.json import controle_en_dict, tableau_en_dict
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.xlsx import ecrire_xlsx
from comptes.permissions import CONNECTE, communes_de, exige
from travaux.differe import differer

CONTROLE = "controle"
TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    return render(
        request, "bilan/rapport.html", {"rapport": _rapport(request, annee), "annee": annee}
    )


@exige(CONNECTE)
def tableau(request: HttpRequest, annee: str, code: str) -> HttpResponse:
    """One table of the report, or its check, on a page of its own."""
    exercice = _exercice(request, int(annee))
    contexte = {
        "annee": exercice.annee,
        "code": code,
        "reconstitue": exercice.releve.reconstitue,
        "partiel": chapitres.PARTIEL if exercice.partiel else "",
        "etat_du_controle": chapitres.etat_du_controle(exercice),
    }
    if code == CONTROLE:
        section = chapitres.controle(exercice)
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
    if attente := differer(request, f"Bilan {annee} (PDF)"):
        return attente
    fichier = io.BytesIO()
    site = f"{request.scheme}://{request.get_host()}"
    ecrire_pdf(_rapport(request, annee), fichier, base_url=site)
    fichier.seek(0)
    return FileResponse(fichier, filename=f"bilan-{annee}.pdf", content_type="application/pdf")


@exige(CONNECTE)
def xlsx(request: HttpRequest, annee: int) -> HttpResponseBase:
    """The report as a workbook."""
    if attente := differer(request, f"Bilan {annee} (Excel)"):
        return attente
    fichier = io.BytesIO()
    ecrire_xlsx(_rapport(request, annee), fichier)
    fichier.seek(0)
    return FileResponse(
        fichier, as_attachment=True, filename=f"bilan-{annee}.xlsx", content_type=TYPE_XLSX
    )


@exige(CONNECTE)
def csv(request: HttpRequest, annee: str, code: str) -> HttpResponse:
    """One table as the CSV of a French Excel."""
    exercice = _exercice(request, int(annee))
    source = (
        chapitres.registre_du_controle(exercice.controle)
        if code == CONTROLE
        else exercice.tableau(code)
    )
    return HttpResponse(
        tableau_en_csv(source),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="bilan-{annee}-{code}.csv"'},
    )


@exige(CONNECTE)
def json(request: HttpRequest, annee: str, code: str) -> HttpResponse:
    """One table for programs."""
    exercice = _exercice(request, int(annee))
    if code == CONTROLE:
        return JsonResponse(controle_en_dict(exercice.controle))
    return JsonResponse(tableau_en_dict(exercice.tableau(code)))


def _exercice(request: HttpRequest, annee: int) -> ExerciceEtabli:
    try:
        return etablir(annee, actions_limitees(request))
    except ExerciceInconnuError as erreur:
        raise Http404(str(erreur)) from erreur


def _rapport(request: HttpRequest, annee: int) -> Rapport:
    try:
        return etablir_rapport(
            annee, actions=actions_limitees(request), siennes=communes_de(request)
        )
    except ExerciceInconnuError as erreur:
        raise Http404(str(erreur)) from erreur
