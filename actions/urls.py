from django.urls import path

from actions.journal_page import JournalPage
from actions.views import ActionFiche, ActionListe, PorteurSuggestions, telecharger
from suivi.pages_gardees import gardee

app_name = "actions"
urlpatterns = [
    path("actions/", gardee(ActionListe.as_view()), name="liste"),
    path("actions/<int:pk>/", gardee(ActionFiche.as_view()), name="fiche"),
    path("actions/pieces/<int:pk>/", telecharger, name="piece"),
    path("journal/", gardee(JournalPage.as_view()), name="journal"),
    path("actions/porteurs/", PorteurSuggestions.as_view(), name="porteurs"),
]
