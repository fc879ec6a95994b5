"""The coordinator sends the PDF to the prefect: every page of it is read back."""

import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from pytest_django import DjangoDbBlocker
from reportlab.pdfbase.pdfmetrics import getFont

from actions.models import Action, Exercice
from amorce.chargement import charger
from bilan.document import GroupeActions, LigneAction, ListeActions, Rapport, Section
from bilan.rapport import etablir_rapport
from bilan.rendus.pdf import ecrire_pdf
from bilan.rendus.pdf.liste_imprimee import Genre, Pages
from bilan.rendus.pdf.toile import HAUTEUR_PAYSAGE, LARGEUR_PAYSAGE
from bilan.rendus.pdf.typographie import (
    GRAS,
    ITALIQUE,
    NORMAL,
    couper,
    enregistrer,
    largeur,
    propre,
)
from bilan.tableaux import (
    CROISE,
    FINANCEURS,
    TERRITORIAL,
    THEMATIQUE,
    Chiffre,
    Ligne,
    Tableau,
    Unite,
)
from comptes.models import Utilisateur
from financement.montants import Montant

# Even those that only read the module's report: without it, the real database would be opened.
pytestmark = pytest.mark.django_db

EMISSION = date(2005, 3, 31)
SITE = "https://contrat.example"
RACINE = Path(__file__).resolve().parents[2]


def ecrit(rapport: Rapport, base_url: str = "") -> bytes:
    sortie = io.BytesIO()
    ecrire_pdf(rapport, sortie, base_url)
    return sortie.getvalue()


@dataclass(frozen=True)
class Imprime:
    """The report of 2004 and its two files: alone, and with the site's address."""

    rapport: Rapport
    fichier: bytes
    relie: bytes


