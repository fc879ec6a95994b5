"""One's own sessions."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from comptes.journal import Evenement, consigner
from comptes.permissions import CONNECTE, exige


@require_POST
def _terminer(request: HttpRequest, pk: int) -> HttpResponse:
    siennes = UserSession.objects.filter(user=request.user)
    session = get_object_or_404(siennes, pk=pk)
    session.end()
    consigner(Evenement.Genre.SESSIONS, request)
    messages.success(request, "Cette session est terminée.")
    return HttpResponseRedirect(reverse("usersessions_list"))


terminer_session = exige(CONNECTE)(_terminer)
