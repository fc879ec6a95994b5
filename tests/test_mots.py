"""No English, no name of the code, no word set aside by ``docs/mots.md``: on any page, to anyone.

What people type is shown as they typed it; here it is all French, and read like the rest.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from comptes.models import Utilisateur
from tests.mots import STYLE, ecartes, fautes, phrases
from tests.navigateur.pages import (
    ADMINISTRATION,
    PAGES,
    SANS_COMPTE,
    SANS_DROITS,
    peupler,
    toute_l_administration,
)
from tests.navigateur.site import MOT_DE_PASSE, session

RACINE = Path(__file__).resolve().parent.parent
SANS_LIGNES = {
    f"{prefixe}-{compte}_FORMS": 0
    for prefixe in ("subventions", "pieces", "jalons", "clotures")
    for compte in ("TOTAL", "INITIAL")
}
# Sent empty, or wrong: a form says what it lacks.
FORMULAIRES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/comptes/login/", {"login": "personne", "password": "x"}),
    ("/comptes/password/change/", {"oldpassword": "x", "password1": "a", "password2": "b"}),
    ("/comptes/reauthenticate/", {"password": "x"}),
    ("/comptes/second-facteur/totp/activate/", {"code": "000000"}),
    ("/import/nouveau/", {}),
    ("/admin/comptes/utilisateur/add/", {"username": "é è", "email": "x"}),
    ("/admin/actions/action/add/", {"numero_dossier": "x", "date_debut": "x"}),
    ("/admin/actions/exercice/add/", {"annee": "2004"}),
    ("/admin/actions/theme/add/", {"numero": "3"}),
    ("/admin/territoires/commune/add/", {"code_insee": "30007"}),
    ("/admin/territoires/organisme/add/", {"siret": "1"}),
    ("/admin/territoires/quartier/add/", {}),
    ("/admin/axes/axetransversal/add/", {"numero": "1"}),
    ("/admin/financement/financeur/add/", {"code": "ETAT"}),
    ("/admin/password_change/", {"old_password": "x", "new_password1": "a", "new_password2": "b"}),
)


@pytest.fixture
def lignes(contrat_2004: None, settings: Settings, tmp_path: Path) -> dict[str, int]:
    settings.MEDIA_ROOT = tmp_path
    Utilisateur.objects.create_superuser("coordinatrice", password=MOT_DE_PASSE)
    Utilisateur.objects.create_user("lectrice", password=MOT_DE_PASSE)
    return peupler()


def des_objets() -> Iterator[str]:
    """Each kind's first row, in every page of the administration that shows one."""
    for modele in admin.site._registry:
        premier = modele._default_manager.order_by("pk").first()
        if premier is not None:
            dossier = f"/admin/{modele._meta.app_label}/{modele._meta.model_name}/{premier.pk}/"
            yield from (f"{dossier}{page}/" for page in ("change", "delete", "history"))


class Lecture:
    """The faults of the pages read so far, each with the first page that shows it."""

    def __init__(self) -> None:
        self.fautes: dict[str, list[str]] = defaultdict(list)

    def lire(self, adresse: str, reponse: Any) -> None:
        assert reponse.status_code < 500, adresse
        if not reponse.get("Content-Type", "").startswith("text/html"):
            return
        for phrase in phrases(reponse.content.decode()):
            for faute in fautes(phrase):
                self.fautes[faute].append(adresse)

    def reproches(self) -> list[str]:
        return [f"{faute}\n    {ou[0]}" for faute, ou in sorted(self.fautes.items())]


@pytest.mark.django_db
def test_aucune_page_ne_parle_anglais_ni_les_noms_du_code(lignes: dict[str, int]) -> None:
    lecture, chef = Lecture(), session("coordinatrice")
    par_compte = (
        (chef, (adresse for adresses in PAGES.values() for adresse in adresses)),
        (chef, (*ADMINISTRATION, *toute_l_administration(), *des_objets())),
        (Client(), (adresse for adresses in SANS_COMPTE.values() for adresse in adresses)),
        (session("lectrice"), SANS_DROITS),
    )
    for client, adresses in par_compte:
        for modele in adresses:
            adresse = modele.format(**lignes)
            lecture.lire(adresse, client.get(adresse, follow=True))
    assert "\n".join(lecture.reproches()) == ""


