"""In a meeting: how much, where, with whom, and what the published document prints."""

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal, Jalon
from listes.chiffres import LEGENDE
from territoires.models import Commune, Organisme, Quartier
from tests.consultation.conftest import ALES, GRAND_COMBE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contrat_2004")]
NombreDeRequetes = Callable[[int], AbstractContextManager[object]]

LISTES = ["communes", "themes", "financeurs", "porteurs", "quartiers", "axes"]
FICHES = [
    "/communes/30132/",
    "/themes/3/",
    "/financeurs/ETAT/",
    "/financeurs/CG/",
    "/axes/2/",
]


def lire(client: Client, adresse: str) -> str:
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return reponse.content.decode()


def texte(fragment: str) -> str:
    """What a reader sees, with plain spaces."""
    sans = html.unescape(re.sub(r"<[^>]+>", " ", fragment))
    return re.sub(r"\s+", " ", sans).strip()


def cles(page: str) -> dict[str, str]:
    """The key figures, by name."""
    return {
        texte(nom): texte(valeur)
        for nom, valeur in re.findall(
            r'<div class="chiffre-cle">\s*<dt>(.*?)</dt>\s*<dd>(.*?)</dd>', page, re.DOTALL
        )
    }


def rangs(page: str, tableau: str) -> list[list[str]]:
    """The rows of a table of the page, cell by cell."""
    corps = re.search(rf'<table[^>]*id="tableau-{tableau}".*?</table>', page, re.DOTALL)
    assert corps is not None, f"no table {tableau}"
    return [
        [texte(cellule) for cellule in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", rang, re.DOTALL)]
        for rang in re.findall(r"<tr\b.*?</tr>", corps[0], re.DOTALL)
    ][1:]


def lignes_de_liste(page: str) -> list[list[str]]:
    corps = re.search(r"<tbody>.*</tfoot>", page, re.DOTALL)
    assert corps is not None, "no list"
    return [
        [texte(cellule) for cellule in re.findall(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", rang, re.DOTALL)]
        for rang in re.findall(r"<tr\b.*?</tr>", corps[0], re.DOTALL)
    ]


# --- The 2004 document ---------------------------------------------------------------------------
def test_la_page_de_la_grand_combe_donne_ses_chiffres_de_2004(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/communes/30132/")
    assert cles(page) == {
        "Actions": "33",
        "Demandé": "—",
        "Accordé": "205 167 € crédits de fonctionnement",
        "Versé": "—",
        "Part de l'exercice": "20,0 % de l'accordé",
        "Moyenne par action": "6 217,18 € crédits de fonctionnement, sur 33 actions dont l'accordé "
        "est connu",
        "Par habitant": "35,37 € population municipale 1999",
    }
    assert rangs(page, "publie") == [
        ["Territorial", "Grand'Combe", "Actions", "33", "33", "0", "Conforme"],
        ["Territorial", "Grand'Combe", "Financement", "205 167 €", "205 167 €", "0", "Conforme"],
    ]
    assert len(rangs(page, "actions")) == 20
    assert "Voir les 33 lignes dans la liste des actions" in texte(page)


def test_elle_dit_ce_que_chaque_financeur_donne_a_chaque_theme(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/communes/30132/?exercice=2004")
    croisement = rangs(page, "croisement")
    assert croisement[1] == ["Prévention", "9 015 €", "15 278 €", "17 157 €", "750 €", "42 200 €"]
    assert croisement[-1] == ["Total", "24 485 €", "66 309 €", "91 130 €", "23 243 €", "205 167 €"]
    assert (
        'href="/actions/?exercice=2004&amp;commune=30132&amp;theme=2&amp;financeur=FASILD"' in page
    )


def test_un_theme_dit_ce_que_chaque_financeur_donne_a_chaque_commune(
    coordinatrice: Client,
) -> None:
    croisement = rangs(lire(coordinatrice, "/themes/2/?exercice=2004"), "croisement")
    (la_sienne,) = [rang[1:] for rang in croisement if rang[0] == "La Grand-Combe"]
    assert la_sienne == ["9 015 €", "15 278 €", "17 157 €", "750 €", "42 200 €"]


def test_elle_dit_ce_qui_lui_vient_des_lignes_transterritoriales(coordinatrice: Client) -> None:
    assert (
        "Elles ne sont comptées dans aucun chiffre de cette page : 0 action (1 ligne), 95 322 € "
        "accordés." in texte(lire(coordinatrice, "/communes/30132/"))
    )


def test_la_page_d_un_theme_montre_l_incoherence_du_document(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/themes/3/")
    assert cles(page)["Accordé"].startswith("316 305 €")
    culture = next(rang for rang in rangs(page, "publie") if rang[2] == "Financement total")
    assert culture[3:6] == ["286 195 €", "316 305 €", "+30 110"]
    assert culture[6].startswith("Incohérence de la source Le document imprime 286 195")


def test_la_page_d_un_financeur_confronte_toute_sa_colonne(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/financeurs/CG/")
    assert [rang[1:5] for rang in rangs(page, "publie")][-1] == [
        "TOTAL",
        "CG",
        "466 308 €",
        "466 308 €",
    ]
    assert {rang[6] for rang in rangs(page, "publie")} == {"Conforme"}
    assert "tableau-publie" not in lire(coordinatrice, "/financeurs/DRAC/")


def test_la_liste_des_communes_totalise_les_communes_seules(coordinatrice: Client) -> None:
    lignes = lignes_de_liste(lire(coordinatrice, "/communes/?sort=-montant_accorde"))
    assert lignes[:2] == [
        ["Alès", "1", "101", "—", "563 152 €", "—", "54,8 %", "14,32 €"],
        ["La Grand-Combe", "5", "33", "—", "205 167 €", "—", "20,0 %", "35,37 €"],
    ]
    assert lignes[-1] == [
        *("Total : 15 lignes", "", "195", "—", "932 924 €", "—", "90,7 %"),
        "11,54 €",
    ]


def test_l_accorde_par_habitant_dit_l_annee_de_la_population_et_se_trie(
    coordinatrice: Client,
) -> None:
    """A commune whose population is unknown has an unknown figure, last in both directions; so
    has the whole of them.
    """
    Commune.objects.filter(code_insee=ALES).update(population=None, annee_population=None)
    Commune.objects.filter(code_insee=GRAND_COMBE).update(annee_population=2006)
    adresse = "/communes/?colonnes=par_habitant&sort="
    rangees = [
        lignes_de_liste(lire(coordinatrice, f"{adresse}{sens}par_habitant")) for sens in ("-", "")
    ]
    assert [r[0] for r in rangees] == [
        ["La Grand-Combe", "35,37 €"],
        ["Saint-Privat-des-Vieux", "0,49 €"],
    ]
    assert [r[-2:] for r in rangees] == [[["Alès", "—"], ["Total : 15 lignes", "—"]]] * 2
    fichier = coordinatrice.get(f"{adresse}&q=combe&_export=csv-ouvert").getvalue().decode()
    assert fichier.splitlines() == [
        "Commune,Accordé par habitant (population 2006)",
        "La Grand-Combe,35.37",
    ]
    tete = lire(coordinatrice, "/communes/").partition("<thead")[2].partition("</thead>")[0]
    assert "Accordé par habitant (population 1999 et 2006)" in tete


@pytest.mark.parametrize(
    ("liste", "total"),
    [
        ("themes", ["Total : 11 lignes", "", "195", "—", "1 028 246 €", "—", "100,0 %"]),
        ("financeurs", ["Total : 12 lignes", "", "", "195", "—", "1 028 246 €", "—", "100,0 %"]),
    ],
)
def test_le_total_d_une_liste_est_celui_de_l_ensemble(
    coordinatrice: Client, liste: str, total: list[str]
) -> None:
    assert lignes_de_liste(lire(coordinatrice, f"/{liste}/"))[-1] == total


# --- A year with everything in it ----------------------------------------------------------------
@pytest.mark.usefixtures("annee_2005")
def test_un_financeur_comprend_ses_services_sans_rien_compter_deux_fois(
    coordinatrice: Client,
) -> None:
    lignes = {
        rang[1]: rang[3:]
        for rang in lignes_de_liste(lire(coordinatrice, "/financeurs/?exercice=2005"))
    }
    assert lignes["ETAT"] == [
        *("2", "1 470 €", "1 060,50 € , 1 inconnu", "450 € , 2 inconnus", "100,0 %"),
        "aucune ligne",
    ]
    assert lignes["DRAC"] == ["2", "370 €", "260 €", "50 € , 1 inconnu", "24,5 %", "aucune ligne"]
    assert lignes["DDJS"] == ["1", "100 €", "—", "—", "—", "aucune ligne"]
    assert lignes["CG"] == ["1", *["aucune ligne"] * 4, "9 000 €"]
    assert lignes[""] == [
        *("4", "1 520 € , 1 inconnu", "1 060,50 € , 2 inconnus", "450 € , 3 inconnus", "100,0 %"),
        "9 000 €",
    ]


@pytest.mark.usefixtures("annee_2005")
def test_une_action_de_deux_axes_n_est_comptee_qu_une_fois_au_total(coordinatrice: Client) -> None:
    lignes = lignes_de_liste(lire(coordinatrice, "/axes/?exercice=2005&sort=-actions"))
    assert [ligne[3] for ligne in lignes[:2]] == ["2", "2"]
    assert lignes[-1][3:6] == ["3", "1 470 € , 1 inconnu", "1 060,50 € , 1 inconnu"]


@pytest.mark.usefixtures("annee_2005")
def test_les_inconnus_sont_en_dernier_dans_les_deux_sens(coordinatrice: Client) -> None:
    """Unknown sums, and those that no line makes, after the zeros and the rest."""
    for sens, connus in (("", ["FASILD", "DRAC", "ETAT"]), ("-", ["ETAT", "DRAC", "FASILD"])):
        page = lire(coordinatrice, f"/financeurs/?exercice=2005&sort={sens}montant_accorde")
        lignes = lignes_de_liste(page)[:-1]
        assert [ligne[1] for ligne in lignes[:3]] == connus
        assert {ligne[5] for ligne in lignes[3:]} == {"—", "aucune ligne"}


@pytest.mark.usefixtures("annee_2005")
def test_l_exercice_choisi_se_garde_de_page_en_page(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/communes/30007/?exercice=2005")
    internes = re.findall(r'href="(/(?:communes|themes|financeurs|axes|quartiers)/[^"]+)"', page)
    contenu = [lien for lien in internes if lien.count("/") > 2 or "?" in lien]
    assert contenu
    assert {lien.partition("?")[2] for lien in contenu} == {"exercice=2005"}
    assert '<a href="?exercice=2005" aria-current="page">2005</a>' in page
    assert page.count('href="/?exercice=2005"') == 3, "the site's name, the path and the menu"
    assert 'href="/bilan/?exercice=2005"' in page
    assert '<input type="hidden" name="exercice" value="2005">' in page


@pytest.mark.usefixtures("annee_2005")
def test_l_export_d_une_liste_dit_l_annee_et_montre_les_memes_lignes(
    coordinatrice: Client,
) -> None:
    reponse = coordinatrice.get("/financeurs/?exercice=2005&q=ddjs&_export=csv")
    lignes = b"".join(reponse).decode("utf-8-sig").splitlines()
    assert lignes == [
        "Financeur;Code;Relève de;Actions;Demandé;Accordé;Versé;Part de l'accordé (%)",
        "État – DDJS (jeunesse et sports);DDJS;État;1;100,00;—;—;",
        "Total : 1 ligne;;;1;100,00;—;—;",
        "",
        "Exercice 2005. Montants : crédits de fonctionnement.",
        '"Filtres : Recherche : ddjs ; Exercice : 2005."',
        f'"{LEGENDE}"',
    ]


@pytest.mark.usefixtures("annee_2005")
def test_des_exercices_melanges_le_disent(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/communes/?exercice=2004&exercice=2005")

    assert "<h1>Communes 2004 et 2005</h1>" in page.replace("\n", "")
    assert "Exercices 2004 et 2005, additionnés." in page
    assert lignes_de_liste(page)[-1][0] == "Total 2004 et 2005 : 15 lignes"
    assert "Part de l&#x27;accordé (%)" in page
    tous = lire(coordinatrice, "/communes/?exercice=tous")
    assert lignes_de_liste(tous) == lignes_de_liste(page)
    actions = lire(coordinatrice, "/actions/")
    assert "Total : " in actions
    assert "Exercice 2005." in actions
    assert "Action reconstituée" not in actions


# --- Who sees what -------------------------------------------------------------------------------
def test_l_agente_d_une_commune_ne_voit_que_ses_chiffres(agente: Client) -> None:
    communes = lignes_de_liste(lire(agente, "/communes/"))
    assert [ligne[0] for ligne in communes] == ["La Grand-Combe", "Total : 1 ligne"]
    assert cles(lire(agente, "/"))["Crédits de fonctionnement accordés"] == "205 167 €"
    page = lire(agente, "/communes/30132/")
    assert cles(page)["Part de l'exercice"] == "100,0 % de l'accordé de vos communes"
    assert "Cette page ne compte que les communes ouvertes à votre compte" in page
    assert [rang[6] for rang in rangs(page, "publie")] == ["Conforme", "Conforme"]
    assert "transterritoriales" not in page
    reponse = agente.get("/communes/30007/")
    assert reponse.status_code == 404
    assert "ou est hors de vos communes" in reponse.content.decode()
    assert lignes_de_liste(lire(agente, "/themes/"))[-1][2] == "33"


# --- Axes ----------------------------------------------------------------------------------------
def test_la_page_d_un_axe_dit_ses_objectifs_et_son_calendrier(coordinatrice: Client) -> None:
    axe = AxeTransversal.objects.get(numero=2)
    Jalon.objects.create(axe=axe, debut=date(2003, 1, 1), date_texte="2003", libelle="Lancement")
    page = lire(coordinatrice, "/axes/2/")
    for objectif in axe.liste_objectifs:
        assert objectif in html.unescape(page)
    assert "Lancement" in page
    assert re.findall(r'href="(/axes/\d/)" rel="(\w+)"', page) == [
        ("/axes/1/", "prev"),
        ("/axes/3/", "next"),
    ]


# --- Queries, unknown subjects, empty years, bad parameters --------------------------------------
@pytest.mark.usefixtures("annee_2005")
@pytest.mark.parametrize(
    ("adresse", "requetes"),
    [
        ("/?exercice=2005", 14),
        ("/communes/?exercice=2005", 11),
        ("/themes/?exercice=2005", 11),
        ("/financeurs/?exercice=2005", 12),
        ("/porteurs/?exercice=2005", 11),
        ("/quartiers/?exercice=2005", 11),
        ("/axes/?exercice=2005", 14),
        ("/communes/30007/?exercice=2005", 25),
        ("/themes/3/?exercice=2005", 20),
        ("/financeurs/ETAT/?exercice=2005", 19),
        ("/axes/2/?exercice=2005", 21),
        ("/recherche/?q=e", 17),
    ],
)
def test_le_nombre_de_requetes_est_borne_et_ne_depend_pas_des_lignes(
    coordinatrice: Client,
    django_assert_max_num_queries: NombreDeRequetes,
    adresse: str,
    requetes: int,
) -> None:
    with django_assert_max_num_queries(requetes):
        coordinatrice.get(adresse)
    theme, exercice = Theme.objects.get(numero=3), Exercice.objects.get(annee=2005)
    axe = AxeTransversal.objects.get(numero=2)
    for rang in range(30):
        porteur = Organisme.objects.create(nom=f"Porteur {rang}")
        action = Action.objects.create(
            exercice=exercice, theme=theme, porteur=porteur, intitule=f"École {rang}"
        )
        action.axes.add(axe)
    with django_assert_max_num_queries(requetes):
        coordinatrice.get(adresse)


@pytest.mark.parametrize(
    ("adresse", "phrase"),
    [
        ("/communes/abc/", "La commune de code INSEE « abc » n'existe pas."),
        ("/themes/99/", "Le thème 99 n'existe pas."),
        ("/financeurs/RIEN/", "Aucun financeur n'a le code « RIEN »."),
        ("/axes/9/", "L'axe 9 n'existe pas."),
        ("/porteurs/99999999999999999999/", "Le porteur 99999999999999999999 n'existe pas."),
        ("/quartiers/7/", "Le quartier 7 n'existe pas."),
    ],
)
def test_une_page_inconnue_se_dit_en_une_phrase(
    coordinatrice: Client, adresse: str, phrase: str
) -> None:
    reponse = coordinatrice.get(adresse)
    assert reponse.status_code == 404
    assert phrase in html.unescape(reponse.content.decode())


@pytest.mark.parametrize("adresse", ["/", *FICHES, *(f"/{liste}/" for liste in LISTES)])
def test_une_annee_vide_fait_une_page_correcte(coordinatrice: Client, adresse: str) -> None:
    Exercice.objects.create(annee=2006)
    page = lire(coordinatrice, f"{adresse}?exercice=2006")
    assert "reconstituées.</strong>" not in page


def test_sans_aucun_exercice_les_pages_le_disent(coordinatrice: Client) -> None:
    from bilan.models import ChiffrePublie

    ChiffrePublie.objects.all().delete()
    Action.objects.all().delete()
    Exercice.objects.all().delete()
    for adresse in FICHES:
        assert "Aucun exercice n’est encore ouvert" in lire(coordinatrice, adresse)
    for liste in LISTES:
        lire(coordinatrice, f"/{liste}/")


@pytest.mark.parametrize("valeur", ["abc", "1999", "2004&exercice=2004", "%00", "x" * 10_000])
def test_un_exercice_incompris_est_dit_et_le_dernier_montre(
    coordinatrice: Client, valeur: str
) -> None:
    page = lire(coordinatrice, f"/communes/30132/?exercice={valeur}")
    assert 'role="alert"' in page
    assert cles(page)["Actions"] == "33"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    liste=st.sampled_from([*LISTES, "recherche"]),
    nom=st.sampled_from(["q", "exercice", "sort", "page", "per_page", "colonnes", "_export", "z"]),
    valeur=st.text(max_size=30) | st.sampled_from(["-1", "'", "\0", "e" * 10_000, "-part"]),
)
def test_aucun_parametre_ne_casse_une_liste(
    coordinatrice: Client, liste: str, nom: str, valeur: str
) -> None:
    assert coordinatrice.get(f"/{liste}/", {nom: valeur}).status_code == 200


def test_un_quartier_mene_a_sa_commune(coordinatrice: Client, annee_2005: None) -> None:
    quartier = Quartier.objects.get()
    page = lire(coordinatrice, f"/quartiers/{quartier.pk}/?exercice=2005")
    assert "Quartier d'Alès" in html.unescape(page)
    assert '<a href="/quartiers/?exercice=2005">Tous les quartiers</a>' in page
    assert cles(page)["Accordé"].startswith("1 000,50 €")
    assert 'href="/communes/30007/?exercice=2005"' in page


@pytest.mark.usefixtures("annee_2005")
def test_ce_qui_demande_attention_mene_a_ce_qui_est_compte(coordinatrice: Client) -> None:
    page = lire(coordinatrice, "/?exercice=2005")
    lien = "/actions/?exercice=2005&amp;porteur=aucun&amp;provenance=SAISIE&amp;provenance=IMPORT"
    assert f'<a href="{lien}">4 actions n&#x27;ont pas de porteur</a>' in page
    assert lire(coordinatrice, html.unescape(lien)).count('<th scope="row"') == 5  # the total's


@pytest.mark.usefixtures("annee_2005")
def test_le_plan_d_une_action_mene_a_ses_financeurs(coordinatrice: Client) -> None:
    action = Action.objects.get(intitule="Action 3 30007")
    page = lire(coordinatrice, f"/actions/{action.pk}/")
    financeurs = re.findall(r'href="/financeurs/(\w+)/\?exercice=2005"', page)
    assert sorted(financeurs) == ["CG", "DDJS", "DRAC", "ETAT"]


def test_de_vraies_lignes_ne_sont_pas_dites_reconstituees(coordinatrice: Client) -> None:
    """A page of both kinds says how many were rebuilt, as the list of its actions does."""
    Action.objects.create(
        exercice=Exercice.objects.get(annee=2004),
        theme=Theme.objects.get(numero=2),
        commune=Commune.objects.get(code_insee="30132"),
        intitule="Une vraie action",
    )
    page = texte(lire(coordinatrice, "/communes/30132/"))
    assert "Données en partie reconstituées : 33 des 34 lignes." in page
    assert "Les actions de 2004 sont reconstituées" not in page
    assert "Les actions de 2004 sont reconstituées" in texte(lire(coordinatrice, "/themes/3/"))