@pytest.fixture(scope="module")
def imprime(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Imprime:
    """Printed once for all the tests that only read it; its rows don't stay in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        charger(settings.FIXTURES)
        rapport = etablir_rapport(2004, EMISSION)
        resultat = Imprime(rapport, ecrit(rapport), ecrit(rapport, SITE))
        transaction.set_rollback(True)
    return resultat


@pytest.fixture(scope="module")
def rapport_2004(imprime: Imprime) -> Rapport:
    return imprime.rapport


@pytest.fixture(scope="module")
def pdf(imprime: Imprime) -> Iterator[PDF]:
    with pdfplumber.open(io.BytesIO(imprime.fichier)) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def pages(pdf: PDF) -> list[Page]:
    return pdf.pages


def en_lignes(page: Page, depuis: float = 0) -> list[list[dict[str, Any]]]:
    """The texts of a page, line by line; a cell is one text, whatever the spaces within."""
    mots = page.extract_words(keep_blank_chars=True, x_tolerance=2, y_tolerance=1)
    lignes: dict[int, list[dict[str, Any]]] = {}
    for mot in mots:
        if mot["top"] >= depuis:
            lignes.setdefault(round(mot["bottom"]), []).append(mot)
    return [sorted(ligne, key=lambda m: m["x0"]) for _, ligne in sorted(lignes.items())]


def cases(page: Page) -> list[list[str]]:
    return [[mot["text"].strip() for mot in ligne] for ligne in en_lignes(page)]


def page_du_titre(pages: list[Page], titre: str) -> Page:
    debut = " ".join(titre.split()[:4])
    return next(p for p in pages[2:] if debut in (p.crop((0, 60, p.width, 300)).extract_text()))


def destination(lien: dict[str, Any]) -> int:
    """The object of the page that an internal link leads to."""
    return int(lien["data"]["Dest"][0].objid)


def lu(chiffre: Chiffre) -> str:
    """As a reader of the file finds it: a plain space stands before € and %."""
    return chiffre.affiche.replace("\u00a0", " ")


@pytest.mark.parametrize("code", [TERRITORIAL, THEMATIQUE, FINANCEURS])
def test_chaque_chiffre_d_un_tableau_est_dans_sa_ligne(
    rapport_2004: Rapport, pages: list[Page], code: str
) -> None:
    tableau = rapport_2004.tableau(code)
    assert isinstance(tableau, Tableau)
    imprimees = cases(page_du_titre(pages, tableau.titre))

    for ligne in tableau.toutes_les_lignes:
        chiffres = [lu(chiffre) for chiffre in ligne.chiffres if lu(chiffre)]
        numero = [] if ligne.numero is None else [str(ligne.numero)]
        trouvees = [
            imprimee
            for imprimee in imprimees
            if imprimee[: len(numero)] == numero and imprimee[len(numero) + 1 :] == chiffres
        ]
        assert len(trouvees) == 1, (ligne.libelle, chiffres)
        assert ligne.libelle.startswith(trouvees[0][len(numero)])


def test_le_tableau_croise_pose_les_actions_sur_les_montants(
    rapport_2004: Rapport, pages: list[Page]
) -> None:
    tableau = rapport_2004.tableau(CROISE)
    assert isinstance(tableau, Tableau)
    page = page_du_titre(pages, tableau.titre)
    assert page.width > page.height

    attendues = []
    for ligne in tableau.toutes_les_lignes:
        tete = [ligne.libelle] if ligne.numero is None else [str(ligne.numero), ligne.libelle]
        attendues.append([*tete, *(lu(c) for c in ligne.chiffres[0::2])])
        attendues.append([lu(c) for c in ligne.chiffres[1::2] if not c.vide])
    attendues = [attendue for attendue in attendues if attendue]
    imprimees = cases(page)
    debut = next(rang for rang, imprimee in enumerate(imprimees) if imprimee[0] == "1")
    assert imprimees[debut : debut + len(attendues)] == attendues


def test_les_chiffres_sont_alignes_a_droite(pages: list[Page], rapport_2004: Rapport) -> None:
    tableau = rapport_2004.tableau(TERRITORIAL)
    assert isinstance(tableau, Tableau)
    montants = [
        ligne[-1]["x1"]
        for ligne in en_lignes(page_du_titre(pages, tableau.titre))
        if ligne[-1]["text"].endswith("€") and len(ligne) >= 3
    ][: len(tableau.toutes_les_lignes)]

    assert len(montants) == 17
    assert max(montants) - min(montants) < 0.1


def test_un_chiffre_qui_differe_montre_les_deux_et_mene_au_controle(
    rapport_2004: Rapport, pages: list[Page]
) -> None:
    tableau = rapport_2004.tableau(THEMATIQUE)
    assert isinstance(tableau, Tableau)
    page = page_du_titre(pages, tableau.titre)

    assert re.findall(r"≠ publié : ([\d ]+)$", page.extract_text(), re.MULTILINE) == [
        "286 195",
        "72 869",
        "208 834",
        "16 300",
    ]
    controle = page_du_titre(pages, "Contrôle des chiffres publiés")
    assert [destination(lien) for lien in page.annots] == [controle.page_obj.pageid] * 4
    assert page.hyperlinks == []


def test_avec_l_adresse_du_site_les_chiffres_menent_a_leurs_actions(
    imprime: Imprime, rapport_2004: Rapport
) -> None:
    with pdfplumber.open(io.BytesIO(imprime.relie)) as pdf:
        page = page_du_titre(pdf.pages, rapport_2004.sections[2].titre)
        liens = {lien["uri"] for lien in page.hyperlinks}

    tableau = rapport_2004.tableau(TERRITORIAL)
    assert isinstance(tableau, Tableau)
    attendus = {SITE + c.lien for ligne in tableau.toutes_les_lignes for c in ligne.chiffres}
    assert attendus <= liens


def test_le_sommaire_dit_les_vraies_pages(rapport_2004: Rapport, pages: list[Page]) -> None:
    sommaire = pages[1].extract_text()
    titres = [
        partie.titre for section in rapport_2004.sections for partie in (section, *section.sections)
    ]
    annoncees: list[Page] = []
    for titre in titres:
        visible = titre.replace("\u00a0", " ")
        annoncee = re.search(rf"^{re.escape(visible)} (\d+)$", sommaire, re.MULTILINE)
        assert annoncee, titre
        annoncees.append(pages[int(annoncee[1]) - 1])
        sous_la_tete = annoncees[-1].crop((0, 60, pages[0].width, annoncees[-1].height))
        assert visible[:40] in sous_la_tete.extract_text()
    assert [destination(lien) for lien in pages[1].annots] == [
        page.page_obj.pageid for page in annoncees
    ]


def test_chaque_page_a_sa_tete_son_pied_et_quelque_chose_entre_eux(
    rapport_2004: Rapport, pages: list[Page]
) -> None:
    for rang, page in enumerate(pages, 1):
        lignes = page.extract_text().splitlines()
        assert lignes[-1].endswith(f"page {rang} / {len(pages)}")
        assert "émis le 31 mars 2005 · actions reconstituées" in lignes[-1]
        if rang > 1:
            assert lignes[0].startswith(rapport_2004.contrat)
        corps = page.crop((0, 50, page.width, page.height - 50))
        assert len(corps.extract_text()) > 80, rang
    courante = [p.extract_text().splitlines()[0].removeprefix(rapport_2004.contrat) for p in pages]
    assert courante[13].strip() == "Liste des actions par commune"


def test_rien_ne_sort_de_la_page_ni_ne_mord_ses_marges(pages: list[Page]) -> None:
    for page in pages:
        marge = 15 / 25.4 * 72 - 1
        dehors = [c for c in page.chars if c["x0"] < marge or c["x1"] > page.width - marge]
        assert dehors == [], page.page_number


def test_l_annexe_repete_ses_entetes_et_garde_ses_sous_totaux(
    rapport_2004: Rapport, pages: list[Page]
) -> None:
    annexe = [p for p in pages if p.extract_text().splitlines()[0].endswith("par commune")]
    assert len(annexe) > 5
    textes = []
    for page in annexe:
        imprimees = [li for li in cases(page) if len(li) > 1 or "(suite)" in li[0]][1:-1]
        tete = next(rang for rang, li in enumerate(imprimees) if li[0] == "Référence")
        assert imprimees[tete][-1] == "Total accordé"
        premiere = imprimees[tete + 1 :][:1]
        assert not any(li[0].startswith(("Sous-total", "TOTAL")) for li in premiere)
        textes.append(page.extract_text())

    tableau = rapport_2004.tableau(TERRITORIAL)
    assert isinstance(tableau, Tableau)
    tout = "\n".join(textes)
    for ligne in tableau.lignes:
        argent = lu(ligne.chiffres[1]).replace("\u202f", " ")
        assert re.search(rf"^Sous-total {ligne.nom} : .* {argent}$", tout, re.MULTILINE), ligne.nom
    assert "TOTAL : 195 actions 1 028 246 €" in tout
    assert len(re.findall(r"^2004-\d{3}\*", tout, re.MULTILINE)) == 197


def test_le_fichier_dit_ce_qu_il_est(rapport_2004: Rapport, pdf: PDF) -> None:
    assert pdf.metadata["Title"] == f"{rapport_2004.titre} – {rapport_2004.contrat}"
    assert pdf.metadata["Author"] == rapport_2004.contrat
    assert pdf.metadata["Subject"] == f"{rapport_2004.titre}, {rapport_2004.territoire}"
    assert pdf.metadata["CreationDate"] == "D:20050331000000+00'00'"
    assert pdf.doc.catalog["Lang"] == b"fr-FR"
    assert pdf.doc.catalog["ViewerPreferences"].resolve()["DisplayDocTitle"] is True
    plan = [(niveau, titre) for niveau, titre, *_ in pdf.doc.get_outlines()]
    assert plan == [
        (1 + rang, partie.titre)
        for section in rapport_2004.sections
        for rang, partie in [(0, section), *((1, sous) for sous in section.sections)]
    ]
    polices = {c["fontname"] for page in pdf.pages for c in page.chars}
    assert {p.partition("+")[2] for p in polices} == {
        "SourceSansPro-Regular",
        "SourceSansPro-Bold",
        "SourceSansPro-It",
    }


def test_graphiques_et_carte_sont_des_vecteurs(pages: list[Page]) -> None:
    tracees = {page.page_number for page in pages if len(page.curves) + len(page.rects) > 10}
    assert {4, 5, 7} <= tracees
    assert [page.images for page in pages if page.images] == []


SCRIPT = """
import hashlib, io, sys
from datetime import date
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("migrate", verbosity=0)
from amorce.chargement import charger
from bilan.rapport import etablir_rapport
from bilan.rendus.pdf import ecrire_pdf
charger(settings.FIXTURES)
sortie = io.BytesIO()
ecrire_pdf(etablir_rapport(2004, date(2005, 3, 31)), sortie)
print(hashlib.sha256(sortie.getvalue()).hexdigest())
"""


def test_les_memes_lignes_donnent_les_memes_octets_dans_un_autre_processus(
    imprime: Imprime,
) -> None:
    ici = hashlib.sha256(imprime.fichier).hexdigest()
    reglages = {
        "PYTHONHASHSEED": "7",
        "DJANGO_SETTINGS_MODULE": "contrat_ville.settings",
        "DATABASE_URL": "sqlite://:memory:",
        "TZ": "Pacific/Auckland",
    }
    ailleurs = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=RACINE,
        env=os.environ | reglages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ailleurs.stderr, ailleurs.stdout.strip()) == ("", ici)


def test_une_annee_sans_rien_fait_quand_meme_un_bilan(db: None) -> None:
    Exercice.objects.create(annee=2010)
    rapport = etablir_rapport(2010, date(2011, 4, 1))

    with pdfplumber.open(io.BytesIO(ecrit(rapport))) as pdf:
        texte = "\n".join(page.extract_text() for page in pdf.pages)
        assert all(len(page.extract_text()) > 120 for page in pdf.pages)
    assert "émis le 1er avril 2011" in texte
    assert "actions reconstituées" not in texte
    assert "Aucune action n'est enregistrée pour 2010." in texte
    assert "Contrôle des chiffres publiés" not in texte


HOSTILES = (
    "<b>gras</b> & <para> </para> &amp; %(x)s",
    "sans" + "coupure" * 35,
    "contrôle\x00\x07\x1b[31m\n\r\tfin",
    "=SOMME(A1) 中文 😀 \u202e\u200bذ",
    "",
)


def test_des_titres_hostiles_ne_cassent_rien(db: None) -> None:
    charger(settings.FIXTURES)
    actions = list(Action.objects.order_by("pk")[: len(HOSTILES)])
    for action, intitule in zip(actions, HOSTILES, strict=True):
        Action.objects.filter(pk=action.pk).update(intitule=intitule.replace("\x00", "")[:250])
    rapport = etablir_rapport(2004, EMISSION)
    hostile = replace(
        rapport,
        contrat="<i>Contrat</i> & " + "très long " * 30,
        titre="Bilan <font color='red'>\x01 & " + "x" * 250,
        sections=(*rapport.sections, Section("fin", HOSTILES[1] + HOSTILES[2])),
    )

    with pdfplumber.open(io.BytesIO(ecrit(hostile))) as pdf:
        texte = "\n".join(page.extract_text() for page in pdf.pages)
        for page in pdf.pages:
            assert all(c["x0"] > 0 and c["x1"] < page.width for c in page.chars)
    assert "<b>gras</b> & <para> </para> &amp; %(x)s" in texte
    assert texte.count("coupure") >= 30
    assert "contrôle[31m fin" in re.sub(" +", " ", texte)


def liste(*tailles: int) -> ListeActions:
    """A list of groups of these sizes, its titles on one printed line or several."""

    def groupes() -> Iterator[GroupeActions]:
        for numero, taille in enumerate(tailles, 1):
            yield GroupeActions(
                somme(numero, taille), (ligne(numero, rang) for rang in range(taille))
            )

    def ligne(numero: int, rang: int) -> LigneAction:
        return LigneAction(
            reference=f"{numero}-{rang}",
            intitule="Titre " * (1 + rang * 7 % 40),
            numero_theme=1,
            theme="Culture",
            porteur="",
            nature=Action.Nature.ACTION,
            provenance=Action.Provenance.SAISIE,
            montants={"ville": Montant(Decimal(rang), 1), "cg": Montant(lignes=1, inconnues=1)},
            montant=Montant(Decimal(rang), 2, 1),
            investissement=Montant(),
            lien=f"/actions/{numero}{rang}/",
        )

    def somme(numero: int | None, taille: int) -> Ligne:
        chiffres = (Chiffre(taille, Unite.ACTIONS, ""), Chiffre(Decimal(9), Unite.EUROS, ""))
        return Ligne(numero, f"Commune {numero}", chiffres)

    return ListeActions(
        nombre=sum(tailles),
        colonnes=(("ville", "Ville"), ("etat", "État"), ("cg", "CG")),
        groupes=groupes,
        total=somme(None, sum(tailles)),
        lien="",
        reconstitue=False,
        porteurs_connus=True,
    )


@pytest.mark.parametrize(("connus", "mots"), [(True, 4), (False, 3)])
def test_une_liste_ou_personne_n_est_nomme_n_a_pas_de_colonne_pour_cela(
    connus: bool, mots: int
) -> None:
    enregistrer()
    pages = Pages(replace(liste(2), porteurs_connus=connus), "")
    page = pages._page(HAUTEUR_PAYSAGE)
    assert pages.entetes[:mots] == ("Référence", "Intitulé", "Thème", "Porteur")[:mots]
    assert pages.entetes[mots:] == ("Ville", "État", "CG", "Total accordé")
    assert sum(pages.largeurs) == pytest.approx(LARGEUR_PAYSAGE)
    assert {len(rangee.cases) for rangee in page} == {mots + 4}


def test_la_page_nomme_les_porteurs_des_qu_une_ligne_est_saisie(
    contrat_2004: None, client: Client
) -> None:
    client.force_login(Utilisateur.objects.create_user("coordinatrice"))
    entete = '<th scope="col">Porteur</th>'
    assert entete not in client.get("/bilan/2004/actions/").content.decode()
    Action.objects.filter(reference="2004-001").update(provenance=Action.Provenance.SAISIE)
    assert entete in client.get("/bilan/2004/actions/").content.decode()


@pytest.mark.parametrize("haut", [HAUTEUR_PAYSAGE - 60, 160, 40])
def test_aucune_ligne_n_est_coupee_ni_rien_orphelin(haut: float) -> None:
    enregistrer()
    tailles = [1, 2, 3, *range(20, 44), 1, 1, 1, 60, 5]
    pages = Pages(liste(*tailles), "")
    lues = []
    hauteur = haut
    while not pages.epuisees:
        page = pages._page(hauteur)
        if page:
            assert sum(rangee.hauteur for rangee in page) < hauteur
            lues.append(page)
        else:
            assert hauteur < HAUTEUR_PAYSAGE
        hauteur = HAUTEUR_PAYSAGE

    genres = [[rangee.genre for rangee in page] for page in lues]
    sommes = (Genre.SOUS_TOTAL, Genre.TOTAL)
    for precedents, suivants in pairwise(genres):
        assert precedents[-1] != Genre.GROUPE
        assert not (
            precedents[-2] == Genre.GROUPE
            and precedents[-1] == Genre.LIGNE
            and suivants[1] == Genre.LIGNE
        )
        assert suivants[0] == Genre.GROUPE
        assert suivants[1] not in sommes
        assert suivants[2] not in sommes or precedents[-1] in sommes
    cases_lues = [
        rangee.cases[0] for page in lues for rangee in page if rangee.genre == Genre.LIGNE
    ]
    assert cases_lues == [f"{n}-{rang}" for n, t in enumerate(tailles, 1) for rang in range(t)]


def test_un_montant_inconnu_est_un_tiret_et_un_montant_non_demande_un_blanc() -> None:
    enregistrer()
    rangees = Pages(liste(1), "").rangees
    assert [rangee.cases[-4:] for rangee in rangees][1] == (
        *("0 €", "", "—"),
        "0 €\n1 inconnu",
    )


@pytest.mark.parametrize("police", [NORMAL, GRAS, ITALIQUE])
def test_les_textes_sont_coupes_entiers_et_tiennent(police: str) -> None:
    enregistrer()
    for texte in (*HOSTILES, "Saint-Julien/Saint-Hilaire 563\u202f152\u00a0€ " * 9):
        lignes = couper(texte, police, 9, 61)
        assert all(largeur(ligne, police, 9) <= 61 for ligne in lignes)
        sans_blancs = propre(texte).replace(" ", "").replace("\u00a0", "")
        assert "".join(lignes).replace(" ", "") == sans_blancs


def test_la_police_a_chaque_signe_que_le_bilan_emploie(pages: list[Page]) -> None:
    signes = {c["text"] for page in pages for c in page.chars}

    for police in (NORMAL, GRAS, ITALIQUE):
        connus = getFont(police).face.charToGlyph
        assert {s for s in signes if ord(s) not in connus} == set()
    assert "\u202f" in signes
