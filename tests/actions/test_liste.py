"""The actions list: its foot is the figure that led to it, whatever the filters."""

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actions.liens import lien_actions
from actions.models import Action, Theme
from axes.models import AxeTransversal
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme, Quartier

Ouvrir = Callable[[str], Any]
MAXIMUM = 12  # queries a page
SOURCES: Path = settings.FIXTURES / "source_2004"


# --- The published figures ----------------------------------------------------------------------
def test_la_liste_entiere_totalise_le_contrat(contrat_2004: None, ouvrir: Ouvrir) -> None:
    page = ouvrir(lien_actions(exercice=2004))
    assert page.totaux() == {"actions": "195", "montant_accorde": "1028246"}
    assert page.pied()[0] == "Total : 195 actions (197 lignes, dont 2 non comptées)"
    assert len(page.lignes()) == 50


@pytest.mark.parametrize(
    ("filtres", "totaux"),
    [
        ({"commune": "30007"}, {"actions": "101", "montant_accorde": "563152"}),
        ({"commune": "transterritorial"}, {"actions": "0", "montant_accorde": "95322"}),
        ({"theme": 3, "financeur": "CG"}, {"actions": "41", "montant_accorde": "172205"}),
    ],
)
def test_un_chiffre_mene_a_ses_actions(
    contrat_2004: None, ouvrir: Ouvrir, filtres: dict[str, Any], totaux: dict[str, str]
) -> None:
    assert ouvrir(lien_actions(exercice=2004, **filtres)).totaux() == totaux


def test_chaque_montant_publie_par_theme_et_financeur(contrat_2004: None, ouvrir: Ouvrir) -> None:
    with (SOURCES / "tableau_thematique.csv").open(encoding="utf-8") as fichier:
        lignes = [ligne for ligne in csv.DictReader(fichier, delimiter=";") if ligne["numero"]]
    lus, attendus = {}, {}
    for ligne in lignes:
        numero = ligne["numero"]
        for code in ("VILLE", "ETAT", "CG", "FASILD"):
            attendus[numero, code] = ligne[code.lower()] or "0"
            adresse = lien_actions(exercice=2004, theme=numero, financeur=code)
            lus[numero, code] = ouvrir(adresse).totaux().get("montant_accorde", "0")
    assert len(lus) == 44
    assert lus == attendus


# --- Money --------------------------------------------------------------------------------------
def test_un_montant_inconnu_n_est_pas_zero(agir: Callable[..., Action], ouvrir: Ouvrir) -> None:
    agir("Décidée", montants={"CG": (1000, 0, None)})
    agir("Inconnue", montants={"CG": (None, None, None)})
    agir("Sans plan")
    page = ouvrir("/actions/?sort=intitule")
    assert [(ligne[0], *ligne[-3:]) for ligne in page.lignes()] == [
        ("Décidée", "1\u202f000\xa0€", "0\xa0€", "—"),
        ("Inconnue", "—", "—", "—"),
        ("Sans plan", *["aucune ligne"] * 3),
    ]
    assert page.totaux() == {"actions": "3", "montant_demande": "1000", "montant_accorde": "0"}
    assert page.pied()[-1] == "—"


def test_l_investissement_et_les_autres_financeurs_restent_dehors(
    agir: Callable[..., Action], ouvrir: Ouvrir
) -> None:
    action = agir("Deux financeurs", montants={"ETAT": (900, 700, 300), "CG": (50, 40, 30)})
    drac = Financeur.objects.create(
        code="DRAC", nom="DRAC", parent=Financeur.objects.get(code="ETAT")
    )
    Subvention.objects.create(action=action, financeur=drac, montant_accorde=Decimal("0.50"))
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.get(code="CG"),
        nature=Subvention.Nature.INVESTISSEMENT,
        montant_accorde=100_000,
    )
    agir("Le CG seul", montants={"CG": (1, 2, 3)})
    lues = {
        adresse: ouvrir(adresse).totaux()["montant_accorde"]
        for adresse in (
            "/actions/",
            "/actions/?financeur=ETAT",
            "/actions/?financeur=DRAC",
            "/actions/?financeur=DRAC&financeur=CG",
        )
    }
    assert lues == {
        "/actions/": "742.5",
        "/actions/?financeur=ETAT": "700.5",
        "/actions/?financeur=DRAC": "0.5",
        "/actions/?financeur=DRAC&financeur=CG": "42.5",
    }
    assert [ligne[-2] for ligne in ouvrir("/actions/?financeur=ETAT").lignes()] == ["700,50\xa0€"]


