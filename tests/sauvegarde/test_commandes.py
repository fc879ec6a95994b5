"""What the two commands answer: a sentence, the right code, and nothing changed by a refusal."""

import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.conf import LazySettings, settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from actions.models import Action, Exercice, Piece, Theme
from sauvegarde.archive import ouvrir
from suivi.corbeille import jeter, retablir
from suivi.models import Suppression

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fichiers(settings: LazySettings, tmp_path: Path) -> Path:
    """A folder of files of its own."""
    settings.MEDIA_ROOT = tmp_path / "fichiers"
    return tmp_path / "fichiers"


@pytest.fixture
def piece() -> Piece:
    """An action with a document."""
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.create(numero=1, nom="Culture"),
        intitule="Ateliers",
    )
    piece = Piece(action=action, nom="a.pdf", extension="pdf")
    piece.fichier.save("a.pdf", ContentFile(b"%PDF-1.7"))
    return piece


def commander(*commande: str | Path) -> tuple[int, str, str]:
    sortie, plainte = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(*map(str, commande), stdout=sortie, stderr=plainte, no_color=True)
    except SystemExit as fin:
        code = int(fin.code or 0)
    return code, sortie.getvalue(), plainte.getvalue()


def vider() -> None:
    call_command("flush", "--no-input", verbosity=0)


def contenu(dossier: Path) -> list[str]:
    return sorted(str(c.relative_to(dossier)) for c in dossier.rglob("*") if c.is_file())


def test_sauvegardee_videe_restauree(piece: Piece, fichiers: Path, tmp_path: Path) -> None:
    code, sortie, plainte = commander("sauvegarder", tmp_path / "contrat.zip")
    assert (code, plainte) == (0, "")
    assert sortie.startswith(f"Sauvegarde {tmp_path / 'contrat.zip'} écrite : ")
    assert " lignes et 1 fichier, en " in sortie
    assert (tmp_path / "contrat.zip").stat().st_mode & 0o777 == 0o600
    noms = contenu(fichiers)
    vider()
    Path(piece.fichier.path).unlink()

    code, sortie, plainte = commander("restaurer", tmp_path / "contrat.zip")

    assert (code, plainte) == (0, "")
    assert " lignes et 1 fichier, en " in sortie
    assert Path(Piece.objects.get().fichier.path).read_bytes() == b"%PDF-1.7"
    assert contenu(fichiers) == noms


def test_la_corbeille_est_sauvegardee_avec_ses_fichiers(piece: Piece, tmp_path: Path) -> None:
    chemin, action = Path(piece.fichier.path), piece.action_id
    with transaction.atomic():
        jeter(Action, [action], {}, None)
    assert commander("sauvegarder", tmp_path / "contrat.zip")[0] == 0
    vider()
    chemin.unlink()

    assert commander("restaurer", tmp_path / "contrat.zip")[0] == 0
    assert chemin.read_bytes() == b"%PDF-1.7"
    assert not Action.objects.exists()
    retablir(Suppression.objects.get(), None)

    assert Path(Piece.objects.get(action=action).fichier.path) == chemin


def test_pas_par_dessus_des_donnees(piece: Piece, fichiers: Path, tmp_path: Path) -> None:
    commander("sauvegarder", tmp_path / "contrat.zip")
    noms = contenu(fichiers)

    assert commander("restaurer", tmp_path / "contrat.zip") == (
        2,
        "",
        "La base n'est pas vide (table actions_action) : restaurez dans une base neuve : "
        "« restaurer » la prépare lui-même.\n",
    )
    assert (Piece.objects.get().nom, contenu(fichiers)) == ("a.pdf", noms)


def test_pas_par_dessus_les_fichiers_d_un_autre(
    piece: Piece, fichiers: Path, tmp_path: Path
) -> None:
    commander("sauvegarder", tmp_path / "contrat.zip")
    vider()
    (fichiers / "notes.txt").write_text("à moi")
    noms = contenu(fichiers)

    assert commander("restaurer", tmp_path / "contrat.zip") == (
        2,
        "",
        f"Le dossier des fichiers {fichiers} n'est pas vide (notes.txt) : videz-le, ou donnez-en "
        "un autre par MEDIA_ROOT.\n",
    )
    assert (Action.objects.count(), contenu(fichiers)) == (0, noms)


