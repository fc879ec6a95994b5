"""What a person settles of a file in the pages: headings, columns, funders."""

from dataclasses import replace

from financement.models import Financeur
from importation.correspondance import Correspondance, signature
from importation.lecture import Classeur
from importation.litiges import code_libre
from importation.models import CorrespondanceRetenue, Importation
from importation.referentiel import Referentiel, charger_referentiel


def regler(importation: Importation, choisie: Correspondance) -> None:
    """Read the file so from now on; it is to be checked again."""
    importation.correspondance = choisie.en_json()
    importation.etat = Importation.Etat.RECUE
    importation.save()


def choisir_colonnes(importation: Importation, classeur: Classeur, choisie: Correspondance) -> None:
    """Match the columns as someone says, and remember them for files with the same headings.

    What stands for the whole file belongs to this one: nobody else's file takes it.
    """
    regler(importation, choisie)
    CorrespondanceRetenue.objects.update_or_create(
        signature=_signature(importation, classeur), defaults={"colonnes": dict(choisie.colonnes)}
    )


def retrouver_colonnes(importation: Importation, classeur: Classeur) -> None:
    """Match the columns as someone settled it for the same headings, if anyone did."""
    retenue = CorrespondanceRetenue.objects.filter(
        signature=_signature(importation, classeur)
    ).first()
    if retenue is not None:
        voulue = Correspondance(**importation.correspondance)
        importation.correspondance = replace(voulue, colonnes=retenue.colonnes).en_json()


def _signature(importation: Importation, classeur: Classeur) -> str:
    """That of the headings as they are found before anyone settles anything."""
    ref = charger_referentiel(importation.exercice)
    return signature(
        [
            entete
            for feuille in classeur.feuilles
            if (tableau := Correspondance().tableau(feuille, ref))
            for entete in tableau.entetes.values()
        ]
    )


def creer_financeur(nom: str, ref: Referentiel) -> str:
    """The code of the funder of this name, created in the column « Autres » if nobody knows it."""
    connu = ref.financeurs.trouver(nom)
    if connu is not None:
        return next(code for code, pk in ref.codes_financeurs.items() if pk == connu)
    financeur = Financeur(code=code_libre(nom, ref), nom=nom[:150])
    financeur.full_clean()
    financeur.save()
    return financeur.code