@pytest.mark.django_db
def test_aucun_refus_ni_aucun_message_non_plus(lignes: dict[str, int]) -> None:
    lecture, chef = Lecture(), session("coordinatrice")
    for adresse, saisie in FORMULAIRES:
        client = Client() if adresse == "/comptes/login/" else chef
        reponse = client.post(adresse, SANS_LIGNES | saisie, follow=True)
        lecture.lire(f"POST {adresse}", reponse)

    camille = Utilisateur.objects.create_user("camille")
    fiche = reverse("admin:comptes_utilisateur_change", args=[camille.pk])
    geste = reverse("admin:comptes_utilisateur_geste", args=[camille.pk])
    envois: tuple[tuple[str, dict[str, Any]], ...] = (
        (fiche, {"username": "camille", "role": "aucun", "etendue": "tout", "is_active": "on"}),
        *((geste, {"geste": nom}) for nom in ("inviter", "annuler", "desactiver", "reactiver")),
        (fiche.replace("change", "delete"), {"post": "yes"}),
        ("/admin/actions/action/", {"action": "", "index": "0"}),
        ("/admin/actions/action/", {"action": "delete_selected", "index": "0"}),
        (
            "/admin/actions/action/",
            {"action": "delete_selected", "_selected_action": [lignes["action"]], "index": "0"},
        ),
        ("/admin/territoires/quartier/add/", {"nom": "Rochebelle", "commune": "1"}),
    )
    for adresse, envoi in envois:
        lecture.lire(f"POST {adresse}", chef.post(adresse, envoi, follow=True))
        lecture.lire("/admin/", chef.get("/admin/"))
    lecture.lire("/admin/comptes/evenement/", chef.get("/admin/comptes/evenement/"))
    piece = SimpleUploadedFile("tableau.exe", b"MZ")
    exercice = {"exercice": lignes["exercice"], "fichier": piece}
    lecture.lire("POST /import/nouveau/", chef.post("/import/nouveau/", exercice, follow=True))
    assert "\n".join(lecture.reproches()) == ""


@pytest.mark.django_db
def test_avec_un_second_facteur_non_plus(lignes: dict[str, int]) -> None:
    """The sign-in library's pages that are only for those who have one."""
    lecture, chef = Lecture(), session("coordinatrice")
    compte = Utilisateur.objects.get(username="coordinatrice")
    TOTP.activate(compte, generate_totp_secret())
    RecoveryCodes.activate(compte)
    cle = Authenticator.objects.create(
        user=compte,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Clé bleue", "credential": {"clientExtensionResults": {}}},
    )
    dossier = "/comptes/second-facteur/"
    for page in (
        *("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"),
        *("webauthn/", f"webauthn/keys/{cle.pk}/edit/", f"webauthn/keys/{cle.pk}/remove/"),
    ):
        reponse = chef.get(f"{dossier}{page}", follow=True)
        assert reponse.status_code == 200, page
        lecture.lire(f"{dossier}{page}", reponse)
    nouveaux = f"{dossier}recovery-codes/generate/"
    lecture.lire(f"POST {nouveaux}", chef.post(nouveaux, follow=True))
    cle.delete()  # no browser here to answer for it
    ailleurs = session("coordinatrice")
    for page in ("authenticate/", "reauthenticate/"):
        lecture.lire(f"{dossier}{page}", ailleurs.get(f"{dossier}{page}", follow=True))
        refus = ailleurs.post(f"{dossier}{page}", {"code": "0"}, follow=True)
        lecture.lire(f"POST {dossier}{page}", refus)
    fiche = reverse("admin:comptes_utilisateur_change", args=[compte.pk])
    lecture.lire(fiche, chef.get(fiche))
    lecture.lire("/admin/comptes/evenement/", chef.get("/admin/comptes/evenement/"))
    assert "\n".join(lecture.reproches()) == ""


def textes_du_code() -> Iterator[tuple[str, ast.expr]]:
    """Each text of the program that isn't a docstring, and where it stands."""
    for fichier in sorted(RACINE.rglob("*.py")):
        relatif = fichier.relative_to(RACINE)
        if relatif.parts[0] in {".venv", "tests", "benchmarks"} or "migrations" in relatif.parts:
            continue
        arbre = ast.parse(fichier.read_text(encoding="utf-8"))
        muets = {
            id(noeud.value)
            for noeud in ast.walk(arbre)
            if isinstance(noeud, ast.Expr) and isinstance(noeud.value, ast.Constant)
        }
        for noeud in ast.walk(arbre):
            texte = isinstance(noeud, ast.Constant) and isinstance(noeud.value, str)
            if (texte or isinstance(noeud, ast.JoinedStr)) and id(noeud) not in muets:
                assert isinstance(noeud, ast.expr)
                yield f"{relatif}:{noeud.lineno}", noeud


def test_un_nombre_s_accorde_avec_ce_qu_il_compte() -> None:
    """« {nombre(n)} lignes » is wrong for 0 and 1: ``denombrer(n, "ligne")`` isn't."""
    reproches = []
    for ou, texte in textes_du_code():
        if not isinstance(texte, ast.JoinedStr):
            continue
        for valeur, suite in zip(texte.values, texte.values[1:], strict=False):
            if (
                isinstance(valeur, ast.FormattedValue)
                and isinstance(valeur.value, ast.Call)
                and ast.unparse(valeur.value.func) in ("nombre", "len")
                and isinstance(suite, ast.Constant)
                and (trouve := re.match(r" (?!des |fois )[a-zàéè]+s\b", str(suite.value)))
            ):
                compte = f"{{{ast.unparse(valeur.value)}}}{trouve[0]}"
                if compte not in TOUJOURS_AU_PLURIEL:
                    reproches.append(f"{ou} : {compte}")
    assert "\n".join(reproches) == ""