# --- Filters ------------------------------------------------------------------------------------
def test_chaque_filtre(agir: Callable[..., Action], ouvrir: Ouvrir) -> None:
    ales = Commune.objects.create(numero=1, nom="Alès", code_insee="30007")
    cendras = Commune.objects.create(numero=2, nom="Cendras", code_insee="30077")
    pres = Quartier.objects.create(commune=ales, nom="Prés-Saint-Jean")
    porteur = Organisme.objects.create(nom="Théâtre de l'Œil")
    homonyme = Organisme.objects.create(nom="Les amis du Théâtre de l'Œil")
    axe = AxeTransversal.objects.create(numero=2, titre="Eau")
    autre_axe = AxeTransversal.objects.create(numero=3, titre="Air")
    ecole = agir(
        "L'École ouverte",
        commune=ales,
        quartier=pres,
        porteur=porteur,
        statut="ACCORDEE",
        montants={"CG": (10, 100, None)},
    )
    ecole.axes.add(axe, autre_axe)
    agir("Bibliobus", commune=cendras, porteur=homonyme, description="Vers les ÉCOLES du canton")
    agir("Fonds", nature="FONDS", provenance="IMPORT", montants={"ETAT": (10, 200, 5)})
    attendues = {
        "q=ecole": ["Bibliobus", "L'École ouverte"],
        "q=ECOLE+ouv": ["L'École ouverte"],
        "q=oeil+ami": ["Bibliobus"],
        "exercice=2005": ["Bibliobus", "Fonds", "L'École ouverte"],
        "commune=30007": ["L'École ouverte"],
        "commune=30007&commune=30077": ["Bibliobus", "L'École ouverte"],
        "commune=30077&commune=transterritorial": ["Bibliobus", "Fonds"],
        f"quartier={pres.pk}": ["L'École ouverte"],
        "axe=2&axe=3": ["L'École ouverte"],
        f"porteur={porteur.pk}": ["L'École ouverte"],
        "porteur=theatre+de+l%27oeil": ["L'École ouverte"],
        "porteur=theatre": ["Bibliobus", "L'École ouverte"],
        "porteur=aucun": ["Fonds"],
        "nature=FONDS": ["Fonds"],
        "statut=ACCORDEE": ["L'École ouverte"],
        "provenance=IMPORT&provenance=SAISIE": ["Bibliobus", "Fonds", "L'École ouverte"],
        "montant_min=150": ["Fonds"],
        "montant_max=100%2C00": ["L'École ouverte"],
        "montant_max=150&financeur=ETAT": [],
    }
    lues: dict[str, list[str]] = {}
    for requete in attendues:
        page = ouvrir(f"/actions/?sort=intitule&{requete}")
        vide = "Aucune ligne" in page.source
        lues[requete] = [] if vide else [ligne[0] for ligne in page.lignes()]
    assert lues == attendues


def test_chaque_filtre_actif_se_retire(contrat_2004: None, ouvrir: Ouvrir) -> None:
    page = ouvrir(
        "/actions/?exercice=2004&commune=30007&commune=30077&theme=3&sort=-commune&page=2"
    )
    puces = re.findall(r'<a class="puce" href="([^"]*)">.*?</span>(.*?) <span', page.source)
    assert [(texte, adresse.replace("&amp;", "&")) for adresse, texte in puces] == [
        ("Exercice : 2004", "/actions/?commune=30007&commune=30077&theme=3&sort=-commune"),
        ("Commune : Alès", "/actions/?exercice=2004&commune=30077&theme=3&sort=-commune"),
        ("Commune : Cendras", "/actions/?exercice=2004&commune=30007&theme=3&sort=-commune"),
        (
            f"Thème : {Theme.objects.get(numero=3)}",
            "/actions/?exercice=2004&commune=30007&commune=30077&sort=-commune",
        ),
    ]


