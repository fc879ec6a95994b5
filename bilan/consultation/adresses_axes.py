"""Addresses of the axes: their pages show figures, so they stand here."""

from django.urls import path

from bilan.consultation.listes import AxeListe
from bilan.consultation.page_axe import AxePage

app_name = "axes"
urlpatterns = [
    path("axes/", AxeListe.as_view(), name="liste"),
    path("axes/<int:cle>/", AxePage.as_view(), name="fiche"),
]