# Said only from 2 on, or of what is longer than a bound.
TOUJOURS_AU_PLURIEL = {
    "{len(candidats)} actions",
    "{len(texte)} caractères",
    "{len(cellule)} caractères",
    "{nombre(CORRECTIONS_MAX)} corrections",
    "{len(lignes)} lignes",
    "{nombre(autres)} lignes",
    "{len(colonnes)} valeurs",
}


def test_ce_que_disent_le_code_et_les_gabarits_emploie_les_memes_mots() -> None:
    """Sentences that no page above shows: commands, refusals, files. A sentence has a space."""
    reproches = []
    for ou, texte in textes_du_code():
        phrase = str(texte.value) if isinstance(texte, ast.Constant) else ""
        # The headings that an import understands are other people's words.
        lus = ou.startswith("importation/rubriques.py")
        if " " in phrase and not lus and not re.search(r"[\\%{}<]", phrase):
            reproches += [
                f"{ou} : on écrit « {bon} », non « {trouve[0]} »"
                for motif, bon in ecartes()
                if (trouve := motif.search(phrase))
            ]
    assert "\n".join(reproches) == ""


TYPOGRAPHIE = {
    "apostrophe droite": re.compile(r"[^\W\d_]'[^\W\d_]"),
    "points de suspension": re.compile(r"[^\W\d_]\.\.\."),
    "espace manquante": re.compile(r"[^\W\d_][;:?!»](?=\s|$)|«[^\W\d_]"),
}


def test_les_gabarits_suivent_la_typographie() -> None:
    reproches = []
    for gabarit in sorted(RACINE.rglob("templates/**/*.html")):
        relatif = gabarit.relative_to(RACINE)
        if relatif.parts[0] == ".venv":
            continue
        source = gabarit.read_text(encoding="utf-8")
        source = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", source, flags=re.DOTALL)
        sans_code = re.sub(r"<code>.*?</code>|{%.*?%}|{{.*?}}|<[^>]*>|&\w+;", " ", source)
        for cause, motif in TYPOGRAPHIE.items():
            if trouve := motif.search(sans_code):
                extrait = sans_code[max(0, trouve.start() - 30) : trouve.end() + 10].strip()
                reproches.append(f"{relatif} : {cause} : {extrait}")
    assert "\n".join(reproches) == ""


@pytest.mark.parametrize(
    ("phrase", "cause"),
    [
        ("Add another action", "anglais (Add, another)"),
        ("Select all 12 rows", "anglais (Select, all, rows)"),
        ("Trier par montant_accorde", "nom du code (montant_accorde)"),
        ("Bonjour %(nom)s", "nom du code (%(nom)s)"),
        ("{{ nom }}", "nom du code ({{)"),
        ("Total : None", "valeur du code (None)"),
        ('Un "mot" entre guillemets', 'guillemet droit ("m)'),
        ("Total: 12", "espace manquante (l:)"),
        ("Demandé , accordé", "espace de trop (é ,)"),
        ("«mot »", "espace manquante («m)"),
        ("12 action(s)", "pluriel entre parenthèses (n(s))"),
        ("0 actions", "zéro au pluriel (0 actions)"),
        ("Votre pseudo", "on écrit « identifiant » (pseudo)"),
        ("Veuillez patienter", "on écrit « l’impératif : « Corrigez », « Saisissez » » (Veuillez)"),
    ],
)
def test_chaque_faute_est_trouvee(phrase: str, cause: str) -> None:
    assert [faute.partition(" : " + phrase)[0] for faute in fautes(phrase)] == [cause]


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "10 actions, 563 152 €, 0 action, 0 fois, 1 000 lignes",
        "Aujourd’hui à 02:00 : « oui » ; est-ce tout ?",
        "Fichier contrat_2004.csv à l’adresse /admin/auth/group/add/",
        "Import, export, action, date, page, note, total, public, session, code, journal",
        "L'axe 9 n'existe pas.",
        "camille@exemple.fr",
    ],
)
def test_ce_qui_est_bien_ecrit_passe(phrase: str) -> None:
    assert list(fautes(phrase)) == []


def test_une_page_se_lit_avec_ses_titres_et_sans_son_code() -> None:
    page = (
        '<p>Il y a <b>3</b> lignes<code>a_b</code></p><img alt="Carte" src="x">'
        '<script>var add</script><input type="submit" value="Enregistrer"><a title="Aide">?</a>'
    )
    assert {phrase for phrase in phrases(page) if phrase.strip()} == {
        "Il y a 3 lignes",
        "Carte",
        "Enregistrer",
        "Aide",
        "?",
    }


def test_la_feuille_de_style_dit_au_moins_ces_mots() -> None:
    assert STYLE.exists()
    assert {bon for _, bon in ecartes()} >= {"identifiant", "courriel", "compte", "exercice"}