def test_par_dessus_ce_qu_une_restauration_tuee_a_laisse(
    piece: Piece, fichiers: Path, tmp_path: Path
) -> None:
    commander("sauvegarder", tmp_path / "contrat.zip")
    vider()
    (fichiers / ".restauration" / "pieces").mkdir(parents=True)
    (fichiers / ".restauration" / "pieces" / "moitie.pdf").write_bytes(b"%P")

    assert commander("restaurer", tmp_path / "contrat.zip")[0] == 0
    assert contenu(fichiers) == [piece.fichier.name]
    assert not (fichiers / ".restauration").exists()


def test_des_rangees_qui_n_entrent_pas_ne_laissent_rien(
    piece: Piece, fichiers: Path, tmp_path: Path
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL never let the row in")
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA foreign_keys=OFF")
        curseur.execute("UPDATE actions_action SET theme_id = 99")
        curseur.execute("PRAGMA foreign_keys=ON")
    commander("sauvegarder", tmp_path / "contrat.zip")
    vider()
    Path(piece.fichier.path).unlink()

    code, sortie, plainte = commander("restaurer", tmp_path / "contrat.zip")

    assert (code, sortie, plainte.count("\n")) == (2, "", 1)
    assert plainte.startswith("Les lignes de la sauvegarde ne s'accordent pas entre elles (")
    assert (Action.objects.count(), Theme.objects.count(), contenu(fichiers)) == (0, 0, [])


def test_seulement_avec_la_version_qui_l_a_faite(piece: Piece, tmp_path: Path) -> None:
    commander("sauvegarder", tmp_path / "notre.zip")
    MigrationRecorder(connection).record_applied("actions", "9999_demain")
    commander("sauvegarder", tmp_path / "demain.zip")
    vider()

    ancienne = commander("restaurer", tmp_path / "notre.zip")
    MigrationRecorder(connection).record_unapplied("actions", "9999_demain")
    recente = commander("restaurer", tmp_path / "demain.zip")

    assert ancienne == (
        2,
        "",
        "Cette sauvegarde vient d'une version plus ancienne de l'application (actions.9999_demain "
        "les sépare) : restaurez-la avec la version qui l'a faite, puis mettez celle-ci à jour.\n",
    )
    assert recente == (
        2,
        "",
        "Cette sauvegarde vient d'une version plus récente de l'application (actions.9999_demain "
        "les sépare) : restaurez-la avec la version qui l'a faite.\n",
    )


def test_un_fichier_deja_manquant_se_dit(piece: Piece, fichiers: Path, tmp_path: Path) -> None:
    Path(piece.fichier.path).unlink()

    code, _, plainte = commander("sauvegarder", tmp_path / "contrat.zip")

    assert (code, plainte) == (
        1,
        f"Il manquait déjà 1 fichier que la base nomme, dont {piece.fichier.name} : vérifiez "
        "MEDIA_ROOT.\n",
    )
    with ouvrir(tmp_path / "contrat.zip") as archive:
        assert archive.manifeste.absents == [piece.fichier.name]


def test_une_piece_supprimee_entre_temps_n_est_d_aucun_moment_de_la_sauvegarde(
    piece: Piece, fichiers: Path, tmp_path: Path
) -> None:
    """The first document is a pipe: while it is being read, someone deletes the second one."""
    seconde = Piece(action=piece.action, nom="b.pdf", extension="pdf")
    seconde.fichier.save("b.pdf", ContentFile(b"%PDF-1.7"))
    premier = Path(piece.fichier.path)
    premier.unlink()
    os.mkfifo(premier)

    def supprimer_pendant_la_lecture() -> None:
        with premier.open("wb") as lu:
            seconde.delete()
            connection.close()
            premier.unlink()
            premier.write_bytes(b"%PDF-1.7")  # an ordinary document, for the second reading
            lu.write(b"%PDF-1.7")

    quelqu_un = Thread(target=supprimer_pendant_la_lecture)
    quelqu_un.start()
    code, _, plainte = commander("sauvegarder", tmp_path / "contrat.zip")
    quelqu_un.join()

    assert (code, plainte) == (0, "")
    with ouvrir(tmp_path / "contrat.zip") as archive:
        pieces = next(t for t in archive.manifeste.tables if t.nom == "actions_piece")
        assert (pieces.lignes, archive.manifeste.absents) == (1, [])
        assert [fichier.nom for fichier in archive.manifeste.fichiers] == [piece.fichier.name]


def test_le_disque_dit_non(piece: Piece, tmp_path: Path) -> None:
    cas = {
        tmp_path / "nulle" / "part.zip": "il n'existe pas, ou son dossier n'existe pas",
        tmp_path: "c'est un dossier, donnez un nom de fichier",
        Path("/dev/null/x.zip"): "son dossier est un fichier",
    }
    for chemin, cause in cas.items():
        assert commander("sauvegarder", chemin) == (
            2,
            "",
            f"La sauvegarde {chemin} ne peut pas être écrite : {cause}.\n",
        )
    assert commander("restaurer", tmp_path / "rien.zip") == (
        2,
        "",
        f"La sauvegarde {tmp_path / 'rien.zip'} ne peut pas être lue : il n'existe pas, ou son "
        "dossier n'existe pas.\n",
    )


def test_un_disque_plein_laisse_la_sauvegarde_precedente(piece: Piece, tmp_path: Path) -> None:
    cible = tmp_path / "contrat.zip"
    commander("sauvegarder", cible)
    avant = cible.read_bytes()
    limite = resource.getrlimit(resource.RLIMIT_FSIZE)
    grosse = Piece(action=piece.action, nom="b.pdf", extension="pdf")
    grosse.fichier.save("b.pdf", ContentFile(b"%PDF-1.7" * 50_000))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limite[1]))
    try:
        reponse = commander("sauvegarder", cible)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limite)

    assert reponse == (
        2,
        "",
        f"La sauvegarde {cible} ne peut pas être écrite : le disque ne prend pas de fichier aussi "
        "gros.\n",
    )
    assert (cible.read_bytes(), sorted(os.listdir(tmp_path))) == (
        avant,
        ["contrat.zip", "fichiers"],
    )


