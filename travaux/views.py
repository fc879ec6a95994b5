"""One's own long works: how far they are, what they gave."""

from datetime import timedelta

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from comptes.permissions import CONNECTE, compte_de, exige
from travaux import fichiers
from travaux.models import Travail
from travaux.purge import JOURS
from travaux.reprise import reprendre
from travaux.taches import dire, mettre_les_entetes, peut

_SANS_PRENEUR = timedelta(minutes=1)


def _trouver(request: HttpRequest, pk: int) -> Travail:
    travail = Travail.objects.de(request.user).filter(pk=pk).first()
    if travail is None:
        raise Http404("Ce travail n'existe pas, ou n'est plus gardé.")
    return travail


@exige(CONNECTE)
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """The last ones first."""
    contexte = {"travaux": Travail.objects.de(request.user)[:100], "jours": JOURS}
    return render(request, "travaux/liste.html", contexte)


@exige(CONNECTE)
@require_GET
def suivi(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a work is; once done, its file or the page that it leads to."""
    travail = _trouver(request, pk)
    if not travail.acheve:
        # Nobody else may be there to see that its worker died.
        reprendre(travail)
        travail.refresh_from_db()
    avancement = bool(request.headers.get("HX-Request"))
    if travail.acheve and avancement:
        return HttpResponseClientRefresh()
    if travail.suite:
        dire(request, travail.message, travail.etat == Travail.Etat.FINI)
        return redirect(travail.suite)
    attendu = timezone.now() - travail.demande_le
    contexte = {
        "travail": travail,
        "jours": JOURS,
        "progression": fichiers.progression(travail.cle),
        "sans_preneur": travail.etat == Travail.Etat.EN_ATTENTE and attendu > _SANS_PRENEUR,
    }
    return render(request, f"travaux/{'_avancement' if avancement else 'suivi'}.html", contexte)


@exige(CONNECTE)
@require_GET
def fichier(request: HttpRequest, pk: int) -> FileResponse:
    """What the work has made, to its author as long as she could still make it."""
    travail = _trouver(request, pk)
    compte = compte_de(request)
    if not travail.entetes:
        raise Http404("Ce travail n'a pas de fichier.")
    if not peut(compte, travail) or sorted(compte.perimetre) != travail.perimetre:
        raise Http404("Vos droits ont changé depuis que ce fichier a été fait : redemandez-le.")
    try:
        contenu = fichiers.chemin(travail.cle).open("rb")
    except FileNotFoundError:
        raise Http404("Ce fichier n'est plus gardé : redemandez-le.") from None
    reponse = FileResponse(contenu)
    mettre_les_entetes(reponse, travail.entetes)
    # The audit log says what left, not under which number it waited.
    reponse.adresse_du_journal = travail.adresse  # type: ignore[attr-defined]
    return reponse
