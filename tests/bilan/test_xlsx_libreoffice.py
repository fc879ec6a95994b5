"""LibreOffice computes the workbook again: its formulas must give the report's figures.

Install LibreOffice (Debian: ``apt install libreoffice-calc``), then ``make epreuves``.
"""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from actions.models import Action, Exercice, Theme
from bilan.rapport import etablir_rapport
from bilan.rendus.xlsx import ecrire_xlsx
from financement.models import Financeur, Subvention
from territoires.models import Commune

SOFFICE = shutil.which("soffice")
FAUX = "987654321"
EMISSION = date(2005, 3, 31)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.epreuve,
    pytest.mark.skipif(
        SOFFICE is None, reason="LibreOffice est introuvable : apt install libreoffice-calc"
    ),
]


def fausser(classeur: Path, fausse: Path) -> int:
    """The same workbook whose every cached value is wrong; how many formulas it holds."""
    compte = 0
    with zipfile.ZipFile(classeur) as source, zipfile.ZipFile(fausse, "w") as cible:
        for nom in source.namelist():
            contenu = source.read(nom).decode()
            if nom.startswith("xl/worksheets/"):
                contenu, nombre = re.subn(
                    r'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="str")?>(<f>.*?</f>)<v>.*?</v>',
                    rf"\1>\2<v>{FAUX}</v>",
                    contenu,
                )
                compte += nombre
            cible.writestr(nom, contenu)
    return compte


def recalculer(classeur: Path, dossier: Path) -> Path:
    """What LibreOffice saves after computing everything on loading."""
    profil = dossier / "profil"
    (profil / "user").mkdir(parents=True)
    (profil / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
        "</oor:items>",
        encoding="utf-8",
    )
    sortie = dossier / "recalcule"
    subprocess.run(
        [
            str(SOFFICE),
            f"-env:UserInstallation={profil.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(sortie),
            str(classeur),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return sortie / classeur.name


def formules(classeur: Path) -> Iterator[tuple[str, str, object]]:
    """Sheet, address and cached value of each formula."""
    livre, valeurs = load_workbook(classeur), load_workbook(classeur, data_only=True)
    for feuille in livre:
        for ligne in feuille.iter_rows():
            for case in ligne:
                if case.data_type == "f":
                    yield (
                        feuille.title,
                        case.coordinate,
                        valeurs[feuille.title][case.coordinate].value,
                    )


def confronter(annee: int, dossier: Path) -> dict[tuple[str, str], object]:
    """Every cached value equals what LibreOffice computes; returns the computed ones."""
    classeur, fausse = dossier / "ecrit.xlsx", dossier / "fausse.xlsx"
    ecrire_xlsx(etablir_rapport(annee, EMISSION), classeur)
    attendus = {(f, case): valeur for f, case, valeur in formules(classeur)}
    assert fausser(classeur, fausse) == len(attendus)
    recalcule = load_workbook(recalculer(fausse, dossier), data_only=True)
    obtenus = {(feuille, case): recalcule[feuille][case].value for feuille, case in attendus}
    differents = {
        place: (attendus[place], obtenu)
        for place, obtenu in obtenus.items()
        if not _egaux(attendus[place], obtenu)
    }
    assert differents == {}
    return obtenus


def _egaux(attendu: object, obtenu: object) -> bool:
    if isinstance(attendu, int | float) and isinstance(obtenu, int | float):
        return abs(attendu - obtenu) < 1e-9
    return attendu == obtenu


def test_les_formules_de_2004_redonnent_les_chiffres(contrat_2004: None, tmp_path: Path) -> None:
    obtenus = confronter(2004, tmp_path)

    accords = [valeur for valeur in obtenus.values() if valeur in ("✓", "≠")]
    assert accords == ["✓"] * (17 + 12 + 17 + 12)
    assert len(obtenus) == 17 * 3 + 12 * 8 + 17 * 25 + 12 * 5 + 6 + 126


def test_une_ligne_modifiee_dans_le_classeur_se_voit(contrat_2004: None, tmp_path: Path) -> None:
    """One euro more on the first action: its commune, its theme and their crossing disagree."""
    classeur = tmp_path / "ecrit.xlsx"
    ecrire_xlsx(etablir_rapport(2004, EMISSION), classeur)
    livre = load_workbook(classeur)
    actions = livre["Actions"]
    premiere = next(ligne for ligne in actions.iter_rows() if ligne[7].value == "Action")
    total = next(case for case in reversed(premiere) if isinstance(case.value, int | float))
    total.value += 1
    livre.save(tmp_path / "modifie.xlsx")

    recalcule = load_workbook(recalculer(tmp_path / "modifie.xlsx", tmp_path), data_only=True)

    desaccords = {
        nom: [
            ligne[1].value
            for ligne in recalcule[nom].iter_rows()
            if any(case.value == "≠" for case in ligne)
        ]
        for nom in ("Territorial", "Thématique", "Croisé")
    }
    assert desaccords == {
        "Territorial": ["Alès", "TOTAL"],
        "Thématique": ["Education", "TOTAL"],
        "Croisé": ["Alès", "TOTAL"],
    }


def test_des_donnees_retorses_ne_trompent_pas_les_formules(
    contrat_2004: None, tmp_path: Path
) -> None:
    """Labels that look like patterns, cents, unknown amounts: the formulas still agree."""
    alien, joker = Commune.objects.order_by("numero")[:2]
    for commune, libelle in ((alien, "<>*"), (joker, "=1+1")):
        commune.libelle_tableau = libelle
        commune.save()
    culture, sport = Theme.objects.filter(numero__in=(3, 4)).order_by("numero")
    sport.libelle_tableau = sport.nom = "?*~"
    sport.save()
    annee = Exercice.objects.create(annee=2005)
    ville, etat = (Financeur.objects.get(code=code) for code in ("VILLE", "ETAT"))

    def action(intitule: str, theme: Theme, commune: Commune | None) -> Action:
        return Action.objects.create(
            exercice=annee, intitule=intitule, theme=theme, commune=commune, provenance="IMPORT"
        )

    cents = action("=cmd|'/c calc'!A1", culture, alien)
    Subvention.objects.create(action=cents, financeur=ville, montant_accorde=Decimal("0.10"))
    Subvention.objects.create(action=cents, financeur=etat, montant_accorde=Decimal("1234.20"))
    inconnue = action("@SUM(A1)", sport, joker)
    Subvention.objects.create(action=inconnue, financeur=etat, montant_accorde=None)
    action("+1", sport, joker)
    nulle = action("—", sport, None)
    Subvention.objects.create(action=nulle, financeur=ville, montant_accorde=Decimal(0))

    obtenus = confronter(2005, tmp_path)

    assert "≠" not in obtenus.values()
    assert "—" in obtenus.values()
    assert 1234.3 in obtenus.values()


def test_une_annee_vide_se_recalcule_sans_erreur(contrat_2004: None, tmp_path: Path) -> None:
    Exercice.objects.create(annee=2006)

    obtenus = confronter(2006, tmp_path)

    assert set(obtenus.values()) == {0, "—", "✓"}
