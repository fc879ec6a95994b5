"""The pages of imports: send a file, see what it would do, apply it, undo it."""

import hashlib
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import ListView

from actions.models import Exercice
from comptes.permissions import CONNECTE, communes_de, compte_de, exige
from comptes.saisies import lire_entier
from importation import annotation
from importation.annulation import AnnulationRefuseeError, annuler
from importation.application import (
    ApplicationRefuseeError,
    appliquer,
    choisir_colonnes,
    lire_fichier,
    recevoir,
    verifier,
)
from importation.correspondance import Correspondance, CorrespondanceRefuseeError
from importation.export import en_csv, en_xlsx, lignes_a_reimporter
from importation.fiches import charger_fiches
from importation.forms import ColonnesForm, FichierForm
from importation.gabarit import gabarit
from importation.lecture import FichierRefuseError
from importation.models import Importation
from importation.referentiel import charger_referentiel
from importation.totaux import comparer_totaux
from importation.verification import verifier_classeur
from travaux.avancement import travail_en_cours
from travaux.differe import LIGNES_TOUT_DE_SUITE, differer, en_file

IMPORTER = "actions.add_action"
ANNULER = "importation.annuler_importation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANNULE = "L'import est annulé : tout est comme avant lui."
OCTETS_SANS_ATTENDRE = 1024**2  # larger files are checked from their own page, which shows how far


def _trouver(request: HttpRequest, pk: int) -> Importation:
    visibles = Importation.objects.visibles_par(request.user)
    importation = visibles.select_related("exercice", "utilisateur").filter(pk=pk).first()
    if importation is None:
        raise Http404(f"L'import {pk} n'existe pas, ou n'est pas des vôtres.")
    return importation


class ImportationListe(ListView[Importation]):
    """Every file received, the last first."""

    permission = IMPORTER
    template_name = "importation/liste.html"
    context_object_name = "importations"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Importation]:
        visibles = Importation.objects.visibles_par(self.request.user)
        return visibles.select_related("exercice", "utilisateur").defer("rapport")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"exercices": Exercice.objects.all()}


@exige(IMPORTER)
def nouveau(request: HttpRequest) -> HttpResponse:
    """Send a file; a small one is checked at once."""
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        fichier: UploadedFile[Any] = form.cleaned_data["fichier"]
        somme = hashlib.sha256()
        for morceau in fichier.chunks():
            somme.update(morceau)
        exercice = form.cleaned_data["exercice"]
        nom = Path(fichier.name or "fichier").name
        importation = recevoir(fichier, nom, somme.hexdigest(), exercice, compte_de(request))
        if attente := _differer_la_verification(request, importation):
            return attente
        if (fichier.size or 0) <= OCTETS_SANS_ATTENDRE:
            verifier(importation.pk, se_souvenir=True)
        return redirect("importation:apercu", importation.pk)
    contexte = {"form": form, "exercices": Exercice.objects.all()}
    return render(request, "importation/nouveau.html", contexte)


