"""Every address of the site, from the top of the house downward."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.urls import include, path
from django_tasks_db.models import DBTaskResult

from contrat_ville.sante import pret, vivant

# One door for everyone: the admin's own sign-in page would not count failures.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # its hook

# They show secrets, and let write what only their owner should: our own pages replace them. An
# account's address is on its own page.
for modele in (
    *(Authenticator, DBTaskResult, EmailAddress),
    *(SocialAccount, SocialApp, SocialToken, UserSession),
):
    admin.site.unregister(modele)

handler404 = "suivi.suppressions.page_absente"
handler500 = "contrat_ville.erreurs.erreur_du_site"

urlpatterns = [
    path("", include("consultation.urls")),
    path("", include("bilan.urls")),
    path("", include("actions.urls")),
    path("", include("importation.urls")),
    path("", include("travaux.urls")),
    path("comptes/", include("comptes.urls")),
    path("sante/", vivant, name="vivant"),
    path("sante/pret/", pret, name="pret"),
    path("admin/", admin.site.urls),
]
