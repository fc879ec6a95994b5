"""No request is read that is heavier than the heaviest file one may send."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from comptes.saisies import lire_entier

# Above what each form accepts (a spreadsheet, or several joined files), for which it has its own
# sentence; below what fills a disk.
OCTETS_MAX: Final = 64 * 1024 * 1024


class CorpsLimite:
    """Refuses by its announced size: nothing has been read yet."""

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
        return self.get_response(request)
