"""Communes: their list, and the page of one."""

from typing import Any

from django.db.models import QuerySet

from bilan.sommes import RIEN, Figures
from bilan.tableaux import TERRITORIAL
from comptes.permissions import introuvable
from comptes.saisies import citer
from consultation import filters, tables
from consultation.carte import carte_de_navigation, tableau_de_la_carte
from consultation.confrontation import recalculs
from consultation.decoupages import Decoupage, Part, croiser, decouper, trancher
from consultation.figures import par_habitant
from consultation.perimetre import Perimetre
from consultation.ventilation import repartir, ventiler
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue
from consultation.visibles import communes_visibles
from suivi.disparus import absent
from territoires.models import Commune


class CommuneListe(ListeDeFigures):
    titre = "Communes"
    nom_fichier = "communes"
    filterset_class = filters.CommuneFiltres
    table_class = tables.CommuneTable
    note = (
        "Les lignes transterritoriales servent tout le territoire\u00a0: elles ne sont comptées "
        "dans aucune commune, ni dans ce total."
    )

    def get_queryset(self) -> "QuerySet[Commune]":
        return communes_visibles(self.compte).order_by("numero", "pk")


class CommunePage(PageDeFigures):
    liste = "consultation:communes"
    titre_liste = "Communes"
    retour = "Toutes les communes"
    template_name = "consultation/commune.html"

    def trouver(self, cle: str) -> Commune:
        self.communes = list(communes_visibles(self.compte).avec_trace().order_by("numero"))
        commune = next((c for c in self.communes if c.code_insee == cle), None)
        if commune is None:
            absence = introuvable(self.request, f"La commune de code INSEE {citer(cle)}")
            raise absent(self.compte.perimetre, Commune, absence, code_insee=cle)
        return commune

    def montrer(self, sujet: Commune, annee: int, ensemble: Perimetre) -> Vue:
        partout = repartir(ensemble, "commune")
        perimetre = ensemble.de_la_commune(sujet)
        sommes = ventiler(perimetre)
        figures, total = sommes.figures(), partout.ensemble
        tranches = [
            trancher(
                theme.nom,
                self.page("consultation:theme", theme.numero),
                perimetre.du_theme(theme),
                sommes,
                theme=theme.pk,
            )
            for theme in self.themes
        ]
        self.transterritorial = partout.de(None)
        self.lien_transterritorial = ensemble.de_la_commune(None).lien
        return Vue(
            perimetre=perimetre,
            figures=figures,
            total=total,
            decoupages=(
                self.par_theme(perimetre, sommes.par_theme(), total),
                self.par_financeur(perimetre, sommes.argent_par_financeur(), figures, total),
                self.par_quartier(sujet, perimetre, total),
                self.par_axe(perimetre, figures, total),
            ),
            croisement=croiser("Thème", tranches, perimetre, sommes, self.arbre),
            recalculs=recalculs(
                annee,
                self.compte,
                lambda cle: cle.tableau == TERRITORIAL and cle.ligne == sujet.numero,
            ),
            carte=carte_de_navigation(
                tableau_de_la_carte(annee, self.communes, partout),
                self.communes,
                self.suite,
                en_avant=sujet,
            ),
            cles=(par_habitant(figures.accorde, sujet.population, sujet.annee_population),),
        )

    def par_quartier(
        self, sujet: Commune, perimetre: Perimetre, total: Figures
    ) -> Decoupage | None:
        quartiers = list(sujet.quartiers.order_by("nom"))
        if not quartiers:
            return None
        repartition = repartir(perimetre, "quartier")
        return decouper(
            "quartiers",
            "Par quartier",
            "Quartier",
            [
                Part(
                    quartier.nom,
                    self.page("consultation:quartier", quartier.pk),
                    perimetre.du_quartier(quartier).lien,
                    repartition.de(quartier.pk),
                )
                for quartier in quartiers
            ],
            base=total.accorde,
            total=None,
            note="Une action peut servir toute la commune, sans quartier désigné.",
            dessin=False,
        )

    def contexte(self, sujet: Commune, vue: Vue | None) -> dict[str, Any]:
        rang = self.communes.index(sujet)
        return {
            "titre": sujet.nom,
            "chapeau": f"Commune n° {sujet.numero} du contrat, code INSEE {sujet.code_insee}",
            "precedent": self._voisin(self.communes[rang - 1] if rang else None),
            "suivant": self._voisin(next(iter(self.communes[rang + 1 :]), None)),
            "axes": [(str(a), self.page("consultation:axe", a.numero)) for a in sujet.axes.all()],
            "transterritorial": getattr(self, "transterritorial", RIEN),
            "lien_transterritorial": getattr(self, "lien_transterritorial", ""),
        }

    def _voisin(self, commune: Commune | None) -> Voisin | None:
        if commune is None:
            return None
        return Voisin(commune.nom, self.page("consultation:commune", commune.code_insee))
