"""What a request may not exceed, refused before anything is read or built from it."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

from comptes.saisies import lire_entier

# Above what each form accepts (a spreadsheet, or several joined files), for which it has its own
# sentence; below what fills a disk.
OCTETS_MAX: Final = 64 * 1024 * 1024
# The longest page of the administration; Django would build up to 2 000 forms, in 20 s.
LIGNES_MAX: Final = 200
TROP_GRAND: Final = "Un nombre de ce formulaire est trop grand. Rien n’a été enregistré."
_TROP_DE_CHIFFRES: Final = "Exceeds the limit"  # what Python says of the text of such a number
_ANNONCES: Final = ("-TOTAL_FORMS", "-INITIAL_FORMS")


class CorpsLimite:
    """Refuses by its announced size, or an address that no page has: nothing has been read yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        annonce = lire_entier(request.META.get("CONTENT_LENGTH") or "0")
        if annonce is None or annonce > OCTETS_MAX:
            return HttpResponse(
                f"Envoi refusé : {OCTETS_MAX // 1024**2} Mo au plus.",
                status=413,
                content_type="text/plain; charset=utf-8",
            )
        if "\0" in request.path_info:  # no address has one, and PostgreSQL refuses it anywhere
            return HttpResponse(
                "Adresse illisible.", status=400, content_type="text/plain; charset=utf-8"
            )
        return self.get_response(request)


class LignesBornees(MiddlewareMixin):
    """Refuses by what a form announces, once the permission is given: nothing has been done yet.
    Refuses too a number that neither the database nor Python holds, wherever a field reads it.
    """

    def process_exception(self, request: HttpRequest, erreur: Exception) -> HttpResponse | None:
        """What was being written is undone: nobody's own form sends such a number."""
        if isinstance(erreur, OverflowError) or (
            isinstance(erreur, ValueError) and str(erreur).startswith(_TROP_DE_CHIFFRES)
        ):
            return render(request, "400.html", {"raison": TROP_GRAND}, status=400)
        return None

    def process_view(
        self,
        request: HttpRequest,
        vue: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if request.method != "POST" or _est_refusee(vue, request):
            return None
        if all(_est_permise(str(n)) for nom, n in request.POST.items() if nom.endswith(_ANNONCES)):
            return None
        raison = (
            f"Ce formulaire annonce trop de lignes : {LIGNES_MAX} au plus. Rien n’a été enregistré."
        )
        return render(request, "400.html", {"raison": raison}, status=400)


def _est_refusee(vue: Callable[..., Any], request: HttpRequest) -> bool:
    """Whether a page of the administration will refuse whoever asks: it checks for itself."""
    page = getattr(vue, "model_admin", None)
    return page is not None and not (
        request.user.is_staff
        and (page.has_change_permission(request) or page.has_add_permission(request))
    )


def _est_permise(annonce: str) -> bool:
    lue = lire_entier(annonce)
    return lue is not None and lue <= LIGNES_MAX
