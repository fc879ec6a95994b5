"""The pages where an import is settled: its columns, and what is mended in its preview."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from actions.models import Theme
from comptes.permissions import communes_de, exige
from comptes.saisies import lire_entier
from financement.models import Financeur
from importation import taches
from importation.application import lire_fichier
from importation.choix import a_choisir
from importation.correspondance import Correspondance
from importation.forms.colonnes import ColonnesForm
from importation.forms.reglement import ReglementForm
from importation.lecture import FichierRefuseError
from importation.models import IMPORTER, Importation
from importation.referentiel import charger_referentiel
from importation.reglement import (
    ReglementRefuseError,
    ajouter_corrections,
    attribuer_colonne,
    choisir_colonnes,
    creer_financeur,
    oublier,
    regler,
    retenir,
    retirer_correction,
)
from importation.taches import trouver
from territoires.models import Commune
from travaux.taches import confier

CREER_UN_FINANCEUR = "financement.add_financeur"


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
            regler(importation, choisie)
            return redirect("importation:colonnes", importation.pk)
        creees = {
            entete: f"{creer_financeur(nom, ref)}:{etape}" for entete, nom, etape in form.a_creer()
        }
        choisir_colonnes(
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
def reglement(request: HttpRequest, pk: int) -> HttpResponseBase:
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
        retenir(importation, request.POST.get("expediteur", "").strip()[:100])
        messages.success(
            request, f"Retenu pour les prochains fichiers de {importation.expediteur}."
        )
        return False
    if "oublier" in request.POST:
        oublier(importation)
        messages.success(request, "Rien n'est plus retenu de ce fichier pour les suivants.")
        return False
    if "retirer" in request.POST:
        retirer_correction(importation, lire_entier(request.POST["retirer"]))
    elif "ecarter" in request.POST:
        attribuer_colonne(importation, form.inconnu(request.POST["ecarter"])["colonne"], "")
    elif "financeur" in request.POST:
        if not peut_creer_un_financeur(request):
            raise PermissionDenied
        inconnu = form.inconnu(request.POST["financeur"])
        code = creer_financeur(inconnu["nom"], charger_referentiel(importation.exercice))
        if inconnu["cible"]:
            attribuer_colonne(importation, inconnu["colonne"], f"{code}:{inconnu['cible']}")
    elif nouvelles := form.corrections():
        ajouter_corrections(importation, nouvelles)
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
