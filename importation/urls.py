"""Addresses of imports."""

from django.urls import path

from importation.views import pages, reglages

app_name = "importation"

urlpatterns = [
    path("import/", pages.ImportationListe.as_view(), name="liste"),
    path("import/nouveau/", pages.nouveau, name="nouveau"),
    path("import/modele.xlsx", pages.modele, name="gabarit"),
    path("import/export/", pages.export, name="export"),
    path("import/<int:pk>/", pages.apercu, name="apercu"),
    path("import/<int:pk>/verifier/", pages.verification, name="verifier"),
    path("import/<int:pk>/progression/", pages.progression, name="progression"),
    path("import/<int:pk>/colonnes/", reglages.colonnes, name="colonnes"),
    path("import/<int:pk>/regler/", reglages.reglement, name="regler"),
    path("import/<int:pk>/appliquer/", pages.application, name="appliquer"),
    path("import/<int:pk>/annuler/", pages.annulation, name="annuler"),
    path("import/<int:pk>/annote.xlsx", pages.annote, name="annote"),
    path("import/<int:pk>/fichier/", pages.fichier, name="fichier"),
]
