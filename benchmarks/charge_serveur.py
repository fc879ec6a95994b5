"""The application as gunicorn serves it under load, with one page more: the bare frame.

Only ``charge.py`` serves this module.
"""

from contrat_ville.wsgi import application  # first: it sets Django up

# isort: split
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from comptes.permissions import CONNECTE, exige
from contrat_ville import urls

__all__ = ["application"]


@exige(CONNECTE)
def cadre(request: HttpRequest) -> HttpResponse:
    """What every page costs at the least: the middleware, the session and the frame."""
    return render(request, "base.html")


urls.urlpatterns.append(path("cadre/", cadre))
