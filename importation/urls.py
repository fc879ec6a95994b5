"""Addresses of imports."""

from django.urls import path

from importation import views

app_name = "importation"

urlpatterns = [
    path("import/", views.ImportationListe.as_view(), name="liste"),
    path("import/nouveau/", views.nouveau, name="nouveau"),
    path("import/modele.xlsx", views.modele, name="gabarit"),
    path("import/export/", views.export, name="export"),
    path("import/<int:pk>/", views.apercu, name="apercu"),
    path("import/<int:pk>/verifier/", views.verification, name="verifier"),
    path("import/<int:pk>/progression/", views.progression, name="progression"),
    path("import/<int:pk>/colonnes/", views.colonnes, name="colonnes"),
    path("import/<int:pk>/regler/", views.regler, name="regler"),
    path("import/<int:pk>/appliquer/", views.application, name="appliquer"),
    path("import/<int:pk>/annuler/", views.annulation, name="annuler"),
    path("import/<int:pk>/annote.xlsx", views.annote, name="annote"),
    path("import/<int:pk>/fichier/", views.fichier, name="fichier"),
]
