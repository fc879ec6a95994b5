"""Addresses of the lists, the pages and the search."""

from django.urls import path

from bilan.consultation.listes import (
    CommuneListe,
    FinanceurListe,
    PorteurListe,
    QuartierListe,
    ThemeListe,
)
from bilan.consultation.page_commune import CommunePage
from bilan.consultation.page_financeur import FinanceurPage
from bilan.consultation.page_porteur import PorteurPage
from bilan.consultation.page_quartier import QuartierPage
from bilan.consultation.page_theme import ThemePage
from bilan.consultation.recherche import Recherche

urlpatterns = [
    path("communes/", CommuneListe.as_view(), name="communes"),
    path("communes/<str:cle>/", CommunePage.as_view(), name="commune"),
    path("themes/", ThemeListe.as_view(), name="themes"),
    path("themes/<int:cle>/", ThemePage.as_view(), name="theme"),
    path("financeurs/", FinanceurListe.as_view(), name="financeurs"),
    path("financeurs/<str:cle>/", FinanceurPage.as_view(), name="financeur"),
    path("porteurs/", PorteurListe.as_view(), name="porteurs"),
    path("porteurs/<int:cle>/", PorteurPage.as_view(), name="porteur"),
    path("quartiers/", QuartierListe.as_view(), name="quartiers"),
    path("quartiers/<int:cle>/", QuartierPage.as_view(), name="quartier"),
    path("recherche/", Recherche.as_view(), name="recherche"),
]
