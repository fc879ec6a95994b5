"""Funders: their list, and the page of one: its money only, with that of the services below it."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from bilan.controle import Cle
from bilan.tableaux import THEMATIQUE
from comptes.saisies import citer
from consultation import filters, tables
from consultation.confrontation import recalculs
from consultation.perimetre import Perimetre
from consultation.ventilation import ventiler
from consultation.views.pages import ListeDeFigures, PageDeFigures, Voisin, Vue, tete
from consultation.visibles import communes_visibles
from financement.models import ColonneDesTableaux, Financeur
from suivi.disparus import absent


class FinanceurListe(ListeDeFigures):
    titre = "Financeurs"
    nom_fichier = "financeurs"
    filterset_class = filters.FinanceurFiltres
    table_class = tables.FinanceurTable
    note = (
        "Les chiffres d'un financeur comprennent ceux des services qui en relèvent\u00a0; le total "
        "ne compte chaque action et chaque crédit qu'une fois."
    )

    def get_queryset(self) -> "QuerySet[Financeur]":
        return Financeur.objects.en_arbre()


class FinanceurPage(PageDeFigures):
    liste = "consultation:financeurs"
    titre_liste = "Financeurs"
    retour = "Tous les financeurs"
    template_name = "consultation/financeur.html"

    def trouver(self, cle: str) -> Financeur:
        self.financeurs = list(Financeur.objects.en_arbre())
        financeur = next((f for f in self.financeurs if f.code == cle), None)
        if financeur is None:
            absence = Http404(f"Aucun financeur n'a le code {citer(cle)}.")
            raise absent(self.compte.perimetre, Financeur, absence, code=cle)
        return financeur

    def montrer(self, sujet: Financeur, annee: int, ensemble: Perimetre) -> Vue:
        perimetre = ensemble.des_financeurs([sujet])
        sommes = ventiler(perimetre)
        figures, total = sommes.figures(), ensemble.argent()
        communes = list(communes_visibles(self.compte).order_by("numero"))
        services = [f for f in self.financeurs if f.parent_id == sujet.pk]
        return Vue(
            perimetre=perimetre,
            figures=figures,
            total=total,
            decoupages=(
                self.par_theme(perimetre, sommes.par_theme(), total),
                self.par_commune(perimetre, communes, sommes.par_commune(), total),
                self.par_financeur(
                    perimetre,
                    sommes.argent_par_financeur(),
                    figures,
                    total,
                    sous=sujet,
                )
                if services
                else None,
            ),
            tete=tete(perimetre, communes, sommes.par_commune()),
            recalculs=recalculs(annee, self.compte, self._de_sa_colonne(sujet)),
        )

    def _de_sa_colonne(self, sujet: Financeur) -> Callable[[Cle], bool]:
        """The printed column is this funder's own where no other root shares it."""
        racines = [f for f in self.financeurs if f.parent_id is None and f.colonne == sujet.colonne]
        colonne = sujet.colonne.lower() if racines == [sujet] else None
        return lambda cle: cle.tableau == THEMATIQUE and cle.colonne == colonne

    def contexte(self, sujet: Financeur, vue: Vue | None) -> dict[str, Any]:
        rang = self.financeurs.index(sujet)
        parent = next((f for f in self.financeurs if f.pk == sujet.parent_id), None)
        return {
            "titre": sujet.nom,
            "chapeau": f"Financeur {sujet.code}, colonne "
            f"« {ColonneDesTableaux(sujet.colonne).label} » des tableaux",
            "precedent": self._voisin(self.financeurs[rang - 1] if rang else None),
            "suivant": self._voisin(next(iter(self.financeurs[rang + 1 :]), None)),
            "parent": self._voisin(parent),
            "services": [self._voisin(f) for f in self.financeurs if f.parent_id == sujet.pk],
        }

    def _voisin(self, financeur: Financeur | None) -> Voisin | None:
        if financeur is None:
            return None
        return Voisin(financeur.nom, self.page("consultation:financeur", financeur.code))
