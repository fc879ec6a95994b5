"""A joined document, handed over to those who may see its action."""

from django.http import FileResponse, Http404, HttpRequest

from actions.models import Action
from actions.pieces import Piece
from comptes.permissions import CONNECTE, exige, introuvable


@exige(CONNECTE)
def telecharger(request: HttpRequest, pk: int) -> FileResponse:
    """Always as a file to keep, never shown in the site's own pages."""
    visibles = Action.objects.visibles_par(request.user)
    piece = Piece.objects.filter(pk=pk, action__in=visibles).first()
    if piece is None:
        raise introuvable(request, "Ce document")
    try:
        fichier = piece.fichier.open("rb")
    except FileNotFoundError as erreur:
        raise Http404("Le fichier de ce document n'est plus sur le serveur.") from erreur
    reponse = FileResponse(
        fichier, as_attachment=True, filename=piece.nom, content_type=piece.type_mime
    )
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return reponse
