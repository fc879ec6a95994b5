from django.urls import path

from actions.telechargement import telecharger
from actions.views import ActionFiche, ActionListe, PorteurSuggestions

app_name = "actions"
urlpatterns = [
    path("actions/", ActionListe.as_view(), name="liste"),
    path("actions/<int:pk>/", ActionFiche.as_view(), name="fiche"),
    path("actions/pieces/<int:pk>/", telecharger, name="piece"),
    path("actions/porteurs/", PorteurSuggestions.as_view(), name="porteurs"),
]
