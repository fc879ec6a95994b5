"""Addresses of the dashboard, of the lists and pages of figures, and of the search."""

from django.urls import path

from consultation.views.accueil import accueil
from consultation.views.axes import AxeListe, AxePage
from consultation.views.communes import CommuneListe, CommunePage
from consultation.views.financeurs import FinanceurListe, FinanceurPage
from consultation.views.informations import Accessibilite, DonneesPersonnelles, Mentions
from consultation.views.porteurs import PorteurListe, PorteurPage
from consultation.views.quartiers import QuartierListe, QuartierPage
from consultation.views.recherche import Recherche
from consultation.views.themes import ThemeListe, ThemePage
from suivi.pages_gardees import gardee

app_name = "consultation"

urlpatterns = [
    path("", gardee(accueil), name="accueil"),
    path("communes/", gardee(CommuneListe.as_view()), name="communes"),
    path("communes/<str:cle>/", gardee(CommunePage.as_view()), name="commune"),
    path("themes/", gardee(ThemeListe.as_view()), name="themes"),
    path("themes/<int:cle>/", gardee(ThemePage.as_view()), name="theme"),
    path("financeurs/", gardee(FinanceurListe.as_view()), name="financeurs"),
    path("financeurs/<str:cle>/", gardee(FinanceurPage.as_view()), name="financeur"),
    path("porteurs/", gardee(PorteurListe.as_view()), name="porteurs"),
    path("porteurs/<int:cle>/", gardee(PorteurPage.as_view()), name="porteur"),
    path("quartiers/", gardee(QuartierListe.as_view()), name="quartiers"),
    path("quartiers/<int:cle>/", gardee(QuartierPage.as_view()), name="quartier"),
    path("axes/", gardee(AxeListe.as_view()), name="axes"),
    path("axes/<int:cle>/", gardee(AxePage.as_view()), name="axe"),
    path("recherche/", gardee(Recherche.as_view()), name="recherche"),
    path("accessibilite/", Accessibilite.as_view(), name="accessibilite"),
    path("mentions-legales/", Mentions.as_view(), name="mentions"),
    path("donnees-personnelles/", DonneesPersonnelles.as_view(), name="donnees_personnelles"),
]
