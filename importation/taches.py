"""What a worker may do of an import: check it, write it, undo it, and its files."""

import io
from pathlib import Path

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.urls import reverse

from actions.models import Exercice
from comptes.models import Utilisateur
from importation import annotation, application
from importation.export import actions_a_reimporter
from importation.lecture import FichierRefuseError
from importation.models import Importation
from listes.exports import csv_excel, ecrire_xlsx
from travaux.taches import Fichier, Suite, tache

ANNULE = "L'import est annulé : tout est comme avant lui."


def trouver(compte: AbstractBaseUser | AnonymousUser, pk: int) -> Importation:
    """One of the account's imports. Raises Http404 with a sentence."""
    visibles = Importation.objects.visibles_par(compte)
    importation = (
        visibles.select_related("exercice", "utilisateur", "reprise_de").filter(pk=pk).first()
    )
    if importation is None:
        raise Http404(f"L'import {pk} n'existe pas, ou n'est pas des vôtres.")
    return importation


def _apercu(importation: Importation, phrase: str = "", reussie: bool = True) -> Suite:
    return Suite(reverse("importation:apercu", args=[importation.pk]), phrase, reussie)


@tache
def verifier(compte: Utilisateur, *, importation: int, se_souvenir: bool) -> Suite:
    """Check the file against the data of now (``application.verifier``)."""
    trouvee = trouver(compte, importation)
    application.verifier(trouvee.pk, se_souvenir=se_souvenir)
    return _apercu(trouvee)


@tache
def appliquer(compte: Utilisateur, *, importation: int) -> Suite:
    """Write what was previewed. Asked again, once it is written, it says so."""
    trouvee = trouver(compte, importation)
    try:
        if trouvee.etat != Importation.Etat.APPLIQUEE:
            application.appliquer(trouvee.pk, compte)
    except (application.ApplicationRefuseeError, FichierRefuseError) as refus:
        return _apercu(trouvee, str(refus), reussie=False)
    return _apercu(trouvee, "L'import est appliqué.")


@tache
def annuler(compte: Utilisateur, *, importation: int) -> Suite:
    """Undo an applied import. Asked again, once it is undone, it says so."""
    trouvee = trouver(compte, importation)
    try:
        if trouvee.etat != Importation.Etat.ANNULEE:
            application.annuler(trouvee.pk, compte)
    except application.AnnulationRefuseeError as refus:
        return _apercu(trouvee, " ".join([str(refus), *refus.motifs]), reussie=False)
    return _apercu(trouvee, ANNULE)


@tache
def annoter(compte: Utilisateur, *, importation: int) -> Fichier | Suite:
    """The file given back, its cells annotated."""
    trouvee = trouver(compte, importation)
    try:
        classeur = application.lire_fichier(trouvee)
        resultat = application.verification_de(trouvee, classeur)
    except FichierRefuseError as refus:
        return _apercu(trouvee, str(refus), reussie=False)
    octets = annotation.annoter(Path(trouvee.fichier.path), classeur, resultat)
    return Fichier(f"{Path(trouvee.nom).stem} – annoté.xlsx", octets)


@tache
def exporter(compte: Utilisateur, *, annee: int, forme: str) -> Fichier:
    """The actions of a budget year, in a file that imports back unchanged."""
    exercice = Exercice.objects.filter(annee=annee).first()
    if exercice is None:
        raise Http404("Cet exercice n'existe pas.")
    liste, nom = actions_a_reimporter(exercice, compte.perimetre), f"actions-{annee}-a-reimporter"
    if forme == "csv":
        return Fichier(f"{nom}.csv", b"".join(csv_excel(liste)))
    sortie = io.BytesIO()
    ecrire_xlsx(liste, sortie)
    return Fichier(f"{nom}.xlsx", sortie.getvalue())