def test_une_base_neuve_est_preparee_par_la_commande(
    piece: Piece, base_neuve: str, tmp_path: Path
) -> None:
    """In an emergency, one command: the tables are made, then filled; a second one is refused."""
    commander("sauvegarder", tmp_path / "contrat.zip")
    environnement = os.environ | {
        "DATABASE_URL": base_neuve,
        "MEDIA_ROOT": str(tmp_path / "restaures"),
        "SECRET_KEY": settings.SECRET_KEY,
    }

    def restaurer() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", "restaurer", str(tmp_path / "contrat.zip")],
            cwd=settings.BASE_DIR,
            env=environnement,
            capture_output=True,
            text=True,
            check=False,
        )

    premiere, seconde = restaurer(), restaurer()

    assert (premiere.returncode, premiere.stderr) == (0, "")
    assert " lignes et 1 fichier, en " in premiere.stdout
    assert len(contenu(tmp_path / "restaures")) == 1
    assert seconde.returncode == 2
    assert "La base n'est pas vide" in seconde.stderr


@pytest.fixture
def base_neuve(tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'neuve.sqlite3'}"
        return
    reglages, nom = connection.settings_dict, f"neuve_{os.getpid()}"
    with connection.cursor() as curseur:
        curseur.execute(f"CREATE DATABASE {nom}")
    hote = f"{reglages['HOST'] or '127.0.0.1'}:{reglages['PORT'] or 5432}"
    mot_de_passe = f":{reglages['PASSWORD']}" if reglages["PASSWORD"] else ""
    yield f"postgres://{reglages['USER']}{mot_de_passe}@{hote}/{nom}"
    with connection.cursor() as curseur:
        curseur.execute(f"DROP DATABASE {nom}")
