"""One's own sessions, and one's password chosen by invitation."""

from typing import Any

from allauth.decorators import rate_limit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from comptes.invitations import JETONS
from comptes.journal import Evenement, consigner
from comptes.models import Invitation, Utilisateur
from comptes.permissions import CONNECTE, PUBLIC, exige


@require_POST
def _terminer(request: HttpRequest, pk: int) -> HttpResponse:
    siennes = UserSession.objects.filter(user=request.user)
    session = get_object_or_404(siennes, pk=pk)
    session.end()
    consigner(Evenement.Genre.SESSIONS, request)
    messages.success(request, "Cette session est terminée.")
    return HttpResponseRedirect(reverse("usersessions_list"))


terminer_session = exige(CONNECTE)(_terminer)


@method_decorator(rate_limit(action="reset_password_from_key", limit_get=True), name="dispatch")
class ChoixDuMotDePasse(PasswordResetConfirmView):
    """Django's page behind the link: it takes the secret out of the address first. It opens no
    session: the sign-in page does, with the second factor where there must be one.
    """

    permission = PUBLIC
    token_generator = JETONS
    reset_url_token = "choisir"  # noqa: S105  # what stands in the address in its place
    template_name = "account/invitation.html"
    success_url = reverse_lazy("account_login")
    user: Utilisateur | None

    def form_valid(self, form: "SetPasswordForm[Utilisateur]") -> HttpResponse:
        compte = form.user
        with transaction.atomic():
            siennes = Invitation.objects.filter(pk=compte.invitation.pk, le=compte.invitation.le)
            if not siennes.delete()[0]:  # used or renewed meanwhile
                self.validlink = False
                return self.render_to_response(self.get_context_data())
            reponse = super().form_valid(form)
            consigner(Evenement.Genre.SECRET, self.request, compte, "mot de passe par invitation")
        messages.success(
            self.request,
            f"Votre mot de passe est enregistré. Connectez-vous avec l’identifiant {compte}.",
        )
        return reponse

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Dead link: said to the visitor, and kept where it named somebody."""
        if not self.validlink and self.user is not None:
            consigner(Evenement.Genre.ECHEC, self.request, self.user, "invitation qui ne vaut plus")
        return super().get_context_data(compte=self.user, **kwargs)
