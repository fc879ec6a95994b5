"""The documents joined to an action: what is taken, how it is kept, who gets it."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from lxml import html
from openpyxl import Workbook
from pytest_django import Settings

from actions.models import Action, Exercice, Piece, Theme
from actions.pieces import TAILLE_MAX, nature_du_fichier
from comptes.models import Utilisateur
from sauvegarde.orphelins import retirer
from territoires.models import Commune, Organisme

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"


def zip_de(**membres: bytes) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        for nom, contenu in membres.items():
            archive.writestr(nom.replace("__", "/").replace("_dot_", "."), contenu)
    return octets.getvalue()


def classeur() -> bytes:
    octets = io.BytesIO()
    Workbook().save(octets)
    return octets.getvalue()


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512) + "Workbook".encode("utf-16-le")
CONTENU = {"[Content_Types].xml": b"<Types/>"}


@pytest.mark.parametrize(
    ("contenu", "nature"),
    [
        (PDF, "pdf"),
        (classeur(), "xlsx"),
        (OLE, "xls"),
        (zip_de(**CONTENU, word__document_dot_xml=b"<w/>"), "docx"),
        (zip_de(mimetype=b"application/vnd.oasis.opendocument.text"), "odt"),
        (zip_de(**CONTENU, word__document_dot_xml=b"", word__vbaProject_dot_bin=b""), None),
        (zip_de(mimetype=b"application/java-archive"), None),
        (zip_de(page_dot_html=b"<script>"), None),
        (zip_de(**CONTENU, word__document_dot_xml=b"")[:40], None),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(64), None),
        (b"MZ\x90\x00", None),
        (b"<html><script>alert(1)</script>", None),
        (b"", None),
    ],
    # Given, since a zip holds the moment when it was made: each process would name it otherwise.
    ids=[
        *("pdf", "xlsx", "xls", "docx", "odt"),
        *("macros", "jar", "zip", "docx coupé", "ole vide", "exe", "html", "rien"),
    ],
)
def test_le_contenu_dit_ce_qu_est_un_fichier(contenu: bytes, nature: str | None) -> None:
    assert nature_du_fichier(io.BytesIO(contenu)) == nature


@pytest.fixture
def action(settings: Settings, tmp_path: Path, db: None) -> Action:
    settings.MEDIA_ROOT = tmp_path
    commune = Commune.objects.create(
        numero=1, nom="Alès", libelle_tableau="Alès", libelle_legende="Alès", code_insee="30007"
    )
    return Action.objects.create(
        exercice=Exercice.objects.create(annee=2004),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
        commune=commune,
        porteur=Organisme.objects.create(nom="Lire ensemble"),
    )


@pytest.fixture
def agent() -> Client:
    client = Client()
    client.force_login(Utilisateur.objects.create_superuser("agent"))
    return client


def joindre(client: Client, action: Action, nom: str, contenu: bytes) -> Any:
    action.refresh_from_db()
    return client.post(
        f"/admin/actions/action/{action.pk}/change/",
        {
            f"_version-{action.pk}": action.version,
            "exercice": action.exercice_id,
            "theme": action.theme_id,
            "porteur": action.porteur_id,
            "commune": action.commune_id,
            "intitule": action.intitule,
            "nature": "ACTION",
            "statut": "DEPOSEE",
            "subventions-TOTAL_FORMS": 0,
            "subventions-INITIAL_FORMS": 0,
            "pieces-TOTAL_FORMS": 1,
            "pieces-INITIAL_FORMS": 0,
            "pieces-0-fichier": SimpleUploadedFile(nom, contenu),
        },
    )


def test_une_piece_est_gardee_sous_un_nom_tire_au_sort_et_rendue_sous_le_sien(
    action: Action, agent: Client, tmp_path: Path
) -> None:
    assert joindre(agent, action, "../Bilan de l'été.exe", PDF).status_code == 302

    piece = Piece.objects.get()
    assert (piece.nom, piece.extension) == ("Bilan de l'été.pdf", "pdf")
    assert piece.ajoutee_par is not None
    (garde,) = [chemin for chemin in tmp_path.rglob("*") if chemin.is_file()]
    assert garde.parent == tmp_path / "pieces"
    assert len(garde.stem) == 32
    reponse = agent.get(f"/actions/pieces/{piece.pk}/")
    assert b"".join(reponse.streaming_content) == PDF  # type: ignore[attr-defined]
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"].startswith("attachment; filename*=utf-8''Bilan")
    assert reponse["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"<html>", "pas d&#x27;un type accepté"),
        (PDF + bytes(TAILLE_MAX), "Ce fichier est trop lourd : 10 Mo au plus."),
    ],
)
def test_ce_qui_est_refuse_se_dit_et_n_est_pas_garde(
    action: Action, agent: Client, tmp_path: Path, contenu: bytes, message: str
) -> None:
    reponse = joindre(agent, action, "bilan.pdf", contenu)

    assert reponse.status_code == 200
    assert message in reponse.content.decode()
    assert list(tmp_path.rglob("*.pdf")) == []
    assert not Piece.objects.exists()


def test_seul_qui_voit_l_action_recoit_ses_pieces(action: Action, agent: Client) -> None:
    joindre(agent, action, "bilan.pdf", PDF)
    piece = Piece.objects.get()
    bagard = Commune.objects.create(
        numero=2, nom="Bagard", libelle_tableau="B", libelle_legende="B", code_insee="30027"
    )

    def reponse(compte: Utilisateur | None) -> int:
        client = Client()
        if compte is not None:
            client.force_login(compte)
        reponse = client.get(f"/actions/pieces/{piece.pk}/")
        if reponse.streaming:
            assert b"".join(reponse.streaming_content) == PDF  # type: ignore[attr-defined]
        return reponse.status_code

    limite = Utilisateur.objects.create_user("bagard")
    limite.communes.add(bagard)
    d_ici = Utilisateur.objects.create_user("ales")
    d_ici.communes.add(action.commune)  # type: ignore[arg-type]
    assert reponse(None) == 302
    assert reponse(limite) == 404
    assert reponse(d_ici) == 200
    assert reponse(Utilisateur.objects.create_user("lecture")) == 200


def test_une_piece_dont_le_fichier_est_perdu_est_introuvable(
    action: Action, agent: Client, tmp_path: Path
) -> None:
    joindre(agent, action, "bilan.pdf", PDF)
    next(tmp_path.rglob("*.pdf")).unlink()

    assert agent.get(f"/actions/pieces/{Piece.objects.get().pk}/").status_code == 404


# --- When a document goes, so does its file ----


def fichiers(dossier: Path) -> list[str]:
    return sorted(chemin.name for chemin in dossier.rglob("*") if chemin.is_file())


def par_la_page_de_l_action(client: Client, piece: Piece) -> Any:
    page = client.get(f"/admin/actions/action/{piece.action_id}/change/").content.decode()
    (forme,) = html.fromstring(page).xpath("//form[@id='action_form']")
    return client.post(
        f"/admin/actions/action/{piece.action_id}/change/",
        dict(forme.form_values()) | {"pieces-0-DELETE": "on"},
    )


def par_la_suppression_de_l_action(client: Client, piece: Piece) -> Any:
    return client.post(f"/admin/actions/action/{piece.action_id}/delete/", {"post": "yes"})


def par_la_suppression_d_une_selection(client: Client, piece: Piece) -> Any:
    return client.post(
        "/admin/actions/action/",
        {"action": "delete_selected", "_selected_action": piece.action_id, "post": "yes"},
    )


@pytest.mark.parametrize(
    "supprimer",
    [
        par_la_page_de_l_action,
        par_la_suppression_de_l_action,
        par_la_suppression_d_une_selection,
    ],
)
def test_le_fichier_part_avec_sa_piece_une_fois_que_c_est_sur(
    action: Action,
    agent: Client,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
    settings: Settings,
    supprimer: Callable[[Client, Piece], Any],
) -> None:
    settings.CORBEILLE_JOURS = 0  # with one, see tests/suivi/test_corbeille.py
    joindre(agent, action, "bilan.pdf", PDF)

    with django_capture_on_commit_callbacks() as apres_coup:
        assert supprimer(agent, Piece.objects.get()).status_code == 302

    assert not Piece.objects.exists()
    assert len(fichiers(tmp_path)) == 1
    for effacer in apres_coup:
        effacer()
    assert fichiers(tmp_path) == []


@pytest.mark.django_db(transaction=True)
def test_une_suppression_defaite_garde_le_fichier(
    action: Action, agent: Client, tmp_path: Path
) -> None:
    joindre(agent, action, "bilan.pdf", PDF)

    with transaction.atomic():
        Piece.objects.get().delete()
        transaction.set_rollback(True)

    piece = Piece.objects.get()
    reponse = agent.get(f"/actions/pieces/{piece.pk}/")
    assert b"".join(reponse.streaming_content) == PDF  # type: ignore[attr-defined]
    piece.delete()
    assert fichiers(tmp_path) == []


def test_purger_retire_ce_que_rien_ne_nomme_depuis_un_jour(
    action: Action, agent: Client, tmp_path: Path
) -> None:
    joindre(agent, action, "bilan.pdf", PDF)
    (garde,) = fichiers(tmp_path)
    (tmp_path / "pieces" / "orphelin.pdf").write_bytes(PDF)
    (tmp_path / "autre").mkdir()
    (tmp_path / "autre" / "pas-a-nous.pdf").write_bytes(PDF)

    dit = io.StringIO()
    call_command("purger", stdout=dit)
    assert "0 fichier orphelin" in dit.getvalue()  # stored just now: its row may be on its way

    assert retirer(avant=timezone.now() + timedelta(minutes=1)) == 1
    assert fichiers(tmp_path) == sorted([garde, "pas-a-nous.pdf"])


def test_purger_laisse_les_fichiers_d_une_autre_base(action: Action, tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "d-une-autre-base.pdf").write_bytes(PDF)

    assert retirer(avant=timezone.now() + timedelta(minutes=1)) == 0
    assert fichiers(tmp_path) == ["d-une-autre-base.pdf"]
