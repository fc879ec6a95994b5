"""Lists and pages of one year of 50 000 actions among a million, over the plain Django admin's list
of the same rows; and their exports over bare XlsxWriter and over django-tables2's own.

A page is measured as the first one after a write, when no kept page holds any more, and as it is
read again.
"""

import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.base import Releve, ouvrir, ratio

ANNEE = 2014
LISTES = ("communes", "themes", "financeurs", "axes", "porteurs", "quartiers")
PAGES = (
    ("tableau de bord", f"/?exercice={ANNEE}"),
    ("la commune de la moitié des lignes", f"/communes/30007/?exercice={ANNEE}"),
    ("une commune", f"/communes/30132/?exercice={ANNEE}"),
    ("un thème", f"/themes/3/?exercice={ANNEE}"),
    ("un financeur", f"/financeurs/CG/?exercice={ANNEE}"),
    ("un financeur et ses services", f"/financeurs/ETAT/?exercice={ANNEE}"),
    ("un axe", f"/axes/2/?exercice={ANNEE}"),
)
MOTS = "action 2345"


def main() -> int:
    ouvrir(1_000_000, range(2005, 2025))
    from django.core.cache import caches
    from django.test import Client
    from django.urls import reverse

    from actions.models import Action
    from comptes.models import Utilisateur
    from suivi.pages_gardees import PAGES as GARDEES
    from territoires.models import Organisme, Quartier

    compte, _ = Utilisateur.objects.get_or_create(username="mesures", is_superuser=True)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(compte)

    def ouvre(adresse: str) -> Callable[[], object]:
        def ouvrir_la_page() -> None:
            reponse = client.get(adresse)
            assert reponse.status_code == 200, (adresse, reponse.status_code)

        return ouvrir_la_page

    def rouvre(adresse: str) -> Callable[[], object]:
        page = ouvre(adresse)

        def apres_une_ecriture() -> None:
            caches[GARDEES].clear()
            page()

        return apres_une_ecriture

    admin = _liste_de_l_admin(compte)
    releve = Releve()
    liste = f"/actions/?exercice={ANNEE}"
    derniere = Action.objects.de_l_exercice(ANNEE).count() // 50 + 1
    releve.dire(
        "dernière page / première page",
        ratio(rouvre(f"{liste}&page={derniere}"), rouvre(liste)),
        2.0,
    )
    sujets = {
        "un porteur": reverse("consultation:porteur", args=[Organisme.objects.latest("pk").pk]),
        "un quartier": reverse("consultation:quartier", args=[Quartier.objects.latest("pk").pk]),
    }
    adresses = (
        ("liste des actions", liste),
        *((f"liste des {nom}", f"/{nom}/?exercice={ANNEE}") for nom in LISTES),
        *PAGES,
        *((nom, f"{page}?exercice={ANNEE}") for nom, page in sujets.items()),
    )
    for nom, adresse in adresses:
        releve.noter(f"{nom} / liste de l'admin", ratio(rouvre(adresse), admin))
        releve.dire(f"{nom}, relue", ratio(ouvre(adresse), admin), 1.0)
    cherche = rouvre(f"{liste}&q={MOTS}")
    releve.dire(
        "recherche dans l'exercice / celle de l'admin",
        ratio(cherche, _liste_de_l_admin(compte, q=MOTS)),
        1.0,
    )
    releve.dire(
        "recherche générale / celle de l'admin dans toutes les actions",
        ratio(rouvre(f"/recherche/?q={MOTS}"), _liste_de_l_admin(compte, q=MOTS, toutes=True), 3),
        1.0,
    )
    _mesurer_les_exports(client, releve)
    return releve.manques


