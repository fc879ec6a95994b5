"""Import of spreadsheets, ours and django-import-export's: ratios, in one run.

    python -m benchmarks.import_50000 [--lignes 50000] [--appliquees 5000]

The dry run is measured on 50 000 rows; applying, where the other side takes minutes, on 5 000.

Each measure runs in a process of its own, on a SQLite file of its own; time is the processor's,
children included, that other work doesn't disturb. The other side is tuned
with its own options (CachedForeignKeyWidget, cached instance loader, bulk, no diff). Its dry run
does less: no totals, no duplicate, no funding plan. To apply, both write the same: actions, their
funding lines and the history of both, which its bulk mode can't write for actions.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.base import Releve

RACINE = Path(__file__).resolve().parent.parent
ERREURS = 200
ENTETES = ["Référence", "Intitulé", "Porteur", "Commune", "Thème", "Statut", "Début", "Public visé"]
FINANCEURS = ["Ville accordé", "Etat accordé", "CG demandé", "Fasild accordé"]
COMMUNES = ["Alès", "30027", "Boisset", "Cendras", "La Grand-Combe", "Rousson", "Salindres"]


def preparer(dossier: Path, lignes: int) -> None:
    """The file and the empty year: 2004's reference data, 500 porteurs already known."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from xlsxwriter import Workbook

    from actions.models import Exercice, Theme
    from amorce.chargement import charger
    from territoires.models import Commune, Organisme

    call_command("migrate", verbosity=0)
    charger(settings.FIXTURES)
    Exercice.objects.create(annee=2005)
    Organisme.objects.bulk_create([Organisme(nom=f"Association n° {n}") for n in range(500)])
    themes = list(Theme.objects.exclude(numero=11).values_list("nom", flat=True))
    noms = list(Commune.objects.values_list("nom", flat=True))[: len(COMMUNES)]
    for nom, communes in (("actions.xlsx", COMMUNES), ("autre.xlsx", noms)):
        classeur = Workbook(dossier / nom, {"constant_memory": True})
        page = classeur.add_worksheet("Actions")
        page.write_row(0, 0, [*ENTETES, *FINANCEURS])
        for n in range(lignes):
            faux = "SANS_ERREUR" not in os.environ and n % (lignes // ERREURS) == 0
            page.write_row(
                n + 1,
                0,
                [
                    f"R-{n}",
                    f"Action numéro {n}",
                    f"Association n° {n % 500}",
                    communes[n % len(communes)],
                    "Thème inventé" if faux else themes[n % len(themes)],
                    "DEPOSEE",
                    "01/07/2005",
                    "Habitants du quartier",
                    n % 900,
                    n % 700 + 0.5,
                    n % 500,
                    n % 300,
                ],
            )
        classeur.close()


def notre_essai(fichier: Path) -> None:
    verification = _verifier(fichier)
    assert len(verification.erreurs) == ERREURS


def notre_application(fichier: Path) -> None:
    from actions.models import Exercice
    from importation.application import appliquer, recevoir, verifier

    importation = recevoir(fichier, fichier.name, "e" * 64, Exercice.objects.get(annee=2005), None)
    verifier(importation.pk)
    appliquer(importation.pk)


def _verifier(fichier: Path) -> Any:
    from actions.models import Exercice
    from importation.fiches import charger_fiches
    from importation.lecture import lire
    from importation.referentiel import charger_referentiel
    from importation.verification import verifier_classeur

    exercice = Exercice.objects.get(annee=2005)
    return verifier_classeur(lire(fichier), charger_referentiel(exercice), charger_fiches(exercice))


def _autre(fichier: Path, dry_run: bool) -> Any:
    import tablib
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader
    from simple_history.utils import bulk_create_with_history

    from actions.models import Action, Exercice, Theme
    from financement.models import Financeur, Subvention
    from territoires.models import Commune, Organisme

    exercice = Exercice.objects.get(annee=2005)
    financeurs = dict(Financeur.objects.values_list("code", "pk"))

    class ActionResource(resources.ModelResource):  # type: ignore[misc]  # an untyped library
        reference = fields.Field("reference", "Référence")
        intitule = fields.Field("intitule", "Intitulé")
        theme = fields.Field("theme", "Thème", widgets.CachedForeignKeyWidget(Theme, "nom"))
        commune = fields.Field("commune", "Commune", widgets.CachedForeignKeyWidget(Commune, "nom"))
        porteur = fields.Field(
            "porteur", "Porteur", widgets.CachedForeignKeyWidget(Organisme, "nom")
        )
        statut = fields.Field("statut", "Statut")
        date_debut = fields.Field("date_debut", "Début", widgets.DateWidget("%d/%m/%Y"))
        public = fields.Field("public", "Public visé")
        ville = fields.Field("ville", "Ville accordé", widgets.DecimalWidget())
        etat = fields.Field("etat", "Etat accordé", widgets.DecimalWidget())
        cg = fields.Field("cg", "CG demandé", widgets.DecimalWidget())
        fasild = fields.Field("fasild", "Fasild accordé", widgets.DecimalWidget())

        class Meta:
            model = Action
            fields = (
                *("reference", "intitule", "theme", "commune", "porteur", "statut"),
                *("date_debut", "public", "ville", "etat", "cg", "fasild"),
            )
            import_id_fields = ("reference",)
            instance_loader_class = CachedInstanceLoader
            use_bulk = dry_run
            batch_size = 1000
            skip_diff = True
            skip_html_diff = True
            use_transactions = True

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.exercice = exercice
            instance.provenance = "IMPORT"

        def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            if dry_run:
                return
            bulk_create_with_history(
                [
                    Subvention(action=instance, financeur_id=financeurs[code], **{etape: montant})
                    for code, etape, montant in (
                        ("VILLE", "montant_accorde", instance.ville),
                        ("ETAT", "montant_accorde", instance.etat),
                        ("CG", "montant_demande", instance.cg),
                        ("FASILD", "montant_accorde", instance.fasild),
                    )
                ],
                Subvention,
            )

        def get_queryset(self) -> Any:
            return Action.objects.filter(exercice=exercice)

    donnees = tablib.Dataset().load(fichier.read_bytes(), format="xlsx")
    return ActionResource().import_data(
        donnees, dry_run=dry_run, raise_errors=False, collect_failed_rows=False
    )


def autre_essai(fichier: Path) -> None:
    resultat = _autre(fichier, dry_run=True)
    assert len(resultat.error_rows) + len(resultat.invalid_rows) >= ERREURS


def autre_application(fichier: Path) -> None:
    assert not _autre(fichier, dry_run=False).has_errors()


MESURES: dict[str, tuple[Callable[[Path], None], str]] = {
    "notre_essai": (notre_essai, "actions.xlsx"),
    "autre_essai": (autre_essai, "autre.xlsx"),
    "notre_application": (notre_application, "actions.xlsx"),
    "autre_application": (autre_application, "autre.xlsx"),
}


_SOI_ET_LES_SIENS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def mesurer(nom: str, dossier: Path) -> None:
    """Print seconds and MiB of one measure; the reading process's memory is added to ours."""
    import django

    django.setup()
    fonction, fichier = MESURES[nom]
    debut = _processeur()
    fonction(dossier / fichier)
    duree = _processeur() - debut
    kio = sum(resource.getrusage(qui).ru_maxrss for qui in _SOI_ET_LES_SIENS)
    print(json.dumps([duree, kio / 1024]))


def _processeur() -> float:
    """Seconds of processor so far, the reading process's among them."""
    releves = [resource.getrusage(qui) for qui in _SOI_ET_LES_SIENS]
    return sum(releve.ru_utime + releve.ru_stime for releve in releves)


def _sous_processus(dossier: Path, *arguments: str) -> str:
    environnement = os.environ | {
        "DATABASE_URL": f"sqlite:///{dossier / 'base.sqlite3'}",
        "MEDIA_ROOT": str(dossier / "fichiers"),
    }
    environnement.setdefault("DJANGO_SETTINGS_MODULE", "contrat_ville.settings")
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.import_50000", *arguments, str(dossier)],
        cwd=RACINE,
        env=environnement,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _une_fois(lignes: int, erreurs: bool) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        _sous_processus(dossier, "--preparer", "--lignes", str(lignes))
        suffixe = "_essai" if erreurs else "_application"
        mesures = {}
        for mesure in (m for m in MESURES if m.endswith(suffixe)):
            copie = dossier / mesure
            copie.mkdir()
            for fichier in dossier.glob("*.*"):
                (copie / fichier.name).write_bytes(fichier.read_bytes())
            mesures[mesure] = json.loads(_sous_processus(copie, "--mesurer", mesure))
        return mesures


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lignes", type=int, default=50_000)
    arguments.add_argument("--appliquees", type=int, default=5_000)
    arguments.add_argument("--preparer", action="store_true")
    arguments.add_argument("--mesurer", choices=MESURES)
    arguments.add_argument("dossier", type=Path, nargs="?")
    options = arguments.parse_args()
    if options.preparer:
        preparer(options.dossier, options.lignes)
        return 0
    if options.mesurer:
        mesurer(options.mesurer, options.dossier)
        return 0
    return _dire(options.lignes, options.appliquees)


def _dire(lignes: int, appliquees: int) -> int:
    releve = Releve()
    essais = _une_fois(lignes, erreurs=True)
    (notre, memoire), (autre, autre_memoire) = essais["notre_essai"], essais["autre_essai"]
    releve.dire(
        f"essai de {lignes} lignes, django-import-export ({autre:.1f} s) / nous ({notre:.1f} s)",
        autre / notre,
        10,
        minimum=True,
    )
    releve.dire(
        f"mémoire de l'essai, nous ({memoire:.0f} Mio) / django-import-export "
        f"({autre_memoire:.0f} Mio)",
        memoire / autre_memoire,
        1.5,
    )
    os.environ["SANS_ERREUR"] = "1"
    applications = _une_fois(appliquees, erreurs=False)
    notre, autre = applications["notre_application"][0], applications["autre_application"][0]
    releve.dire(
        f"application de {appliquees} lignes, django-import-export ({autre:.1f} s) / "
        f"nous ({notre:.1f} s)",
        autre / notre,
        5,
        minimum=True,
    )
    return int(releve.manques > 0)


if __name__ == "__main__":
    sys.exit(main())
