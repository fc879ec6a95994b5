"""Every page of the site: an address that is neither opened nor set aside here fails a test.

``PAGES`` holds the addresses to open for each named one; ``{action}`` and the like are rows that
``peupler`` makes beside the 2004 contract. ``PAS_DES_PAGES`` names those that show no page.
"""

from collections.abc import Iterator

from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from actions.models import Action, Exercice, Theme
from comptes.models import Utilisateur
from financement.models import Financeur, Subvention
from importation.models import Importation
from suivi.models import Suppression
from territoires.models import Commune, Organisme, Quartier
from tests.navigateur.site import session
from travaux.models import Travail

CHAPITRES = (
    *("lecture", "chiffres-cles", "territorial", "thematique", "croise", "financeurs"),
    *("axes", "actions", "controle", "sources"),
)
MAUVAISE = "?commune=abc&sort=inconnu&page=-1"
PAGES: dict[str, tuple[str, ...]] = {
    "consultation:accueil": ("/", "/?exercice=2005"),
    "bilan:bilan": ("/bilan/2004/", "/bilan/2004/?tout=1"),
    "bilan:chapitre": tuple(f"/bilan/2004/{ancre}/" for ancre in CHAPITRES),
    "consultation:communes": ("/communes/", f"/communes/{MAUVAISE}"),
    "consultation:commune": ("/communes/30132/?exercice=2004", "/communes/30007/?exercice=2005"),
    "consultation:themes": ("/themes/",),
    "consultation:theme": ("/themes/2/?exercice=2004",),
    "consultation:financeurs": ("/financeurs/",),
    "consultation:financeur": (
        "/financeurs/FASILD/?exercice=2004",
        "/financeurs/ETAT/?exercice=2005",
    ),
    "consultation:porteurs": ("/porteurs/",),
    "consultation:porteur": ("/porteurs/{porteur}/",),
    "consultation:quartiers": ("/quartiers/",),
    "consultation:quartier": ("/quartiers/{quartier}/",),
    "consultation:recherche": (
        "/recherche/",
        "/recherche/?q=prevention",
        "/recherche/?q=introuvable",
    ),
    "actions:liste": (
        "/actions/",
        "/actions/?commune=30132&theme=2&financeur=FASILD&sort=-montant_accorde",
        "/actions/?q=introuvable&theme=1",
        "/actions/?groupe=commune&exercice=2004&attendu=versement&attendu=accord&depuis=hier",
        "/actions/?groupe=theme&exercice=2004&page=2",
        f"/actions/{MAUVAISE}",
    ),
    "actions:fiche": ("/actions/{reconstituee}/", "/actions/{action}/", "/actions/{supprimee}/"),
    "actions:renouveler": ("/actions/renouveler/2005/",),
    "actions:journal": ("/journal/", "/journal/?periode=tout", "/journal/?du=2026-13-45"),
    "consultation:axes": ("/axes/",),
    "consultation:axe": ("/axes/2/", "/axes/2/?exercice=2004"),
    "consultation:accessibilite": ("/accessibilite/",),
    "consultation:mentions": ("/mentions-legales/",),
    "consultation:donnees_personnelles": ("/donnees-personnelles/",),
    "importation:liste": ("/import/",),
    "importation:nouveau": ("/import/nouveau/",),
    "importation:apercu": ("/import/{fautif}/", "/import/{juste}/", "/import/{illisible}/"),
    "importation:colonnes": ("/import/{fautif}/colonnes/",),
    "importation:annuler": ("/import/{applique}/annuler/",),
    "travaux:liste": ("/travaux/",),
    "travaux:suivi": ("/travaux/{fini}/", "/travaux/{echoue}/"),
    "account_logout": ("/comptes/logout/",),
    "account_inactive": ("/comptes/inactive/",),
    "account_reauthenticate": ("/comptes/reauthenticate/",),
    "account_change_password": ("/comptes/password/change/",),
    "mfa_index": ("/comptes/second-facteur/",),
    "mfa_activate_totp": ("/comptes/second-facteur/totp/activate/",),
    "mfa_list_webauthn": ("/comptes/second-facteur/webauthn/",),
    "mfa_add_webauthn": ("/comptes/second-facteur/webauthn/add/",),
    "usersessions_list": ("/comptes/sessions/",),
}
SANS_COMPTE: dict[str, tuple[str, ...]] = {
    "account_login": ("/comptes/login/",),
    "invitation": ("/comptes/invitation/MQ/a-b/",),
    "socialaccount_login_cancelled": ("/comptes/federation/annulee/",),
    "socialaccount_login_error": ("/comptes/federation/erreur/",),
}
SANS_DROITS = (
    "/import/",
    "/inconnue/",
    "/communes/99999/",
    "/communes/30132/?exercice=1999",
    "/themes/99/",
)
PAS_DES_PAGES = {
    *("bilan:dernier", "bilan:pdf", "bilan:xlsx", "bilan:csv", "bilan:json"),
    *("actions:piece", "actions:porteurs"),
    # They answer to what is ticked, or to what has been done: test_modifier_en_lot opens them.
    *("actions:modifier", "actions:annuler_en_lot"),
    *("importation:gabarit", "importation:export", "importation:verifier"),
    *("importation:progression", "importation:appliquer", "importation:annote"),
    "importation:regler",
    *("importation:fichier", "travaux:fichier", "vivant", "pret", "terminer_session"),
    *("openid_connect_login", "openid_connect_callback"),
    # They send elsewhere whoever has a password, or no second factor yet, or just gave it.
    *("account_set_password", "mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_download_recovery_codes", "mfa_reauthenticate_webauthn"),
    *("mfa_remove_webauthn", "mfa_edit_webauthn"),
}
ADMINISTRATION = (
    "/admin/",
    "/admin/actions/action/",
    "/admin/actions/action/?q=introuvable",
    "/admin/actions/action/add/",
    "/admin/actions/action/{action}/change/",
    "/admin/actions/action/{action}/history/",
    "/admin/actions/action/{action}/delete/",
    "/admin/actions/exercice/{exercice}/change/",
    "/admin/suivi/suppression/",
    "/admin/suivi/suppression/?q=introuvable",
    "/admin/suivi/suppression/{jetee}/retablir/",
    "/admin/comptes/utilisateur/{lectrice}/change/",
    "/admin/password_change/",
)


