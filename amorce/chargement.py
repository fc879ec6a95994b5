"""The 2004 contract put into an empty database: reference data, axes, actions, printed figures."""

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from actions.models import Action, Exercice, Theme
from axes.models import AxeTransversal, Jalon
from bilan.models import ChiffrePublie
from financement.models import Financeur, Subvention
from territoires.models import Commune, Organisme

ANNEE = 2004
COLONNES_THEMATIQUES = ("actions", "financement_total", "ville", "etat", "cg", "fasild")
COLONNES_FINANCEURS = ("VILLE", "ETAT", "CG", "FASILD")
# The document writes its capitals without accents; the usual name has them.
NOMS_DES_THEMES = {"Education": "Éducation"}


def base_vide() -> bool:
    """Whether nobody has put anything in the database yet."""
    modeles = (Exercice, Commune, Theme, Financeur, AxeTransversal, Organisme)
    return not any(modele._default_manager.exists() for modele in modeles)


@transaction.atomic
def charger(dossier: Path) -> Exercice:
    """Load the whole 2004 contract from its files, all or nothing.

    Raises FileNotFoundError where a file is missing, and the database's IntegrityError where the
    database already holds a part of it.
    """
    communes = _charger_communes(dossier / "territoire", dossier / "source_2004")
    themes = _charger_themes(dossier / "source_2004")
    financeurs = _charger_financeurs(dossier)
    _charger_axes(dossier, communes, financeurs)
    exercice = Exercice.objects.create(annee=ANNEE)
    _charger_actions(dossier, exercice, communes, themes, financeurs)
    ChiffrePublie.objects.bulk_create(_chiffres_publies(dossier / "source_2004", exercice))
    return exercice


def _lire(fichier: Path) -> list[dict[str, str]]:
    with fichier.open(encoding="utf-8", newline="") as texte:
        return list(csv.DictReader(texte, delimiter=";"))


def _charger_communes(territoire: Path, source: Path) -> dict[str, Commune]:
    """Communes by INSEE code, with their contours and the labels of the 2004 legend."""
    geojson = json.loads((territoire / "communes.geojson").read_text(encoding="utf-8"))
    contours = {
        element["properties"]["code_insee"]: element["geometry"] for element in geojson["features"]
    }
    legendes = {
        ligne["numero"]: ligne["libelle_legende"]
        for ligne in _lire(source / "tableau_territorial.csv")
    }
    communes = [
        Commune(
            numero=int(ligne["numero"]),
            nom=ligne["nom_officiel"],
            libelle_tableau=ligne["libelle_tableau"],
            libelle_legende=legendes[ligne["numero"]],
            code_insee=ligne["code_insee"],
            population=int(ligne["population"]),
            annee_population=int(ligne["annee_population"]),
            contour=contours[ligne["code_insee"]],
        )
        for ligne in _lire(territoire / "communes.csv")
    ]
    return {commune.code_insee: commune for commune in Commune.objects.bulk_create(communes)}


def _charger_themes(source: Path) -> dict[int, Theme]:
    themes = [
        Theme(
            numero=int(ligne["numero"]),
            nom=NOMS_DES_THEMES.get(ligne["libelle_legende"], ligne["libelle_legende"]),
            libelle_tableau=ligne["libelle_tableau"],
            libelle_legende=ligne["libelle_legende"],
        )
        for ligne in _lire(source / "tableau_thematique.csv")
        if ligne["numero"]
    ]
    return {theme.numero: theme for theme in Theme.objects.bulk_create(themes)}


def _charger_financeurs(dossier: Path) -> dict[str, Financeur]:
    """Funders by code; the file names a parent before its children."""
    financeurs: dict[str, Financeur] = {}
    for ligne in _lire(dossier / "financeurs.csv"):
        financeurs[ligne["code"]] = Financeur.objects.create(
            code=ligne["code"],
            nom=ligne["nom"],
            parent=financeurs[ligne["parent"]] if ligne["parent"] else None,
            colonne=ligne["colonne"],
            ordre=int(ligne["ordre"]),
        )
    return financeurs


def _charger_axes(
    dossier: Path, communes: dict[str, Commune], financeurs: dict[str, Financeur]
) -> None:
    donnees = json.loads((dossier / "axes_2004.json").read_text(encoding="utf-8"))
    for element in donnees["axes"]:
        axe = AxeTransversal.objects.create(
            numero=element["numero"],
            titre=element["titre"],
            thematique=element["thematique"],
            objectifs="\n".join(element["objectifs"]),
            organisation=element["organisation"],
            annee_debut=element["annee_debut"],
            coordinateurs="\n".join(element["coordinateurs"]),
            partenaires="\n".join(element["partenaires"]),
        )
        axe.communes.set([communes[code] for code in element["communes"]])
        axe.financeurs.set([financeurs[code] for code in element["financeurs"]])
        Jalon.objects.bulk_create(_jalons(axe, element["calendrier"]))


def _jalons(axe: AxeTransversal, calendrier: Iterable[dict[str, Any]]) -> list[Jalon]:
    return [
        Jalon(
            axe=axe,
            debut=jalon["debut"],
            fin=jalon["fin"],
            date_texte=jalon["date_texte"],
            libelle=jalon["libelle"],
        )
        for jalon in calendrier
    ]


def _charger_actions(
    dossier: Path,
    exercice: Exercice,
    communes: dict[str, Commune],
    themes: dict[int, Theme],
    financeurs: dict[str, Financeur],
) -> None:
    """The reconstructed lines and their money, all *crédits de fonctionnement accordés*."""
    lignes = _lire(dossier / f"actions_{ANNEE}.csv")
    actions = Action.objects.bulk_create(
        Action(
            exercice=exercice,
            reference=f"{ANNEE}-{int(ligne['numero']):03}",
            intitule=ligne["intitule"],
            theme=themes[int(ligne["theme"])],
            commune=communes[ligne["commune"]] if ligne["commune"] else None,
            nature=ligne["nature"],
            statut=Action.Statut.ACCORDEE,
            provenance=Action.Provenance.RECONSTITUTION,
        )
        for ligne in lignes
    )
    Subvention.objects.bulk_create(
        Subvention(action=action, financeur=financeurs[code], montant_accorde=Decimal(ligne[code]))
        for action, ligne in zip(actions, lignes, strict=True)
        for code in COLONNES_FINANCEURS
        if ligne[code]
    )


def _chiffres_publies(source: Path, exercice: Exercice) -> Iterator[ChiffrePublie]:
    """The printed figures, row by row; words and blanks printed in place of a count are none."""
    tableaux = (
        ("territorial", ("actions", "financement")),
        ("thematique", COLONNES_THEMATIQUES),
    )
    for tableau, colonnes in tableaux:
        for ligne in _lire(source / f"tableau_{tableau}.csv"):
            for colonne in colonnes:
                imprime = ligne[colonne]
                nombre = imprime.removesuffix("+ FPH").strip()
                if nombre.isdecimal():
                    yield ChiffrePublie(
                        exercice=exercice,
                        tableau=tableau,
                        ligne=int(ligne["numero"]) if ligne["numero"] else None,
                        colonne=colonne,
                        libelle=ligne["libelle_tableau"],
                        valeur=Decimal(nombre),
                        imprime=imprime,
                    )
