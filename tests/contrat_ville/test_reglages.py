"""The guide's table of settings names what the code reads, and nothing else."""

import re
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
LECTURE = re.compile(r"""(?:env\.\w+\(|lire_\w+\(env, |environ\.get\()\s*"([A-Z_]+)\"""")
LIGNE = re.compile(r"^\| (`[A-Z_`, ]+`) \|", re.MULTILINE)


def lus(*fichiers: str) -> set[str]:
    return {nom for fichier in fichiers for nom in LECTURE.findall((RACINE / fichier).read_text())}


def test_chaque_reglage_est_explique_une_fois() -> None:
    guide = (RACINE / "docs" / "exploitation.md").read_text()
    noms = [nom for ligne in LIGNE.findall(guide) for nom in re.findall(r"`([A-Z_]+)`", ligne)]

    trois = set(
        re.findall(r'"(OIDC_\w+)"', (RACINE / "contrat_ville/environnement.py").read_text())
    )
    assert set(noms) == lus("contrat_ville/settings.py", "contrat_ville/environnement.py") | trois
    assert len(noms) == len(set(noms))
    for nom in lus("deploiement/gunicorn.py"):
        assert f"`{nom}`" in guide


def test_l_exemple_d_environnement_nomme_des_reglages_qui_existent() -> None:
    exemple = (RACINE / "deploiement" / "exemple.env").read_text()
    guide = (RACINE / "docs" / "exploitation.md").read_text()

    for nom in re.findall(r"^([A-Z_]+)=", exemple, re.MULTILINE):
        assert f"`{nom}`" in guide or nom in ("DOMAINE", "POSTGRES_PASSWORD")
