"""A theme's page."""

from typing import Any

from django.http import Http404

from actions.models import Theme
from bilan.consultation.confrontation import recalculs
from bilan.consultation.croisement import Tranche, croiser
from bilan.consultation.fiches import Fiche, Voisin, Vue, tete
from bilan.consultation.perimetre import Perimetre
from bilan.consultation.ventilation import Ventilation
from bilan.consultation.visibles import communes_visibles
from bilan.tableaux import THEMATIQUE


class ThemePage(Fiche):
    liste = "bilan:themes"
    titre_liste = "Thèmes"
    retour = "Tous les thèmes"

    def trouver(self, cle: int) -> Theme:
        theme = next((t for t in self.themes if t.numero == cle), None)
        if theme is None:
            raise Http404(f"Le thème {cle} n'existe pas.")
        return theme

    def montrer(self, sujet: Theme, annee: int, ensemble: Perimetre) -> Vue:
        perimetre = ensemble.du_theme(sujet)
        ventilation = Ventilation.de(perimetre)
        figures, total = ventilation.ensemble, ensemble.argent()
        communes = list(communes_visibles(self.request).order_by("numero"))
        par_commune = ventilation.par_commune()
        tranches = [
            *(
                Tranche(
                    commune.nom,
                    self.page("bilan:commune", commune.code_insee),
                    perimetre.de_la_commune(commune),
                    ventilation.de_la_commune(commune.pk),
                )
                for commune in communes
            ),
            Tranche(
                "Transterritorial",
                "",
                perimetre.de_la_commune(None),
                ventilation.de_la_commune(None),
            ),
        ]
        return Vue(
            perimetre=perimetre,
            figures=figures,
            total=total,
            decoupages=(
                self.par_financeur(perimetre, ventilation.argent_par_financeur(), figures, total),
                self.par_commune(perimetre, communes, par_commune, total),
                self.par_axe(perimetre, figures, total),
            ),
            croisement=croiser(
                "Commune", tranches, Tranche("Total", "", perimetre, ventilation), self.arbre
            ),
            tete=tete(perimetre, communes, par_commune),
            recalculs=recalculs(
                annee,
                self.request,
                ensemble.reponses,
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
        return Voisin(theme.nom, self.page("bilan:theme", theme.numero))
