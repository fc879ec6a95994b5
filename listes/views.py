"""The one list page: a queryset, a filterset, a table and a permission, declared; nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

from django.core.exceptions import TooManyFieldsSent
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.module_loading import import_string
from django.utils.text import slugify
from django.views import View
from django_htmx.http import push_url

from comptes.models import Utilisateur
from comptes.permissions import compte_de
from comptes.saisies import citer
from listes.adresse import (
    EXPORTS,
    OUVERT,
    PARAMETRES,
    TAILLE,
    TAILLES,
    Adresse,
    Anomalie,
    Etat,
    lire_etat,
)
from listes.exports import ListeExportee, SousTotalEcrit, en_fichier
from listes.filters import Actif, Filtres
from listes.recherche import approchant
from listes.tables import Ligne, Lignes, TableDeListe, Totaux, Valeur
from travaux.taches import (
    LIGNES_TOUT_DE_SUITE,
    Fichier,
    confier,
    noter_progression,
    repondre,
    tache,
)

_LEVIERS_MAX = 5
_PAS_DE_PROGRESSION = 1000
_NOM_MAX = 120
_FILTRES_DITS = 4  # in the tab's title: more would not be read


def _filtres_en_mots(actifs: Sequence[Actif]) -> list[str]:
    """A file's sentence about the filters in force; none without any filter."""
    par_nom: dict[str, list[str]] = {}
    for actif in actifs:
        par_nom.setdefault(actif.libelle, []).append(actif.texte)
    dits = [f"{libelle} : {', '.join(textes)}" for libelle, textes in par_nom.items()]
    return [f"Filtres : {' ; '.join(dits)}."] if dits else []


@dataclass(frozen=True)
class EnTete:
    """A heading: where it leads to sort, and how the list is sorted by it now (aria-sort)."""

    nom: str
    libelle: str
    classe: str
    url: str
    sens: str


@dataclass(frozen=True)
class Levier:
    """On an empty list: a filter without which there would be rows."""

    libelle: str
    lignes: int
    url: str


