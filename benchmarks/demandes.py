"""What each kind of request takes at most, of processor and of memory, on a year of 50 000 actions:
a page, a list, a search, an export, a form sent, a spreadsheet received; and what the heaviest of
each that anybody can send takes over an ordinary one.

Each in a process of its own, whose children count (spreadsheets are read in one). Nothing is kept
of what is written.
"""

import io
import os
import resource
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.base import Releve, ouvrir

ANNEE = 2005
ACTIONS = 50_000
CINQ_CENTS_MOTS = "+".join(f"mot{n}" for n in range(500))
MEMOIRE_MAX = 400
"""Mo: what a process may take more than before, its children apart."""
REFUSEES = {"dix millions de lignes annoncées"}
Demande = Callable[[Any], Any]


def main() -> int:
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    ouvrir(ACTIONS, range(ANNEE, ANNEE + 1))
    from django.urls import get_resolver

    _ = get_resolver().url_patterns  # read once, for all the processes
    releve = Releve()
    ordinaires: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as dossier:
        for genre, libelle, demande in _demandes():
            secondes, memoire, statut = _mesurer(demande, dossier)
            refusee = libelle in REFUSEES
            if (statut == 400) is not refusee or not 200 <= statut < 500:
                raise SystemExit(f"{genre}, {libelle} : réponse {statut}, rien n'est mesuré.")
            releve.noter(f"{genre}, {libelle} (réponse {statut}), secondes de processeur", secondes)
            releve.dire(f"{genre}, {libelle}, Mo", memoire, MEMOIRE_MAX)
            if genre not in ordinaires:
                ordinaires[genre] = secondes
            else:
                # A tenth of a second is what any page may take, whatever it is compared to.
                repere = max(ordinaires[genre], 0.1)
                releve.dire(f"{genre}, {libelle} / {genre} ordinaire", secondes / repere, 20)
    return releve.manques


def _demandes() -> Iterator[tuple[str, str, Demande]]:
    """By kind, the ordinary one first: what it is called, and how it is made."""
    yield "page", "tableau de bord", lire(f"/?exercice={ANNEE}")
    yield "page", "bilan entier", lire(f"/bilan/{ANNEE}/")
    yield "liste", "première page", lire(f"/actions/?exercice={ANNEE}")
    yield "liste", "dernière page", lire(f"/actions/?exercice={ANNEE}&page=500&per_page=100")
    yield "liste", "triée par montant", lire(f"/actions/?exercice={ANNEE}&sort=-accorde")
    yield "recherche", "un mot", lire("/recherche/?q=atelier")
    yield "recherche", "cinq cents mots", lire(f"/recherche/?q={CINQ_CENTS_MOTS}")
    yield "recherche", "rien de tel, mots voisins", lire("/recherche/?q=mediatoin+lbrairie")
    yield "recherche", "administration, cinq cents mots", lire(_admin(f"?q={CINQ_CENTS_MOTS}"))
    for format in ("csv", "xlsx", "csv-ouvert"):
        yield "export", format, lire(f"/actions/?exercice={ANNEE}&_export={format}")
    yield "export", "bilan en PDF", lire(f"/bilan/{ANNEE}.pdf")
    yield "formulaire", "une action, trois lignes", envoyer(3, 3)
    yield "formulaire", "deux cents lignes", envoyer(200, 200)
    yield "formulaire", "dix millions de lignes annoncées", envoyer(10_000_000, 1)
    yield "tableur", "deux mille lignes", recevoir("lignes.csv", _csv(2_000))
    yield "tableur", "vingt mille lignes", recevoir("lignes.csv", _csv(20_000))
    yield "tableur", "un million de cellules vides", recevoir("vide.xlsx", _classeur_vide())
    yield "tableur", "archive qui enfle", recevoir("bombe.xlsx", _bombe())


def lire(adresse: str) -> Demande:
    return lambda client: client.get(adresse)


