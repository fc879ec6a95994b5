"""The account pages that exist; the sign-in library's others (sign-up, e-mail reset) don't."""

from allauth.account import views
from allauth.socialaccount import views as federation
from django.urls import include, path

from comptes.views import ChoixDuMotDePasse, terminer_session

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("invitation/<str:uidb64>/<str:token>/", ChoixDuMotDePasse.as_view(), name="invitation"),
    path("second-facteur/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("sessions/<int:pk>/terminer/", terminer_session, name="terminer_session"),
    # Nothing is there as long as the settings name no provider.
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("federation/annulee/", federation.login_cancelled, name="socialaccount_login_cancelled"),
    path("federation/erreur/", federation.login_error, name="socialaccount_login_error"),
]