class ListeView(View):
    """A list page; a subclass declares the attributes below and answers ``get_queryset``."""

    permission: ClassVar[str]
    titre: ClassVar[str]
    nom_fichier: ClassVar[str]
    filterset_class: ClassVar[type[Filtres]]
    table_class: ClassVar[type[TableDeListe]]
    principaux: ClassVar[Sequence[str]] = ()
    """Filters always in sight; the others stand under « Plus de filtres »."""
    pour_les_programmes: ClassVar[Sequence[str]] = ()
    """Columns that open data always has: what the other files say in a sentence, row by row."""
    template_name: ClassVar[str] = "listes/liste.html"
    en_lot: ClassVar[tuple[str, str] | None] = None
    """The page where several rows are changed at once, and the permission that it asks for."""
    compte: Utilisateur
    """Who asks."""
    filtres: Filtres
    """The filters as the address sets them, once it has been read."""

    def get_queryset(self) -> "QuerySet[Any]":
        """What this account may see, in the usual order (ending with the id)."""
        raise NotImplementedError

    def mentions(self, totaux: Totaux) -> list[str]:
        """Sentences that must go with these rows, on the page and in the files."""
        return []

    def precision(self, totaux: Totaux) -> str:
        """What the name of a file without sentences must say, beside the filters."""
        return ""

    def contexte(self, mentions: Sequence[str]) -> dict[str, Any]:
        """What the page's own template needs beside the list."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            parametres = request.GET
            trop = []
        except TooManyFieldsSent:
            parametres = request.GET = QueryDict()
            trop = [Anomalie("adresse", "elle contient trop de paramètres.")]
        actifs = self._filtrer(compte_de(request), parametres)
        if bloquantes := [*self._incomprises(parametres), *trop]:
            etat = self._lire_etat(parametres, {})
            adresse = self._adresse(request, actifs, etat, {})
            return self._page(request, etat, adresse, actifs, bloquantes=bloquantes)
        totaux = self._totaliser()
        etat = self._lire_etat(parametres, totaux)
        adresse = self._adresse(request, actifs, etat, totaux)
        table = self._table(etat, totaux)
        mentions = self.mentions(table.totaux)
        effectif = len(table.data)
        if etat.export:
            if effectif <= LIGNES_TOUT_DE_SUITE:
                return repondre(request, self._fichier(table, mentions, actifs, etat.export))
            titre = f"{self.titre} ({EXPORTS[etat.export]})"
            return confier(
                request,
                exporter,
                titre,
                liste=f"{type(self).__module__}.{type(self).__name__}",
                parametres=parametres.urlencode(),
            )
        pages = max(1, -(-effectif // etat.par_page))
        anomalies = [*etat.anomalies, *self.filtres.coupees()]
        if etat.page > pages:
            anomalies.append(Anomalie("page", f"la liste s'arrête à la page {pages} ; la voici."))
        table.paginate(per_page=etat.par_page, page=min(etat.page, pages))
        return self._page(
            request,
            etat,
            adresse,
            actifs,
            table=table,
            anomalies=anomalies,
            mentions=mentions,
            leviers=[] if effectif else self._leviers(actifs, adresse),
            proche="" if effectif else self._proche(),
        )

    def exporter(self, compte: Utilisateur, parametres: QueryDict) -> Fichier:
        """The file that these parameters ask for, made after the page that was asked for it.

        Raises Http404 where a filter names what has gone since: without it, there would be more.
        """
        actifs = self._filtrer(compte, parametres)
        if self._incomprises(parametres):
            raise Http404
        totaux = self._totaliser()
        etat = self._lire_etat(parametres, totaux)
        table = self._table(etat, totaux)
        return self._fichier(table, self.mentions(table.totaux), actifs, etat.export)

    def _filtrer(self, compte: Utilisateur, parametres: QueryDict) -> list[Actif]:
        """The filters in force; the filters themselves are kept."""
        self.compte = compte
        self.filtres = self.filterset_class(parametres, self.get_queryset(), compte=compte)
        return self.filtres.actifs()

    def _incomprises(self, parametres: QueryDict) -> list[Anomalie]:
        """Why the list can't be shown, if it can't."""
        return self.filtres.anomalies() + [
            Anomalie(nom[:60], "ce paramètre n'existe pas dans cette liste.")
            for nom in parametres
            if nom not in self.filtres.filters and nom not in PARAMETRES
        ]

    def _totaliser(self) -> Totaux:
        return self.table_class.totaliser(self.filtres.qs, self.filtres)

    def _table(self, etat: Etat, totaux: Totaux) -> TableDeListe:
        """The rows that pass, none of them read yet, and their totals."""
        en_plus = self.pour_les_programmes if etat.export == OUVERT else ()
        table = self.table_class(
            Lignes(self.filtres.qs, int(totaux["lignes"] or 0)),
            filtres=self.filtres,
            montrees=tuple(dict.fromkeys((*etat.colonnes, *en_plus))),
            order_by=etat.tri,
            groupe=etat.groupe,
        )
        table.totaux = totaux
        return table

    def _lire_etat(self, parametres: QueryDict, totaux: Totaux) -> Etat:
        colonnes = self.table_class.base_columns
        etat = lire_etat(
            parametres,
            colonnes=list(colonnes),
            par_defaut=[nom for nom, colonne in colonnes.items() if not colonne.masquee],
            triables=[nom for nom, c in colonnes.items() if c.orderable is not False],
            groupements=self.table_class.groupements,
        )
        vaines = self.table_class.vaines(totaux)
        return replace(etat, colonnes=tuple(nom for nom in etat.colonnes if nom not in vaines))

    def _adresse(
        self, request: HttpRequest, actifs: list[Actif], etat: Etat, totaux: Totaux
    ) -> Adresse:
        """This list's state and nothing else: no empty parameter, no usual value, first page."""
        paires = [(actif.parametre, actif.valeur) for actif in actifs]
        if etat.tri:
            paires.append(("sort", etat.tri))
        if etat.groupe:
            paires.append(("groupe", etat.groupe))
        if etat.par_page != TAILLE:
            paires.append(("per_page", str(etat.par_page)))
        usuelles = self._lire_etat(QueryDict(), totaux).colonnes
        if etat.colonnes != usuelles:
            paires.append(("colonnes", ",".join(etat.colonnes)))
        return Adresse(request.path, tuple(paires))

    def _leviers(self, actifs: list[Actif], adresse: Adresse) -> list[Levier]:
        """Which filter to lift, one at a time, and what it would show; a few tries at most."""
        noms = dict.fromkeys((actif.parametre, actif.libelle) for actif in actifs)
        leviers = []
        for nom, libelle in list(noms)[:_LEVIERS_MAX]:
            lignes = self.filtres.sans(nom).qs.count()
            if lignes:
                leviers.append(Levier(libelle, lignes, str(adresse.sans(nom))))
        return leviers

    def _proche(self) -> str:
        """What the search may have meant, on an empty list."""
        cherche = self.filtres.form.cleaned_data.get("q")
        return approchant(cherche, self.filtres.textes()) if cherche else ""

    def _fichier(
        self, table: TableDeListe, mentions: list[str], actifs: list[Actif], forme: str
    ) -> Fichier:
        colonnes = [
            (nom, colonne)
            for nom in table.montrees
            for colonne in table.base_columns[nom].en_fichier(
                table.entete(nom), table.totaux.get(nom)
            )
        ]
        noms, ecrites = [nom for nom, _ in colonnes], [colonne for _, colonne in colonnes]
        lectures = [colonne.lire for colonne in ecrites]

        def suivies() -> Iterator[Ligne]:
            for numero, ligne in enumerate(table.data):
                if numero % _PAS_DE_PROGRESSION == 0:
                    noter_progression(numero * 100 // len(table.data))
                yield ligne

        def lignes() -> Iterator[Sequence[Valeur]]:
            if not table.groupe or forme == OUVERT:
                yield from ([lire(ligne) for lire in lectures] for ligne in suivies())
                return
            sous_totaux = table.sous_totaux()
            for cle, siennes in groupby(suivies(), key=itemgetter(table.champ_du_groupe)):
                for ligne in siennes:
                    yield [lire(ligne) for lire in lectures]
                sommes, compte = sous_totaux[cle].sommes, sous_totaux[cle].compte
                dits = (
                    lire(dict(sommes)) if nom in sommes else ""
                    for nom, lire in zip(noms[1:], lectures[1:], strict=True)
                )
                yield SousTotalEcrit(
                    [f"Sous-total, {table.nom_du_groupe(ligne)} : {compte}", *dits]
                )

        feuille = ListeExportee(
            titre=self.titre,
            mentions=list(filter(None, [*mentions, *_filtres_en_mots(actifs), table.legende()])),
            entetes=[colonne.entete for colonne in ecrites],
            formats=[colonne.format for colonne in ecrites],
            lignes=lignes(),
            totaux=[table.libelle_total_exporte(), *(colonne.total for colonne in ecrites[1:])],
        )
        filtres = [*self.filtres.implicites(), *(actif.texte for actif in actifs)]
        nom = slugify(" ".join([self.nom_fichier, *filtres]))[:_NOM_MAX]
        return en_fichier(feuille, forme, nom, self.precision(table.totaux))

    def _page(
        self,
        request: HttpRequest,
        etat: Etat,
        adresse: Adresse,
        actifs: list[Actif],
        *,
        table: TableDeListe | None = None,
        bloquantes: Sequence[Anomalie] = (),
        anomalies: Sequence[Anomalie] = (),
        mentions: Sequence[str] = (),
        leviers: Sequence[Levier] = (),
        proche: str = "",
    ) -> HttpResponse:
        reponse = render(
            request,
            self.template_name,
            {
                "titre": self.titre,
                "precision": ", ".join(actif.texte for actif in actifs[:_FILTRES_DITS]),
                "etat": etat,
                "tailles": TAILLES,
                "groupements": [
                    (nom, groupement.libelle)
                    for nom, groupement in self.table_class.groupements.items()
                ],
                "adresse": adresse,
                "bloquantes": [(citer(a.parametre), a) for a in bloquantes],
                "lot": self._lot(adresse),
                "anomalies": [(citer(a.parametre), a) for a in anomalies],
                "mentions": mentions,
                "leviers": leviers,
                "proche": (proche, str(adresse.avec("q", proche))) if proche else None,
                **self._filtres_montres(request, adresse, actifs, bloquantes),
                **self._table_montree(table, etat, adresse),
                **self.contexte(mentions),
            },
        )
        page = str(adresse.avec("page", str(etat.page))) if etat.page > 1 else str(adresse)
        return push_url(reponse, page) if request.headers.get("HX-Request") else reponse

    def _lot(self, adresse: Adresse) -> dict[str, str] | None:
        """Where the rows that are ticked go, with what finds them all; None where none may be."""
        if self.en_lot is None or not self.compte.has_perm(self.en_lot[1]):
            return None
        return {"page": reverse(self.en_lot[0]), "liste": str(adresse).partition("?")[2]}

    def _filtres_montres(
        self,
        request: HttpRequest,
        adresse: Adresse,
        actifs: list[Actif],
        bloquantes: Sequence[Anomalie],
    ) -> dict[str, Any]:
        """The form, open where something is set or wrong in it; how to take each filter away."""
        champs = self.filtres.champs()
        concernes = {a.parametre for a in actifs} | {a.parametre for a in bloquantes}
        return {
            "filtres": self.filtres,
            "champs_principaux": [c for c in champs if c.nom in self.principaux],
            "champs_autres": [c for c in champs if c.nom not in self.principaux],
            "autres_ouverts": not set(self.principaux).issuperset(
                concernes.intersection(self.filtres.filters)
            ),
            "puces": [
                (actif, str(adresse.sans(actif.parametre, actif.valeur))) for actif in actifs
            ],
            "sans_filtre": request.path,
        }

    def _table_montree(
        self, table: TableDeListe | None, etat: Etat, adresse: Adresse
    ) -> dict[str, Any]:
        """The rows, if there is a list to show, with all that changes how they are shown."""
        return {
            "table": table,
            "annonce": "" if table is None else strip_tags(table.resume()),
            "entetes": self._entetes(table, etat, adresse) if table else [],
            "colonnes": [
                (nom, colonne.verbose_name, nom in etat.colonnes)
                for nom, colonne in list(self.table_class.base_columns.items())[1:]
                if table is None or nom not in table.vaines(table.totaux)
            ],
            "pagination": self._pagination(table, adresse) if table else None,
            "exports": [
                (libelle, str(adresse.avec("_export", forme))) for forme, libelle in EXPORTS.items()
            ],
        }

    def _entetes(self, table: TableDeListe, etat: Etat, adresse: Adresse) -> list[EnTete]:
        entetes = []
        for nom in etat.colonnes:
            colonne = table.base_columns[nom]
            sens = {nom: "ascending", f"-{nom}": "descending"}.get(etat.tri, "")
            premier, second = (f"-{nom}", nom) if colonne.du_plus_grand else (nom, f"-{nom}")
            suivant = second if etat.tri == premier else premier
            url = "" if colonne.orderable is False else str(adresse.avec("sort", suivant))
            entetes.append(EnTete(nom, table.entete(nom), colonne.classe, url, sens))
        return entetes

    def _pagination(self, table: TableDeListe, adresse: Adresse) -> dict[str, Any]:
        page = table.page
        numeros = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        return {
            "page": page,
            "pages": [
                (numero, str(adresse.avec("page", str(numero))) if isinstance(numero, int) else "")
                for numero in numeros
            ],
            "precedente": str(adresse.avec("page", str(page.number - 1))),
            "suivante": str(adresse.avec("page", str(page.number + 1))),
        }


@tache
def exporter(compte: Utilisateur, *, liste: str, parametres: str) -> Fichier:
    """A long list's file: the class of its page, and the parameters of its address."""
    vue: ListeView = import_string(liste)()
    return vue.exporter(compte, QueryDict(parametres))