def toute_l_administration() -> Iterator[str]:
    """The list and the entry form of each model."""
    for modele in admin.site._registry:
        dossier = f"/admin/{modele._meta.app_label}/{modele._meta.model_name}/"
        yield from (dossier, f"{dossier}add/")


def noms_des_adresses(resolveur: URLResolver | None = None, espace: str = "") -> Iterator[str]:
    """The name of every address but the administration's."""
    for entree in (resolveur or get_resolver()).url_patterns:
        if isinstance(entree, URLPattern):
            yield f"{espace}{entree.name}"
        elif entree.namespace != "admin":
            suite = f"{espace}{entree.namespace}:" if entree.namespace else espace
            yield from noms_des_adresses(entree, suite)


def peupler() -> dict[str, int]:
    """A year that holds what 2004 lacks, and an import in each state; the rows, by name."""
    exercice = Exercice.objects.create(annee=2005)
    ales = Commune.objects.get(code_insee="30007")
    porteur = Organisme.objects.create(nom="Régie des Cévennes", commune=ales)
    quartier = Quartier.objects.create(nom="Tamaris", commune=ales)
    action = Action.objects.create(
        exercice=exercice,
        theme=Theme.objects.get(numero=3),
        commune=ales,
        quartier=quartier,
        porteur=porteur,
        intitule="Ateliers de lecture",
        description="Deux séances par semaine.",
    )
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.get(code="ETAT"),
        montant_demande=1000,
        montant_accorde=800,
    )
    lignes = "Intitulé;Porteur;Commune;Thème;Ville accordé\nCirque;Les Amis;{};3;200\n"
    imports = {
        nom: _importer(exercice, nom, texte)
        for nom, texte in (
            ("fautif", lignes.format("Alese")),
            ("juste", lignes.format("Alès")),
            ("applique", lignes.format("Bagard")),
            ("illisible", "Bonjour\n"),
        )
    }
    session("coordinatrice").post(f"/import/{imports['applique']}/appliquer/")
    supprimee = Action.objects.create(
        exercice=exercice, theme=action.theme, intitule="Fête de quartier", commune=ales
    )
    cle = supprimee.pk
    session("coordinatrice").post(f"/admin/actions/action/{cle}/delete/", {"post": "yes"})
    return (
        imports
        | _travaux()
        | {
            "action": action.pk,
            "supprimee": cle,
            "jetee": Suppression.objects.get(modele="actions.action", cle=cle).pk,
            "reconstituee": Action.objects.de_l_exercice(2004).earliest("pk").pk,
            "porteur": porteur.pk,
            "quartier": quartier.pk,
            "exercice": exercice.pk,
            "lectrice": Utilisateur.objects.get(username="lectrice").pk,
        }
    )


def _travaux() -> dict[str, int]:
    """A long work that made its file, and one that failed."""
    travaux = {
        etat: Travail.objects.create(
            utilisateur=Utilisateur.objects.get(username="coordinatrice"),
            titre="Liste des actions",
            methode="GET",
            adresse="/actions/?_export=xlsx",
        )
        for etat in (Travail.Etat.FINI, Travail.Etat.ECHOUE)
    }
    travaux[Travail.Etat.FINI].achever(Travail.Etat.FINI, entetes={"Content-Type": "text/csv"})
    travaux[Travail.Etat.ECHOUE].achever(Travail.Etat.ECHOUE, "Le fichier n'a pas pu être fait.")
    return {etat.lower(): travail.pk for etat, travail in travaux.items()}


def _importer(exercice: Exercice, nom: str, texte: str) -> int:
    session("coordinatrice").post(
        "/import/nouveau/",
        {
            "exercice": exercice.pk,
            "lectrice": Utilisateur.objects.get(username="lectrice").pk,
            "fichier": SimpleUploadedFile(f"{nom}.csv", texte.encode()),
        },
    )
    return Importation.objects.latest("pk").pk
