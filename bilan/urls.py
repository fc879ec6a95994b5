"""Addresses of the report, its pages and its files."""

from django.urls import path, re_path

from bilan import views
from suivi.pages_gardees import gardee

app_name = "bilan"

ANNEE = "(?P<annee>[0-9]{1,9})"  # more digits make no year, and thousands of them no number
TABLEAUX = "|".join(views.TELECHARGEABLES)

urlpatterns = [
    path("bilan/", views.dernier, name="dernier"),
    path("bilan/<int:annee>/", gardee(views.rapport), name="bilan"),
    path("bilan/<int:annee>.pdf", views.pdf, name="pdf"),
    path("bilan/<int:annee>.xlsx", views.xlsx, name="xlsx"),
    path("bilan/<int:annee>/<slug:ancre>/", gardee(views.chapitre), name="chapitre"),
    re_path(rf"^bilan/{ANNEE}/(?P<code>{TABLEAUX})\.csv$", views.csv, name="csv"),
    re_path(rf"^bilan/{ANNEE}/(?P<code>{TABLEAUX})\.json$", views.json, name="json"),
]
