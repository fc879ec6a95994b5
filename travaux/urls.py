from django.urls import path

from travaux import views

app_name = "travaux"
urlpatterns = [
    path("travaux/", views.liste, name="liste"),
    path("travaux/<int:pk>/", views.suivi, name="suivi"),
    path("travaux/<int:pk>/fichier/", views.fichier, name="fichier"),
]
