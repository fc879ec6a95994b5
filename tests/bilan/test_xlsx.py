"""The workbook, read back: every figure, every formula, and no data that runs."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal
from bilan.document import Rapport
from bilan.rapport import etablir_rapport
from bilan.rendus.xlsx import ecrire_xlsx
from bilan.rendus.xlsx.feuille import format_du_nombre
from bilan.tableaux import Chiffre, Tableau
from financement.models import Financeur, Subvention
from listes.chiffres import brut
from listes.classeurs import texte
from territoires.models import Commune

pytestmark = pytest.mark.django_db

EMISSION = date(2005, 3, 31)
FEUILLES = (
    *("Lisez-moi", "Synthèse", "Territorial", "Thématique", "Croisé", "Financeurs", "Axes"),
    *("Actions", "Contrôle"),
)
TABLEAUX = {
    "territorial": "Territorial",
    "thematique": "Thématique",
    "croise": "Croisé",
    "financeurs": "Financeurs",
}
FORMULE = ("COUNTIFS(", "SUMIFS(", "SUM(", "SUBTOTAL(", "ROUND(", "IFERROR(", "ISNUMBER(")


def octets(rapport: Rapport) -> bytes:
    sortie = io.BytesIO()
    ecrire_xlsx(rapport, sortie)
    return sortie.getvalue()


def lire(rapport: Rapport, valeurs: bool = True) -> Any:
    return load_workbook(io.BytesIO(octets(rapport)), data_only=valeurs)


def lignes(feuille: Any) -> list[tuple[object, ...]]:
    return list(feuille.iter_rows(values_only=True))


def rang_des_entetes(feuille: Any) -> int:
    """The row (from 1) of the heads: the one above the first that scrolls."""
    return int(re.sub(r"\D", "", feuille.freeze_panes)) - 1


def attendue(chiffre: Chiffre) -> object:
    """What a cell holds: the number, or the words printed in its place."""
    if chiffre.vide or chiffre.valeur is None:
        return chiffre.affiche or None
    return brut(chiffre.valeur)


def egales(obtenue: object, attendue: object) -> bool:
    if isinstance(obtenue, float) and isinstance(attendue, float):
        return abs(obtenue - attendue) < 1e-12
    return obtenue == attendue


@pytest.mark.parametrize("code", TABLEAUX)
def test_chaque_chiffre_est_celui_du_rapport(contrat_2004: None, code: str) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    tableau = rapport.tableau(code)
    assert isinstance(tableau, Tableau)
    feuille = lire(rapport)[TABLEAUX[code]]
    debut = rang_des_entetes(feuille)

    lues = lignes(feuille)[debut : debut + len(tableau.toutes_les_lignes)]

    differentes = [
        (ligne.libelle, colonne.code, lue[2 + rang], attendue(chiffre))
        for ligne, lue in zip(tableau.toutes_les_lignes, lues, strict=True)
        for rang, (colonne, chiffre) in enumerate(
            zip(tableau.colonnes, ligne.chiffres, strict=True)
        )
        if not egales(lue[2 + rang], attendue(chiffre))
    ]
    assert differentes == []
    assert [lue[:2] for lue in lues] == [
        (li.numero, li.libelle) for li in tableau.toutes_les_lignes
    ]


@pytest.mark.parametrize("code", ["territorial", "thematique", "financeurs"])
def test_les_formules_a_cote_portent_la_meme_valeur(contrat_2004: None, code: str) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    tableau = rapport.tableau(code)
    assert isinstance(tableau, Tableau)
    formules = lignes(lire(rapport, valeurs=False)[TABLEAUX[code]])
    feuille = lire(rapport)[TABLEAUX[code]]
    debut, largeur = rang_des_entetes(feuille), len(tableau.colonnes)
    etendue = slice(debut, debut + len(tableau.toutes_les_lignes))

    for ligne, valeurs, textes in zip(
        tableau.toutes_les_lignes, lignes(feuille)[etendue], formules[etendue], strict=True
    ):
        *recalculs, accord = [v for v in valeurs if v is not None][-largeur - 1 :]
        sources = textes[-largeur - 1 :]
        assert all(str(source).startswith("=") for source in sources)
        assert accord == "✓"
        attendus = [brut(c.valeur) or 0 for c in ligne.chiffres]
        assert all(map(egales, recalculs, attendus)), ligne.libelle


def test_le_tableau_croise_est_repris_en_formules(contrat_2004: None) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    croise = rapport.tableau("croise")
    assert isinstance(croise, Tableau)
    feuille = lire(rapport)["Croisé"]
    debut = rang_des_entetes(feuille)
    hauteur = len(croise.toutes_les_lignes)
    bas = lignes(feuille)[debut + hauteur + 2 :]

    assert [ligne[2:-1] for ligne in bas[:hauteur]] == [
        tuple(attendue(replace(chiffre, sans_ligne=False)) for chiffre in ligne.chiffres)
        for ligne in croise.toutes_les_lignes
    ]
    assert {ligne[-1] for ligne in bas[:hauteur]} == {"✓"}


def test_ce_que_le_document_imprime_autrement_est_a_cote(contrat_2004: None) -> None:
    feuille = lire(etablir_rapport(2004, EMISSION))["Thématique"]
    debut = rang_des_entetes(feuille)
    entetes = list(lignes(feuille)[debut - 1])
    publie = entetes.index("Financement, total publié")
    assert entetes[publie + 1] == "Financement, total écart"

    ecarts = {
        ligne[1]: (ligne[publie], ligne[publie + 1])
        for ligne in lignes(feuille)[debut : debut + 12]
        if ligne[publie + 1]
    }

    assert list(ecarts.values()) == [
        (286_195, 30_110),
        (72_869, -16_110),
        (208_834, -15_110),
        (16_300, 1_000),
    ]


def test_un_compte_imprime_avec_le_fph_reste_un_nombre(contrat_2004: None) -> None:
    feuille = lire(etablir_rapport(2004, EMISSION))["Thématique"]
    trouvees = [
        (case.value, case.number_format)
        for (case,) in feuille.iter_rows(min_col=3, max_col=3)
        if "FPH" in case.number_format
    ]
    assert trouvees == [(3, '#,##0" + FPH"')]


def test_les_actions_sont_toutes_la_avec_leur_provenance(contrat_2004: None) -> None:
    feuille = lire(etablir_rapport(2004, EMISSION))["Actions"]
    debut = rang_des_entetes(feuille)
    totaux, entetes, *rangees = lignes(feuille)[debut - 2 :]

    assert entetes == (
        "N° com.",
        "Commune",
        "N° thème",
        "Thème",
        "Référence",
        "Intitulé",
        "Porteur",
        "Nature",
        "Provenance",
        "Ville",
        "Etat",
        "CG",
        "Fasild",
        "Total accordé",
    )
    assert len(rangees) == 197
    assert {rangee[8] for rangee in rangees} == {"Reconstituée"}
    assert sum(rangee[-1] or 0 for rangee in rangees) == 1_028_246  # type: ignore[misc]  # numbers
    assert (totaux[5], totaux[-1]) == (197, 1_028_246)
    assert sum(rangee[7] == "Action" for rangee in rangees) == 195
    assert feuille.auto_filter.ref == f"A{debut}:N{debut + 197}"


def test_les_axes_et_leurs_rubriques_sont_tous_la(contrat_2004: None) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    feuille = lire(rapport)["Axes"]
    rangees = lignes(feuille)[rang_des_entetes(feuille) :]

    titres = dict.fromkeys(str(rangee[0]) for rangee in rangees)
    (section,) = [s for s in rapport.sections if s.ancre == "axes"]
    assert list(titres) == [axe.titre for axe in section.sections]
    assert len(titres) == 8
    for axe in AxeTransversal.objects.all():
        contenus = [str(r[2]) for r in rangees if str(r[0]).startswith(f"{axe.numero} – ")]
        for objectif in axe.liste_objectifs:
            assert objectif in contenus
        for nom in (*axe.liste_partenaires, *map(str, axe.jalons.all())):
            assert any(nom in contenu for contenu in contenus), nom


def test_le_controle_compte_104_chiffres_et_22_sommes(contrat_2004: None) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    feuille = lire(rapport)["Contrôle"]
    rangees = lignes(feuille)[rang_des_entetes(feuille) :]

    assert [(r[4], r[5], r[6]) for r in rangees[:104]] == [
        (brut(r.publie), brut(r.recalcule), brut(r.ecart)) for r in rapport.controle.recalcul
    ]
    assert [(r[2], r[4], r[5], r[6]) for r in rangees[104:]] == [
        (s.libelle, brut(s.attendu), brut(s.obtenu), brut(s.ecart))
        for s in rapport.controle.coherence
    ]
    assert len(rangees) == 104 + 22
    assert sum(r[7] == "Incohérence de la source" for r in rangees) == 4
    assert sum(r[7] == "Ne tombe pas juste" for r in rangees) == 5


def test_les_feuilles_sont_pretes_a_imprimer(contrat_2004: None) -> None:
    livre = lire(etablir_rapport(2004, EMISSION))

    assert tuple(livre.sheetnames) == FEUILLES
    for feuille in livre:
        assert feuille.page_setup.orientation == "landscape", feuille.title
        assert feuille.page_setup.paperSize == 9
        # One page wide, as many high as it needs; Synthèse is one. A file leaves a 1 out.
        assert (feuille.page_setup.fitToWidth, feuille.page_setup.fitToHeight) == (
            None,
            None if feuille.title == "Synthèse" else 0,
        )
        assert feuille.sheet_properties.pageSetUpPr.fitToPage
        assert feuille.oddFooter.center.text == "Page &P / &N"
        if feuille.title != "Lisez-moi":
            assert feuille.print_title_rows, feuille.title
            assert feuille.freeze_panes, feuille.title
    assert [f.title for f in livre if f._charts] == ["Territorial", "Thématique"]
    proprietes = livre.properties
    assert (proprietes.title, proprietes.creator, proprietes.created) == (
        "Bilan – rapport d'activité 2004",
        "Contrat de ville du Territoire Alésien",
        datetime(2005, 3, 31),  # noqa: DTZ001 - openpyxl reads a naive date
    )


def test_les_chiffres_reconstitues_sont_annonces_sur_chaque_feuille(contrat_2004: None) -> None:
    livre = lire(etablir_rapport(2004, EMISSION))
    averties = [
        feuille.title
        for feuille in livre
        if any(str(feuille.cell(rang, 1).value).startswith("Chiffres recons") for rang in (3,))
    ]
    assert averties == [nom for nom in FEUILLES if nom not in ("Axes", "Contrôle")]


def test_la_synthese_mene_aux_feuilles(contrat_2004: None) -> None:
    livre = lire(etablir_rapport(2004, EMISSION))
    for nom in ("Lisez-moi", "Synthèse"):
        liens = [
            case.hyperlink.location for (case,) in livre[nom].iter_rows(max_col=1) if case.hyperlink
        ]
        assert liens == [f"'{f}'!A1" for f in FEUILLES if f not in ("Lisez-moi", nom)]


def test_le_meme_rapport_donne_les_memes_octets(contrat_2004: None, tmp_path: Path) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    chemin = tmp_path / "bilan.xlsx"
    ecrire_xlsx(rapport, chemin)
    assert chemin.read_bytes() == octets(rapport) == octets(etablir_rapport(2004, EMISSION))


def test_ecrire_ne_pose_que_les_questions_de_l_annexe(
    contrat_2004: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rapport = etablir_rapport(2004, EMISSION)
    with django_assert_num_queries(1):
        octets(rapport)


HOSTILES = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "{=1+1}",
    "https://exemple.fr/",
    "internal:Actions!A1",
    "<r><t>x</t></r>",
    "_x0041_",
    "12345",
    "&<>\"'",
)


def annee_hostile() -> None:
    annee = Exercice.objects.create(annee=2005)
    for intitule in (*HOSTILES, "avant\x07\x1b\x0c\ufffeaprès"):
        Action.objects.create(
            exercice=annee,
            intitule=intitule,
            theme=Theme.objects.get(numero=1),
            commune=Commune.objects.get(numero=1),
            provenance="IMPORT",
        )


def test_aucune_donnee_ne_devient_une_formule(contrat_2004: None) -> None:
    Commune.objects.filter(numero=2).update(libelle_tableau="=1+1", libelle_legende="=2+2")
    Theme.objects.filter(numero=2).update(libelle_tableau="@x", libelle_legende="+3")
    AxeTransversal.objects.filter(numero=1).update(
        titre="=3+3", objectifs="=4+4\n@a", partenaires="+5", coordinateurs="-6"
    )
    annee_hostile()
    rapport = etablir_rapport(2005, EMISSION)
    livre = lire(rapport, valeurs=False)

    intitules = [case.value for (case,) in livre["Actions"].iter_rows(min_col=6, max_col=6)]
    lus = [str(intitule).rstrip() for intitule in intitules]
    # openpyxl leaves the escape of a literal « _x0041_ » as it stands in the file.
    attendus = [hostile.replace("_x0041_", "_x005F_x0041_") for hostile in HOSTILES]
    assert sorted(lus[-12:]) == sorted([*attendus, "avantaprès"])
    formules = [
        case.value
        for feuille in livre
        for ligne in feuille.iter_rows()
        for case in ligne
        if case.data_type == "f"
    ]
    assert all(re.match(r"=(IF|ROUND|COUNTIFS|SUBTOTAL)\(", formule) for formule in formules)
    assert not any("cmd" in formule for formule in formules)
    with zipfile.ZipFile(io.BytesIO(octets(rapport))) as archive:
        assert not any("externalLink" in nom for nom in archive.namelist())


def test_un_texte_trop_long_est_coupe_et_le_dit() -> None:
    assert texte("a" * 32_767) == "a" * 32_767
    coupe = texte("a" * 40_000)
    assert (len(coupe), coupe[-5:]) == (32_767, "a […]")
    assert len(texte("🎭" * 20_000).encode("utf-16-le")) // 2 <= 32_767
    assert texte("a\x00b") == "ab"
    assert texte("un\r\ndeux\rtrois") == "un\ndeux\ntrois"


def test_l_inconnu_n_est_pas_zero(contrat_2004: None) -> None:
    annee = Exercice.objects.create(annee=2005)
    ville, etat = (Financeur.objects.get(code=code) for code in ("VILLE", "ETAT"))
    action = Action.objects.create(
        exercice=annee, intitule="Chorale", theme=Theme.objects.get(numero=3)
    )
    Subvention.objects.create(action=action, financeur=ville, montant_accorde=None)
    cents = Action.objects.create(
        exercice=annee,
        intitule="Fanfare",
        theme=Theme.objects.get(numero=4),
        commune=Commune.objects.get(numero=1),
    )
    Subvention.objects.create(action=cents, financeur=etat, montant_accorde=Decimal("12.50"))
    livre = lire(etablir_rapport(2005, EMISSION))

    actions = lignes(livre["Actions"])[-2:]
    assert [rangee[5:6] + rangee[8:] for rangee in actions] == [
        ("Fanfare", "Réelle", None, 12.5, None, None, 12.5, None),
        ("Chorale", "Réelle", "—", None, None, None, "—", 1),
    ]
    total = lignes(livre["Territorial"])[-1]
    assert total == (None, "TOTAL", 2, 12.5, 1, 2, 12.5, "✓"), "12,50 € et un montant inconnu"
    transterritorial = next(r for r in lignes(livre["Territorial"]) if r[1] == "Transterritorial")
    assert transterritorial == (16, "Transterritorial", 1, "—", None, 1, "—", "✓")
    case = livre["Territorial"].cell(5, 4)
    assert (case.value, case.number_format) == (12.5, '#,##0.00"\xa0€"')
    assert "Chiffres reconstitués" not in str(lignes(livre["Territorial"])[2])


def test_une_annee_vide_fait_un_classeur_juste(contrat_2004: None) -> None:
    Exercice.objects.create(annee=2006)
    livre = lire(etablir_rapport(2006, EMISSION))

    assert tuple(livre.sheetnames) == FEUILLES[:-1], "nothing was published: nothing to check"
    assert lignes(livre["Actions"])[-1][0] == "N° com."
    total = lignes(livre["Territorial"])[-1]
    assert total == (None, "TOTAL", 0, None, 0, 0, "✓")
    assert [f.title for f in livre if f._charts] == []


def test_un_contrat_sans_axe_le_dit(contrat_2004: None) -> None:
    AxeTransversal.objects.all().delete()
    livre = lire(etablir_rapport(2004, EMISSION))
    assert lignes(livre["Axes"])[2][0] == "Aucun axe transversal n'est enregistré."


def test_le_format_suit_la_valeur(contrat_2004: None) -> None:
    tableau = etablir_rapport(2004, EMISSION).tableau("territorial")
    assert isinstance(tableau, Tableau)
    assert {format_du_nombre(ligne.chiffres[1]) for ligne in tableau.lignes} == {'#,##0"\xa0€"'}