@exige(IMPORTER)
@require_GET
def apercu(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would do, or what it has done."""
    importation = _trouver(request, pk)
    totaux = importation.rapport.get("totaux")
    contexte = {
        "importation": importation,
        "rapport": importation.rapport,
        "totaux": comparer_totaux(totaux["avant"], totaux["apres"]) if totaux else [],
        "deja": Importation.objects.visibles_par(request.user).du_meme_fichier(importation).first(),
        "peut_annuler": request.user.has_perm(ANNULER),
    }
    return render(request, "importation/apercu.html", contexte)


@exige(IMPORTER)
@require_POST
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the file against the data of now."""
    importation = _trouver(request, pk)
    if attente := _differer_la_verification(request, importation):
        return attente
    verifier(importation.pk, se_souvenir=importation.etat == Importation.Etat.RECUE)
    return redirect("importation:apercu", importation.pk)


@exige(IMPORTER)
@require_GET
def progression(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the work under way is, in percent."""
    return JsonResponse({"pourcent": _trouver(request, pk).progression()})


@exige(IMPORTER)
def colonnes(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what each column means; it is remembered for files with the same headings."""
    importation = _trouver(request, pk)
    if not importation.en_attente:
        raise Http404
    try:
        classeur = lire_fichier(importation)
    except FichierRefuseError as refus:
        messages.error(request, str(refus))
        return redirect("importation:apercu", importation.pk)
    ref = charger_referentiel(importation.exercice, communes_de(request))
    actuelle = Correspondance(**importation.correspondance)
    form = ColonnesForm(classeur, ref, actuelle, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choisir_colonnes(importation, classeur, form.correspondance())
        if attente := _differer_la_verification(request, importation):
            return attente
        verifier(importation.pk)
        return redirect("importation:apercu", importation.pk)
    contexte = {"importation": importation, "form": form}
    return render(request, "importation/colonnes.html", contexte)


@exige(IMPORTER)
@require_POST
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was previewed. Asked again, once it is written, it says so."""
    importation = _trouver(request, pk)
    if attente := differer(request, f"Appliquer {importation.nom}"):
        return attente
    try:
        if importation.etat != Importation.Etat.APPLIQUEE:
            appliquer(importation.pk, compte_de(request))
    except (ApplicationRefuseeError, FichierRefuseError, CorrespondanceRefuseeError) as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, "L'import est appliqué.")
    return redirect("importation:apercu", importation.pk)


@exige(ANNULER)
def annulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an applied import, or see what has changed since."""
    importation = _trouver(request, pk)
    if importation.etat == Importation.Etat.ANNULEE and request.method == "POST":
        messages.success(request, ANNULE)
    if importation.etat != Importation.Etat.APPLIQUEE:
        return redirect("importation:apercu", importation.pk)
    refus: AnnulationRefuseeError | None = None
    if request.method == "POST":
        if attente := differer(request, f"Annuler {importation.nom}"):
            return attente
        try:
            annuler(importation.pk, compte_de(request))
        except AnnulationRefuseeError as erreur:
            refus = erreur
        else:
            messages.success(request, ANNULE)
            return redirect("importation:apercu", importation.pk)
        if travail_en_cours.get():  # nobody sees the page below
            messages.error(request, " ".join([str(refus), *refus.motifs]))
            return redirect("importation:apercu", importation.pk)
    contexte = {"importation": importation, "refus": refus}
    return render(request, "importation/annuler.html", contexte, status=409 if refus else 200)


@exige(IMPORTER)
@require_GET
def annote(request: HttpRequest, pk: int) -> HttpResponse:
    """The file given back, its cells annotated."""
    importation = _trouver(request, pk)
    titre = f"{importation.nom}, annoté"
    if attente := _differer_si_long(request, titre, importation.exercice, importation.lignes):
        return attente
    try:
        classeur = lire_fichier(importation)
        resultat = verifier_classeur(
            classeur,
            charger_referentiel(importation.exercice, importation.communes_permises),
            charger_fiches(importation.exercice),
            Correspondance(**importation.correspondance),
        )
    except (FichierRefuseError, CorrespondanceRefuseeError) as refus:
        messages.error(request, str(refus))
        return redirect("importation:apercu", importation.pk)
    octets = annotation.annoter(Path(importation.fichier.path), classeur, resultat)
    return _telecharger(octets, f"{Path(importation.nom).stem} – annoté.xlsx", XLSX)


@exige(IMPORTER)
@require_GET
def fichier(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was sent."""
    importation = _trouver(request, pk)
    try:
        return FileResponse(
            importation.fichier.open(),
            as_attachment=True,
            filename=importation.nom,
            content_type="application/octet-stream",
        )
    except FileNotFoundError:
        raise Http404("Le fichier n'est plus sur le serveur.") from None


@exige(CONNECTE)
@require_GET
def modele(request: HttpRequest) -> HttpResponse:
    """The template to fill in."""
    exercice = _exercice(request)
    return _telecharger(gabarit(exercice), "modele-import-actions.xlsx", XLSX)


@exige(CONNECTE)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Actions of a budget year, in a file that imports back unchanged."""
    exercice = _exercice(request)
    if attente := _differer_si_long(request, f"Actions {exercice} à réimporter", exercice):
        return attente
    entetes, lignes = lignes_a_reimporter(exercice, communes_de(request))
    nom = f"actions-{exercice.annee}-a-reimporter"
    if request.GET.get("format") == "csv":
        return _telecharger(en_csv(entetes, lignes), f"{nom}.csv", "text/csv; charset=utf-8")
    return _telecharger(en_xlsx("Actions", entetes, lignes), f"{nom}.xlsx", XLSX)


def _differer_la_verification(
    request: HttpRequest, importation: Importation
) -> HttpResponse | None:
    envoi = reverse("importation:verifier", args=[importation.pk])
    return differer(request, f"Vérifier {importation.nom}", envoi=envoi)


def _differer_si_long(
    request: HttpRequest, titre: str, exercice: Exercice, lignes: int | None = None
) -> HttpResponse | None:
    """``lignes``: those of the file, beside the budget year's own."""
    if not en_file() or max(lignes or 0, exercice.actions.count()) <= LIGNES_TOUT_DE_SUITE:
        return None
    return differer(request, titre)


def _exercice(request: HttpRequest) -> Exercice:
    """The one asked for, else the last."""
    annee = request.GET.get("exercice", "")
    exercices = Exercice.objects.order_by("-annee")
    if annee:
        exercices = exercices.filter(annee__in=[lire_entier(annee)])
    exercice = exercices.first()
    if exercice is None:
        raise Http404("Cet exercice n'existe pas.")
    return exercice


def _telecharger(octets: bytes, nom: str, genre: str) -> HttpResponse:
    reponse = HttpResponse(octets, content_type=genre)
    reponse["Content-Disposition"] = content_disposition_header(True, nom) or "attachment"
    return reponse
