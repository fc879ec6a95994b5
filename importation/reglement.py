"""What a person settles of a file in the pages: headings, columns, funders, cells, rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from financement.models import Financeur
from importation.corrections import Correction
from importation.correspondance import Correspondance, signature
from importation.lecture import Classeur
from importation.models import CorrespondanceRetenue, Importation
from importation.referentiel import Referentiel, charger_referentiel, cle
from listes.chiffres import nombre

CORRECTIONS_MAX = 1000


class ReglementRefuseError(Exception):
    """It can't be settled here; the message says what to do."""


def regler(importation: Importation, choisie: Correspondance) -> None:
    """Read the file so from now on; it is to be checked again."""
    importation.correspondance = choisie.en_json()
    importation.etat = Importation.Etat.RECUE
    importation.save()


def choisir_colonnes(importation: Importation, classeur: Classeur, choisie: Correspondance) -> None:
    """Match the columns as someone says, and remember them for files with the same headings.

    What stands for the whole file belongs to this one: nobody else's file takes it.
    """
    importation.signature = _signature(importation, classeur)
    regler(importation, choisie)
    CorrespondanceRetenue.objects.update_or_create(
        signature=importation.signature, defaults={"colonnes": dict(choisie.colonnes)}
    )


def retrouver_choix(importation: Importation, classeur: Classeur) -> None:
    """Take the columns that someone settled for the same headings, and what its author chose to
    keep for this sender: what stands for the whole file, how values are read.
    """
    importation.signature = _signature(importation, classeur)
    voulue = Correspondance(**importation.correspondance)
    retenue = CorrespondanceRetenue.objects.filter(signature=importation.signature).first()
    if retenue is not None:
        voulue = replace(voulue, colonnes=retenue.colonnes)
    if importation.expediteur:
        gardees = Importation.objects.retenues(importation.utilisateur).exclude(pk=importation.pk)
        source = gardees.filter(
            expediteur__iexact=importation.expediteur, signature=importation.signature
        ).first()
        if source is not None:
            importation.reprise_de = source
            voulue = _reprendre(voulue, Correspondance(**source.correspondance))
    importation.correspondance = voulue.en_json()


def _reprendre(voulue: Correspondance, source: Correspondance) -> Correspondance:
    """What isn't about one row: the next file has others."""
    corrections = [c for c in map(Correction._make, source.corrections) if c.partout]
    return replace(
        voulue,
        colonnes={**voulue.colonnes, **source.colonnes},
        constantes=source.constantes,
        cumuler=source.cumuler,
        corrections=corrections,
    )


def ajouter_corrections(importation: Importation, nouvelles: Sequence[Correction]) -> None:
    """Mend these places so; what was mended there before gives way. Raises ReglementRefuseError."""
    restent = [
        ancienne
        for ancienne in corrections_de(importation)
        if not any(nouvelle.remplace(ancienne) for nouvelle in nouvelles)
    ]
    if len(restent) + len(nouvelles) > CORRECTIONS_MAX:
        raise ReglementRefuseError(
            f"Plus de {nombre(CORRECTIONS_MAX)} corrections : corrigez plutôt le fichier."
        )
    _changer(importation, corrections=[*restent, *nouvelles])


def retirer_correction(importation: Importation, rang: int | None) -> None:
    """Read the cell, or the row, as the file has it."""
    restent = [c for n, c in enumerate(corrections_de(importation)) if n != rang]
    _changer(importation, corrections=restent)


def attribuer_colonne(importation: Importation, entete: str, cible: str) -> None:
    """Say what one column is, or that it isn't imported ("")."""
    colonnes = importation.correspondance.get("colonnes", {})
    _changer(importation, colonnes={**colonnes, entete: cible})


def _changer(importation: Importation, **parties: Any) -> None:
    regler(importation, replace(Correspondance(**importation.correspondance), **parties))


def corrections_de(importation: Importation) -> list[Correction]:
    """What was mended or left out in the pages, in order."""
    return [Correction._make(c) for c in importation.correspondance.get("corrections", [])]


def retenir(importation: Importation, expediteur: str) -> None:
    """Keep what was settled for the next files of this sender. Raises ReglementRefuseError."""
    if not expediteur:
        raise ReglementRefuseError("Dites de qui vient ce fichier, pour retenir vos choix.")
    importation.expediteur, importation.retenir = expediteur, True
    importation.save(update_fields=["expediteur", "retenir"])


def oublier(importation: Importation) -> None:
    """Keep nothing of this file for others."""
    importation.retenir = False
    importation.save(update_fields=["retenir"])


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
        return ref.financeurs.code_de(connu)
    financeur = Financeur(code=_code_libre(nom, ref), nom=nom[:150])
    financeur.full_clean()
    financeur.save()
    return financeur.code


def _code_libre(nom: str, ref: Referentiel) -> str:
    """A code for a new funder: its name in capitals, that no other has."""
    base = cle(nom).upper()[:18] or "FINANCEUR"
    pris = ref.financeurs.codes
    return next(c for c in (base, *(f"{base}{n}" for n in range(2, 99))) if c not in pris)
