"""Pages kept whole, and given again as long as nothing that they show has been written.

A page depends on its address, on what the database holds, on who reads it and on the day. Each has
its place in the key under which a page is kept, so that no page ever has to be thrown away: after
a write, a change of rights or a sign-in, it is simply asked for under another name. Kept pages
belong to one account and one session; two people never share one.
"""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Final

from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils import timezone

from comptes.permissions import compte_de
from suivi.revision import revision

Vue = Callable[..., HttpResponseBase]

PAGES: Final = "pages"
"""The cache, of this process, where they stand."""

_TAILLE_MAX: Final = 500_000  # bytes; the cache is bounded by a number of pages


def gardee(vue: Vue) -> Vue:
    """Have what this view answers kept: for pages that write nothing and show only what the mark
    of the data covers (``revision.marquees``).
    """

    @wraps(vue)
    def lire(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        cle = _cle(request)
        if cle is None:
            return vue(request, *args, **kwargs)
        if gardes := caches[PAGES].get(cle):
            contenu, entetes = gardes
            return HttpResponse(contenu, headers=entetes)
        reponse = vue(request, *args, **kwargs)
        if isinstance(reponse, HttpResponse) and _se_garde(reponse):
            caches[PAGES].set(cle, (reponse.content, dict(reponse.items())))
        return reponse

    return lire


def _cle(request: HttpRequest) -> str | None:
    """All that the page depends on; None where it can't be kept, or must say something once."""
    marque = revision() if request.method == "GET" and not len(get_messages(request)) else None
    if marque is None:
        return None
    get_token(request)  # draws this session's secret where it has none yet
    compte = compte_de(request)
    permissions = () if compte.is_superuser else sorted(compte.get_all_permissions())
    depend_de = (
        marque,
        timezone.localdate().isoformat(),
        request.build_absolute_uri(),
        sorted(e for e in request.headers.items() if e[0].startswith("Hx-")),
        request.META["CSRF_COOKIE"],  # the page holds the forms of this session
        compte.pk,
        (compte.is_superuser, compte.is_staff, permissions, sorted(compte.perimetre)),
    )
    return sha256(repr(depend_de).encode()).hexdigest()


def _se_garde(reponse: HttpResponse) -> bool:
    """A whole page, of a usual size, that sets no cookie of its own."""
    return (
        reponse.status_code == 200
        and reponse.headers["Content-Type"].startswith("text/html")
        and len(reponse.content) <= _TAILLE_MAX
        and not reponse.cookies
    )
