from django.urls import path

from actions.journal_page import JournalPage
from actions.reconduction import RenouvelerUneAnnee
from actions.saisie_en_lot import AnnulerEnLot, ModifierEnLot
from actions.views import ActionFiche, ActionListe, PorteurSuggestions, telecharger
from suivi.pages_gardees import gardee

app_name = "actions"
urlpatterns = [
    path("actions/", gardee(ActionListe.as_view()), name="liste"),
    path("actions/modifier/", ModifierEnLot.as_view(), name="modifier"),
    path("actions/modifier/annuler/", AnnulerEnLot.as_view(), name="annuler_en_lot"),
    path("actions/<int:pk>/", gardee(ActionFiche.as_view()), name="fiche"),
    path("actions/pieces/<int:pk>/", telecharger, name="piece"),
    path("actions/renouveler/<int:annee>/", RenouvelerUneAnnee.as_view(), name="renouveler"),
    path("journal/", gardee(JournalPage.as_view()), name="journal"),
    path("actions/porteurs/", PorteurSuggestions.as_view(), name="porteurs"),
]
