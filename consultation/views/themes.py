"""Themes: their list, and the page of one."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from actions.models import Theme
from bilan.tableaux import THEMATIQUE
from consultation import filters, tables
from consultation.confrontation import recalculs
from consultation.decoupages import croiser, trancher
from consultation.perimetre import Perimetre
from consultation.ventilation import ventiler
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue, tete
from consultation.visibles import communes_visibles
from suivi.disparus import absent


class ThemeListe(ListeDeFigures):
    titre = "Thèmes"
    nom_fichier = "themes"
    filterset_class = filters.ThemeFiltres
    table_class = tables.ThemeTable

    def get_queryset(self) -> "QuerySet[Theme]":
        return Theme.objects.order_by("numero", "pk")


class ThemePage(PageDeFigures):
    liste = "consultation:themes"
    titre_liste = "Thèmes"
    retour = "Tous les thèmes"

    def trouver(self, cle: int) -> Theme:
        theme = next((t for t in self.themes if t.numero == cle), None)
        if theme is None:
            absence = Http404(f"Le thème {cle} n'existe pas.")
            raise absent(self.compte.perimetre, Theme, absence, numero=cle)
        return theme

    def montrer(self, sujet: Theme, annee: int, ensemble: Perimetre) -> Vue:
        perimetre = ensemble.du_theme(sujet)
        sommes = ventiler(perimetre)
        figures, total = sommes.figures(), ensemble.argent()
        communes = list(communes_visibles(self.compte).order_by("numero"))
        par_commune = sommes.par_commune()
        tranches = [
            *(
                trancher(
                    commune.nom,
                    self.page("consultation:commune", commune.code_insee),
                    perimetre.de_la_commune(commune),
                    sommes,
                    commune=commune.pk,
                )
                for commune in communes
            ),
            trancher("Transterritorial", "", perimetre.de_la_commune(None), sommes, commune=None),
        ]
        return Vue(
            perimetre=perimetre,
            figures=figures,
            total=total,
            decoupages=(
                self.par_financeur(perimetre, sommes.argent_par_financeur(), figures, total),
                self.par_commune(perimetre, communes, par_commune, total),
                self.par_axe(perimetre, figures, total),
            ),
            croisement=croiser("Commune", tranches, perimetre, sommes, self.arbre),
            tete=tete(perimetre, communes, par_commune),
            recalculs=recalculs(
                annee,
                self.compte,
                lambda cle: cle.tableau == THEMATIQUE and cle.ligne == sujet.numero,
            ),
        )

    def contexte(self, sujet: Theme, vue: Vue | None) -> dict[str, Any]:
        rang = self.themes.index(sujet)
        return {
            "titre": sujet.nom,
            "chapeau": f"Thème n° {sujet.numero} du contrat",
            "precedent": self._voisin(self.themes[rang - 1] if rang else None),
            "suivant": self._voisin(next(iter(self.themes[rang + 1 :]), None)),
        }

    def _voisin(self, theme: Theme | None) -> Voisin | None:
        if theme is None:
            return None
        return Voisin(theme.nom, self.page("consultation:theme", theme.numero))
