"""The house rules that a tool can check over the whole tree."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.template.base import Origin
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import ResolverMatch

from comptes.middleware import permission_de

RACINE = Path(__file__).resolve().parent.parent
ECARTES = {".git", ".venv", "var", "sorties", "staticfiles", "__pycache__"}
CHEMIN_DE_MACHINE = re.compile(r"(?<![\w.:/})>*-])/(?:home|root|Users|work)/[\w.]")
LIEN_MARKDOWN = re.compile(r"\]\(([^)\s]+)\)")
COMMENTAIRE = re.compile(r"{#.*?#}|{% comment .*?endcomment %}|<!--.*?-->", re.DOTALL)
EN_LIGNE = {
    "script sans src": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "élément style": re.compile(r"<style\b", re.IGNORECASE),
    "attribut style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "attribut on…": re.compile(r"\s(?:hx-on[:-]|on[a-z]+\s*=\s*[\"'])", re.IGNORECASE),
    "adresse javascript:": re.compile(r"javascript:", re.IGNORECASE),
}


def fichiers_livres() -> list[Path]:
    """The files of the product: Git's, plus the new ones; all that isn't made, without Git."""
    liste = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    if liste.returncode == 0:
        chemins = [RACINE / nom for nom in liste.stdout.split("\0") if nom]
    else:
        chemins = [chemin for chemin in RACINE.rglob("*") if not ECARTES & set(chemin.parts)]
    return sorted(chemin for chemin in chemins if chemin.is_file())


def texte(chemin: Path) -> str:
    """A file's text; empty for an image, a spreadsheet and the like."""
    try:
        return chemin.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_aucun_fichier_ne_tient_le_chemin_d_une_machine() -> None:
    fautifs = [
        f"{chemin.relative_to(RACINE)}:{numero}"
        for chemin in fichiers_livres()
        for numero, ligne in enumerate(texte(chemin).splitlines(), 1)
        if CHEMIN_DE_MACHINE.search(ligne)
    ]

    assert fautifs == []


def test_les_liens_des_documents_menent_a_des_fichiers_qui_existent() -> None:
    fautifs = [
        f"{chemin.relative_to(RACINE)} → {lien}"
        for chemin in fichiers_livres()
        if chemin.suffix == ".md"
        for lien in LIEN_MARKDOWN.findall(texte(chemin))
        if "://" not in lien
        and not lien.startswith(("#", "mailto:"))
        and not (chemin.parent / lien.partition("#")[0]).exists()
    ]

    assert fautifs == []


def test_chaque_adresse_mene_a_une_vue_qui_declare_sa_permission() -> None:
    pages = list(adresses(get_resolver().url_patterns))

    assert [route for route, vue, page in pages if permission_de(vue, page) is None] == []
    assert len(pages) > 1


def adresses(
    motifs: list[Any], route: str = "", espaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any, ResolverMatch]]:
    """Every (address, view, match) of the site, through all the includes."""
    for motif in motifs:
        ici = route + str(motif.pattern)
        if isinstance(motif, URLResolver):
            dedans = (*espaces, motif.app_name) if motif.app_name else espaces
            yield from adresses(motif.url_patterns, ici, dedans)
        elif isinstance(motif, URLPattern):
            vue = motif.callback
            yield ici, vue, ResolverMatch(vue, (), {}, motif.name, list(espaces), route=ici)


def test_aucun_gabarit_ne_demande_une_politique_de_contenu_plus_lache() -> None:
    fautifs = [
        f"{chemin.relative_to(RACINE)} : {nom}"
        for chemin in fichiers_livres()
        if chemin.suffix == ".html" and "templates" in chemin.parts
        for nom, motif in EN_LIGNE.items()
        if motif.search(COMMENTAIRE.sub("", texte(chemin)))
    ]

    assert fautifs == []


def test_un_montant_brut_dans_un_de_nos_gabarits_est_vu() -> None:
    gabarit = Template("{{ x }}", origin=Origin(str(RACINE / "templates" / "essai.html")))

    with pytest.raises(AssertionError, match=r"imprime un nombre brut : 1028246\.5"):
        gabarit.render(Context({"x": 1028246.5}))
    assert gabarit.render(Context({"x": 2004})) == "2004"
