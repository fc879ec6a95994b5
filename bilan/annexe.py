"""The list of actions of the annex, read from the database as it is drawn, never held whole."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db.models import F
from django.urls import reverse

from actions.liens import lien_actions
from bilan.document import GroupeActions, LigneAction, ListeActions
from bilan.exercices import ExerciceEtabli
from financement.montants import Montant, Nature

LOT = 2000


def liste_des_actions(exercice: ExerciceEtabli) -> ListeActions:
    """The lines of the year by commune, in the order of the territorial table.

    The subtotals and the total are that table's own figures.
    """
    thematique = exercice.thematique
    return ListeActions(
        nombre=exercice.releve.sommes.effectif().lignes,
        colonnes=tuple(
            (thematique.colonnes[rang].code, thematique.colonnes[rang].titre)
            for rang in thematique.rangs_des_financeurs
        ),
        groupes=lambda: _groupes(exercice),
        total=exercice.territorial.total,
        lien=lien_actions(exercice=exercice.annee),
        reconstitue=exercice.releve.reconstitue,
        porteurs_connus=exercice.releve.porteurs_connus,
    )


class _Rangee(NamedTuple):
    """An action as it is read; ``numero`` is its commune's, None for the whole territory."""

    pk: int
    numero: int | None
    reference: str
    intitule: str
    numero_theme: int
    theme: str
    porteur: str | None
    nature: str
    provenance: str


def _groupes(exercice: ExerciceEtabli) -> Iterator[GroupeActions]:
    lignes = {ligne.numero: ligne for ligne in exercice.territorial.lignes}
    transterritorial = exercice.territorial.lignes[-1]
    for numero, groupe in groupby(_lignes(exercice), key=lambda paire: paire[0]):
        yield GroupeActions(
            sous_total=transterritorial if numero is None else lignes[numero],
            lignes=(ligne for _, ligne in groupe),
        )


def _lignes(exercice: ExerciceEtabli) -> Iterator[tuple[int | None, LigneAction]]:
    """Each line with its commune's number; one query, one row a funding line."""
    rangees = (
        exercice.actions.retenues()
        .order_by(F("commune__numero").asc(nulls_last=True), "theme__numero", "pk")
        .values_list(
            "pk",
            "commune__numero",
            "reference",
            "intitule",
            "theme__numero",
            "theme__nom",
            "porteur__nom",
            "nature",
            "provenance",
            "subventions__nature",
            "subventions__financeur_id",
            "subventions__montant_accorde",
        )
        .iterator(chunk_size=LOT)
    )
    colonnes = {f.pk: f.tableau.lower() for f in exercice.releve.financeurs}
    fiche = reverse("actions:fiche", args=[0])
    for action, lignes in groupby(rangees, key=lambda rangee: rangee[:-3]):
        rangee = _Rangee(*action)
        montants: defaultdict[str, list[Decimal | None]] = defaultdict(list)
        investi: list[Decimal | None] = []
        for *_, sorte, financeur, accorde in lignes:
            if sorte == Nature.INVESTISSEMENT:
                investi.append(accorde)
            elif financeur is not None:
                montants[colonnes[financeur]].append(accorde)
        par_colonne = {c: Montant.des_lignes(valeurs) for c, valeurs in montants.items()}
        yield rangee.numero, _ligne(rangee, par_colonne, Montant.des_lignes(investi), fiche)


def _ligne(
    rangee: _Rangee, montants: dict[str, Montant], investissement: Montant, fiche: str
) -> LigneAction:
    return LigneAction(
        reference=rangee.reference,
        intitule=rangee.intitule,
        numero_theme=rangee.numero_theme,
        theme=rangee.theme,
        porteur=rangee.porteur or "",
        nature=rangee.nature,
        provenance=rangee.provenance,
        montants=montants,
        montant=Montant.somme(montants.values()),
        investissement=investissement,
        lien=fiche.replace("/0/", f"/{rangee.pk}/"),
    )