def test_une_liste_vide_dit_quel_filtre_lever(contrat_2004: None, ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?exercice=2004&commune=transterritorial&theme=3")
    theme_3 = Action.objects.filter(theme__numero=3).count()
    assert re.findall(r'<a href="([^"]*)">sans « (.*?) »</a> : (\d+)', page.source) == [
        ("/actions/?exercice=2004&amp;theme=3", "Commune", str(theme_3)),
        ("/actions/?exercice=2004&amp;commune=transterritorial", "Thème", "1"),
    ]
    assert page.totaux() == {"actions": "0"}


# --- Order, pages, columns ----------------------------------------------------------------------
def test_toutes_les_pages_donnent_chaque_ligne_une_fois(contrat_2004: None, ouvrir: Ouvrir) -> None:
    for tri in ("", "&sort=-montant_accorde", "&sort=commune", "&sort=-theme"):
        titres = [
            ligne[0]
            for page in range(1, 9)
            for ligne in ouvrir(f"/actions/?per_page=25&page={page}{tri}").lignes()
        ]
        assert len(titres) == len(set(titres)) == 197


def test_trier_par_un_montant(agir: Callable[..., Action], ouvrir: Ouvrir) -> None:
    agir("Petite", montants={"CG": (0, 10, 0), "ETAT": (0, 900, 0)})
    agir("Grande", montants={"CG": (0, 500, 0)})
    agir("Inconnue", montants={"CG": (0, None, 0)})

    def titres(requete: str) -> list[str]:
        return [ligne[0] for ligne in ouvrir(f"/actions/?{requete}").lignes()]

    assert titres("sort=-montant_accorde") == ["Petite", "Grande", "Inconnue"]
    assert titres("sort=montant_accorde&financeur=CG") == ["Petite", "Grande", "Inconnue"]
    assert titres("sort=-montant_accorde&financeur=CG") == ["Grande", "Petite", "Inconnue"]


def test_l_entete_dit_le_tri(contrat_2004: None, ouvrir: Ouvrir) -> None:
    page = ouvrir("/actions/?exercice=2004&sort=theme")
    assert re.findall(r'aria-sort="(\w+)">\s*<a id="(.*?)" href="(.*?)"', page.source) == [
        ("ascending", "tri-theme", "/actions/?exercice=2004&amp;sort=-theme")
    ]


def test_un_clic_range_les_nombres_du_plus_grand_au_plus_petit(
    contrat_2004: None, ouvrir: Ouvrir
) -> None:
    """Then the other way; texts from A to Z first."""

    def suivant(adresse: str, colonne: str) -> str:
        (lien,) = re.findall(rf'id="tri-{colonne}" href="[^"]*sort=(.*?)"', ouvrir(adresse).source)
        return str(lien)

    assert {
        colonne: [
            suivant(f"/actions/?exercice=2004{tri}", colonne)
            for tri in ("", f"&sort={colonne}", f"&sort=-{colonne}")
        ]
        for colonne in ("montant_accorde", "exercice", "theme")
    } == {
        "montant_accorde": ["-montant_accorde", "-montant_accorde", "montant_accorde"],
        "exercice": ["-exercice", "-exercice", "exercice"],
        "theme": ["theme", "-theme", "theme"],
    }
    liens = re.findall(
        r'id="tri-(numero|actions|part)" href=".*?sort=(.*?)"', ouvrir("/themes/").source
    )
    assert liens == [("numero", "numero"), ("actions", "-actions"), ("part", "-part")]


def test_les_colonnes_choisies_sont_dans_l_adresse(contrat_2004: None, ouvrir: Ouvrir) -> None:
    AxeTransversal.objects.get(numero=2).actions.set(Action.objects.all())
    AxeTransversal.objects.get(numero=5).actions.set(Action.objects.all())
    page = ouvrir("/actions/?colonnes=axes,montant_accorde&sort=-montant_accorde&per_page=25")
    assert page.entetes() == ["Action", "Axes", "Accordé"]
    assert {ligne[1] for ligne in page.lignes()} == {"2, 5"}
    assert "&amp;colonnes=intitule%2Caxes%2Cmontant_accorde&amp;page=2" in page.source
    assert ouvrir("/actions/?colonnes=axes&colonnes=public").entetes() == [
        "Action",
        "Axes",
        "Public visé",
    ]


# --- Cost, scope --------------------------------------------------------------------------------
def test_le_meme_nombre_de_requetes_quoi_qu_on_demande(
    contrat_2004: None, coordinatrice: Client, agir: Callable[..., Action]
) -> None:
    """One line or fifty, first page or last, filtered or sorted."""
    agir("Seule de son exercice", montants={"CG": (1, 1, 1)})
    nombres = {}
    for requete in (
        "",
        "exercice=2005",
        "exercice=2004&page=4",
        "financeur=CG&theme=3&montant_min=1",
        "sort=-montant_accorde",
    ):
        with CaptureQueriesContext(connection) as requetes:
            coordinatrice.get(f"/actions/?{requete}")
        nombres[requete] = len(requetes)
    # Where no year is named, one more finds the newest that has actions.
    sans_annee = {n - ("exercice" not in requete) for requete, n in nombres.items()}
    assert len(sans_annee) == 1, nombres
    assert max(nombres.values()) <= MAXIMUM


def test_une_agente_d_ales_ne_voit_qu_ales(
    contrat_2004: None, agente_d_ales: Client, ouvrir: Ouvrir
) -> None:
    pour_elle = agente_d_ales.get("/actions/?exercice=2004").content.decode()
    assert 'value="101" data-colonne="actions"' in pour_elle
    assert 'value="563152" data-colonne="montant_accorde"' in pour_elle
    ailleurs = Action.objects.exclude(commune__code_insee="30007").first()
    assert ailleurs is not None
    assert agente_d_ales.get(f"/actions/{ailleurs.pk}/").status_code == 404
    assert ailleurs.intitule in {ligne[0] for ligne in ouvrir("/actions/?page=3").lignes()} | {
        ligne[0] for ligne in ouvrir("/actions/?page=4").lignes()
    }
    fichier = b"".join(agente_d_ales.get("/actions/?_export=csv-ouvert"))
    assert fichier.decode().count("reconstituée n°") == 101


def test_sans_session_on_se_connecte(client: Client, db: None) -> None:
    reponse = client.get("/actions/?exercice=2004")
    assert (reponse.status_code, reponse["Location"].split("?")[0]) == (302, "/comptes/login/")
