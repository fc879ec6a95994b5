"""The pages of imports: send a file, settle what it means, see what it would do, apply, undo."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import ListView

from actions.models import Exercice, Theme
from comptes.permissions import CONNECTE, communes_de, compte_de, exige
from comptes.saisies import lire_entier
from financement.models import Financeur
from importation import reglement, taches
from importation.application import AnnulationRefuseeError, annuler, lire_fichier, recevoir
from importation.choix import a_choisir
from importation.correspondance import CONSTANTES, Correspondance
from importation.decompte import montrer
from importation.export import gabarit
from importation.fiches import comparer_totaux
from importation.forms.colonnes import ColonnesForm
from importation.forms.fichier import FichierForm
from importation.forms.reglement import ReglementForm, empreinte_du
from importation.lecture import FichierRefuseError
from importation.models import IMPORTER, Importation
from importation.referentiel import charger_referentiel
from importation.reglement import ReglementRefuseError
from importation.rubriques import RUBRIQUES
from importation.taches import trouver
from territoires.models import Commune
from travaux.taches import LIGNES_TOUT_DE_SUITE, Fichier, confier, en_file, repondre

CREER_UN_FINANCEUR = "financement.add_financeur"
ANNULER = "importation.annuler_importation"
OCTETS_SANS_ATTENDRE = 1024**2  # larger files are checked from their own page, which shows how far


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
def nouveau(request: HttpRequest) -> HttpResponseBase:
    """Send a file; a small one is checked at once."""
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        fichier: UploadedFile[Any] = form.cleaned_data["fichier"]
        somme = hashlib.sha256()
        for morceau in fichier.chunks():
            somme.update(morceau)
        exercice = form.cleaned_data["exercice"]
        nom = Path(fichier.name or "fichier").name
        importation = recevoir(
            fichier,
            nom,
            somme.hexdigest(),
            exercice,
            compte_de(request),
            expediteur=form.cleaned_data["expediteur"],
        )
        if en_file() or (fichier.size or 0) <= OCTETS_SANS_ATTENDRE:
            return verifier(request, importation, se_souvenir=True)
        return redirect("importation:apercu", importation.pk)
    connus = Importation.objects.retenues(compte_de(request)).order_by()
    contexte = {
        "form": form,
        "exercices": Exercice.objects.all(),
        "expediteurs": sorted(set(connus.values_list("expediteur", flat=True))),
    }
    return render(request, "importation/nouveau.html", contexte)


@exige(IMPORTER)
@require_GET
def apercu(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would do, or what it has done."""
    importation = trouver(request.user, pk)
    totaux = importation.rapport.get("totaux")
    constantes = importation.correspondance.get("constantes", {})
    etapes, decomptes = montrer(importation.rapport.get("decomptes", []))
    form = ReglementForm(importation.rapport)
    avertissements = form.champs("avertissements")
    contexte = {
        "vu": empreinte_du(importation.rapport),
        "erreurs": form.champs("erreurs"),
        "avertissements": avertissements,
        "avertissements_a_regler": importation.en_attente
        and any(a["cellule"] and a["proche"] for a in avertissements),
        "organismes": form.organismes(),
        "listes": listes_de_choix(importation) if importation.en_attente else {},
        "corrections": reglement.corrections_de(importation),
        "creer": peut_creer_un_financeur(request),
        "etapes": etapes,
        "decomptes": decomptes,
        "pour_tout": [
            (RUBRIQUES[code].libelle, constantes[code]) for code in CONSTANTES if code in constantes
        ],
        "importation": importation,
        "rapport": importation.rapport,
        "totaux": comparer_totaux(totaux) if totaux else [],
        "deja": Importation.objects.visibles_par(request.user).du_meme_fichier(importation).first(),
        "peut_annuler": request.user.has_perm(ANNULER),
    }
    return render(request, "importation/apercu.html", contexte)