def _liste_de_l_admin(compte: Any, q: str = "", toutes: bool = False) -> Callable[[], object]:
    """The changelist that Django gives without any work, of the same columns and rows; searched, of
    the same texts.
    """
    from django.contrib.admin import AdminSite, ModelAdmin
    from django.template.response import TemplateResponse
    from django.test import RequestFactory

    from actions.models import Action, Exercice

    class Nue(ModelAdmin[Action]):
        list_display = ("intitule", "exercice", "commune", "theme", "porteur", "statut")
        list_select_related = ("exercice", "commune", "theme", "porteur")
        list_filter = ("exercice",)
        search_fields = ("intitule", "description", "porteur__nom")
        list_per_page = 50

    page = Nue(Action, AdminSite())
    filtres = {} if toutes else {"exercice__id__exact": str(Exercice.objects.get(annee=ANNEE).pk)}
    if q:
        filtres["q"] = q

    def ouvrir_l_admin() -> None:
        requete = RequestFactory().get("/admin/", filtres)
        requete.user = compte
        reponse = page.changelist_view(requete)
        assert isinstance(reponse, TemplateResponse)
        reponse.render()

    return ouvrir_l_admin


def _mesurer_les_exports(client: Any, releve: Releve) -> None:
    from actions.models import Action

    def exporter(filtres: str, forme: str = "xlsx") -> int:
        reponse = client.get(f"/actions/?{filtres}&_export={forme}")
        return sum(len(morceau) for morceau in reponse.streaming_content)

    annee = f"exercice={ANNEE}"
    colonnes = ("intitule", "exercice__annee", "commune__nom", "theme__nom", "porteur__nom")
    lignes = list(Action.objects.de_l_exercice(ANNEE).values_list(*colonnes, "statut"))
    releve.dire(
        "export de 50 000 lignes / XlsxWriter nu",
        ratio(lambda: exporter(annee), lambda: _xlsxwriter_nu(lignes)),
        1.5,
    )
    releve.dire(
        "export de django-tables2 / le nôtre",
        ratio(_export_de_tables2, lambda: exporter(annee), 1),
        5,
        minimum=True,
    )
    memoires = []
    for filtres in (annee, f"{annee}&exercice={ANNEE + 1}"):
        tracemalloc.start()
        exporter(filtres, "csv")
        memoires.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    releve.dire("mémoire de 100 000 lignes / 50 000", memoires[1] / memoires[0], 1.1)


def _xlsxwriter_nu(lignes: list[tuple[Any, ...]]) -> None:
    import xlsxwriter

    with (
        tempfile.TemporaryFile() as fichier,
        xlsxwriter.Workbook(fichier, {"constant_memory": True}) as classeur,
    ):
        page = classeur.add_worksheet()
        euros = classeur.add_format({"num_format": '#,##0.00 "€"'})
        for rang, (intitule, annee, *textes) in enumerate(lignes):
            page.write_string(rang, 0, intitule)
            page.write_number(rang, 1, annee)
            for colonne, texte in enumerate(textes, start=2):
                page.write_string(rang, colonne, texte or "")
            for colonne in (6, 7, 8):
                page.write_number(rang, colonne, 1234.5, euros)


def _export_de_tables2() -> None:
    import django_tables2 as tables
    from django.db.models import Sum
    from django_tables2.export import TableExport

    from actions.models import Action

    class Nue(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
        intitule = tables.Column()
        annee = tables.Column(accessor="exercice__annee")
        commune = tables.Column(accessor="commune__nom")
        theme = tables.Column(accessor="theme__nom")
        porteur = tables.Column(accessor="porteur__nom")
        statut = tables.Column()
        demande = tables.Column()
        accorde = tables.Column()
        verse = tables.Column()

    lignes = (
        Action.objects.de_l_exercice(ANNEE)
        .select_related("exercice", "commune", "theme", "porteur")
        .annotate(
            demande=Sum("subventions__montant_demande"),
            accorde=Sum("subventions__montant_accorde"),
            verse=Sum("subventions__montant_verse"),
        )
    )
    TableExport("xlsx", Nue(lignes)).export()


if __name__ == "__main__":
    sys.exit(main())
