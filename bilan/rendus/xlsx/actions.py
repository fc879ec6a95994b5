"""The Actions sheet: one row a line of the contract, flat: it filters, sorts and adds up."""

from decimal import Decimal
from typing import Final

from actions.models import Action
from bilan.document import ListeActions
from bilan.grille import Tableau
from bilan.rendus.xlsx.feuille import INCONNU, Atelier, Feuille, format_des_euros, hauteur_du_texte
from bilan.rendus.xlsx.formules import (
    ACTIONS,
    COMMUNE,
    NATURE,
    NATURES,
    THEME,
    TOTAL,
    Plages,
    Recompte,
)
from listes.classeurs import texte

INTITULE: Final = "intitule"
PROVENANCES: Final = {Action.Provenance.RECONSTITUTION.value: "Reconstituée"}
REELLE: Final = "Réelle"
_LARGEUR_INTITULE: Final = 48
_LARGEUR_PORTEUR: Final = 24
_LARGEUR_MONTANT: Final = 12
_AVANT: Final = (
    (COMMUNE, "N° com.", 7),
    ("nom_commune", "Commune", 20),
    (THEME, "N° thème", 7),
    ("nom_theme", "Thème", 34),
    ("reference", "Référence", 10),
    (INTITULE, "Intitulé", _LARGEUR_INTITULE),
    ("porteur", "Porteur", _LARGEUR_PORTEUR),
    (NATURE, "Nature", 10),
    ("provenance", "Provenance", 12),
)


def ecrire_actions(
    atelier: Atelier, liste: ListeActions, thematique: Tableau
) -> tuple[Plages, Recompte]:
    """The rows, read as they are written; where formulas find them, and what they will find."""
    colonnes = (
        *_AVANT,
        *((code, titre, _LARGEUR_MONTANT) for code, titre in liste.colonnes),
        (TOTAL, "Total accordé", _LARGEUR_MONTANT),
    )
    feuille = Feuille(
        atelier,
        ACTIONS,
        f"Actions {atelier.rapport.annee}",
        [largeur for _, _, largeur in colonnes],
        "Une ligne par action, crédits de fonctionnement accordés par financeur. Case vide : "
        "aucune ligne de financement ; « — » : montant inconnu ; 0 € : rien n'est accordé.",
    )
    feuille.avertir(liste.reconstitue)
    debut = feuille.rang
    plages = Plages(
        {code: rang for rang, (code, _, _) in enumerate(colonnes)},
        premiere=debut + 2,
        derniere=debut + 1 + max(liste.nombre, 1),
    )
    _ligne_des_totaux(feuille, liste, thematique, plages)
    feuille.entetes([titre for _, titre, _ in colonnes], range(len(_AVANT), len(colonnes)))
    feuille.figer(debut, 2)
    feuille.onglet.autofilter(debut + 1, 0, plages.derniere, len(colonnes) - 1)
    return plages, _ecrire_lignes(feuille, liste)


def _ligne_des_totaux(
    feuille: Feuille, liste: ListeActions, thematique: Tableau, plages: Plages
) -> None:
    """Above the heads: the number and the sums of the rows that a filter leaves in sight."""
    intitules = plages.plage(INTITULE)
    for colonne in range(len(plages.colonnes)):
        feuille.texte(colonne, "", "total")
    feuille.texte(0, "Lignes affichées", "total")
    feuille.formule(
        plages.colonnes[INTITULE],
        f"SUBTOTAL(103,{intitules})",
        liste.nombre,
        "total",
        "gauche",
        nombre="#,##0",
    )
    for code in (*(code for code, _ in liste.colonnes), TOTAL):
        chiffre = thematique.chiffre(None, "financement_total" if code == TOTAL else code)
        valeur = None if chiffre is None else chiffre.valeur
        argent = plages.plage(code)
        feuille.formule(
            plages.colonnes[code],
            f"IF(AND(SUBTOTAL(102,{argent})=0,SUBTOTAL(103,{argent})>0),"
            f'"{INCONNU}",ROUND(SUBTOTAL(109,{argent}),2))',
            INCONNU if valeur is None else float(valeur),
            "total",
            "droite",
            nombre=format_des_euros(valeur),
        )
    feuille.rang += 1


def _ecrire_lignes(feuille: Feuille, liste: ListeActions) -> Recompte:
    """The hot loop: no look-up of a format or of a method for each of a million cells."""
    recompte = Recompte()
    mot, chiffre = feuille.onglet.write_string, feuille.onglet.write_number
    long, inconnu = feuille.formats("long"), feuille.formats("droite")
    entier = feuille.formats("gauche", nombre="0")
    euros, cents = (feuille.formats(nombre=format_des_euros(x)) for x in (0, 0.5))
    codes = [code for code, _ in liste.colonnes]
    premier = len(_AVANT)
    themes, porteurs = _Propres(), _Propres()
    rang = feuille.rang

    def argent(colonne: int, montant: Decimal | None) -> None:
        if montant is None:
            mot(rang, colonne, INCONNU, inconnu)
        else:
            valeur = float(montant)
            chiffre(rang, colonne, valeur, euros if valeur.is_integer() else cents)

    for groupe in liste.groupes():
        commune, nom = groupe.sous_total.numero or 0, texte(groupe.sous_total.libelle)
        for ligne in groupe.lignes:
            chiffre(rang, 0, commune, entier)
            mot(rang, 1, nom)
            chiffre(rang, 2, ligne.numero_theme, entier)
            mot(rang, 3, themes[ligne.theme])
            if ligne.reference:
                mot(rang, 4, texte(ligne.reference))
            intitule, porteur = ligne.intitule, ligne.porteur
            if len(intitule) > _LARGEUR_INTITULE or len(porteur) > _LARGEUR_PORTEUR:
                feuille.onglet.set_row(rang, _hauteur(intitule, porteur))
                mot(rang, 5, texte(intitule), long)
                mot(rang, 6, porteurs[porteur], long)
            else:
                mot(rang, 5, texte(intitule))
                if porteur:
                    mot(rang, 6, porteurs[porteur])
            mot(rang, 7, NATURES[ligne.nature])
            mot(rang, 8, PROVENANCES.get(ligne.provenance, REELLE))
            montants = ligne.montants
            for decalage, code in enumerate(codes):
                if code in montants:
                    argent(premier + decalage, montants[code])
            if montants:
                argent(premier + len(codes), ligne.montant)
            recompte.ajouter(commune, ligne)
            rang += 1
    recompte.cumuler()
    return recompte


class _Propres(dict[str, str]):
    """Texts that come back on many rows, each made fit for a cell once."""

    def __missing__(self, contenu: str) -> str:
        return self.setdefault(contenu, texte(contenu))


def _hauteur(intitule: str, porteur: str) -> float:
    return max(
        hauteur_du_texte(intitule, _LARGEUR_INTITULE), hauteur_du_texte(porteur, _LARGEUR_PORTEUR)
    )