@exige(IMPORTER)
@require_POST
def verification(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Check the file against the data of now."""
    importation = trouver(request.user, pk)
    return verifier(request, importation, importation.etat == Importation.Etat.RECUE)


@exige(IMPORTER)
@require_GET
def progression(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the work under way is, in percent."""
    return JsonResponse({"pourcent": trouver(request.user, pk).progression()})


@exige(IMPORTER)
@require_POST
def application(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write what was previewed. Asked again, once it is written, it says so."""
    importation = trouver(request.user, pk)
    titre = f"Appliquer {importation.nom}"
    return confier(request, taches.appliquer, titre, importation=pk)


@exige(ANNULER)
def annulation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Undo an applied import, or see what has changed since."""
    importation = trouver(request.user, pk)
    if importation.etat == Importation.Etat.ANNULEE and request.method == "POST":
        messages.success(request, taches.ANNULE)
    if importation.etat != Importation.Etat.APPLIQUEE:
        return redirect("importation:apercu", importation.pk)
    refus: AnnulationRefuseeError | None = None
    if request.method == "POST":
        if en_file():
            titre = f"Annuler {importation.nom}"
            return confier(request, taches.annuler, titre, importation=pk)
        try:
            annuler(importation.pk, compte_de(request))
        except AnnulationRefuseeError as erreur:
            refus = erreur  # the page below shows each reason
        else:
            messages.success(request, taches.ANNULE)
            return redirect("importation:apercu", importation.pk)
    contexte = {"importation": importation, "refus": refus}
    return render(request, "importation/annuler.html", contexte, status=409 if refus else 200)


@exige(IMPORTER)
@require_GET
def annote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file given back, its cells annotated."""
    importation = trouver(request.user, pk)
    if _est_long(importation.exercice, importation.lignes):
        titre = f"{importation.nom}, annoté"
        return confier(request, taches.annoter, titre, importation=pk)
    return repondre(request, taches.annoter(compte_de(request), importation=pk))


@exige(IMPORTER)
@require_GET
def fichier(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was sent."""
    importation = trouver(request.user, pk)
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
def modele(request: HttpRequest) -> HttpResponseBase:
    """The template to fill in."""
    modele = Fichier("modele-import-actions.xlsx", gabarit(_exercice(request)))
    return repondre(request, modele)


@exige(CONNECTE)
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Actions of a budget year, in a file that imports back unchanged."""
    exercice = _exercice(request)
    forme = "csv" if request.GET.get("format") == "csv" else "xlsx"
    if _est_long(exercice):
        titre = f"Actions {exercice} à réimporter"
        return confier(request, taches.exporter, titre, annee=exercice.annee, forme=forme)
    fait = taches.exporter(compte_de(request), annee=exercice.annee, forme=forme)
    return repondre(request, fait)


def _est_long(exercice: Exercice, lignes: int | None = None) -> bool:
    """Whether a worker makes the file; ``lignes`` are those of the file that was sent."""
    return en_file() and max(lignes or 0, exercice.actions.count()) > LIGNES_TOUT_DE_SUITE


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


# --- Settling ------------------------------------------------------------------------------------


@exige(IMPORTER)
def colonnes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say what each column means; it is remembered for files with the same headings."""
    importation = trouver(request.user, pk)
    if not importation.en_attente:
        raise Http404
    try:
        classeur = lire_fichier(importation)
    except FichierRefuseError as refus:
        messages.error(request, str(refus))
        return redirect("importation:apercu", importation.pk)
    ref = charger_referentiel(importation.exercice, communes_de(request))
    actuelle = Correspondance(**importation.correspondance)
    form = ColonnesForm(
        a_choisir(classeur, ref, actuelle),
        ref,
        actuelle,
        importation.exercice,
        request.POST or None,
        creer=peut_creer_un_financeur(request),
    )
    if request.method == "POST" and form.is_valid():
        importation.exercice = form.cleaned_data["exercice"]
        choisie = form.correspondance()
        if "relire" in request.POST or form.a_relire():
            reglement.regler(importation, choisie)
            return redirect("importation:colonnes", importation.pk)
        creees = {
            entete: f"{reglement.creer_financeur(nom, ref)}:{etape}"
            for entete, nom, etape in form.a_creer()
        }
        reglement.choisir_colonnes(
            importation, classeur, replace(choisie, colonnes={**choisie.colonnes, **creees})
        )
        return verifier(request, importation, se_souvenir=False)
    contexte = {
        "importation": importation,
        "form": form,
        "a_cumuler": importation.rapport.get("a_cumuler") or actuelle.cumuler,
    }
    return render(request, "importation/colonnes.html", contexte)


@exige(IMPORTER)
@require_POST
def regler(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Settle what the preview asks: mend, leave out, take a suggestion, create a funder, keep."""
    importation = trouver(request.user, pk)
    if not importation.en_attente:
        raise Http404
    form = ReglementForm(importation.rapport, request.POST)
    try:
        if not form.is_valid():
            fautes = [str(faute) for fautes in form.errors.values() for faute in fautes]
            raise ReglementRefuseError(" ".join(dict.fromkeys(fautes)))
        if not _regler(request, importation, form):
            return redirect("importation:apercu", importation.pk)
    except ReglementRefuseError as refus:
        messages.error(request, str(refus))
        return redirect("importation:apercu", importation.pk)
    return verifier(request, importation, se_souvenir=False)


def _regler(request: HttpRequest, importation: Importation, form: ReglementForm) -> bool:
    """Whether what was asked calls for reading the file again. Raises ReglementRefuseError."""
    if "retenir" in request.POST:
        reglement.retenir(importation, request.POST.get("expediteur", "").strip()[:100])
        messages.success(
            request, f"Retenu pour les prochains fichiers de {importation.expediteur}."
        )
        return False
    if "oublier" in request.POST:
        reglement.oublier(importation)
        messages.success(request, "Rien n'est plus retenu de ce fichier pour les suivants.")
        return False
    if "retirer" in request.POST:
        reglement.retirer_correction(importation, lire_entier(request.POST["retirer"]))
    elif "ecarter" in request.POST:
        reglement.attribuer_colonne(
            importation, form.inconnu(request.POST["ecarter"])["colonne"], ""
        )
    elif "financeur" in request.POST:
        if not peut_creer_un_financeur(request):
            raise PermissionDenied
        inconnu = form.inconnu(request.POST["financeur"])
        code = reglement.creer_financeur(inconnu["nom"], charger_referentiel(importation.exercice))
        if inconnu["cible"]:
            reglement.attribuer_colonne(
                importation, inconnu["colonne"], f"{code}:{inconnu['cible']}"
            )
    elif nouvelles := form.corrections():
        reglement.ajouter_corrections(importation, nouvelles)
    else:
        messages.info(request, "Rien n'était saisi : l'aperçu n'a pas changé.")
        return False
    return True


def listes_de_choix(importation: Importation) -> dict[str, list[str]]:
    """The values to choose among, for the columns that hold errors."""
    en_erreur = {p.get("rubrique") for p in importation.rapport.get("erreurs", [])}
    sources: dict[str, QuerySet[Any]] = {
        "commune": Commune.objects.all(),
        "theme": Theme.objects.all(),
        "financeur": Financeur.objects.all(),
    }
    return {
        rubrique: list(source.values_list("nom", flat=True))
        for rubrique, source in sources.items()
        if rubrique in en_erreur
    }


def peut_creer_un_financeur(request: HttpRequest) -> bool:
    """Reference data are everyone's: an account limited to communes only reads them."""
    return request.user.has_perm(CREER_UN_FINANCEUR) and not communes_de(request)


def verifier(request: HttpRequest, importation: Importation, se_souvenir: bool) -> HttpResponseBase:
    """Have the file checked, now or in the queue; its preview follows."""
    return confier(
        request,
        taches.verifier,
        f"Vérifier {importation.nom}",
        importation=importation.pk,
        se_souvenir=se_souvenir,
    )
