"""The files hold what the screen shows: rows, columns, order, totals, provenance."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from actions.views import MENTION_RECONSTITUTION
from financement.models import Financeur, Subvention
from listes.chiffres import LEGENDE, LEGENDE_FILTREE, lire_montant

Ouvrir = Callable[[str], Any]
FILTRES = "exercice=2004&commune=30007&theme=3&financeur=CG&sort=-montant_accorde&per_page=100"

MENTIONS = [
    MENTION_RECONSTITUTION,
    "Montants de ce financeur seulement : Conseil général du Gard.",
    "Filtres : Exercice : 2004 ; Commune : Alès ; Thème : Culture ; "
    "Financeur : Conseil général du Gard.",
    f"{LEGENDE} {LEGENDE_FILTREE}",
]
SOMMES = ("Demandé", "Accordé", "Versé")


def _telecharger(client: Client, requete: str) -> bytes:
    reponse = client.get(f"/actions/?{requete}")
    assert reponse.streaming
    return b"".join(reponse)


def _classeur(octets: bytes) -> list[list[Any]]:
    feuille = openpyxl.load_workbook(io.BytesIO(octets)).active
    return [list(ligne) for ligne in feuille.iter_rows(values_only=True)]


def _csv(octets: bytes, separateur: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(octets.decode()), delimiter=separateur))


def _lues(page: Any) -> list[list[Any]]:
    """The rows of the screen and its foot, as a workbook holds them."""
    entetes = page.entetes()
    return [
        [_lu(cellule, entete in SOMMES) for cellule, entete in zip(ligne, entetes, strict=True)]
        for ligne in (*page.lignes(), page.pied())
    ]


def _lu(cellule: str, somme: bool) -> Any:
    if cellule in ("", "aucune ligne") or (cellule == "—" and not somme):
        return None
    if cellule.endswith("€"):
        return float(lire_montant(cellule))
    return int(cellule) if cellule.isdigit() else cellule


def test_le_classeur_est_l_ecran(contrat_2004: None, coordinatrice: Client, ouvrir: Ouvrir) -> None:
    page = ouvrir(f"/actions/?{FILTRES}")
    classeur = _classeur(_telecharger(coordinatrice, f"{FILTRES}&_export=xlsx"))
    vide = [None] * (len(page.entetes()) - 1)
    assert classeur == [
        *([mention, *vide] for mention in MENTIONS),
        page.entetes(),
        *_lues(page),
    ]


def test_les_deux_csv_sont_l_ecran(
    contrat_2004: None, coordinatrice: Client, ouvrir: Ouvrir
) -> None:
    page = ouvrir(f"/actions/?{FILTRES}")

    def ecrites(virgule: str, inconnu: str, lignes: list[list[Any]]) -> list[list[str]]:
        return [
            [
                f"{valeur:.2f}".replace(".", virgule)
                if isinstance(valeur, float)
                else (inconnu if valeur == "—" else str(valeur or ""))
                for valeur in ligne
            ]
            for ligne in lignes
        ]

    excel = _telecharger(coordinatrice, f"{FILTRES}&_export=csv")
    assert excel.startswith(b"\xef\xbb\xbf")
    assert _csv(excel.removeprefix(b"\xef\xbb\xbf"), ";") == [
        page.entetes(),
        *ecrites(",", "—", _lues(page)),
        [],
        *([mention] for mention in MENTIONS),
    ]
    assert _csv(_telecharger(coordinatrice, f"{FILTRES}&_export=csv-ouvert"), ",") == [
        [*page.entetes(), "Provenance"],
        *([*ligne, "Reconstitution"] for ligne in ecrites(".", "", _lues(page)[:-1])),
    ]


def test_un_programme_lit_les_donnees_ouvertes_sans_rien_en_savoir(
    contrat_2004: None, coordinatrice: Client
) -> None:
    """Headings first, no total: what it adds up is what was granted, once."""
    ouvert = _telecharger(coordinatrice, "exercice=2004&_export=csv-ouvert").decode()

    lues = list(csv.DictReader(io.StringIO(ouvert)))

    assert (len(lues), sum(Decimal(lue["Accordé"]) for lue in lues)) == (197, 1_028_246)
    assert {lue["Provenance"] for lue in lues} == {"Reconstitution"}


def test_le_nom_du_fichier_dit_de_quoi_il_est_la_liste(
    contrat_2004: None, coordinatrice: Client
) -> None:
    def nom(requete: str) -> str:
        reponse = coordinatrice.get(f"/actions/?{requete}")
        assert b"".join(reponse)
        return str(reponse["Content-Disposition"])

    assert nom("exercice=2004&commune=30132&theme=2&q=été&_export=xlsx") == (
        'attachment; filename="actions-ete-2004-la-grand-combe-prevention.xlsx"'
    )
    assert nom("_export=csv") == 'attachment; filename="actions-2004.csv"'
    assert nom("_export=csv-ouvert") == (
        'attachment; filename="actions-2004-reconstituees-donnees-ouvertes.csv"'
    )
    assert len(nom(f"q={'mot ' * 40}&_export=xlsx")) < 200


def test_de_vraies_lignes_ne_sont_pas_dites_reconstituees(
    contrat_2004: None, coordinatrice: Client, ouvrir: Ouvrir
) -> None:
    """Of both kinds, the page and the file say how many are rebuilt, and the page which ones."""
    vraie = Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.get(numero=1),
        intitule="Chantier d'été",
    )
    page = ouvrir("/actions/?sort=-exercice&exercice=tous")
    assert "Exercices 2004 et 2005, additionnés." in page.source
    assert page.pied()[0].startswith("Total 2004 et 2005 : 196 actions")
    assert "Données en partie reconstituées : 197 des 198 lignes." in page.source
    marquees = [ligne[0].endswith(" Reconstituée") for ligne in page.lignes()]
    assert (page.lignes()[0][0], marquees) == (vraie.intitule, [False] + [True] * 49)
    assert "Ce ne sont pas des actions réelles" not in ouvrir("/actions/?exercice=2005").source
    mention = _csv(_telecharger(coordinatrice, "exercice=tous&_export=csv"), ";")[-3]
    assert mention[0].startswith(
        "Données en partie reconstituées : 197 des 198 lignes. Le document"
    )
    ouvert = coordinatrice.get("/actions/?exercice=tous&_export=csv-ouvert")
    assert ouvert["Content-Disposition"] == (
        'attachment; filename="actions-tous-les-exercices-en-partie-reconstituees-'
        'donnees-ouvertes.csv"'
    )


def test_le_fichier_tient_toute_la_liste_et_les_colonnes_choisies(
    contrat_2004: None, coordinatrice: Client
) -> None:
    requete = "colonnes=commune,montant_accorde&page=2&_export=csv-ouvert"
    entetes, *lignes = _csv(_telecharger(coordinatrice, requete), ",")
    assert entetes == ["Action", "Commune", "Accordé", "Statut", "Provenance"]
    assert len(lignes) == 197
    assert lignes[-1][1] == "Transterritorial"
    assert sum(Decimal(ligne[2]) for ligne in lignes) == 1_028_246
    requete = requete.replace("csv-ouvert", "csv")
    _, *lignes, totaux, vide, annee, mention, legende = _csv(
        _telecharger(coordinatrice, requete), ";"
    )
    assert (len(lignes), vide) == (197, [])
    assert [annee, mention, legende] == [["Exercice 2004."], [MENTION_RECONSTITUTION], [LEGENDE]]
    assert totaux == ["Total : 195 actions (197 lignes, dont 2 non comptées)", "", "1028246,00"]


def test_aucun_texte_ne_devient_une_formule(coordinatrice: Client) -> None:
    titre = '=HYPERLINK("http://exemple.fr")'
    action = Action.objects.create(
        exercice=Exercice.objects.create(annee=2005),
        theme=Theme.objects.create(numero=1, nom="+33"),
        intitule=titre,
    )
    Subvention.objects.create(
        action=action,
        financeur=Financeur.objects.create(code="CG", nom="CG"),
        montant_accorde=Decimal("12.5"),
    )
    requete = "colonnes=theme,montant_accorde&_export="
    feuille = openpyxl.load_workbook(
        io.BytesIO(_telecharger(coordinatrice, f"{requete}xlsx"))
    ).active
    assert [(c.value, c.data_type) for c in feuille[4]] == [
        (titre, "s"),
        ("+33", "s"),
        (12.5, "n"),
    ]
    excel = _telecharger(coordinatrice, f"{requete}csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(excel), delimiter=";"))[1] == [
        f"'{titre}",
        "'+33",
        "12,50",
    ]


def test_aucun_texte_n_entre_dans_le_classeur_comme_du_balisage(coordinatrice: Client) -> None:
    """XlsxWriter copies as it stands what begins and ends as its own rich text does."""
    exercice, theme = Exercice.objects.create(annee=2005), Theme.objects.create(numero=1, nom="T")
    hostiles = ["<r><t>faux</t></r>", "<r></is></c><c><f>1+1</f></r>", "un\x07\x1b\ufffe deux"]
    for intitule in hostiles:
        Action.objects.create(exercice=exercice, theme=theme, intitule=intitule)
    octets = _telecharger(coordinatrice, "exercice=2005&sort=intitule&colonnes=theme&_export=xlsx")
    intitules = [str(ligne[0]).rstrip() for ligne in _classeur(octets)[2:-1]]
    assert sorted(intitules) == sorted([*hostiles[:2], "un deux"])


@pytest.mark.parametrize("forme", ["xlsx", "csv", "csv-ouvert"])
def test_un_export_incompris_ne_donne_aucun_fichier(
    contrat_2004: None, ouvrir: Ouvrir, forme: str
) -> None:
    assert "La liste n’est pas affichée" in ouvrir(f"/actions/?commune=x&_export={forme}").source


def test_un_export_pose_peu_de_questions(
    contrat_2004: None,
    coordinatrice: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, account, rights, mark, filters, counts, sums, rows and sums by batch; the log."""
    with django_assert_num_queries(10):
        _telecharger(coordinatrice, "exercice=2004&_export=xlsx")
