"""The file of a backup: any byte that changed is seen, and the damaged part named."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from sauvegarde.archive import Fichier, Manifeste, Redaction, SauvegardeError, Table, ouvrir

PIECE = bytes(range(256)) * 2


@pytest.fixture
def sauvegarde(tmp_path: Path) -> Path:
    """A small archive: one table, one file."""
    chemin = tmp_path / "contrat.zip"
    with chemin.open("w+b") as fichier, Redaction(fichier) as redaction:
        manifeste = Manifeste("2005-01-31T12:00:00+01:00", "sqlite", [("a", "0001")], [], [])
        lignes = (f'[{rang},"ligne {rang}"]\n'.encode() for rang in range(50))
        partie = redaction.ajouter("tables/a.jsonl", lignes)
        manifeste.tables.append(Table("a", ["id", "nom"], 50, 50, partie))
        partie = redaction.ajouter("fichiers/p.pdf", [PIECE], comprimer=False)
        manifeste.fichiers.append(Fichier("p.pdf", partie))
        redaction.sceller(manifeste)
    return chemin


def verdict(chemin: Path) -> str | None:
    try:
        with ouvrir(chemin) as archive:
            archive.verifier()
    except SauvegardeError as refus:
        return str(refus)
    return None


def test_ce_qui_fut_ecrit_se_relit(sauvegarde: Path) -> None:
    with ouvrir(sauvegarde) as archive:
        archive.verifier()
        table = archive.manifeste.tables[0]
        lignes = list(archive.lignes(table.partie))

    assert lignes == [f'[{rang},"ligne {rang}"]'.encode() for rang in range(50)]
    assert (table.nom, table.colonnes, table.lignes, table.suite) == ("a", ["id", "nom"], 50, 50)


def test_tout_octet_change_est_refuse(sauvegarde: Path) -> None:
    octets = sauvegarde.read_bytes()
    passees = []
    for position in range(len(octets)):
        abimee = bytearray(octets)
        abimee[position] ^= 1 << position % 8
        sauvegarde.write_bytes(abimee)
        if verdict(sauvegarde) is None:
            passees.append(position)

    assert passees == []
    assert len(octets) > 1500


def test_la_partie_abimee_est_nommee(sauvegarde: Path) -> None:
    octets = sauvegarde.read_bytes()
    milieu = octets.index(PIECE) + 250
    sauvegarde.write_bytes(octets[:milieu] + b"\x00\x01" + octets[milieu + 2 :])

    assert verdict(sauvegarde) == (
        "contrat.zip est abîmée : sa partie « fichiers/p.pdf » manque ou n'est pas celle qui a été "
        "écrite. Rien n'a été restauré ; prenez une autre sauvegarde."
    )


@pytest.mark.parametrize("reste", [0, 1, 100, -1, -64, -200])
def test_un_fichier_tronque_est_refuse(sauvegarde: Path, reste: int) -> None:
    sauvegarde.write_bytes(sauvegarde.read_bytes()[:reste])

    assert verdict(sauvegarde) is not None


def test_un_ajout_est_refuse(sauvegarde: Path) -> None:
    sauvegarde.write_bytes(sauvegarde.read_bytes() + b"x")

    assert verdict(sauvegarde) is not None


def test_un_fichier_d_un_autre_genre_est_refuse(tmp_path: Path) -> None:
    chemin = tmp_path / "bilan.pdf"
    chemin.write_bytes(b"%PDF-1.7")

    assert verdict(chemin) == (
        "bilan.pdf n'est pas une sauvegarde, ou sa fin est abîmée ou manque : prenez-en une autre."
    )


def test_une_sauvegarde_qui_echoue_en_route_ne_leve_rien_d_autre(tmp_path: Path) -> None:
    fichier = io.BytesIO()
    redaction = Redaction(fichier)
    with pytest.raises(OSError, match="plein"), redaction:
        redaction.ajouter("tables/a.jsonl", panne())
    avant = fichier.getvalue()
    del redaction

    assert fichier.getvalue() == avant


def panne() -> Iterator[bytes]:
    yield b"[1]\n"
    raise OSError("plein")