def envoyer(annoncees: int, lignes: int) -> Demande:
    """An action's form, with that many funding lines."""

    def demander(client: Any) -> Any:
        from actions.models import Exercice, Theme
        from financement.models import Financeur
        from territoires.models import Organisme

        financeurs = list(Financeur.objects.order_by("pk").values_list("pk", flat=True))
        champs: dict[str, Any] = {
            "exercice": Exercice.objects.get(annee=ANNEE).pk,
            "theme": Theme.objects.order_by("pk").values_list("pk", flat=True)[0],
            "porteur": Organisme.objects.order_by("pk").values_list("pk", flat=True)[0],
            "intitule": "Mesure",
            "nature": "ACTION",
            "statut": "DEPOSEE",
            "subventions-TOTAL_FORMS": annoncees,
            "subventions-INITIAL_FORMS": 0,
            "pieces-TOTAL_FORMS": 0,
            "pieces-INITIAL_FORMS": 0,
        }
        for rang in range(lignes):
            ligne = f"subventions-{rang}"
            champs |= {
                f"{ligne}-financeur": financeurs[rang % len(financeurs)],
                f"{ligne}-nature": "FONCTIONNEMENT",
                f"{ligne}-credit": "SPECIFIQUE",
                f"{ligne}-montant_demande": "1 234,56",
            }
        return client.post(_admin("add/"), champs)

    return demander


def recevoir(nom: str, contenu: bytes) -> Demande:
    """A spreadsheet received, read and checked, up to its preview."""

    def demander(client: Any) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        from actions.models import Exercice
        from importation.models import Importation

        envoi = {
            "fichier": SimpleUploadedFile(nom, contenu),
            "exercice": Exercice.objects.get(annee=ANNEE).pk,
        }
        reponse = client.post("/import/nouveau/", envoi)
        importation = Importation.objects.order_by("-pk").first()
        if importation is None:  # refused on the form
            return reponse
        if importation.etat == Importation.Etat.RECUE:
            client.post(f"/import/{importation.pk}/verifier/")
        return client.get(f"/import/{importation.pk}/")

    return demander


def _admin(suite: str) -> str:
    return f"/admin/actions/action/{suite}"


def _csv(lignes: int) -> bytes:
    tete = "Intitulé;Porteur;Thème;Commune;État demandé\n"
    corps = (f"Action {n};Porteur {n % 300};Culture;Alès;{n}\n" for n in range(lignes))
    return (tete + "".join(corps)).encode()


def _classeur_vide() -> bytes:
    """A small workbook whose second sheet holds a million formatted cells."""
    import xlsxwriter

    sortie = io.BytesIO()
    classeur = xlsxwriter.Workbook(sortie, {"constant_memory": True})
    classeur.add_worksheet("Actions").write_row(0, 0, ["Intitulé", "État demandé"])
    cachee, style = classeur.add_worksheet("Cachée"), classeur.add_format({"bold": True})
    for rang in range(10_000):
        for colonne in range(100):
            cachee.write_blank(rang, colonne, None, style)
    cachee.hide()
    classeur.close()
    return sortie.getvalue()


def _bombe() -> bytes:
    """A workbook whose sheet, unpacked, is of half a gigabyte."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 500_000_000)
    return sortie.getvalue()


def _mesurer(demande: Demande, dossier: str) -> tuple[float, float, int]:
    """Processor seconds and memory (Mo) that a process of its own takes more, and the answer."""
    tube_lu, tube_ecrit = os.pipe()
    enfant = os.fork()
    if not enfant:
        os.close(tube_lu)
        try:
            mesure = _dans_le_processus(demande, dossier)
        except BaseException as erreur:  # told, for the parent to stop
            mesure = (0.0, 0.0, 0)
            print(repr(erreur), flush=True)
        os.write(tube_ecrit, repr(mesure).encode())
        os._exit(0)
    os.close(tube_ecrit)
    with os.fdopen(tube_lu) as tube:
        secondes, memoire, statut = tube.read().strip("()").split(",")
    os.waitpid(enfant, 0)
    return float(secondes), float(memoire), int(statut)


def _dans_le_processus(demande: Demande, dossier: str) -> tuple[float, float, int]:
    from django.db import connection, transaction
    from django.test import Client, override_settings

    from comptes.models import Utilisateur

    connection.close()
    with override_settings(MEDIA_ROOT=dossier), transaction.atomic():
        compte, _ = Utilisateur.objects.get_or_create(
            username="mesures", defaults={"is_superuser": True, "is_staff": True}
        )
        client = Client(SERVER_NAME="localhost")
        client.force_login(compte)
        client.get("/accessibilite/")
        avant, depart = _temps(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        reponse = demande(client)
        for _morceau in reponse.streaming_content if reponse.streaming else ():
            pass
        secondes = _temps() - avant
        memoire = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - depart) / 1024
        transaction.set_rollback(True)
    return secondes, memoire, reponse.status_code


def _temps() -> float:
    soi, enfants = (
        resource.getrusage(qui) for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return soi.ru_utime + soi.ru_stime + enfants.ru_utime + enfants.ru_stime


if __name__ == "__main__":
    raise SystemExit(main())
